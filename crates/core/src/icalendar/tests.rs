use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{ports::Configured as _, testing::World};

const PARTIES: Parties<'_> = Parties { organizer: "hello@app.test", attendee: "ada+a@example.com" };

fn entry(uid: &str) -> Entry {
    serde_json::from_value(json!({
        "uid": uid, "sequence": 3, "method": "REQUEST",
        "starts_at": "2026-10-25T00:30:00Z", "ends_at": "2026-10-25T01:20:00Z",
        "created": "2026-05-04T08:00:00Z", "stamp": "2026-05-05T09:10:11Z",
    }))
    .unwrap()
}

fn mailed(locale: &str, entry: &Entry, parties: Parties<'_>) -> String {
    message(World::new().config(), locale, entry, parties)
}

/// The properties as a reader has them, in their order.
fn properties(calendar: &str) -> Vec<(String, String)> {
    let unfolded = calendar.replace("\r\n ", "");
    let lines = unfolded.strip_suffix("\r\n").unwrap().split("\r\n");
    let parts = lines.map(|line| line.split_once(':').unwrap_or_else(|| panic!("{line:?}")));
    parts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next().unwrap() {
                'n' => plain.push('\n'),
                other => plain.push(other),
            },
            other => plain.push(other),
        }
    }
    plain
}

/// What others read: `tests/calendars`. Where the writer changes, `WRITE_SAMPLES=1` makes them anew.
fn assert_sample(name: &str, written: &str) {
    let path = ["../../tests/calendars/samples/", name, ".ics"].concat();
    if std::env::var_os("WRITE_SAMPLES").is_some() {
        std::fs::write(&path, written).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), written, "{path}");
}

#[test]
fn the_samples_that_others_read_are_what_is_written() {
    let uid = "6f1c1d5e-2b1a-4c3d-8e9f-001122334455@evenkeel";
    let at = |starts_at: &str, ends_at: &str| {
        let [starts_at, ends_at] =
            [starts_at, ends_at].map(|text| serde_json::from_value(json!(text)).unwrap());
        Entry { sequence: 0, starts_at, ends_at, ..entry(uid) }
    };
    let booked = at("2026-06-01T08:00:00Z", "2026-06-01T08:50:00Z");
    assert_sample("request", &mailed("en", &booked, PARTIES));
    let moved = Entry { sequence: 1, ..at("2026-06-02T08:00:00Z", "2026-06-02T08:50:00Z") };
    assert_sample("moved", &mailed("en-GB", &moved, PARTIES));
    let cancelled = Entry { sequence: 2, method: Method::Cancel, ..moved };
    assert_sample("cancelled", &mailed("fr", &cancelled, PARTIES));

    let hostile = "\u{c4},;\\\"\u{1f980}\r\nATTENDEE:mailto:eve@evil.example\nEND:VEVENT\u{2028}X-EVIL:1\u{85}\u{b}\u{c}\0";
    let hostile =
        [hostile, &"\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{fc}\u{df}, ".repeat(40)].concat();
    let parties = Parties {
        organizer: "a\";\r\nX-EVIL:1@x.test",
        attendee: "gr\u{fc}\u{df}e\u{1f980}@x.test",
    };
    assert_sample("hostile", &mailed("de", &entry(&hostile), parties));

    // On either side of the hour that is left out, and of the one that comes twice, in Berlin.
    let entries = [
        at("2026-03-29T00:30:00Z", "2026-03-29T01:20:00Z"),
        Entry {
            uid: "2@evenkeel".to_owned(),
            ..at("2026-03-29T01:30:00Z", "2026-03-29T02:20:00Z")
        },
        Entry {
            uid: "3@evenkeel".to_owned(),
            ..at("2026-10-25T00:30:00Z", "2026-10-25T01:20:00Z")
        },
        Entry {
            uid: "4@evenkeel".to_owned(),
            method: Method::Cancel,
            ..at("2026-10-25T01:30:00Z", "2026-10-25T02:20:00Z")
        },
    ];
    assert_sample("feed", &feed(World::new().config(), "de-AT", &entries));
    assert_sample("empty", &feed(World::new().config(), "en", &[]));
}

#[test]
fn a_cancelled_session_is_the_same_one_and_takes_itself_out() {
    let cancelled = Entry { method: Method::Cancel, sequence: 4, ..entry("1@evenkeel") };
    let properties = properties(&mailed("en", &cancelled, PARTIES));
    for (name, value) in
        [("METHOD", "CANCEL"), ("STATUS", "CANCELLED"), ("UID", "1@evenkeel"), ("SEQUENCE", "4")]
    {
        assert!(
            properties.contains(&(name.to_owned(), value.to_owned())),
            "{name}: {properties:?}"
        );
    }
}

#[test]
fn a_feed_has_each_session_asks_to_be_read_hourly_and_names_nobody() {
    let entries = [entry("1@evenkeel"), entry("2@evenkeel")];
    let calendar = feed(World::new().config(), "de-AT", &entries);
    let properties = properties(&calendar);
    let values = |name: &str| -> Vec<&str> {
        let named = properties.iter().filter(|(own, _)| own == name);
        named.map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(values("UID"), ["1@evenkeel", "2@evenkeel"]);
    assert_eq!(values("SUMMARY"), ["Termin", "Termin"]);
    assert_eq!(values("NAME"), ["Termine"]);
    assert_eq!(values("X-WR-CALNAME"), ["Termine"]);
    assert_eq!(values("REFRESH-INTERVAL;VALUE=DURATION"), ["PT1H"]);
    assert_eq!(values("X-PUBLISHED-TTL"), ["PT1H"]);
    for name in ["METHOD", "ORGANIZER", "LOCATION"] {
        assert!(values(name).is_empty(), "{name}");
    }
    assert!(!calendar.contains("mailto:"), "{calendar}");
}

#[test]
fn a_feed_without_sessions_has_a_component_all_the_same() {
    let calendar = feed(World::new().config(), "en", &[]);
    assert!(calendar.contains("BEGIN:VTIMEZONE\r\n") && !calendar.contains("VEVENT"), "{calendar}");
}

#[test]
fn an_address_is_a_uri_whatever_it_has() {
    for (address, uri) in [
        ("o'brien+a@example.com", "mailto:o'brien+a@example.com"),
        ("a;b:c\"@x.test", "mailto:a%3Bb%3Ac%22@x.test"),
        ("grüße@x.test", "mailto:gr%C3%BC%C3%9Fe@x.test"),
        ("a\r\nX-EVIL:1@x.test", "mailto:a%0D%0AX-EVIL%3A1@x.test"),
    ] {
        assert_eq!(mailto(address), uri);
    }
}

#[test]
fn an_instant_is_one_in_utc_to_the_second_or_none() {
    let read = |text: &str| serde_json::from_value::<Instant>(json!(text)).ok();
    assert_eq!(read("2026-03-29T01:00:00Z"), Some(Instant("20260329T010000Z".to_owned())));
    for text in [
        "",
        "2026-03-29T01:00:00+00:00",
        "2026-03-29T01:00:00.5Z",
        "2026-03-29 01:00:00Z",
        "2026-03-29T01:00:00Z\r\n",
        "20260329T010000Z",
    ] {
        assert_eq!(read(text), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_as_it_was_written_and_adds_no_line(text in any::<String>(), wide in "[🦀äß,;\\\\\r\n ]{0,120}") {
        let text = text + &wide;
        let mut lines = Lines::default();
        lines.text("SUMMARY", &text);
        let written = lines.into_string();
        for line in written.strip_suffix("\r\n").unwrap().split("\r\n") {
            prop_assert!(line.len() <= 75, "{} bytes", line.len());
            prop_assert!(!line.contains(['\r', '\n']));
        }
        let read = properties(&written);
        prop_assert_eq!(read.len(), 1);
        let expected: String = text
            .replace("\r\n", "\n")
            .replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n")
            .chars()
            .filter(|character| matches!(character, '\t' | '\n') || !character.is_control())
            .collect();
        prop_assert_eq!(unescaped(&read[0].1), expected);
    }

    #[test]
    fn no_value_of_an_entry_or_an_address_adds_a_property(uid in any::<String>(), organizer in any::<String>(), attendee in any::<String>()) {
        let parties = Parties { organizer: &organizer, attendee: &attendee };
        let names = |calendar: &str| properties(calendar).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let usual = names(&mailed("en", &entry("1"), PARTIES));
        prop_assert_eq!(names(&mailed("en", &entry(&uid), parties)), usual);
    }
}
