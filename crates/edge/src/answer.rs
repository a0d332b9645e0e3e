//! Answers, with the headers that every answer carries.

use evenkeel_core::{Config, Error, Result, id::RequestId};
use serde::{Serialize, Serializer};
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
        Ok(Self { status, content_type: "application/json", body: Some(body), headers: Vec::new() })
    }

    /// The answer to `OPTIONS`: what a browser may send to this path.
    pub(crate) fn preflight(allow: String) -> Self {
        let headers = vec![
            ("access-control-allow-methods", allow),
            ("access-control-allow-headers", ALLOWED_HEADERS.to_owned()),
            ("access-control-max-age", "86400".to_owned()),
        ];
        Self { status: 204, content_type: "", body: None, headers }
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
        let mut headers = self.headers;
        headers.push(("x-request-id", request_id.to_string()));
        headers.push(("cache-control", "no-store".to_owned()));
        headers.push(("x-content-type-options", "nosniff".to_owned()));
        headers.push(("referrer-policy", "no-referrer".to_owned()));
        headers.push(("vary", "Origin".to_owned()));
        if !self.content_type.is_empty() {
            headers.push(("content-type", self.content_type.to_owned()));
        }
        let allowed =
            |origin: &String| config.is_some_and(|config| config.allowed_origins.contains(origin));
        if let Some(origin) = origin.filter(allowed) {
            headers.push(("access-control-allow-origin", origin));
            headers.push(("access-control-expose-headers", "x-request-id, retry-after".to_owned()));
        }
        let init: ResponseInit = into_js(&Init { headers: Headers(&headers) }).unchecked_into();
        init.set_status(self.status);
        Response::new_with_opt_str_and_init(self.body.as_deref(), &init)
    }
}

#[derive(Serialize)]
struct Init<'a> {
    headers: Headers<'a>,
}

/// Headers as the object that `fetch` and `Response` take.
pub(crate) struct Headers<'a>(pub(crate) &'a [(&'static str, String)]);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// One crossing into JavaScript for a whole object, instead of one for each field.
pub(crate) fn into_js(value: &impl Serialize) -> JsValue {
    let json = serde_json::to_string(value).unwrap_or_default();
    js_sys::JSON::parse(&json).unwrap_or_default()
}
