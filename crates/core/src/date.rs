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
