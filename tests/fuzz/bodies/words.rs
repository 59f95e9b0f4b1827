//! What people type, and what stands in fields of text.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use certwright::batch::Requests;
use certwright::ca::{index_line, read_index};
use certwright::cert::moment;
use certwright::der;
use certwright::error::Error;
use certwright::name::{
    DnsName, FoldedName, GeneralName, NameConstraints, Permission, San, Subject, Subnet,
    parse_name, to_rfc4514,
};
use certwright::remote::{Endpoint, Proxy, Target};
use certwright::validity::{Lifetime, Validity, parse_time, to_rfc3339};
use certwright::verify::Reference;

use super::documents::{encoded_again, typed_again};
use super::{NOW, answer, safe};

/// What is taken is shown as it is taken.
fn shown_as_taken<T>(text: &str) -> Option<T>
where
    T: FromStr<Err = Error> + Display + PartialEq + Debug,
{
    let value: T = answer(text.parse())?;
    safe(&value);
    assert_eq!(value.to_string().parse::<T>().unwrap(), value);
    Some(value)
}

/// Names as text, and in DER.
pub fn name(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Some(name) = answer(text.parse::<San>()) {
            typed_again(&name);
            assert_eq!(name.to_string().parse::<San>().unwrap(), name);
            let permission = Permission::for_name(&name);
            assert!(permission.is_none_or(|it| it.to_string().parse::<Permission>().is_ok()));
        }
        shown_as_taken::<DnsName>(text);
        shown_as_taken::<Subnet>(text);
        shown_as_taken::<Permission>(text);
        shown_as_taken::<Reference>(text);
        subject(text);
    }
    encoded_name(bytes);
    encoded_names(bytes);
}

fn subject(text: &str) {
    if let Some(subject) = answer(text.parse::<Subject>()) {
        safe(&subject);
        // After # anything can be given, strings of other types too.
        if !text.contains('#') {
            let again: Subject = subject.to_string().parse().unwrap();
            assert_eq!(again.to_der(), subject.to_der());
        }
    }
    if let Some(subject) = answer(Subject::common_name(text)) {
        assert_eq!(subject.common_names(), [text]);
        let again: Subject = subject.to_string().parse().unwrap();
        assert_eq!(again.to_der(), subject.to_der());
    }
}

/// A `Name`: shown, taken apart and compared.
fn encoded_name(bytes: &[u8]) {
    let subject = Subject::from_der(bytes);
    safe(&subject);
    safe(subject.without_common_names());
    if let Some(rdns) = parse_name(bytes) {
        safe(to_rfc4514(&rdns));
    }
    if let Some(folded) = FoldedName::from_der(bytes) {
        assert_eq!(folded.begins_with(&folded), Some(true));
    }
}

/// `GeneralNames`, and constraints on them.
fn encoded_names(bytes: &[u8]) {
    let whole = der::only(bytes);
    let names = whole.and_then(|whole| GeneralName::read_all(whole, der::SEQUENCE));
    let names = names.unwrap_or_default();
    for name in &names {
        safe(name);
        if let Some(name) = answer(San::try_from(name)) {
            typed_again(&name);
        }
    }
    if let Some(constraints) = answer(NameConstraints::from_der(bytes, true)) {
        encoded_again(&constraints);
        for name in &names {
            let _ = constraints.objection(name);
        }
    }
}

/// Lengths of time and moments, as text and in DER.
pub fn validity(bytes: &[u8]) {
    if let Some(moment) = der::only(bytes).ok().and_then(|time| answer(moment(time))) {
        assert_eq!(parse_time(&to_rfc3339(moment)).unwrap(), moment);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Some(lifetime) = shown_as_taken::<Lifetime>(text)
        && let Some(validity) = answer(Validity::starting(NOW, lifetime))
    {
        assert!(validity.contains(NOW) && validity.contains(validity.last_third()));
    }
    if let Some(moment) = answer(parse_time(text)) {
        assert_eq!(parse_time(&to_rfc3339(moment)).unwrap(), moment);
        answer(Validity::new(NOW, moment));
    }
}

/// What people write for a server, and for a proxy.
pub fn target(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Some(target) = answer(text.parse::<Target>()) {
        safe(&target);
        let again: Target = target.to_string().parse().unwrap();
        assert_eq!((&again.host, again.port), (&target.host, target.port));
    }
    shown_as_taken::<Endpoint>(text);
    if let Some(proxy) = answer(text.parse::<Proxy>()) {
        safe(proxy);
    }
}

/// An index is written as it was read; attributes that stand beside each other come to stand in a row.
pub fn index(bytes: &[u8]) {
    for row in answer(read_index(bytes, "ca-1")).into_iter().flatten() {
        safe(&row.subject);
        let line = index_line(&row, NOW);
        safe(line.replace('\t', " "));
        let again = read_index(line.as_bytes(), "ca-1").unwrap();
        assert_eq!(again.len(), 1);
        assert_eq!(
            (&again[0].serial, again[0].not_after),
            (&row.serial, row.not_after)
        );
        assert_eq!(again[0].revoked, row.revoked);
        // What is no name is kept as it stands, and may come to be one when it is escaped.
        if row.subject.parse::<Subject>().is_ok() {
            assert_eq!(index_line(&again[0], NOW), line);
        }
    }
}

/// Each request, and each fault, has a line of its own, in their order, and names are read again as they were.
pub fn batch(bytes: &[u8]) {
    let mut last = 0;
    let mut told = 0;
    for read in Requests::new(bytes) {
        told += 1;
        let Some(request) = answer(read) else {
            continue;
        };
        assert!(request.line > last);
        last = request.line;
        let names = serde_json::json!({ "names": request.names }).to_string();
        let again: Vec<_> = Requests::new(names.as_bytes()).collect();
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].as_ref().unwrap().names, request.names);
    }
    let lines = bytes.split(|byte| *byte == b'\n').count();
    assert!(last <= lines as u64 && told <= lines + 1);
}
