//! The library's one error.
//!
//! An error is a sentence that names the thing and both sides of the conflict, a hint that says
//! what to do about it, and a [kind](ErrorKind) for programs. A certificate that is not to be
//! trusted is not an error: it is an answer.

use std::{fmt, io, path::Path};

use crate::text::Escaped;

/// The result of whatever can fail in this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something could not be done, and what to do about it.
///
/// `Display` is the sentence, in lower case and without a full stop; the [hint](Self::hint)
/// stands apart. Both are free of control characters, whatever the input held.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
}

impl Error {
    /// Makes an error of a kind from its sentence.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: clean(message.into()),
            hint: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(clean(hint.into())),
            ..self
        }
    }

    /// Puts the name of the thing concerned, such as a file, in front of the sentence.
    #[must_use]
    pub fn about(self, thing: impl fmt::Display) -> Self {
        Self {
            message: clean(format!("{thing}: {}", self.message)),
            ..self
        }
    }

    /// Makes an error of something that the operating system refused.
    pub fn io(doing: &str, path: &Path, source: &io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::AlreadyExists => ErrorKind::AlreadyExists,
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::PermissionDenied if doing == "read" => ErrorKind::Io,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                ErrorKind::NotWritable
            }
            _ => ErrorKind::Io,
        };
        Self::new(
            kind,
            format!("cannot {doing} {}: {}", path.display(), describe(source)),
        )
    }

    /// Tells what sort of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Tells what to do about it, if that is known.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The sort of a failure, each with a stable word for programs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file or CA is there already and nothing allowed its replacement.
    AlreadyExists,
    /// A signature does not verify under the key that should have made it.
    BadSignature,
    /// Another program holds what would be changed.
    Busy,
    /// The CA's folder is incomplete, contradicts itself, or is not one of ours.
    CaBroken,
    /// There is no local CA, and none may be made.
    CaMissing,
    /// A server ended the connection before it had answered.
    ClosedEarly,
    /// A time lies outside the validity of the CA or of what it concerns.
    Expired,
    /// The operating system or the cryptographic library refused.
    Io,
    /// The bytes given are not a name that a certificate can hold.
    InvalidName,
    /// The text given is not a distinguished name.
    InvalidSubject,
    /// It was asked to end before it was done.
    Interrupted,
    /// The text given is not a time or a length of time, or gives an impossible period.
    InvalidTime,
    /// Some other value is not of its form.
    InvalidValue,
    /// A private key may be read by others.
    KeyExposed,
    /// A key and the certificate or request it was given with do not belong together.
    KeyMismatch,
    /// Bytes claim to be something they are not.
    Malformed,
    /// A server did the handshake without sending a certificate.
    NoCertificate,
    /// A file or an entry is not there.
    NotFound,
    /// A server answered, and not in TLS.
    NotTls,
    /// A place that may not be written to: a read-only mount, somebody else's folder.
    NotWritable,
    /// A name lies outside what the CA may issue for.
    OutOfScope,
    /// Something is encrypted and no password was given.
    PasswordNeeded,
    /// A proxy would not let a connection through.
    ProxyRefused,
    /// Nothing accepts connections at an address.
    Refused,
    /// The CA was revoked, so that what it issues is refused.
    Revoked,
    /// A server would not go over to TLS on a connection that began in plain text.
    StartTlsRefused,
    /// Something did not come within the time that there was for it.
    TimedOut,
    /// A server refused the handshake, with an alert of TLS.
    TlsAlert,
    /// A server speaks TLS, and none that can be spoken here.
    TlsUnsupported,
    /// Something larger or costlier than the limit that bounds it.
    TooLarge,
    /// The network knows no way to an address.
    Unreachable,
    /// A host name has no address.
    Unresolvable,
    /// A well-formed thing that this version has no means for.
    Unsupported,
    /// A key or algorithm that clients refuse.
    Weak,
    /// The thing is sound, but not the kind of thing that was asked for.
    WrongKind,
    /// The password does not open what it was given for.
    WrongPassword,
}

impl ErrorKind {
    /// Tells whether it was the network that failed, so that the same may succeed later.
    pub fn is_of_the_network(self) -> bool {
        matches!(
            self,
            Self::ClosedEarly
                | Self::Refused
                | Self::TimedOut
                | Self::Unreachable
                | Self::Unresolvable
        )
    }

    /// Returns the stable word for this kind, as `--json` prints it.
    pub fn code(self) -> &'static str {
        match self {
            Self::AlreadyExists => "already-exists",
            Self::BadSignature => "bad-signature",
            Self::Busy => "busy",
            Self::CaBroken => "ca-broken",
            Self::CaMissing => "ca-missing",
            Self::ClosedEarly => "closed-early",
            Self::Expired => "expired",
            Self::Io => "io",
            Self::InvalidName => "invalid-name",
            Self::InvalidSubject => "invalid-subject",
            Self::Interrupted => "interrupted",
            Self::InvalidTime => "invalid-time",
            Self::InvalidValue => "invalid-value",
            Self::KeyExposed => "key-exposed",
            Self::KeyMismatch => "key-mismatch",
            Self::Malformed => "malformed",
            Self::NoCertificate => "no-certificate",
            Self::NotFound => "not-found",
            Self::NotTls => "not-tls",
            Self::NotWritable => "not-writable",
            Self::OutOfScope => "out-of-scope",
            Self::PasswordNeeded => "password-needed",
            Self::ProxyRefused => "proxy-refused",
            Self::Refused => "refused",
            Self::Revoked => "revoked",
            Self::StartTlsRefused => "starttls-refused",
            Self::TimedOut => "timed-out",
            Self::TlsAlert => "tls-alert",
            Self::TlsUnsupported => "tls-unsupported",
            Self::TooLarge => "too-large",
            Self::Unreachable => "unreachable",
            Self::Unresolvable => "unresolvable",
            Self::Unsupported => "unsupported",
            Self::Weak => "weak",
            Self::WrongKind => "wrong-kind",
            Self::WrongPassword => "wrong-password",
        }
    }
}

/// What the user sees of a system error: Rust appends the errno, which says nothing to a person.
pub(crate) fn describe(source: &io::Error) -> String {
    let text = source.to_string();
    let plain = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = plain.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

fn clean(text: String) -> String {
    Escaped(&text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_errors_are_worded_for_people() {
        let refused = io::Error::from_raw_os_error(13);
        let error = Error::io("read", Path::new("a.crt"), &refused);
        assert_eq!(error.to_string(), "cannot read a.crt: permission denied");
        assert_eq!(error.kind().code(), "io");
    }

    #[test]
    fn an_error_never_carries_a_control_character() {
        let error = Error::new(ErrorKind::InvalidName, "a\u{1b}b")
            .with_hint("c\nd")
            .about("e\0");
        assert_eq!(error.to_string(), "e\\u{0}: a\\u{1b}b");
        assert_eq!(error.hint(), Some("c\\u{a}d"));
    }
}
