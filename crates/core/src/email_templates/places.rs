//! Where a text leads: what mail programs make links of, whether it was meant as one or not.

use super::renderings::{LINK, SITE, UNSUBSCRIBE, VALUE, named};

/// Begin an address wherever they stand.
const MARKS: [&str; 6] = ["://", "www.", "mailto:", "tel:", "file:", "\\\\"];

/// The places that a rendering leads to, as often as it does: the links that stand in it with all that mail programs would take
/// for part of them, and what else they would make links of.
pub(super) fn places(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>'));
    let words = words.map(|word| {
        let word = word.trim_start_matches(['(', '"']);
        word.trim_end_matches([')', '"', '.', ',', ';', ':', '!', '?'])
    });
    words.filter(|word| leads_somewhere(word)).map(ToOwned::to_owned).collect()
}

/// What a place is called in the text's own words.
pub(super) fn told(place: &str) -> String {
    place.chars().map(|c| named(c).map_or_else(|| c.to_string(), ToOwned::to_owned)).collect()
}

fn leads_somewhere(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    word.contains([LINK, UNSUBSCRIBE, SITE])
        || MARKS.iter().any(|mark| lower.contains(mark))
        || has_value_within(word)
        || has_host(&lower)
}

/// Whether a value has more than punctuation beside it. It may be nothing, or begin or end with what an address goes on with:
/// of `{{name}}example` becomes a host where the name is `evil.`.
fn has_value_within(word: &str) -> bool {
    let is_around = |c: char| !c.is_alphanumeric() && c != VALUE;
    word.contains(VALUE) && !word.trim_matches(is_around).chars().eq([VALUE])
}

/// Whether there is a name of a host in it, or an address of four numbers, as mail programs see them: generously.
fn has_host(word: &str) -> bool {
    // What stands for a dot in names of hosts (UTS 46), and what is not seen.
    let plain: String = word
        .chars()
        .filter(|c| !matches!(c, '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}'))
        .map(|c| if matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}') { '.' } else { c })
        .collect();
    // Of other scripts everything: what is a letter there is much to know.
    let is_part = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii() || matches!(c, '-' | '.');
    plain.split(|c| !is_part(c)).any(|run| {
        let labels: Vec<_> = run.split('.').collect();
        let is_number =
            |label: &&str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_digit());
        let is_name = |label: &str| {
            label.chars().count() > 1 && label.starts_with(|c: char| !c.is_ascii_digit())
        };
        labels
            .windows(2)
            .any(|pair| matches!(pair, [host, name] if !host.is_empty() && is_name(name)))
            || labels.windows(4).any(|labels| labels.iter().all(is_number))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mail_program_would_link_is_a_place() {
        for linked in [
            "evil.example",
            "Evil.Example",
            "a-b.example/path",
            "me@evil.example",
            "böse.example",
            "пример.рф",
            "evil。example",
            "evil\u{ad}.example",
            "evil.\u{200c}example",
            "WWW.x",
            "hTTps://x",
            "mailto:x",
            "10.0.0.1",
            "see:evil.example",
            "\u{e003}.example",
            "evil.\u{e003}",
            "\u{e000}x",
            "x\u{e000}",
            "x@\u{e002}/sessions",
            "evil.example.1",
            "\u{e003}example",
            "evil\u{e003}",
            "10.0.0\u{e003}.1",
            "https:\u{e003}//1",
            "\u{e003}//1",
            "\u{e003}\u{e003}",
            "\u{e002}/sessions(/../review",
            "\u{e002}/sessions\"?next=x",
            r"\\evil\share",
        ] {
            assert_eq!(places(&format!("a {linked}, b")), [linked], "{linked}");
        }
        for harmless in [
            "z.B.",
            "e.g. this",
            "12.30 Uhr",
            "3.5 hours, v1.2.3",
            "Dr. \u{e003}.",
            "(\u{e003}), \"\u{e003}\": \u{e003}!",
            "\u{201e}\u{e003}\u{201c}",
            "a: b/c",
            "...",
            "U.S. law",
            "mail@",
        ] {
            assert_eq!(places(harmless), [""; 0], "{harmless}");
        }
    }
}
