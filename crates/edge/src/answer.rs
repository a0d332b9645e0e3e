//! Answers, with the headers that every answer carries.

use evenkeel_core::{Config, Error, Result, id::RequestId};
use serde::Serialize;
use serde_json::{Map, Value};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Response, ResponseInit};

/// What browsers' supabase-js sends, and what our contract adds.
const ALLOWED_HEADERS: &str =
    "authorization, apikey, content-type, x-client-info, x-request-id, x-supabase-api-version";

/// An answer of a function.
#[derive(Debug)]
pub struct Answer {
    pub(crate) status: u16,
    content_type: &'static str,
    body: Option<String>,
    headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// 200 with JSON.
    ///
    /// # Errors
    /// `internal` for a value that has no JSON.
    pub fn ok(body: &impl Serialize) -> Result<Self> {
        Self::json(200, body)
    }

    /// 202 with JSON: taken, and done later.
    ///
    /// # Errors
    /// `internal` for a value that has no JSON.
    pub fn accepted(body: &impl Serialize) -> Result<Self> {
        Self::json(202, body)
    }

    fn json(status: u16, body: &impl Serialize) -> Result<Self> {
        let body =
            serde_json::to_string(body).map_err(|error| Error::internal(error.to_string()))?;
        Ok(Self {
            status,
            content_type: "application/json",
            body: Some(body),
            headers: Vec::new(),
        })
    }

    /// The answer to `OPTIONS`: what a browser may send to this path.
    pub(crate) fn preflight(allow: String) -> Self {
        let headers = vec![
            ("access-control-allow-methods", allow),
            ("access-control-allow-headers", ALLOWED_HEADERS.to_owned()),
            ("access-control-max-age", "86400".to_owned()),
        ];
        Self {
            status: 204,
            content_type: "",
            body: None,
            headers,
        }
    }

    /// An error, as RFC 9457 has it.
    pub(crate) fn problem(error: &Error, request_id: RequestId) -> Self {
        let mut headers = Vec::new();
        if let Some(seconds) = error.retry_after_seconds() {
            headers.push(("retry-after", seconds.to_string()));
        }
        if let Some(allow) = error.allow() {
            headers.push(("allow", allow.to_owned()));
        }
        Self {
            status: error.code().status(),
            content_type: "application/problem+json",
            body: serde_json::to_string(&error.problem(request_id)).ok(),
            headers,
        }
    }

    /// The `Response`, for a browser of `origin` if there is one.
    pub(crate) fn into_response(
        self,
        config: Option<&Config>,
        request_id: RequestId,
        origin: Option<String>,
    ) -> std::result::Result<Response, JsValue> {
        let mut headers = Map::new();
        let mut set =
            |name: &str, value: String| headers.insert(name.to_owned(), Value::String(value));
        set("x-request-id", request_id.to_string());
        set("cache-control", "no-store".to_owned());
        set("x-content-type-options", "nosniff".to_owned());
        set("referrer-policy", "no-referrer".to_owned());
        set("vary", "Origin".to_owned());
        if !self.content_type.is_empty() {
            set("content-type", self.content_type.to_owned());
        }
        for (name, value) in self.headers {
            set(name, value);
        }
        let allowed =
            |origin: &String| config.is_some_and(|config| config.allowed_origins.contains(origin));
        if let Some(origin) = origin.filter(allowed) {
            set("access-control-allow-origin", origin);
            set(
                "access-control-expose-headers",
                "x-request-id, retry-after".to_owned(),
            );
        }
        let init: ResponseInit = from_json(&headers_init(headers)).unchecked_into();
        init.set_status(self.status);
        Response::new_with_opt_str_and_init(self.body.as_deref(), &init)
    }
}

fn headers_init(headers: Map<String, Value>) -> Value {
    Value::Object(Map::from_iter([(
        "headers".to_owned(),
        Value::Object(headers),
    )]))
}

/// One crossing into JavaScript for a whole object, instead of one for each field.
pub(crate) fn from_json(value: &Value) -> JsValue {
    js_sys::JSON::parse(&value.to_string()).unwrap_or_default()
}
