//! Making: every certificate, request and revocation list is finished here.
//!
//! rcgen encodes; its encoding is then completed with the exact bytes of names and keys, which it
//! cannot hold (several attributes of one type, foreign string types, keys it does not know), and
//! signed here. What leaves was parsed again, compared with what was asked for, and its signature
//! was checked.

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
use crate::name::{DnsName, NameConstraints, San, Subject};
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
/// when its issuer is not, with [`ErrorKind::Weak`] for keys that clients refuse, and with
/// [`ErrorKind::InvalidName`] if it would name nothing.
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
/// Fails with [`ErrorKind::InvalidTime`] if the next one is due before this one is made.
pub fn revocation_list(
    template: &RevocationListTemplate,
    issuer: &Issuer,
) -> Result<RevocationList> {
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
    let Some(constraints) = issuer.certificate().name_constraints() else {
        return Ok(());
    };
    for name in &template.names {
        if !constraints.permits(name) {
            return Err(out_of_scope(&name.to_string(), constraints, issuer));
        }
    }
    let has_host = template
        .names
        .iter()
        .any(|name| matches!(name, San::Dns(_)));
    for name in template.subject.common_names() {
        if !permits_common_name(&name, constraints, has_host) {
            return Err(out_of_scope(
                &format!("the common name {name}"),
                constraints,
                issuer,
            ));
        }
    }
    Ok(())
}

/// OpenSSL holds a common name that looks like a host name against the constraints on host names,
/// unless there is a DNS name beside it; an IPv4 address looks like one to it (`NAME_CONSTRAINTS_check_CN`).
fn permits_common_name(name: &str, constraints: &NameConstraints, has_host: bool) -> bool {
    if !name.contains('.') {
        return true;
    }
    match name.parse::<DnsName>() {
        Ok(host) => constraints.permits(&San::Dns(host)),
        Err(_) => has_host || name.parse::<std::net::Ipv4Addr>().is_err(),
    }
}

fn out_of_scope(name: &str, constraints: &NameConstraints, issuer: &Issuer) -> Error {
    let permitted: Vec<String> = constraints
        .permitted
        .iter()
        .filter_map(|subtree| match subtree {
            crate::name::Subtree::Dns(base) => Some(base.clone()),
            crate::name::Subtree::Ip(subnet) => Some(subnet.to_string()),
            _ => None,
        })
        .collect();
    let ca = issuer.certificate().subject();
    Error::new(
        ErrorKind::OutOfScope,
        format!(
            "{name} is outside what the CA {ca} may issue for: {}",
            permitted.join(", ")
        ),
    )
    .with_hint(format!(
        "make a generation of the CA that may: certwright ca widen {}",
        name.trim_start_matches("the common name ")
    ))
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
