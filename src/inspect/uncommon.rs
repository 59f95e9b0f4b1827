//! Extensions that `x509-parser` does not take apart: by their OIDs.

use std::borrow::Cow;

use x509_parser::extensions::{CRLDistributionPoints, SubjectAlternativeName};
use x509_parser::prelude::FromDer as _;

use super::content::Content;
use super::extension::distribution_points;
use super::general_name::GeneralNameView;
use super::oids;
use super::parts::{decimal, hex, strings_in};
use crate::der::{self, dotted};
use crate::error::Result;
use crate::text::escape_bytes;

/// Returns what an extension says; nothing for types that are not known here.
///
/// Fails with what is wrong, if the content is not what its type asks for.
pub(super) fn decode(oid: &str, value: &[u8]) -> std::result::Result<Option<Content>, String> {
    let damaged = || "its content is not what its type asks for".to_owned();
    let content = match oid {
        "1.3.6.1.5.5.7.1.24" => features(value),
        "1.3.6.1.4.1.11129.2.4.3" => Ok(Content::Statement {
            meaning: "a precertificate, which is no certificate",
        }),
        "1.3.6.1.5.5.7.48.1.5" => Ok(Content::Statement {
            meaning: "its own revocation is not looked up",
        }),
        "2.5.29.46" => {
            let (_, points) = CRLDistributionPoints::from_der(value).map_err(|_| damaged())?;
            Ok(distribution_points(&points))
        }
        "2.5.29.29" => {
            let (_, found) = SubjectAlternativeName::from_der(value).map_err(|_| damaged())?;
            Ok(Content::Names {
                names: GeneralNameView::all(&found.general_names),
            })
        }
        "2.5.29.27" | "1.3.6.1.4.1.311.21.1" => der::only(value)
            .and_then(|element| element.expect(der::INTEGER))
            .map(|number| Content::Number {
                number: hex(number),
            }),
        "2.5.29.16" => usage_period(value),
        "1.3.6.1.5.5.7.1.31" => der::only(value)
            .and_then(|element| element.expect(der::OCTET_STRING))
            .map(|digest| Content::Digest {
                digest: hex(digest),
            }),
        "1.3.6.1.4.1.311.21.7" => template(value),
        "2.5.29.9" | "1.3.6.1.4.1.311.21.10" | "1.2.840.113549.1.9.15" | "1.3.6.1.5.5.7.1.3" => {
            list_of_oids(value)
        }
        "1.3.6.1.4.1.311.20.2"
        | "1.2.840.113533.7.65.0"
        | "2.16.840.1.113730.1.2"
        | "2.16.840.1.113730.1.3"
        | "2.16.840.1.113730.1.4"
        | "2.16.840.1.113730.1.7"
        | "2.16.840.1.113730.1.8"
        | "2.16.840.1.113730.1.12" => Ok(Content::Text {
            text: strings_in(value).join(" "),
        }),
        _ => return Ok(None),
    };
    content.map(Some).map_err(|_| damaged())
}

/// RFC 7633: numbers of TLS extensions; 5 is `status_request`, known as "must staple".
fn features(value: &[u8]) -> Result<Content> {
    let mut reader = der::only(value)?.open(der::SEQUENCE)?;
    let mut features = Vec::new();
    while !reader.is_empty() {
        features.push(match reader.element()?.expect(der::INTEGER)? {
            [5] => Cow::Borrowed("status_request (must staple)"),
            [17] => Cow::Borrowed("status_request_v2"),
            other => Cow::Owned(decimal(other)),
        });
    }
    Ok(Content::Features { features })
}

/// RFC 3280 §4.2.1.4.
fn usage_period(value: &[u8]) -> Result<Content> {
    let mut reader = der::only(value)?.open(der::SEQUENCE)?;
    let (mut not_before, mut not_after) = (None, None);
    while !reader.is_empty() {
        let element = reader.element()?;
        let time = Some(generalized_time(element.content));
        match element.tag {
            0x80 => not_before = time,
            _ => not_after = time,
        }
    }
    Ok(Content::Period {
        not_before,
        not_after,
    })
}

/// A GeneralizedTime of RFC 5280's form as RFC 3339 has it; any other as it stands.
pub(super) fn generalized_time(content: &[u8]) -> String {
    let text = escape_bytes(content);
    let digits = text
        .strip_suffix('Z')
        .filter(|digits| digits.len() == 14 && digits.bytes().all(|b| b.is_ascii_digit()));
    digits.map_or(text.clone(), |d| {
        format!(
            "{}-{}-{}T{}:{}:{}Z",
            &d[..4],
            &d[4..6],
            &d[6..8],
            &d[8..10],
            &d[10..12],
            &d[12..]
        )
    })
}

/// `CertificateTemplate`: the template's OID, then its version.
fn template(value: &[u8]) -> Result<Content> {
    let mut reader = der::only(value)?.open(der::SEQUENCE)?;
    let template = dotted(reader.element()?.expect(der::OBJECT_IDENTIFIER)?);
    let mut version = Vec::new();
    while !reader.is_empty() {
        version.push(decimal(reader.element()?.expect(der::INTEGER)?));
    }
    Ok(Content::Template {
        template,
        version: version.join("."),
    })
}

/// A SEQUENCE of SEQUENCEs that each begin with an OID.
fn list_of_oids(value: &[u8]) -> Result<Content> {
    let mut reader = der::only(value)?.open(der::SEQUENCE)?;
    let mut list = Vec::new();
    while !reader.is_empty() {
        let mut entry = reader.element()?.open(der::SEQUENCE)?;
        let oid = dotted(entry.element()?.expect(der::OBJECT_IDENTIFIER)?);
        let name = oids::other(&oid).or_else(|| oids::purpose(&oid));
        list.push(oids::named(&oid, name));
    }
    Ok(Content::List { list })
}
