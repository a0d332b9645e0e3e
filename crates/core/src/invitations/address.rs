//! The address of a row, as people paste it.

use crate::email_address::{EmailAddress, Idna};

/// The address of a text, `None` where it is none. What cannot be seen around it came with the
/// copying; within it, nobody can tell which address was meant.
pub(super) fn read(idna: &impl Idna, text: &str) -> Option<EmailAddress> {
    EmailAddress::parse_new(idna, text.trim_matches(is_unseen)).ok()
}

/// Blanks, control and format characters, joiners, selectors and fillers.
const UNSEEN: [(char, char); 20] = [
    ('\0', ' '),
    ('\u{7F}', '\u{A0}'),
    ('\u{AD}', '\u{AD}'),
    ('\u{34F}', '\u{34F}'),
    ('\u{61C}', '\u{61C}'),
    ('\u{115F}', '\u{1160}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{2000}', '\u{200F}'),
    ('\u{2028}', '\u{202F}'),
    ('\u{205F}', '\u{206F}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{FE00}', '\u{FE0F}'),
    ('\u{FEFF}', '\u{FEFF}'),
    ('\u{FFA0}', '\u{FFA0}'),
    ('\u{FFF0}', '\u{FFFB}'),
    ('\u{E0000}', '\u{E0FFF}'),
];

fn is_unseen(character: char) -> bool {
    UNSEEN.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    fn read(text: &str) -> Option<String> {
        super::read(&World::new(), text).map(|address| address.as_str().to_owned())
    }

    #[derive(serde::Deserialize)]
    struct Unseen {
        unseen: Vec<(u32, u32)>,
        spaces: Vec<(u32, u32)>,
    }

    /// What the database calls unseen or a space is left away or refused, and nothing else is left away.
    #[test]
    fn what_is_left_away_the_database_cannot_see_either() {
        let golden = include_str!("../../../../tests/agreement/unseen.json");
        let Unseen { unseen, spaces } = serde_json::from_str(golden).unwrap();
        let ranges: Vec<_> = unseen.into_iter().chain(spaces).collect();
        for character in '\u{1}'..=char::MAX {
            let point = u32::from(character);
            let is_listed = ranges.iter().any(|(first, last)| (*first..=*last).contains(&point));
            if super::is_unseen(character) {
                assert!(is_listed, "{point:x}");
            }
        }
        for (first, last) in ranges {
            for character in [first, last].into_iter().filter_map(char::from_u32) {
                let found = read(&format!("{character}ada@example.com"));
                assert!(found.is_none() || super::is_unseen(character), "{character:?}: {found:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_seen_around_an_address_is_left_away_and_within_it_refused() {
        let unseen = [
            " ",
            "\u{A0}",
            "\u{200B}",
            "\u{FEFF}",
            "\u{202A}",
            "\u{2069}",
            "\u{AD}",
            "\t",
            "\r\n",
            "\0",
            "\u{3000}",
            "\u{E0020}",
        ];
        for unseen in unseen {
            let around = [unseen, unseen, "ada@example.com", unseen].concat();
            assert_eq!(read(&around).as_deref(), Some("ada@example.com"), "{around:?}");
            assert_eq!(read(&["a", unseen, "da@example.com"].concat()), None, "{unseen:?}");
            assert_eq!(read(unseen), None, "{unseen:?}");
        }
    }
}
