//! Making: every certificate, request and revocation list is finished here.
//!
//! rcgen encodes; its encoding is then completed with the exact bytes of names and keys, which it
//! cannot hold (several attributes of one type, foreign string types, keys it does not know), and
//! signed here. What leaves was parsed again, compared with what was asked for, and its signature
//! was checked.

use std::net::Ipv4Addr;

use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, IsCa, KeyIdMethod, SanType, SerialNumber,
};

use crate::cert::{Certificate, Issuer};
use crate::crl::{RevocationList, RevocationListTemplate};
use crate::crypto;
use crate::csr::CertificateRequest;
use crate::der;
use crate::error::{Error, ErrorKind, Result};
use crate::key::{PrivateKey, PublicKey};
use crate::name::{DnsName, NameConstraints, Permission, San, Subject, Subtree};
use crate::profile::{Profile, Purposes, Role};
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
/// The serial number is 16 random octets. Fails with [`ErrorKind::OutOfScope`] if the issuer's name
/// constraints do not permit a name, with [`ErrorKind::Expired`] if the certificate would be valid
/// when its issuer is not, with [`ErrorKind::Weak`] for keys that clients refuse, with
/// [`ErrorKind::InvalidName`] if it would name nothing, and with [`ErrorKind::KeyMismatch`] if it
/// would sign itself with a key that is not its own.
pub fn issue(template: &Template, signatory: Signatory<'_>) -> Result<Certificate> {
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
    let serial = random_serial()?;
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
    certificate.verify_signed_by(key.public_key())?;
    let same = certificate.subject_der() == subject
        && certificate.issuer_der() == issuer_name
        && certificate.public_key() == &template.public_key
        && certificate.validity() == template.validity
        && certificate.names() == template.names
        && certificate.is_authority() == template.profile.is_authority()
        && certificate.name_constraints() == template.profile.constraints.as_ref();
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
    key.public_key().require_strength()?;
    if subject.is_empty() && names.is_empty() {
        return Err(nameless());
    }
    let profile = Profile::leaf(purposes);
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = stand_in(subject);
    parameters.subject_alt_names = names.iter().map(general_name).collect::<Result<_>>()?;
    parameters.key_usages = profile.key_usages(key.public_key().kind());
    parameters.extended_key_usages = purposes.extended_key_usages();
    let encoded = parameters
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
        && request.names() == names;
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
        .map(|(serial, since)| rcgen::RevokedCertParams {
            serial_number: SerialNumber::from_slice(serial),
            revocation_time: *since,
            reason_code: None,
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

/// What a client would refuse on account of the issuer is refused here first.
fn refuse_what_clients_would(template: &Template, issuer: &Issuer) -> Result<()> {
    let (inner, outer) = (template.validity, issuer.certificate().validity());
    if inner.clipped_to(&outer)? != inner {
        return Err(Error::new(
            ErrorKind::Expired,
            format!("{inner} does not lie within the validity of the CA, {outer}"),
        ));
    }
    let below = template.profile.is_authority();
    if below && issuer.certificate().path_length() == Some(0) {
        return Err(Error::new(
            ErrorKind::OutOfScope,
            "the CA's path length of 0 allows no CA below it",
        ));
    }
    issuer.chain().try_for_each(|ca| {
        ca.name_constraints()
            .map_or(Ok(()), |it| refuse_names(template, it, ca))
    })
}

/// Holds every name against the constraints of one certificate of the chain.
fn refuse_names(
    template: &Template,
    constraints: &NameConstraints,
    ca: &Certificate,
) -> Result<()> {
    if let Some(name) = template
        .names
        .iter()
        .find(|name| !constraints.permits(name))
    {
        return Err(match Permission::for_name(name) {
            None => cannot_be_permitted(name),
            Some(_) => out_of_scope(&name.to_string(), name, constraints, ca),
        });
    }
    let subject = &template.subject;
    if !constraints.permits_subject(subject) {
        return Err(outside(
            &format!("the subject {subject}"),
            constraints,
            ca,
            |subtree| matches!(subtree, Subtree::Directory(_)),
        )
        .with_hint("give a --subject that begins with the attributes permitted, or none"));
    }
    // RFC 5280 §4.2.1.10: constraints on mailboxes hold for this attribute too.
    for address in subject.email_addresses() {
        let mailbox = address.parse().map(San::Email);
        let mut all = constraints.permitted.iter().chain(&constraints.excluded);
        let permitted = match &mailbox {
            Ok(mailbox) => constraints.permits(mailbox),
            Err(_) => !all.any(is_email),
        };
        if !permitted {
            let name = format!("the emailAddress {address} in the subject");
            return Err(match &mailbox {
                Ok(mailbox) => out_of_scope(&name, mailbox, constraints, ca),
                Err(_) => outside(&name, constraints, ca, is_email)
                    .with_hint("it is no e-mail address; leave it out of the subject"),
            });
        }
    }
    let has_host = template
        .names
        .iter()
        .any(|name| matches!(name, San::Dns(_)));
    for name in subject
        .common_names()
        .iter()
        .filter(|name| name.contains('.'))
    {
        let what = format!("the common name {name}");
        // OpenSSL holds a common name that looks like a host name against the constraints on host
        // names, unless there is a DNS name beside it (`NAME_CONSTRAINTS_check_CN`).
        if let Ok(host) = name.parse::<DnsName>().map(San::Dns) {
            if !constraints.permits(&host) {
                return Err(out_of_scope(&what, &host, constraints, ca));
            }
        } else if !has_host
            && name.parse::<Ipv4Addr>().is_ok()
            && constraints.permitted.iter().any(is_host)
        {
            return Err(outside(&what, constraints, ca, is_host).with_hint(
                "OpenSSL takes it for a host name; leave it out, or give a host name beside it",
            ));
        }
    }
    Ok(())
}

fn is_email(subtree: &Subtree) -> bool {
    matches!(subtree, Subtree::Email(_))
}

fn is_host(subtree: &Subtree) -> bool {
    matches!(subtree, Subtree::Dns(_))
}

/// The error for a name that is outside, with the way to widen the CA for it.
fn out_of_scope(what: &str, name: &San, constraints: &NameConstraints, ca: &Certificate) -> Error {
    let error = outside(what, constraints, ca, |subtree| subtree.concerns(name));
    if constraints.excludes(name) {
        return error.with_hint("what a CA excludes, its successors exclude too; make another: certwright --home DIR ca init");
    }
    error.with_hint(format!(
        "make a generation of the CA that may: certwright ca widen {name}"
    ))
}

/// Names both sides: what was asked for, and what is permitted or excluded of its kind.
fn outside(
    what: &str,
    constraints: &NameConstraints,
    ca: &Certificate,
    concerns: impl Fn(&Subtree) -> bool,
) -> Error {
    let listed = |subtrees: &[Subtree]| {
        let bases: Vec<String> = subtrees
            .iter()
            .filter(|subtree| concerns(subtree))
            .map(Subtree::base)
            .collect();
        // That what is permitted of a host is so of those below goes without saying.
        let plain = |base: &&String| {
            !base
                .strip_prefix('.')
                .is_some_and(|host| bases.iter().any(|it| it == host))
        };
        bases
            .iter()
            .filter(plain)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    };
    let excluded = listed(&constraints.excluded);
    let but = if excluded.is_empty() {
        String::new()
    } else {
        format!(" (excluded: {excluded})")
    };
    let permitted = match listed(&constraints.permitted) {
        none if none.is_empty() => "all".to_owned(),
        some => some,
    };
    Error::new(
        ErrorKind::OutOfScope,
        format!(
            "{what} is outside what the CA {} may issue for: {permitted}{but}",
            ca.subject()
        ),
    )
}

/// The error for a URI without a host name, which lies within no constraints on URIs.
pub fn cannot_be_permitted(name: &San) -> Error {
    Error::new(
        ErrorKind::OutOfScope,
        format!("no constraint can permit {name}, since it has no host name (RFC 5280 §4.2.1.10)"),
    )
    .with_hint("only a CA without constraints can issue for it: certwright --home DIR ca init --constraints none")
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

fn parameters(template: &Template, serial: &[u8]) -> Result<CertificateParams> {
    let profile = &template.profile;
    let key_id = template.public_key.key_identifier();
    let mut parameters = CertificateParams::default();
    match profile.role {
        Role::Authority { path_length } => {
            let limit = path_length.map(rcgen::BasicConstraints::Constrained);
            parameters.is_ca = IsCa::Ca(limit.unwrap_or(rcgen::BasicConstraints::Unconstrained));
        }
        Role::EndEntity => {
            // rcgen writes it for authorities only.
            let value = der::element(der::OCTET_STRING, &[&key_id]);
            let extension = CustomExtension::from_oid_content(SUBJECT_KEY_IDENTIFIER, value);
            parameters.custom_extensions.push(extension);
        }
    }
    // Not by rcgen, which has no constraints on URIs.
    if let Some(constraints) = &profile.constraints {
        let mut extension =
            CustomExtension::from_oid_content(NAME_CONSTRAINTS, constraints.to_der());
        extension.set_criticality(constraints.critical);
        parameters.custom_extensions.push(extension);
    }
    parameters.not_before = template.validity.not_before();
    parameters.not_after = template.validity.not_after();
    parameters.serial_number = Some(SerialNumber::from_slice(serial));
    parameters.subject_alt_names = template
        .names
        .iter()
        .map(general_name)
        .collect::<Result<_>>()?;
    parameters.distinguished_name = stand_in(&template.subject);
    parameters.key_usages = profile.key_usages(template.public_key.kind());
    parameters.extended_key_usages = profile.purposes.extended_key_usages();
    parameters.use_authority_key_identifier_extension = true;
    parameters.key_identifier_method = KeyIdMethod::PreSpecified(key_id);
    Ok(parameters)
}

/// Replaces fields of what is signed, signs it, and puts it together.
fn finish<'a>(
    encoded: &[u8],
    key: &PrivateKey,
    replace: impl Fn(usize) -> Option<&'a [u8]>,
) -> Result<Vec<u8>> {
    let mut fields = der::only(encoded)?
        .open(der::SEQUENCE)?
        .element()?
        .open(der::SEQUENCE)?;
    let mut signed = Vec::with_capacity(encoded.len() + 256);
    for field in 0.. {
        if fields.is_empty() {
            break;
        }
        let original = fields.element()?.raw;
        signed.extend_from_slice(replace(field).unwrap_or(original));
    }
    let signed = der::sequence(&[&signed]);
    let signature = key.sign(&signed)?;
    Ok(der::sequence(&[
        &signed,
        &key.scheme().algorithm_identifier(),
        &der::bit_string(&signature),
    ]))
}

fn general_name(name: &San) -> Result<SanType> {
    let ia5 = |text: &str| {
        rcgen::string::Ia5String::try_from(text.to_owned())
            .map_err(|_| Error::new(ErrorKind::InvalidName, format!("\"{text}\" is not ASCII")))
    };
    Ok(match name {
        San::Dns(name) => SanType::DnsName(ia5(name.as_str())?),
        San::Email(address) => SanType::Rfc822Name(ia5(&address.to_string())?),
        San::Ip(address) => SanType::IpAddress(*address),
        San::Uri(uri) => SanType::URI(ia5(&uri.to_string())?),
    })
}

/// rcgen decides by its own name whether the alternative names are critical (RFC 5280 §4.2.1.6).
fn stand_in(subject: &Subject) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    if !subject.is_empty() {
        name.push(rcgen::DnType::CommonName, "replaced");
    }
    name
}

/// 16 octets, the first between 0x40 and 0x7f: positive, never shorter, 126 random bits
/// (CA/Browser Forum Baseline Requirements §7.1 want 64).
fn random_serial() -> Result<[u8; 16]> {
    let mut serial = crypto::random::<16>()?;
    serial[0] = serial[0] & 0x7f | 0x40;
    Ok(serial)
}

/// Stands for keys until the encoding is finished: its key and signature are replaced.
struct Placeholder;

impl rcgen::PublicKeyData for Placeholder {
    fn der_bytes(&self) -> &[u8] {
        &[0; 32]
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ED25519
    }
}

impl rcgen::SigningKey for Placeholder {
    fn sign(&self, _message: &[u8]) -> std::result::Result<Vec<u8>, rcgen::Error> {
        Ok(Vec::new())
    }
}

fn placeholder_issuer(key_id: &[u8]) -> rcgen::Issuer<'static, Placeholder> {
    let mut parameters = CertificateParams::default();
    parameters.key_identifier_method = KeyIdMethod::PreSpecified(key_id.to_vec());
    rcgen::Issuer::new(parameters, Placeholder)
}

fn nameless() -> Error {
    Error::new(
        ErrorKind::InvalidName,
        "there is nothing that the certificate would name",
    )
    .with_hint("give a host name or address, such as localhost, or a --subject")
}

fn refused_by_encoder(error: &rcgen::Error) -> Error {
    Error::new(
        ErrorKind::InvalidValue,
        format!("the certificate cannot be encoded: {error}"),
    )
}

fn not_what_was_asked() -> Error {
    Error::new(
        ErrorKind::Malformed,
        "what was encoded is not what was asked for, so it is withheld",
    )
    .with_hint("this is a defect of certwright; please report it with the command")
}

const SUBJECT_KEY_IDENTIFIER: &[u64] = &[2, 5, 29, 14];
const NAME_CONSTRAINTS: &[u64] = &[2, 5, 29, 30];

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::crypto::Algorithm;
    use crate::profile::ConstraintPreset;
    use crate::validity::Lifetime;

    const NOW: time::OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

    fn names(texts: &[&str]) -> Vec<San> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn template(profile: Profile, subject: &str, names: Vec<San>, key: &PrivateKey) -> Template {
        let subject = if subject.is_empty() {
            Subject::empty()
        } else {
            subject.parse().unwrap()
        };
        let validity = Validity::starting(NOW, Lifetime::days(30)).unwrap();
        Template {
            profile,
            subject,
            names,
            public_key: key.public_key().clone(),
            validity,
        }
    }

    fn authority(algorithm: Algorithm, subject: &str) -> Issuer {
        let key = PrivateKey::generate(algorithm).unwrap();
        let constraints = ConstraintPreset::Dns.constraints(&[]).unwrap();
        let template = template(
            Profile::root(Some(1), constraints),
            subject,
            Vec::new(),
            &key,
        );
        let certificate = issue(&template, Signatory::Itself(&key)).unwrap();
        Issuer::new(certificate, key).unwrap()
    }

    #[test]
    fn every_algorithm_issues_for_every_algorithm() {
        for issuing in Algorithm::ALL {
            let issuer = authority(issuing, "CN=root");
            let key = PrivateKey::generate(Algorithm::P256).unwrap();
            let leaf = Profile::leaf(Purposes {
                server: true,
                ..Purposes::NONE
            });
            let template = template(
                leaf,
                "",
                names(&["localhost", "::1", "a@localhost", "https://localhost/"]),
                &key,
            );
            let certificate = issue(&template, Signatory::Issuer(&issuer)).unwrap();
            assert_eq!(
                certificate.authority_key_identifier(),
                Some(&issuer.certificate().key_identifier()[..])
            );
        }
    }

    #[test]
    fn names_that_rcgen_cannot_hold_are_kept_exactly() {
        let subject = "CN=a+UID=b,OU=one,OU=two,DC=example,DC=test";
        let issuer = authority(Algorithm::P256, subject);
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let template = template(
            Profile::leaf(Purposes::ALL),
            subject,
            names(&["localhost"]),
            &key,
        );
        let certificate = issue(&template, Signatory::Issuer(&issuer)).unwrap();
        assert_eq!(certificate.issuer_der(), issuer.certificate().subject_der());
        assert_eq!(
            certificate.subject().to_string(),
            subject.parse::<Subject>().unwrap().to_string()
        );
    }

    #[test]
    fn serials_differ_and_are_positive() {
        let serials: Vec<_> = (0..100).map(|_| random_serial().unwrap()).collect();
        assert!(
            serials
                .iter()
                .all(|serial| serial[0] < 0x80 && serial[0] >= 0x40)
        );
        assert!(
            serials
                .iter()
                .enumerate()
                .all(|(at, serial)| !serials[..at].contains(serial))
        );
    }

    #[test]
    fn what_lies_outside_the_issuer_is_refused() {
        let issuer = authority(Algorithm::P256, "CN=root");
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let leaf = || Profile::leaf(Purposes::ALL);
        let refused =
            |template: &Template| issue(template, Signatory::Issuer(&issuer)).unwrap_err();

        let error = refused(&template(
            leaf(),
            "",
            names(&["localhost", "example.com"]),
            &key,
        ));
        assert_eq!(error.kind(), ErrorKind::OutOfScope);
        assert_eq!(
            error.hint(),
            Some("make a generation of the CA that may: certwright ca widen example.com")
        );

        let error = refused(&template(
            leaf(),
            "CN=www.example.com",
            names(&["localhost"]),
            &key,
        ));
        assert!(
            error
                .to_string()
                .starts_with("the common name www.example.com is outside")
        );
        assert!(
            issue(
                &template(leaf(), "CN=alice", names(&["localhost"]), &key),
                Signatory::Issuer(&issuer)
            )
            .is_ok()
        );

        let mut late = template(leaf(), "", names(&["localhost"]), &key);
        late.validity = Validity::starting(NOW, Lifetime::days(31)).unwrap();
        assert_eq!(refused(&late).kind(), ErrorKind::Expired);
    }

    #[test]
    fn what_no_constraint_can_permit_is_not_to_be_widened() {
        let issuer = authority(Algorithm::P256, "CN=root");
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        for uri in ["urn:a:b", "https://[::1]/", "https://127.0.0.1/"] {
            let leaf = template(Profile::leaf(Purposes::ALL), "", names(&[uri]), &key);
            let error = issue(&leaf, Signatory::Issuer(&issuer)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OutOfScope, "{uri}");
            assert!(!error.hint().unwrap().contains("widen"), "{uri}");
        }
    }

    #[test]
    fn the_subject_is_held_against_every_certificate_of_the_chain() {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let company = "/C=DE/O=Company".parse::<Subject>().unwrap();
        let constraints = NameConstraints {
            permitted: vec![
                Subtree::Directory(company.to_der()),
                Subtree::Email("a.test".into()),
                Subtree::Dns("a.test".into()),
            ],
            excluded: vec![Subtree::Dns("bad.a.test".into())],
            critical: true,
        };
        let top = template(
            Profile::root(Some(1), Some(constraints)),
            "CN=top",
            Vec::new(),
            &key,
        );
        let top = issue(&top, Signatory::Itself(&key)).unwrap();
        let sub = template(Profile::intermediate(None), "CN=sub", Vec::new(), &key);
        let sub = issue(&sub, Signatory::Itself(&key)).unwrap();
        let issuer = Issuer::new(sub, key).unwrap().below([top]);
        let issued = |subject: &str, list: &[&str]| {
            let leaf = Profile::leaf(Purposes::ALL);
            let leaf = template(leaf, subject, names(list), issuer.key());
            issue(&leaf, Signatory::Issuer(&issuer)).map_err(|error| error.to_string())
        };
        assert!(issued("", &["x.a.test"]).is_ok());
        assert!(issued("/C=DE/O=Company/emailAddress=me@a.test", &["a.test"]).is_ok());
        for (subject, name, words) in [
            (
                "/O=Other",
                "a.test",
                "the subject O=Other is outside what the CA CN=top may issue for: O=Company,C=DE",
            ),
            (
                "/C=DE/O=Company/emailAddress=me@b.test",
                "a.test",
                "the emailAddress me@b.test in the subject is outside what the CA CN=top may issue for: a.test",
            ),
            (
                "/C=DE/O=Company/emailAddress=me",
                "a.test",
                "the emailAddress me in the subject",
            ),
            (
                "",
                "x.bad.a.test",
                "may issue for: a.test (excluded: bad.a.test)",
            ),
            (
                "/C=DE/O=Company/CN=1.2.3.4",
                "me@a.test",
                "the common name 1.2.3.4 is outside",
            ),
        ] {
            let error = issued(subject, &[name]).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn an_issuer_has_a_name_and_a_certificate_names_something() {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let nameless = template(
            Profile::leaf(Purposes::ALL),
            "",
            names(&["localhost"]),
            &key,
        );
        let error = issue(&nameless, Signatory::Itself(&key)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSubject);
        let empty = template(Profile::leaf(Purposes::ALL), "", Vec::new(), &key);
        assert_eq!(
            issue(&empty, Signatory::Itself(&key)).unwrap_err().kind(),
            ErrorKind::InvalidName
        );
    }

    #[test]
    fn nothing_signs_itself_with_anothers_key() {
        let [one, two] = [0; 2].map(|_| PrivateKey::generate(Algorithm::P256).unwrap());
        let leaf = template(Profile::leaf(Purposes::ALL), "CN=a", Vec::new(), &one);
        let error = issue(&leaf, Signatory::Itself(&two)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KeyMismatch);
    }

    #[test]
    fn years_are_encoded_by_the_rule() {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        for (year, tag) in [
            ("2049-12-31", der::UTC_TIME),
            ("2050-01-01", der::GENERALIZED_TIME),
        ] {
            let mut template = template(Profile::leaf(Purposes::ALL), "CN=a", Vec::new(), &key);
            template.validity =
                Validity::new(NOW, crate::validity::parse_time(year).unwrap()).unwrap();
            let certificate = issue(&template, Signatory::Itself(&key)).unwrap();
            let mut tbs = der::only(certificate.der())
                .unwrap()
                .open(der::SEQUENCE)
                .unwrap()
                .element()
                .unwrap()
                .open(der::SEQUENCE)
                .unwrap();
            let mut validity = (0..5)
                .map(|_| tbs.element().unwrap())
                .last()
                .unwrap()
                .open(der::SEQUENCE)
                .unwrap();
            validity.element().unwrap();
            assert_eq!(validity.element().unwrap().tag, tag, "{year}");
        }
    }

    #[test]
    fn requests_are_read_back_and_forged_ones_refused() {
        let key = PrivateKey::generate(Algorithm::P521).unwrap();
        let subject = "CN=a,OU=one,OU=two".parse().unwrap();
        let made = request(
            &subject,
            &names(&["localhost", "10.0.0.1"]),
            Purposes::ALL,
            &key,
        )
        .unwrap();
        let read = CertificateRequest::from_bytes(made.to_pem().as_bytes()).unwrap();
        assert_eq!(
            (read.subject().to_string(), read.names().len()),
            (subject.to_string(), 2)
        );
        let mut forged = made.der().to_vec();
        let end = forged.len() - 1;
        forged[end] ^= 1;
        assert_eq!(
            CertificateRequest::from_der(&forged).unwrap_err().kind(),
            ErrorKind::BadSignature
        );
    }

    #[test]
    fn a_request_without_alternative_names_is_for_its_common_name() {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let made = request(&"CN=10.0.0.1".parse().unwrap(), &[], Purposes::ALL, &key).unwrap();
        assert_eq!(made.names_to_certify().unwrap(), names(&["10.0.0.1"]));
        let made = request(&"CN=my server".parse().unwrap(), &[], Purposes::ALL, &key).unwrap();
        assert_eq!(
            made.names_to_certify().unwrap_err().kind(),
            ErrorKind::InvalidName
        );
    }
}
