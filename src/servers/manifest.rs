//! What the manifests of Kubernetes have in common: names of objects, secrets, and roots.

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::Deployment;
use crate::cert::Certificate;
use crate::error::Result;

/// Returns the name of an object: a label of RFC 1123, made of a text.
pub fn label(text: &str) -> String {
    let mut label = String::new();
    for c in text.chars() {
        match c.is_ascii_alphanumeric() {
            true => label.push(c.to_ascii_lowercase()),
            false if !label.is_empty() && !label.ends_with('-') => label.push('-'),
            false => {}
        }
    }
    label.truncate(MAX_LABEL);
    match label.trim_end_matches('-') {
        "" => "certificate".to_owned(),
        label => label.to_owned(),
    }
}

/// Returns a Secret with a chain and its key. A namespace stands below the name.
pub fn tls_secret(
    deployment: &Deployment<'_>,
    name: &str,
    namespace: Option<&str>,
    chain: &str,
) -> Result<Zeroizing<Vec<u8>>> {
    let key = deployment.key_pem()?;
    let namespace = namespace.map_or_else(String::new, |name| format!("  namespace: {name}\n"));
    let head = format!(
        "apiVersion: v1
kind: Secret
metadata:
  name: {name}
{namespace}type: kubernetes.io/tls
data:
  tls.crt: {}
  tls.key: ",
        BASE64.encode(chain.as_bytes())
    );
    // As long as it gets, so that no copy of the key is left where it was shorter.
    let whole = head.len() + BASE64.encode_len(key.len()) + 1;
    let mut text = Zeroizing::new(String::with_capacity(whole));
    text.push_str(&head);
    BASE64.encode_append(key.as_bytes(), &mut text);
    text.push('\n');
    Ok(Zeroizing::new(text.as_bytes().to_vec()))
}

/// Returns a ConfigMap with the root.
pub fn root_map(name: &str, root: &Certificate) -> String {
    format!(
        "apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
data:
  {ROOT_KEY}: {}",
        block(&root.to_pem(), 4)
    )
}

/// Returns trust-manager's Bundle, by which every namespace gets such a ConfigMap.
pub fn bundle(name: &str, root: &Certificate) -> String {
    format!(
        "apiVersion: trust.cert-manager.io/v1alpha1
kind: Bundle
metadata:
  name: {name}
spec:
  sources:
    - inLine: {}  target:
    configMap:
      key: {ROOT_KEY}
",
        block(&root.to_pem(), 8)
    )
}

/// Returns lines as a literal scalar of YAML.
fn block(lines: &str, indent: usize) -> String {
    let lines = lines.lines().map(|line| format!("{:indent$}{line}\n", ""));
    format!("|\n{}", lines.collect::<String>())
}

/// How Kubernetes itself calls the root's entry in the ConfigMaps and Secrets that it makes.
const ROOT_KEY: &str = "ca.crt";

/// RFC 1123 allows labels 63 characters; the ends of names take up to 7 of them.
const MAX_LABEL: usize = 56;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_what_rfc_1123_calls_so() {
        for (text, expected) in [
            ("www.Example.com", "www-example-com"),
            ("_wildcard.test", "wildcard-test"),
            ("__1", "1"),
            ("-a--b-", "a-b"),
            ("ö", "certificate"),
            ("", "certificate"),
        ] {
            assert_eq!(label(text), expected);
        }
        let long = label(&format!("{}.a", "a".repeat(55)));
        assert_eq!(long, "a".repeat(55), "no hyphen is left where it was cut");
    }
}
