//! Dates for people, worded by the platform's own `Intl`. It knows languages; what it knows of time
//! zones is frozen with the runtime, so it is given wall times, as if they were UTC.

use std::cell::RefCell;

use chrono::NaiveDateTime;
use evenkeel_core::ports::Precision;
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    type DateTimeFormat;

    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str, options: &JsValue) -> Result<DateTimeFormat, JsValue>;

    #[wasm_bindgen(method)]
    fn format(this: &DateTimeFormat, milliseconds: f64) -> String;
}

/// More locales than one run of a dispatcher meets.
const CACHE_LIMIT: usize = 64;

/// A formatter, where the platform has one, and the last that it was asked for: reminders that are sent together are of sessions
/// that begin together.
struct Wording {
    locale: String,
    precision: Precision,
    format: Option<DateTimeFormat>,
    last: Option<(NaiveDateTime, String)>,
}

thread_local! {
    /// Making a formatter takes longer than using it a hundred times.
    static WORDINGS: RefCell<Vec<Wording>> = RefCell::default();
}

/// "Monday, May 4, 2026 at 02:30 PM", or "Monday, May 4, 2026".
pub(crate) fn format(wall: NaiveDateTime, precision: Precision, locale: &str) -> Option<String> {
    let is_it = |one: &Wording| one.precision == precision && one.locale == locale;
    WORDINGS.with_borrow_mut(|wordings| {
        if !wordings.iter().any(is_it) {
            if wordings.len() >= CACHE_LIMIT {
                wordings.clear();
            }
            let (locale, format) = (locale.to_owned(), make(precision, locale));
            wordings.push(Wording { locale, precision, format, last: None });
        }
        let Wording { format, last, .. } = wordings.iter_mut().find(|one| is_it(one))?;
        if let Some((_, words)) = last.as_ref().filter(|(known, _)| *known == wall) {
            return Some(words.clone());
        }
        let format = format.as_ref()?;
        #[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
        let words = format.format(wall.and_utc().timestamp_millis() as f64);
        *last = Some((wall, words.clone()));
        Some(words)
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    time_zone: &'static str,
    calendar: &'static str,
    numbering_system: &'static str,
    weekday: &'static str,
    year: &'static str,
    month: &'static str,
    day: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hour: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minute: Option<&'static str>,
}

fn make(precision: Precision, locale: &str) -> Option<DateTimeFormat> {
    let time = (precision == Precision::Minute).then_some("2-digit");
    let options = Options {
        time_zone: "UTC",
        // Whatever the region's own: a text in English is not read in the year 1448.
        calendar: "gregory",
        numbering_system: "latn",
        weekday: "long",
        year: "numeric",
        month: "long",
        day: "numeric",
        hour: time,
        minute: time,
    };
    let options = serde_json::to_string(&options).ok()?;
    DateTimeFormat::new(locale, &js_sys::JSON::parse(&options).ok()?).ok()
}
