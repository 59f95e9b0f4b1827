//! Text as it was meant: what the escapes of JSON, YAML, XML and the shells stand for, and the name under which
//! something stands.

/// One character of text, as whoever wrote it meant it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Glyph {
    /// A byte.
    Byte(u8),
    /// White space, or what stands for some.
    Break,
}

/// Returns the character that text begins with, and how many bytes it takes.
pub fn glyph(text: &[u8]) -> Option<(Glyph, usize)> {
    let glyph = match text {
        [] => return None,
        [b'\\', rest @ ..] => return Some(escaped(rest)),
        [b'&', b'#', rest @ ..] => return Some(referred(rest)),
        [byte, ..] => byte_or_break(*byte),
    };
    Some((glyph, 1))
}

/// What stands behind a backslash: in JSON, YAML, env files and sources, in strings within strings too, and at
/// the end of a line that goes on.
fn escaped(rest: &[u8]) -> (Glyph, usize) {
    match rest {
        [b'n' | b'r' | b't' | b'\n', ..] => (Glyph::Break, 2),
        [b'\r', b'\n', ..] | [b'\\', b'n' | b'r' | b't', ..] => (Glyph::Break, 3),
        [b'/', ..] => (Glyph::Byte(b'/'), 2),
        [b'u', b'0', b'0', high, low, ..] => match (hex(*high), hex(*low)) {
            (Some(high), Some(low)) => (byte_or_break(high << 4 | low), 6),
            _ => (Glyph::Byte(b'\\'), 1),
        },
        _ => (Glyph::Byte(b'\\'), 1),
    }
}

/// What a numeric reference of XML stands for, such as `&#13;`, which Java puts at the end of lines.
fn referred(rest: &[u8]) -> (Glyph, usize) {
    let is_hex = matches!(rest, [b'x' | b'X', ..]);
    let digits = &rest[usize::from(is_hex)..];
    let length = digits
        .iter()
        .take(MAX_DIGITS)
        .take_while(|byte| byte.is_ascii_hexdigit());
    let length = length.count();
    let number = std::str::from_utf8(&digits[..length]).ok();
    let radix = if is_hex { 16 } else { 10 };
    let number = number.and_then(|digits| u8::from_str_radix(digits, radix).ok());
    match (number, digits.get(length)) {
        (Some(number), Some(b';')) => {
            let taken = 2 + usize::from(is_hex) + length + 1;
            (byte_or_break(number), taken)
        }
        _ => (Glyph::Byte(b'&'), 1),
    }
}

fn byte_or_break(byte: u8) -> Glyph {
    match byte.is_ascii_whitespace() {
        true => Glyph::Break,
        false => Glyph::Byte(byte),
    }
}

fn hex(digit: u8) -> Option<u8> {
    let digit = char::from(digit).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// Returns the name under which a value stands, from the text before the value: `tls.crt: |`, `"x5c": ["`,
/// `KEY=`, `<ds:X509Certificate>`.
pub fn name_before(text: &[u8]) -> Option<String> {
    let window = &text[text.len().saturating_sub(MAX_LOOK)..];
    let mut before = window;
    loop {
        before = before.trim_ascii_end();
        before = match before {
            [
                rest @ ..,
                b'"' | b'\'' | b'`' | b'[' | b'(' | b'|' | b'-' | b'+' | b'\\',
            ] => rest,
            [rest @ .., b'>'] => match tag(rest) {
                Some(name) => return text_of(name),
                None => rest,
            },
            _ => break,
        };
    }
    let is_same_line = !window[before.len()..].contains(&b'\n');
    let name = match before {
        [rest @ .., b':'] => rest,
        // At the end of a line above it is the padding of something else.
        [rest @ .., b'='] if is_same_line => rest,
        _ => return None,
    };
    let is_around = |byte: &u8| b"\"'`\\ :=".contains(byte);
    let end = name.iter().rposition(|byte| !is_around(byte))? + 1;
    let name = &name[..end];
    let start = name.iter().rposition(|byte| !is_of_name(*byte));
    text_of(&name[start.map_or(0, |at| at + 1)..])
}

/// The name in a tag of XML that begins an element, of which the last character is gone.
fn tag(text: &[u8]) -> Option<&[u8]> {
    let start = text.iter().rposition(|byte| b"<>".contains(byte))?;
    let tag = text[start..].strip_prefix(b"<")?;
    if tag.starts_with(b"/") {
        return None;
    }
    let end = tag.iter().position(|byte| !is_of_name(*byte));
    Some(&tag[..end.unwrap_or(tag.len())])
}

fn text_of(name: &[u8]) -> Option<String> {
    let is_name = (1..=MAX_NAME).contains(&name.len());
    is_name.then(|| String::from_utf8_lossy(name).into_owned())
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.:;/".contains(&byte) || !byte.is_ascii()
}

/// XML may put zeros in front.
const MAX_DIGITS: usize = 8;
/// As far as a name is looked for before its value, so that text on one line costs no more.
const MAX_LOOK: usize = 256;
/// A line of base64 has 64 characters, and is no name.
const MAX_NAME: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_what_they_stand_for() {
        for (text, expected) in [
            (&br"\nx"[..], (Glyph::Break, 2)),
            (br"\\nx", (Glyph::Break, 3)),
            (b"\\\r\nx", (Glyph::Break, 3)),
            (br"\/x", (Glyph::Byte(b'/'), 2)),
            (br"\u002Bx", (Glyph::Byte(b'+'), 6)),
            (br"\u003dx", (Glyph::Byte(b'='), 6)),
            (br"\u000ax", (Glyph::Break, 6)),
            (br"\u00zzx", (Glyph::Byte(b'\\'), 1)),
            (br"\", (Glyph::Byte(b'\\'), 1)),
            (b"&#13;x", (Glyph::Break, 5)),
            (b"&#xA;x", (Glyph::Break, 5)),
            (b"&#x2b;", (Glyph::Byte(b'+'), 6)),
            (b"&#300;", (Glyph::Byte(b'&'), 1)),
            (b"&#", (Glyph::Byte(b'&'), 1)),
            (b"\tx", (Glyph::Break, 1)),
        ] {
            assert_eq!(
                glyph(text),
                Some(expected),
                "{}",
                String::from_utf8_lossy(text)
            );
        }
        assert_eq!(glyph(b""), None);
    }

    #[test]
    fn names_are_those_of_their_values() {
        for (text, name) in [
            ("  tls.crt: ", Some("tls.crt")),
            ("  \"tls.key\" : \"", Some("tls.key")),
            ("ca.crt: |-\n    ", Some("ca.crt")),
            ("ca.crt: >\n    ", Some("ca.crt")),
            ("x5c:\n  - ", Some("x5c")),
            ("\"x5c\": [\n  \"", Some("x5c")),
            ("export KEY=\"", Some("KEY")),
            ("{\\\"a\\\":\\\"", Some("a")),
            (
                "<ds:X509Certificate Id=\"1\">\n",
                Some("ds:X509Certificate"),
            ),
            ("userCertificate;binary:: ", Some("userCertificate;binary")),
            ("x5c: [\"MIIB\", \"", None),
            ("MIIBab==\n", None),
            ("<a></a>", None),
            ("", None),
            ("a b ", None),
        ] {
            assert_eq!(name_before(text.as_bytes()).as_deref(), name, "{text}");
        }
        let line = format!("{}=", "a".repeat(64));
        assert_eq!(name_before(line.as_bytes()), None);
    }
}
