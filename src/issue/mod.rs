//! Making: every certificate, request and revocation list is finished here.
//!
//! rcgen encodes; its encoding is then completed with the exact bytes of names and keys, which it
//! cannot hold (several attributes of one type, foreign string types, keys it does not know), and
//! signed here. What leaves was parsed again, compared with what was asked for, and its signature
//! was checked, but for most of a long list ([`issue_unchecked`]).

mod encode;
mod scope;

use rcgen::{KeyIdMethod, SerialNumber};
use time::OffsetDateTime;

pub use scope::cannot_be_permitted;

use self::encode::{
    Placeholder, finish, parameters, placeholder_issuer, refused_by_encoder, request_parameters,
};
use self::scope::refuse_what_clients_would;
use crate::cert::{Certificate, Issuer};
use crate::crl::{RevocationList, RevocationListTemplate};
use crate::crypto;
use crate::csr::CertificateRequest;
use crate::error::{Error, ErrorKind, Result};
use crate::key::{PrivateKey, PublicKey};
use crate::name::{San, Subject, Uri};
use crate::profile::{Profile, Purposes};
use crate::validity::Validity;

/// What a certificate is to say.
#[derive(Clone, Debug)]
pub struct Template {
    /// What it is for.
    pub profile: Profile,
    /// Whom it names; may be empty if there are names, unless it signs itself.
    pub subject: Subject,
    /// Its subject alternative names.
    pub names: Vec<San>,
    /// The key that it certifies.
    pub public_key: PublicKey,
    /// When it is valid.
    pub validity: Validity,
}

/// Who signs a certificate.
#[derive(Clone, Copy, Debug)]
pub enum Signatory<'a> {
    /// A CA.
    Issuer(&'a Issuer),
    /// The key that is certified.
    Itself(&'a PrivateKey),
}

/// Makes a certificate.
///
/// The serial number is the moment from which it is valid, and 12 random octets. Fails with [`ErrorKind::OutOfScope`] if the issuer's name
/// constraints do not permit a name, with [`ErrorKind::Expired`] if the certificate would be valid
/// when its issuer is not, with [`ErrorKind::Weak`] for keys that clients refuse, with
/// [`ErrorKind::InvalidName`] if it would name nothing, and with [`ErrorKind::KeyMismatch`] if it
/// would sign itself with a key that is not its own.
pub fn issue(template: &Template, signatory: Signatory<'_>) -> Result<Certificate> {
    let certificate = issue_unchecked(template, signatory)?;
    let key = match signatory {
        Signatory::Issuer(issuer) => issuer.key(),
        Signatory::Itself(key) => key,
    };
    certificate.verify_signed_by(key.public_key())?;
    Ok(certificate)
}

/// Makes a certificate as [`issue`] does, and does not check its signature: for many of one list, of which some
/// are checked.
pub fn issue_unchecked(template: &Template, signatory: Signatory<'_>) -> Result<Certificate> {
    template.public_key.require_strength()?;
    let (issuer_name, key, authority_key_id) = match signatory {
        Signatory::Issuer(issuer) => {
            refuse_what_clients_would(template, issuer)?;
            (
                issuer.certificate().subject_der().to_vec(),
                issuer.key(),
                issuer.certificate().key_identifier(),
            )
        }
        Signatory::Itself(key) if key.public_key().spki() != template.public_key.spki() => {
            return Err(Error::new(
                ErrorKind::KeyMismatch,
                format!(
                    "the key that signs ({}) is not the one that the certificate is for ({}), and so is no signature of its own",
                    key.public_key().kind(),
                    template.public_key.kind()
                ),
            ));
        }
        Signatory::Itself(key) => (
            template.subject.to_der(),
            key,
            template.public_key.key_identifier(),
        ),
    };
    refuse_nameless(template, &issuer_name)?;
    let serial = serial_number(template.validity.not_before())?;
    let parameters = parameters(template, &serial)?;
    let encoded = parameters
        .signed_by(&Placeholder, &placeholder_issuer(&authority_key_id))
        .map_err(|error| refused_by_encoder(&error))?;
    let subject = template.subject.to_der();
    let algorithm = key.scheme().algorithm_identifier();
    let der = finish(encoded.der(), key, |field| match field {
        2 => Some(&algorithm),
        3 => Some(&issuer_name),
        5 => Some(&subject),
        6 => Some(template.public_key.spki()),
        _ => None,
    })?;
    let certificate = Certificate::from_der(&der)?;
    let same = certificate.subject_der() == subject
        && certificate.issuer_der() == issuer_name
        && certificate.public_key() == &template.public_key
        && certificate.validity() == template.validity
        && certificate.names() == template.names
        && certificate.is_authority() == template.profile.is_authority()
        && certificate.name_constraints() == template.profile.constraints.as_ref()
        && Vec::from_iter(template.profile.list_url.as_ref().map(Uri::to_string))
            == certificate.crl_urls();
    if same {
        Ok(certificate)
    } else {
        Err(not_what_was_asked())
    }
}

/// Makes a certificate request (RFC 2986) for a key, which signs it.
///
/// It asks for the names and the key usages; public CAs decide the rest. Fails with
/// [`ErrorKind::InvalidName`] if it would name nothing.
pub fn request(
    subject: &Subject,
    names: &[San],
    purposes: Purposes,
    key: &PrivateKey,
) -> Result<CertificateRequest> {
    requested(&Profile::leaf(purposes), subject, names, key)
}

/// Makes a request for the certificate of a CA, which only another CA can grant.
///
/// It asks for the path length, the key usages and the constraints of the profile. Fails with
/// [`ErrorKind::InvalidName`] without a subject.
pub fn authority_request(
    profile: &Profile,
    subject: &Subject,
    key: &PrivateKey,
) -> Result<CertificateRequest> {
    requested(profile, subject, &[], key)
}

fn requested(
    profile: &Profile,
    subject: &Subject,
    names: &[San],
    key: &PrivateKey,
) -> Result<CertificateRequest> {
    key.public_key().require_strength()?;
    if subject.is_empty() && names.is_empty() {
        return Err(nameless());
    }
    let encoded = request_parameters(profile, subject, names, key.public_key())?
        .serialize_request(&Placeholder)
        .map_err(|error| refused_by_encoder(&error))?;
    let encoded_subject = subject.to_der();
    let der = finish(encoded.der(), key, |field| match field {
        1 => Some(&encoded_subject),
        2 => Some(key.public_key().spki()),
        _ => None,
    })?;
    let request = CertificateRequest::from_der(&der)?;
    let same = request.subject().to_der() == encoded_subject
        && request.public_key() == key.public_key()
        && request.names() == names
        && request.wishes().authority == profile.is_authority()
        && request.constraints()? == profile.constraints;
    if same {
        Ok(request)
    } else {
        Err(not_what_was_asked())
    }
}

/// Makes a revocation list, signed by a CA.
///
/// Fails with [`ErrorKind::InvalidTime`] if the next one is due before this one is made, and with
/// [`ErrorKind::WrongKind`] if the CA's key usage does not include signing lists.
pub fn revocation_list(
    template: &RevocationListTemplate,
    issuer: &Issuer,
) -> Result<RevocationList> {
    if !issuer.certificate().may_sign_revocation_lists() {
        return Err(Error::new(
            ErrorKind::WrongKind,
            format!(
                "the key usage of the CA {} does not allow it to sign revocation lists",
                issuer.certificate().subject()
            ),
        ));
    }
    let period = Validity::new(template.this_update, template.next_update)?;
    if period.not_before() == period.not_after() {
        return Err(Error::new(
            ErrorKind::InvalidTime,
            "the next list would be due when this one is made",
        ));
    }
    let revoked = template
        .revoked
        .iter()
        .map(|revoked| rcgen::RevokedCertParams {
            serial_number: SerialNumber::from_slice(&revoked.serial),
            revocation_time: revoked.since,
            reason_code: revoked.reason.encoded(),
            invalidity_date: None,
        });
    let parameters = rcgen::CertificateRevocationListParams {
        this_update: period.not_before(),
        next_update: period.not_after(),
        crl_number: SerialNumber::from(template.number),
        issuing_distribution_point: None,
        revoked_certs: revoked.collect(),
        key_identifier_method: KeyIdMethod::PreSpecified(issuer.certificate().key_identifier()),
    };
    let encoded = parameters
        .signed_by(&placeholder_issuer(&[]))
        .map_err(|error| refused_by_encoder(&error))?;
    let algorithm = issuer.key().scheme().algorithm_identifier();
    let der = finish(encoded.der(), issuer.key(), |field| match field {
        1 => Some(&algorithm),
        2 => Some(issuer.certificate().subject_der()),
        _ => None,
    })?;
    Ok(RevocationList::from_der(der))
}

fn refuse_nameless(template: &Template, issuer_name: &[u8]) -> Result<()> {
    if template.subject.is_empty() && template.names.is_empty() {
        return Err(nameless());
    }
    if issuer_name == Subject::empty().to_der() {
        // RFC 5280 §4.1.2.4.
        return Err(Error::new(
            ErrorKind::InvalidSubject,
            "an issuer must have a name, and this subject is empty",
        ));
    }
    Ok(())
}

/// 16 octets, the first between 0x40 and 0x7f: positive, never shorter, 96 random bits (CA/Browser Forum Baseline
/// Requirements §7.1 want 64).
///
/// What stands before these is the moment from which it is valid, which the certificate tells anyway, in units of four
/// seconds, of which the bits that are left count for 136 years. So what is new stands together in every index by serial
/// number; at random each would change another page of a long ledger.
fn serial_number(not_before: OffsetDateTime) -> Result<[u8; 16]> {
    let mut serial = crypto::random::<16>()?;
    let units = not_before.unix_timestamp() >> 2;
    let [.., a, b, c, d] = units.to_be_bytes();
    serial[..4].copy_from_slice(&[a & 0x3f | 0x40, b, c, d]);
    Ok(serial)
}

fn nameless() -> Error {
    Error::new(
        ErrorKind::InvalidName,
        "there is nothing that the certificate would name",
    )
    .with_hint("give a host name or address, such as localhost, or a --subject")
}

fn not_what_was_asked() -> Error {
    Error::new(
        ErrorKind::Malformed,
        "what was encoded is not what was asked for, so it is withheld",
    )
    .with_hint("this is a defect of certwright; please report it with the command")
}

#[cfg(test)]
mod tests;
