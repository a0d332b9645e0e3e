//! Sentry's envelope endpoint: errors, and check-ins of the cron functions.
//!
//! An event has the code, the operator's cause and ids. Neither bodies
//! nor headers nor addresses are ever put in, so there is nothing to scrub.

use serde::Serialize;
use uuid::Uuid;

use crate::{
    config::SentryConfig,
    ports::{HttpMethod, HttpRequest, HttpResponse},
};

const CLIENT: &str = concat!("evenkeel/", env!("CARGO_PKG_VERSION"));
/// The pause after a bare 429 (Sentry, "Rate Limiting").
const DEFAULT_PAUSE_SECONDS: u32 = 60;
/// Sentry never delays what it observes.
const TIMEOUT_MS: u32 = 2_000;

/// An error, as Sentry groups and shows it.
#[derive(Debug, Serialize)]
pub struct Event<'a> {
    /// Which function.
    pub function: &'a str,
    /// The stable code: errors are grouped by function and code.
    pub code: &'a str,
    /// The operator's cause.
    pub message: &'a str,
    /// The request, if one was under way.
    pub request_id: Option<String>,
}

/// How a monitored run ended. One check-in at its end is a heartbeat: Sentry
/// misses it when it does not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named by Sentry")]
pub enum CheckInStatus {
    Ok,
    Error,
}

/// A sign of life of a cron function.
#[derive(Debug)]
pub struct CheckIn<'a> {
    /// The id of this run.
    pub id: Uuid,
    /// The monitor: the function's name.
    pub monitor: &'a str,
    /// How it went.
    pub status: CheckInStatus,
    /// How long it took, in seconds.
    pub duration: u32,
}

#[derive(Serialize)]
struct EnvelopeHeader {
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    sent_at: String,
}

#[derive(Serialize)]
struct ItemHeader {
    r#type: &'static str,
    length: usize,
}

#[derive(Serialize)]
struct EventPayload<'a> {
    event_id: String,
    timestamp: String,
    platform: &'static str,
    level: &'static str,
    release: &'static str,
    environment: &'a str,
    logger: &'a str,
    fingerprint: [&'a str; 2],
    exception: Values<'a>,
    tags: Tags<'a>,
}

#[derive(Serialize)]
struct Values<'a> {
    values: [Exception<'a>; 1],
}

#[derive(Serialize)]
struct Exception<'a> {
    r#type: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Tags<'a> {
    function: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

#[derive(Serialize)]
struct CheckInPayload<'a> {
    check_in_id: String,
    monitor_slug: &'a str,
    status: CheckInStatus,
    duration: u32,
    environment: &'a str,
    release: &'static str,
    monitor_config: MonitorConfig,
}

#[derive(Serialize)]
struct MonitorConfig {
    schedule: Schedule,
    /// Minutes a run may be late.
    checkin_margin: u32,
    /// Minutes a run may take.
    max_runtime: u32,
}

#[derive(Serialize)]
struct Schedule {
    r#type: &'static str,
    value: &'static str,
}

/// The request that reports an error.
pub fn event_request(
    config: &SentryConfig,
    now_ms: u64,
    id: Uuid,
    event: &Event<'_>,
) -> HttpRequest {
    let payload = EventPayload {
        event_id: hex::encode(id.as_bytes()),
        timestamp: timestamp(now_ms),
        platform: "other",
        level: "error",
        release: CLIENT,
        environment: &config.environment,
        logger: event.function,
        fingerprint: [event.function, event.code],
        exception: Values { values: [Exception { r#type: event.code, value: event.message }] },
        tags: Tags { function: event.function, request_id: event.request_id.as_deref() },
    };
    envelope(config, now_ms, Some(id), "event", &payload)
}

/// The request that reports a sign of life.
pub fn check_in_request(config: &SentryConfig, now_ms: u64, check_in: &CheckIn<'_>) -> HttpRequest {
    let payload = CheckInPayload {
        check_in_id: hex::encode(check_in.id.as_bytes()),
        monitor_slug: check_in.monitor,
        status: check_in.status,
        duration: check_in.duration,
        environment: &config.environment,
        release: CLIENT,
        monitor_config: MonitorConfig {
            schedule: Schedule { r#type: "crontab", value: "*/5 * * * *" },
            checkin_margin: 5,
            max_runtime: 5,
        },
    };
    envelope(config, now_ms, None, "check_in", &payload)
}

/// How many seconds to stay silent after this answer, 0 if not at all.
/// `X-Sentry-Rate-Limits` counts even on 200: `seconds:categories:scope, …`.
pub fn pause_seconds(response: &HttpResponse) -> u32 {
    let limits = response.header("x-sentry-rate-limits").unwrap_or_default();
    let longest = limits
        .split(',')
        .filter_map(|limit| limit.trim().split(':').next()?.parse::<u32>().ok())
        .max()
        .unwrap_or_default();
    if longest == 0 && response.status == 429 { DEFAULT_PAUSE_SECONDS } else { longest }
}

fn envelope(
    config: &SentryConfig,
    now_ms: u64,
    id: Option<Uuid>,
    kind: &'static str,
    payload: &impl Serialize,
) -> HttpRequest {
    let header = EnvelopeHeader {
        event_id: id.map(|id| hex::encode(id.as_bytes())),
        sent_at: timestamp(now_ms),
    };
    let payload = line(payload);
    let item = line(&ItemHeader { r#type: kind, length: payload.len() });
    let body = [line(&header), item, payload].join(b"\n".as_slice());
    HttpRequest {
        method: HttpMethod::Post,
        upstream: "sentry",
        url: config.envelope_url.clone(),
        headers: vec![
            ("content-type", "application/x-sentry-envelope".to_owned()),
            (
                "x-sentry-auth",
                format!(
                    "Sentry sentry_version=7, sentry_client={CLIENT}, sentry_key={}",
                    config.public_key
                ),
            ),
        ],
        body: Some(body),
        timeout_ms: TIMEOUT_MS,
        wanted_headers: &["x-sentry-rate-limits"],
        answer_limit: 64 << 10,
    }
}

/// Strings and numbers alone: serialising them cannot fail.
fn line(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// RFC 3339, from milliseconds since 1970. By hand: chrono's calendar and formats would be two
/// kilobytes of every module, and most have no other use for them.
fn timestamp(ms: u64) -> String {
    let (days, rest) = (ms / 86_400_000, ms % 86_400_000);
    // Counted from 1 March of the year 0, a leap day ends its year ("days_from_civil", H. Hinnant).
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let january_or_february = month >= 10;
    let month = if january_or_february { month - 9 } else { month + 3 };
    let year = era * 400 + year + u64::from(january_or_february);
    let parts = [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (rest / 3_600_000, 2, ':'),
        (rest / 60_000 % 60, 2, ':'),
        (rest / 1_000 % 60, 2, '.'),
        (rest % 1_000, 3, 'Z'),
    ];
    let mut text = String::new();
    for (number, width, end) in parts {
        for place in (0..width).rev() {
            let digit = number / 10_u64.pow(place) % 10;
            text.extend(char::from_digit(u32::try_from(digit).unwrap_or_default(), 10));
        }
        text.push(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, SecondsFormat};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_instant_is_written_as_chrono_writes_it(ms in 0..253_402_300_800_000_u64) {
            let instant = DateTime::from_timestamp_millis(i64::try_from(ms).unwrap()).unwrap();
            prop_assert_eq!(timestamp(ms), instant.to_rfc3339_opts(SecondsFormat::Millis, true));
        }
    }

    fn config() -> SentryConfig {
        SentryConfig {
            envelope_url: "https://sentry.example/api/1/envelope/".to_owned(),
            public_key: "abc".to_owned(),
            environment: "test".to_owned(),
        }
    }

    fn body(request: &HttpRequest) -> String {
        String::from_utf8(request.body.clone().unwrap()).unwrap()
    }

    #[test]
    fn an_event_is_an_envelope_of_three_lines() {
        let event = Event {
            function: "auth-email-verify",
            code: "internal",
            message: "database refused: 42501",
            request_id: Some("r".to_owned()),
        };
        let request = event_request(&config(), 0, Uuid::nil(), &event);
        insta::assert_snapshot!(body(&request));
    }

    #[test]
    fn the_item_header_counts_the_bytes_of_its_payload() {
        let check_in = CheckIn {
            id: Uuid::nil(),
            monitor: "email-dispatch",
            status: CheckInStatus::Ok,
            duration: 2,
        };
        let request = check_in_request(&config(), 0, &check_in);
        let body = body(&request);
        let lines: Vec<&str> = body.lines().collect();
        assert_eq!(lines[1], format!(r#"{{"type":"check_in","length":{}}}"#, lines[2].len()));
        insta::assert_snapshot!(lines[2]);
    }

    #[test]
    fn rate_limits_are_obeyed_even_on_success() {
        let answer = |status, limits: &str| HttpResponse {
            status,
            headers: vec![("x-sentry-rate-limits", limits.to_owned())],
            body: Vec::new(),
        };
        assert_eq!(pause_seconds(&answer(200, "")), 0);
        assert_eq!(pause_seconds(&answer(200, "30:error:org, 90:default:org")), 90);
        assert_eq!(pause_seconds(&answer(429, "")), 60);
    }
}
