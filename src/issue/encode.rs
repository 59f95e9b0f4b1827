//! What rcgen encodes, and how it is finished.

use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, IsCa, KeyIdMethod, SanType, SerialNumber,
};

use super::Template;
use crate::der;
use crate::error::{Error, ErrorKind, Result};
use crate::key::{PrivateKey, PublicKey};
use crate::name::{NameConstraints, San, Subject};
use crate::profile::{Profile, Role};

/// What rcgen is to encode for a certificate.
pub(super) fn parameters(template: &Template, serial: &[u8]) -> Result<CertificateParams> {
    let profile = &template.profile;
    let key_id = template.public_key.key_identifier();
    let mut parameters = CertificateParams::default();
    parameters.is_ca = is_ca(profile.role);
    if profile.role == Role::EndEntity {
        // rcgen writes it for authorities only.
        let value = der::element(der::OCTET_STRING, &[&key_id]);
        let extension = CustomExtension::from_oid_content(SUBJECT_KEY_IDENTIFIER, value);
        parameters.custom_extensions.push(extension);
    }
    parameters
        .custom_extensions
        .extend(profile.constraints.as_ref().map(name_constraints));
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
    let point = profile
        .list_url
        .as_ref()
        .map(|url| rcgen::CrlDistributionPoint {
            uris: vec![url.to_string()],
        });
    parameters.crl_distribution_points.extend(point);
    parameters.use_authority_key_identifier_extension = true;
    parameters.key_identifier_method = KeyIdMethod::PreSpecified(key_id);
    Ok(parameters)
}

/// What rcgen is to encode for a request.
pub(super) fn request_parameters(
    profile: &Profile,
    subject: &Subject,
    names: &[San],
    key: &PublicKey,
) -> Result<CertificateParams> {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = stand_in(subject);
    parameters.subject_alt_names = names.iter().map(general_name).collect::<Result<_>>()?;
    parameters.is_ca = is_ca(profile.role);
    parameters.key_usages = profile.key_usages(key.kind());
    parameters.extended_key_usages = profile.purposes.extended_key_usages();
    parameters
        .custom_extensions
        .extend(profile.constraints.as_ref().map(name_constraints));
    Ok(parameters)
}

fn is_ca(role: Role) -> IsCa {
    match role {
        Role::Authority { path_length, .. } => {
            let limit = path_length.map(rcgen::BasicConstraints::Constrained);
            IsCa::Ca(limit.unwrap_or(rcgen::BasicConstraints::Unconstrained))
        }
        Role::EndEntity => IsCa::NoCa,
    }
}

/// Not by rcgen, which has no constraints on URIs.
fn name_constraints(constraints: &NameConstraints) -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(NAME_CONSTRAINTS, constraints.to_der());
    extension.set_criticality(constraints.critical);
    extension
}

/// Replaces fields of what is signed, signs it, and puts it together.
pub(super) fn finish<'a>(
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

/// An alternative name as rcgen takes it.
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

/// Stands for keys until the encoding is finished: its key and signature are replaced.
pub(super) struct Placeholder;

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

/// An issuer with nothing but a key's identifier.
pub(super) fn placeholder_issuer(key_id: &[u8]) -> rcgen::Issuer<'static, Placeholder> {
    let mut parameters = CertificateParams::default();
    parameters.key_identifier_method = KeyIdMethod::PreSpecified(key_id.to_vec());
    rcgen::Issuer::new(parameters, Placeholder)
}

pub(super) fn refused_by_encoder(error: &rcgen::Error) -> Error {
    Error::new(
        ErrorKind::InvalidValue,
        format!("the certificate cannot be encoded: {error}"),
    )
}

const SUBJECT_KEY_IDENTIFIER: &[u64] = &[2, 5, 29, 14];
const NAME_CONSTRAINTS: &[u64] = &[2, 5, 29, 30];
