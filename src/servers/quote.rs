//! Values written so that a configuration's syntax takes them for what they are.
//!
//! A [`Folder`](super::Folder) holds no control characters, so none come here. What only one server's syntax
//! asks for stands in that server's file.

/// Returns a text in quotation marks, with a backslash before each of some characters.
pub fn backslashed(text: &str, special: &[char]) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if special.contains(&c) {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// Returns a text as a string of Python, JavaScript, Go, TOML and JSON, which without control characters are one.
pub fn literal(text: &str) -> String {
    backslashed(text, &['"', '\\'])
}

/// Returns a text as a double-quoted scalar of YAML 1.1 and 1.2, for configurations that are written as text
/// since they hold comments.
///
/// All but letters, digits and what no reader takes for more than itself is written by its number. So are
/// braces: Traefik and Helm expand templates before they read YAML.
pub fn yaml(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '{' | '}' => quoted.push_str(&format!("\\x{:02x}", u32::from(c))),
            ' '..='~' => quoted.push(c),
            c if c.is_alphanumeric() => quoted.push(c),
            c => quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_get_a_backslash() {
        assert_eq!(backslashed(r#"a"b\c d$"#, &['"', '\\']), r#""a\"b\\c d$""#);
    }

    #[test]
    fn yaml_is_quoted_whatever_it_holds() {
        assert_eq!(yaml("/a b/ö"), "\"/a b/ö\"");
        assert_eq!(yaml(r#"yes: "\n" # {{"#), r#""yes: \"\\n\" # \x7b\x7b""#);
        assert_eq!(yaml("a\u{2028}\u{1f512}"), r#""a\U00002028\U0001f512""#);
    }
}
