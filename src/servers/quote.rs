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
