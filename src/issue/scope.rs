//! What an issuer may issue: what clients would refuse on its account is refused before.

use std::net::Ipv4Addr;

use super::Template;
use crate::cert::{Certificate, Issuer};
use crate::error::{Error, ErrorKind, Result};
use crate::name::{DnsName, FoldedName, NameConstraints, Permission, San, Subtree};
use crate::profile::Role;

/// What a client would refuse on account of the issuer is refused here first.
pub(super) fn refuse_what_clients_would(template: &Template, issuer: &Issuer) -> Result<()> {
    let (inner, outer) = (template.validity, issuer.certificate().validity());
    if inner.clipped_to(&outer)? != inner {
        return Err(Error::new(
            ErrorKind::Expired,
            format!("{inner} does not lie within the validity of the CA, {outer}"),
        ));
    }
    if let Role::Authority { path_length, .. } = template.profile.role {
        refuse_depth(path_length, issuer)?;
        refuse_same_name(template, issuer)?;
    }
    issuer.chain().try_for_each(|ca| {
        ca.name_constraints()
            .map_or(Ok(()), |it| refuse_names(template, it, ca))
    })
}

/// Holds a CA's certificate against the path lengths of those above it (RFC 5280 §4.2.1.9). They count what
/// stands between them and the leaf: the CA that is asked for, and what may follow it.
fn refuse_depth(path_length: Option<u8>, issuer: &Issuer) -> Result<()> {
    let own = u32::from(path_length.unwrap_or(0)) + 1;
    let mut needed = own;
    for ca in issuer.chain() {
        if let Some(allowed) = ca.path_length().filter(|allowed| *allowed < needed) {
            let told = format!(
                "the CA {} has a path length of {allowed}, and a CA of path length {} below it takes {needed}",
                ca.subject(),
                own - 1
            );
            return Err(Error::new(ErrorKind::OutOfScope, told).with_hint(format!(
                "make a generation of the CA that may: certwright ca rotate --path-length {own}; or a new CA: certwright ca init --path-length {own}"
            )));
        }
        // What its own name issued is not counted.
        needed += u32::from(!ca.is_self_issued());
    }
    Ok(())
}

/// Refuses the name of a CA above for another key: what the one issued would be taken for the other's, and its lists too
/// (RFC 5280 §5).
fn refuse_same_name(template: &Template, issuer: &Issuer) -> Result<()> {
    let own = template.subject.to_der();
    // As clients compare names: whatever the case and the kind of string (RFC 5280 §7.1).
    let is_same = |ca: &Certificate| {
        let folded = FoldedName::from_der(&own);
        ca.subject_der() == own
            || folded.is_some_and(|it| Some(it) == FoldedName::from_der(ca.subject_der()))
    };
    let is_other = |ca: &&Certificate| is_same(ca) && ca.public_key() != &template.public_key;
    match issuer.chain().find(is_other) {
        None => Ok(()),
        Some(ca) => {
            let told = format!(
                "{} is the name of a CA above, which has another key",
                ca.subject()
            );
            Err(Error::new(ErrorKind::InvalidSubject, told).with_hint("give it a name of its own"))
        }
    }
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
    // Only of an end entity; a CA's name is taken for no host.
    if template.profile.is_authority() {
        return Ok(());
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
    let error = outside(what, constraints, ca, |subtree| {
        subtree.concerns(&name.into())
    });
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
