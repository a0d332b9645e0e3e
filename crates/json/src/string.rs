//! JSON out, where it is much: strings, eight bytes at a time.

use core::fmt;

use serde::{Serialize, Serializer};

/// Bytes that are looked at together.
const STEP: usize = 8;

/// Appends a text as a JSON string, as `serde_json` writes it.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    write_escaped(text, out);
    out.push('"');
}

/// Appends a text as it stands between the quotation marks of a JSON string.
pub fn write_escaped(text: &str, out: &mut String) {
    let mut rest = text;
    loop {
        let (plain, marked) = rest.split_at(plain_prefix(rest.as_bytes()));
        out.push_str(plain);
        let Some(byte) = marked.bytes().next() else { break };
        escape(byte, out);
        // What is escaped is ASCII, so that the next character begins one byte on.
        rest = marked.split_at(1).1;
    }
}

/// A text as it stands between the quotation marks of a JSON string: what is sent a thousand times is escaped once.
#[derive(Clone, PartialEq, Eq)]
pub struct Escaped(String);

impl Escaped {
    /// Of what [`write_escaped`] wrote.
    pub fn new(escaped: String) -> Self {
        Self(escaped)
    }

    /// Of a text.
    pub fn of(text: &str) -> Self {
        let mut escaped = String::new();
        write_escaped(text, &mut escaped);
        Self(escaped)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same, to be put together with more of its kind.
    pub fn into_string(self) -> String {
        self.0
    }

    /// The text itself; nothing where it was not escaped.
    pub fn text(&self) -> String {
        super::parse(["\"", &self.0, "\""].concat().as_bytes()).unwrap_or_default()
    }
}

impl fmt::Debug for Escaped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for Escaped {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

/// How many bytes need no escape.
fn plain_prefix(bytes: &[u8]) -> usize {
    let (steps, _) = bytes.as_chunks::<STEP>();
    let whole = steps.iter().take_while(|step| is_plain(**step)).count() * STEP;
    let rest = bytes.get(whole..).unwrap_or_default();
    whole + rest.iter().take_while(|byte| !needs_escape(**byte)).count()
}

/// Whether none of them needs an escape. Subtracting from a byte below a bound borrows into its high bit ("Bit Twiddling
/// Hacks", S. E. Anderson: "determine if a word has a byte less than n"), which those of a character beyond ASCII have anyway.
fn is_plain(step: [u8; STEP]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([0x01; STEP]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; STEP]);
    let word = u64::from_ne_bytes(step);
    let has_less = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word & HIGH;
    let has = |byte: u8| has_less(word ^ (ONES * u64::from(byte)), 1);
    has_less(word, 0x20) | has(b'"') | has(b'\\') == 0
}

const fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn escape(byte: u8, out: &mut String) {
    let short = match byte {
        b'"' => "\\\"",
        b'\\' => "\\\\",
        0x08 => "\\b",
        b'\t' => "\\t",
        b'\n' => "\\n",
        0x0c => "\\f",
        b'\r' => "\\r",
        _ => {
            let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or('0');
            out.push_str("\\u00");
            out.extend([digit(byte >> 4), digit(byte & 15)]);
            return;
        }
    };
    out.push_str(short);
}

#[cfg(test)]
mod tests {
    use super::{Escaped, write_string};

    fn written(text: &str) -> String {
        let mut out = String::new();
        write_string(text, &mut out);
        out
    }

    #[test]
    fn what_is_escaped_is_the_same_text() {
        let text = "a \"b\" \\ \n\u{1} ä \u{1f600}";
        let escaped = Escaped::of(text);
        assert_eq!(["\"", escaped.as_str(), "\""].concat(), written(text));
        assert_eq!(escaped.text(), text);
        assert_eq!(serde_json::to_value(&escaped).unwrap(), text);
    }

    #[test]
    fn every_character_is_written_as_serde_json_writes_it_wherever_it_stands() {
        let characters =
            (0..0x180).filter_map(char::from_u32).chain(['\u{2028}', '\u{1f600}', '\u{ffff}']);
        for character in characters {
            for before in 0..=9 {
                for after in [0, 1, 7, 8, 9] {
                    let text =
                        ["a".repeat(before), character.to_string(), "é".repeat(after)].concat();
                    assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
                }
            }
        }
        assert_eq!(written(""), "\"\"");
    }
}
