//! Sentry, in the background: unreachable, slow or full, it costs a request nothing.

use std::cell::Cell;

use evenkeel_core::{
    Config, Error,
    config::SentryConfig,
    id::RequestId,
    ports::HttpRequest,
    upstream::sentry::{
        CheckIn, CheckInStatus, Event, check_in_request, event_request, pause_seconds,
    },
};

use crate::{
    fetch,
    platform::{in_background, now_ms, random_uuid, since_1970},
};

thread_local! {
    /// Sentry's rate limit: until when this isolate stays silent.
    static SILENT_UNTIL_MS: Cell<f64> = const { Cell::new(0.0) };
}

/// Reports an error.
pub(crate) fn report(
    config: &'static Config,
    function: &str,
    request_id: Option<RequestId>,
    error: &Error,
) {
    if let Some(sentry) = reachable(config) {
        let event = Event {
            function,
            code: error.code().as_str(),
            message: error.cause().unwrap_or_default(),
            request_id: request_id.map(|id| id.to_string()),
        };
        in_background(send(event_request(sentry, since_1970(), random_uuid(), &event)));
    }
}

/// Reports that a cron function has run (Sentry, "heartbeat" check-ins).
pub(crate) fn check_in(config: &'static Config, monitor: &str, succeeded: bool, duration_ms: u32) {
    if let Some(sentry) = reachable(config) {
        let check_in = CheckIn {
            id: random_uuid(),
            monitor,
            status: if succeeded { CheckInStatus::Ok } else { CheckInStatus::Error },
            duration: duration_ms.div_ceil(1_000),
        };
        in_background(send(check_in_request(sentry, since_1970(), &check_in)));
    }
}

fn reachable(config: &Config) -> Option<&SentryConfig> {
    config.sentry.as_ref().filter(|_| now_ms() >= SILENT_UNTIL_MS.get())
}

async fn send(request: HttpRequest) {
    if let Ok(response) = fetch::send(&request).await {
        let pause = pause_seconds(&response);
        if pause > 0 {
            SILENT_UNTIL_MS.set(now_ms() + f64::from(pause) * 1_000.0);
        }
    }
}
