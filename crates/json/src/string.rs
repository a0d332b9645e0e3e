//! JSON out, where it is much: strings, eight bytes at a time.

/// Bytes that are looked at together.
const STEP: usize = 8;

/// Appends a text as a JSON string, as `serde_json` writes it.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, marked) = rest.split_at(plain_prefix(rest));
        out.extend_from_slice(plain);
        let Some((byte, after)) = marked.split_first() else { break };
        escape(*byte, out);
        rest = after;
    }
    out.push(b'"');
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

fn escape(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        _ => {
            let digit = |digit: u8| DIGITS.get(usize::from(digit)).copied().unwrap_or_default();
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::write_string;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write_string(text, &mut out);
        String::from_utf8(out).unwrap()
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
