//! Dates for people, by the platform's own `Intl`.

use std::{cell::RefCell, collections::HashMap};

use chrono::{DateTime, Utc};
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    #[derive(Clone)]
    type DateTimeFormat;

    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str, options: &JsValue) -> Result<DateTimeFormat, JsValue>;

    #[wasm_bindgen(method)]
    fn format(this: &DateTimeFormat, milliseconds: f64) -> String;
}

/// More zones and locales than one run of a dispatcher meets.
const CACHE_LIMIT: usize = 256;

thread_local! {
    /// Making a formatter takes longer than using it a hundred times.
    static FORMATS: RefCell<HashMap<(String, String), Option<DateTimeFormat>>> = RefCell::default();
}

/// "Monday, May 4, 2026 at 02:30 PM GMT+2": with the zone, since the reader may travel.
pub(crate) fn format(instant: DateTime<Utc>, time_zone: &str, locale: &str) -> Option<String> {
    let format = FORMATS.with_borrow_mut(|formats| {
        if formats.len() >= CACHE_LIMIT {
            formats.clear();
        }
        let key = (time_zone.to_owned(), locale.to_owned());
        formats.entry(key).or_insert_with(|| make(time_zone, locale)).clone()
    })?;
    #[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
    Some(format.format(instant.timestamp_millis() as f64))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Options<'a> {
    time_zone: &'a str,
    weekday: &'static str,
    year: &'static str,
    month: &'static str,
    day: &'static str,
    hour: &'static str,
    minute: &'static str,
    time_zone_name: &'static str,
}

fn make(time_zone: &str, locale: &str) -> Option<DateTimeFormat> {
    let options = Options {
        time_zone,
        weekday: "long",
        year: "numeric",
        month: "long",
        day: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        time_zone_name: "short",
    };
    let options = serde_json::to_string(&options).ok()?;
    DateTimeFormat::new(locale, &js_sys::JSON::parse(&options).ok()?).ok()
}
