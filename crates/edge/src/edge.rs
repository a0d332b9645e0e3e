//! The ports of one request.

use std::{cell::Cell, future::Future};

use chrono::{DateTime, NaiveDateTime, Utc};
use evenkeel_core::{
    Config, Error,
    email_address::Idna,
    id::RequestId,
    ports::{
        Clock, Configured, Entropy, Environment, Functions, Http, HttpRequest, HttpResponse,
        LocalTime, Precision,
    },
    ports::{HttpMethod, Telemetry, TransportError, Unicode},
};
use wasm_bindgen::prelude::*;

use crate::{
    fetch, intl,
    platform::{self, in_background},
    sentry,
};

/// Everything a request may use of the world. The database, Auth, the mailer
/// and storage come with it: `evenkeel_core::upstream` speaks to them over its
/// [`Http`].
pub struct Edge {
    pub(crate) function: &'static str,
    pub(crate) config: &'static Config,
    pub(crate) request_id: RequestId,
    pub(crate) upstream_calls: Cell<u32>,
    pub(crate) upstream_ms: Cell<u32>,
}

impl Edge {
    pub(crate) fn new(
        function: &'static str,
        config: &'static Config,
        request_id: RequestId,
    ) -> Self {
        Self {
            function,
            config,
            request_id,
            upstream_calls: Cell::new(0),
            upstream_ms: Cell::new(0),
        }
    }

    fn count_call(&self, started_ms: f64) {
        self.upstream_calls.set(self.upstream_calls.get() + 1);
        self.upstream_ms.set(self.upstream_ms.get() + platform::since_ms(started_ms));
    }

    /// Does the work of a cron function, and tells Sentry's monitor of it.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn monitored<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let started = platform::now_ms();
        let result = work.await;
        let duration = platform::since_ms(started);
        sentry::check_in(self.config, self.function, result.is_ok(), duration);
        result
    }
}

impl Configured for Edge {
    fn config(&self) -> &Config {
        self.config
    }
}

impl Environment for Edge {
    fn variable(&self, name: &'static str) -> Option<String> {
        platform::env(name)
    }
}

impl Http for Edge {
    async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let started = platform::now_ms();
        let result = fetch::send(request).await;
        self.count_call(started);
        result
    }

    async fn receive(
        &self,
        request: &HttpRequest,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<HttpResponse, TransportError> {
        let started = platform::now_ms();
        let result = fetch::receive(request, take).await;
        self.count_call(started);
        result
    }
}

impl Clock for Edge {
    fn now(&self) -> DateTime<Utc> {
        let milliseconds = i64::try_from(platform::since_1970()).unwrap_or_default();
        DateTime::from_timestamp_millis(milliseconds).unwrap_or_default()
    }

    async fn sleep(&self, milliseconds: u32) {
        platform::sleep(milliseconds).await;
    }
}

impl Entropy for Edge {
    fn fill(&self, bytes: &mut [u8]) {
        platform::fill(bytes);
    }
}

impl LocalTime for Edge {
    fn format(&self, wall: NaiveDateTime, precision: Precision, locale: &str) -> Option<String> {
        intl::format(wall, precision, locale)
    }
}

#[wasm_bindgen]
extern "C" {
    type URL;

    #[wasm_bindgen(constructor, catch)]
    fn new(url: &str) -> Result<URL, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn hostname(this: &URL) -> String;
}

impl Idna for Edge {
    /// WHATWG URL, "domain to ASCII".
    fn domain_to_ascii(&self, domain: &str) -> Option<String> {
        // Whatever could end the host in a URL is no domain.
        if domain
            .bytes()
            .any(|b| b.is_ascii() && !b.is_ascii_alphanumeric() && b != b'-' && b != b'.')
        {
            return None;
        }
        URL::new(&["http://", domain].concat()).ok().map(|url| url.hostname())
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = __edge)]
    fn nfc(text: &str) -> String;

    #[wasm_bindgen(js_namespace = __edge, js_name = lowerCase)]
    fn lower_case(text: &str) -> String;
}

impl Unicode for Edge {
    fn nfc(&self, text: &str) -> String {
        nfc(text)
    }

    fn lower_case(&self, text: &str) -> String {
        lower_case(text)
    }
}

impl Telemetry for Edge {
    fn report(&self, error: &Error) {
        sentry::report(self.config, self.function, Some(self.request_id), error);
    }
}

thread_local! {
    static KICK: Cell<Kick> = const { Cell::new(Kick::Idle) };
}

/// At most one kick is under way in an isolate, and one more is owed after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kick {
    Idle,
    UnderWay,
    Owed,
}

impl Functions for Edge {
    fn kick_email_dispatch(&self) {
        if KICK.replace(Kick::Owed) == Kick::Idle {
            in_background(kick(self.config));
        }
    }
}

async fn kick(config: &'static Config) {
    while KICK.get() == Kick::Owed {
        platform::sleep(delay_ms()).await;
        KICK.set(Kick::UnderWay);
        let request = HttpRequest {
            method: HttpMethod::Post,
            upstream: "email-dispatch",
            url: [config.supabase_url.as_str(), "/functions/v1/email-dispatch"].concat(),
            headers: vec![
                ("apikey", config.cron_key.expose().to_owned()),
                ("content-type", "application/json".to_owned()),
            ],
            body: Some(b"{}".to_vec()),
            timeout_ms: config.upstream_timeout_ms,
            wanted_headers: &[],
            answer_limit: 64 << 10,
        };
        // Lost or late, the cron job makes up for it.
        let _ = fetch::send(&request).await;
    }
    KICK.set(Kick::Idle);
}

/// Half a second to three. The dispatcher has more to do where an address has an account, and a
/// request that comes in meanwhile takes longer: whoever asks for a stranger's address and then times
/// their own requests must not know when to look.
fn delay_ms() -> u32 {
    let mut bytes = [0; 2];
    platform::fill(&mut bytes);
    500 + u32::from(u16::from_le_bytes(bytes)) % 2_500
}
