//! iCalendar (RFC 5545, 7986): the one writer, for mails (RFC 5546) and for feeds.
//!
//! Every instant is in UTC, so that no time zone has to be described: which zone is shown, the calendar
//! knows best. An entry is what may stand in a calendar that an employer runs:
//! docs/decisions/a-calendar-is-the-employers.md.

mod lines;
mod words;

use serde::{Deserialize, Deserializer, de::Error as _};

use self::{lines::Lines, words::Words};
use crate::config::Config;

/// The media type of a calendar.
pub const MEDIA_TYPE: &str = "text/calendar; charset=utf-8";

/// Who has written a calendar. It says nothing that the addresses in it do not.
const PRODUCT: &str = "-//Evenkeel//Sessions//EN";
/// The page on which a person has their sessions.
const PAGE: &str = "/sessions";
/// How often a calendar may ask again: RFC 7986, 5.7, and what calendars knew before it.
const REFRESH: [(&str, &str); 2] =
    [("REFRESH-INTERVAL;VALUE=DURATION", "PT1H"), ("X-PUBLISHED-TTL", "PT1H")];
/// A calendar has one component at least (RFC 5545, 3.6): where there is no session, this.
const NO_SESSION: [(&str, &str); 8] = [
    ("BEGIN", "VTIMEZONE"),
    ("TZID", "UTC"),
    ("BEGIN", "STANDARD"),
    ("DTSTART", "19700101T000000"),
    ("TZOFFSETFROM", "+0000"),
    ("TZOFFSETTO", "+0000"),
    ("END", "STANDARD"),
    ("END", "VTIMEZONE"),
];

/// A session as `private.calendar_entry()` tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// The same for good, whatever becomes of the session.
    pub uid: String,
    /// Grows with each change.
    pub sequence: u32,
    /// Whether it takes place.
    pub method: Method,
    /// Its start.
    pub starts_at: Instant,
    /// Its end.
    pub ends_at: Instant,
    /// When it was made.
    pub created: Instant,
    /// When it was changed last.
    pub stamp: Instant,
}

/// The purpose of a mail about a session (RFC 5546, 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// It takes place, at this time.
    Request,
    /// It does not take place.
    Cancel,
}

impl Method {
    /// The value of METHOD.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }

    const fn status(self) -> &'static str {
        match self {
            Self::Request => "CONFIRMED",
            Self::Cancel => "CANCELLED",
        }
    }
}

/// An instant, which the database writes as `2026-11-22T14:30:00Z`, in the form of a calendar: `20261122T143000Z`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instant(String);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let shape: Vec<_> =
            text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte }).collect();
        if shape != b"0000-00-00T00:00:00Z" {
            return Err(D::Error::custom("not an instant in UTC"));
        }
        Ok(Self(text.replace(['-', ':'], "")))
    }
}

/// The two who a mail about a session is between: us, and its reader. Neither of the people of the session learns the
/// address of the other.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// The address that the mail is from.
    pub organizer: &'a str,
    /// The address that it is to.
    pub attendee: &'a str,
}

/// The part of a mail by which a calendar takes a session over, or out.
pub fn message(config: &Config, locale: &str, entry: &Entry, parties: Parties<'_>) -> String {
    let mut lines = begin();
    lines.line("METHOD", entry.method.as_str());
    event(&mut lines, config, &Words::of(locale), entry, Some(parties));
    end(lines)
}

/// All sessions of a person. The same sessions are the same bytes.
pub fn feed(config: &Config, locale: &str, entries: &[Entry]) -> String {
    let words = Words::of(locale);
    let mut lines = begin();
    for name in ["NAME", "X-WR-CALNAME"] {
        lines.text(name, words.calendar);
    }
    lines.all(&REFRESH);
    for entry in entries {
        event(&mut lines, config, &words, entry, None);
    }
    if entries.is_empty() {
        lines.all(&NO_SESSION);
    }
    end(lines)
}

fn begin() -> Lines {
    let mut lines = Lines::default();
    lines.all(&[("BEGIN", "VCALENDAR"), ("VERSION", "2.0")]);
    lines.text("PRODID", PRODUCT);
    lines
}

fn end(mut lines: Lines) -> String {
    lines.line("END", "VCALENDAR");
    lines.into_string()
}

fn event(
    lines: &mut Lines,
    config: &Config,
    words: &Words,
    entry: &Entry,
    parties: Option<Parties<'_>>,
) {
    let page = [&config.site_url, PAGE].concat();
    lines.line("BEGIN", "VEVENT");
    lines.text("UID", &entry.uid);
    lines.line("SEQUENCE", &entry.sequence.to_string());
    for (name, Instant(instant)) in [
        ("DTSTAMP", &entry.stamp),
        ("CREATED", &entry.created),
        ("LAST-MODIFIED", &entry.stamp),
        ("DTSTART", &entry.starts_at),
        ("DTEND", &entry.ends_at),
    ] {
        lines.line(name, instant);
    }
    lines.line("STATUS", entry.method.status());
    lines.all(&[("CLASS", "PRIVATE"), ("TRANSP", "OPAQUE")]);
    lines.text("SUMMARY", words.session);
    lines.text("DESCRIPTION", &[words.details, " ", &page].concat());
    lines.line("URL", &page);
    if let Some(Parties { organizer, attendee }) = parties {
        lines.line("ORGANIZER", &mailto(organizer));
        // Nobody is asked: what a calendar accepts or declines by itself changes no session.
        lines.line(
            "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE",
            &mailto(attendee),
        );
    }
    lines.line("END", "VEVENT");
}

/// An address as a URI (RFC 6068).
fn mailto(address: &str) -> String {
    let mut uri = String::from("mailto:");
    for byte in address.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$'*+@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            uri.push_str(&hex::encode_upper([byte]));
        }
    }
    uri
}

#[cfg(test)]
mod tests;
