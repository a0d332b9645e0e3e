//! Calendar days, and instants.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// A day of the calendar, `2026-11-22` (RFC 3339, `full-date`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Date(#[cfg_attr(feature = "schema", schemars(extend("format" = "date")))] String);

impl Date {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Date {
    /// By hand: chrono would bring its calendar and its parser of formats along.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if is_date(text.as_bytes()) { Ok(Self(text)) } else { Err(D::Error::custom("not a date")) }
    }
}

/// An instant as the database writes it, `2026-11-22T14:30:00+00:00` (RFC 3339, `date-time`), handed on as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Timestamp(
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))] String,
);

/// An instant that somebody else wrote, handed on as it is: `2026-11-22T14:30:00.126Z` (RFC 3339, `date-time`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Instant(
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))] String,
);

impl<'de> Deserialize<'de> for Instant {
    /// By hand, as a [`Date`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if is_instant(text.as_bytes()) {
            Ok(Self(text))
        } else {
            Err(D::Error::custom("not an instant"))
        }
    }
}

fn is_instant(text: &[u8]) -> bool {
    let Some((date, [b'T', time @ ..])) = text.split_at_checked(10) else { return false };
    let Some((clock, rest)) = time.split_at_checked(8) else { return false };
    let (fraction, zone) = match rest {
        [b'.', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest.split_at(digits)
        }
        rest => (b"0".as_slice(), rest),
    };
    let is_zone = match zone {
        b"Z" => true,
        [b'+' | b'-', distance @ ..] => distance.len() == 5 && is_clock(distance),
        _ => false,
    };
    is_date(date)
        && is_clock(clock)
        && clock.len() == 8
        && (1..=9).contains(&fraction.len())
        && is_zone
}

/// `14:30` or `14:30:00`. No leap second.
fn is_clock(text: &[u8]) -> bool {
    let pair = |pair: &[u8], limit| match pair {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => (tens - b'0') * 10 + (ones - b'0') < limit,
        _ => false,
    };
    let mut parts = text.split(|byte| *byte == b':');
    matches!(text.len(), 5 | 8)
        && parts.next().is_some_and(|hours| pair(hours, 24))
        && parts.all(|part| pair(part, 60))
}

fn is_date(text: &[u8]) -> bool {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return false };
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0, |number: u32, digit| Some(number * 10 + char::from(*digit).to_digit(10)?))
    };
    let parts = (number(&[y1, y2, y3, y4]), number(&[m1, m2]), number(&[d1, d2]));
    let (Some(year @ 1..), Some(month @ 1..=12), Some(day @ 1..)) = parts else { return false };
    day <= days_in(year, month)
}

const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_date_is_what_chrono_takes_for_one(year in 1_i32..=9999, month in 0_u32..=13, day in 0_u32..=32) {
            let text = format!("{year:04}-{month:02}-{day:02}");
            let known = NaiveDate::from_ymd_opt(year, month, day).is_some();
            prop_assert_eq!(is_date(text.as_bytes()), known, "{}", text);
        }
    }

    proptest! {
        #[test]
        fn an_instant_is_one_for_chrono_too(text in "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-6][0-9])") {
            let known = chrono::DateTime::parse_from_rfc3339(&text).is_ok();
            prop_assert_eq!(is_instant(text.as_bytes()), known, "{}", text);
        }

        #[test]
        fn no_text_makes_reading_an_instant_panic(text in "\\PC{0,30}") {
            prop_assert!(!is_instant(text.as_bytes()) || chrono::DateTime::parse_from_rfc3339(&text).is_ok());
        }
    }

    #[test]
    fn what_the_database_would_refuse_is_no_instant() {
        for text in
            ["2026-11-22T23:41:12.126Z", "2026-11-22T23:41:12Z", "2026-11-22T23:41:11.894719+00:00"]
        {
            assert!(is_instant(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "now",
            "2026-11-22",
            "2026-11-22T23:41Z",
            "2026-11-22T23:41:12",
            "2026-11-22T23:41:12.Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T23:41:12.1234567890Z",
            "2026-11-22T23:41:12+24:00",
            "2026-11-22T23:41:12+0000",
            "2026-11-22T23:41:12Z ",
            "2026-02-30T00:00:00Z",
            "2026-11-22T23:41:12+01:00:00",
        ] {
            assert!(!is_instant(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn only_days_that_there_are_are_dates() {
        for text in ["2026-11-22", "2028-02-29", "0001-01-01", "9999-12-31"] {
            assert!(is_date(text.as_bytes()), "{text}");
        }
        let none = [
            "",
            "2026-11-31",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "0000-01-01",
            "26-11-22",
            "2026-11-22T00:00:00Z",
            "2026/11/22",
            "infinity",
            "today",
            "+026-11-22",
            "2026-11-2\u{662}",
        ];
        for text in none {
            assert!(!is_date(text.as_bytes()), "{text}");
        }
    }
}
