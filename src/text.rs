//! Text from strangers, made safe to show.
//!
//! Every byte of a certificate is chosen by somebody else, and a subject may hold escape
//! sequences that rewrite a terminal or bidirectional controls that reorder a line.
//! Whoever makes text out of such bytes passes them through here.

use std::fmt;

/// Shows a string with every control, format and invisible character written as `\u{…}`.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nearly all text is printable ASCII, and that is told at a glance.
        if self.0.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return f.write_str(self.0);
        }
        let mut safe_from = 0;
        for (at, c) in self.0.char_indices().filter(|(_, c)| is_unsafe(*c)) {
            f.write_str(&self.0[safe_from..at])?;
            write!(f, "{}", c.escape_unicode())?;
            safe_from = at + c.len_utf8();
        }
        f.write_str(&self.0[safe_from..])
    }
}

/// Returns bytes as text: UTF-8 where they are UTF-8, `\x…` where they are not, escaped throughout.
pub fn escape_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(&Escaped(chunk.valid()).to_string());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// Returns text for XML and HTML, between tags or in an attribute: escaped as by [`Escaped`], and nothing in
/// it is markup.
pub fn markup(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in Escaped(text).to_string().chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // The two that XML 1.0 has no way to write at all.
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// Quotes a word for a POSIX shell, if it needs that.
pub fn for_shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%=".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// Returns at most `limit` characters of a text, with `…` where it was cut.
pub fn shorten(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// Control characters, and those of Unicode's category Cf (format) and the line separators:
/// what moves the cursor, reorders the line, or takes up no room in it.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
            | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}'
            | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_unchanged() {
        assert_eq!(Escaped("CN=Grüße 世界 ✓").to_string(), "CN=Grüße 世界 ✓");
    }

    #[test]
    fn controls_and_bidi_are_spelt_out() {
        assert_eq!(
            Escaped("a\u{1b}[31mb\0c\u{202e}d\ne").to_string(),
            "a\\u{1b}[31mb\\u{0}c\\u{202e}d\\u{a}e"
        );
    }

    #[test]
    fn bytes_that_are_not_utf8_are_spelt_out() {
        assert_eq!(escape_bytes(b"caf\xe9\x07"), "caf\\xe9\\u{7}");
    }

    #[test]
    fn no_text_is_markup() {
        assert_eq!(
            markup("O'Neill & <script src=\"a\">\0\u{ffff}"),
            "O&#39;Neill &amp; &lt;script src=&quot;a&quot;&gt;\\u{0}\u{fffd}"
        );
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(shorten("äöü", 2), "äö…");
        assert_eq!(shorten("äöü", 3), "äöü");
    }
}
