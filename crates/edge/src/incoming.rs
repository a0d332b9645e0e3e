//! A request, read with care.

use evenkeel_core::{
    ClientContext, Code, Config, Error, Result, SecretString, id::RequestId, json,
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{body, edge::Edge, function::Route};

/// A request to one of the function's routes.
pub struct Incoming {
    request: web_sys::Request,
    headers: web_sys::Headers,
    route: &'static Route,
}

impl Incoming {
    pub(crate) fn new(request: web_sys::Request, route: &'static Route) -> Self {
        Self { headers: request.headers(), request, route }
    }

    /// The path of the route, below the function.
    pub fn path(&self) -> &'static str {
        self.route.path
    }

    /// The body, parsed.
    ///
    /// # Errors
    /// `unsupported_media_type`, `payload_too_large`, `invalid_request`.
    pub async fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let content_type = self.header("content-type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(Error::new(Code::UnsupportedMediaType, "Send application/json."));
        }
        json::parse(&body::read(&self.request, &self.headers, self.route.body_limit).await?)
    }

    /// Lets only `pg_cron` pass: the secret key named `cron`, in `apikey`.
    ///
    /// # Errors
    /// `unauthenticated`, the same for a missing and for a wrong key.
    pub fn require_cron_key(&self, edge: &Edge) -> Result<()> {
        let key = SecretString::new(self.header("apikey").unwrap_or_default());
        if edge.config.cron_key.matches(key.expose()) {
            Ok(())
        } else {
            Err(Error::new(Code::Unauthenticated, "This function is for scheduled jobs."))
        }
    }

    pub(crate) fn client(&self, config: &Config, request_id: RequestId) -> ClientContext {
        let ip = config.client_ip_header.as_deref().and_then(|name| self.header(name));
        ClientContext::new(request_id, ip.as_deref(), self.header("user-agent").as_deref())
    }

    fn header(&self, name: &str) -> Option<String> {
        header(&self.headers, name)
    }
}

pub(crate) fn header(headers: &web_sys::Headers, name: &str) -> Option<String> {
    headers.get(name).ok().flatten()
}

/// The caller's `X-Request-Id` if it is a UUID.
pub(crate) fn given_request_id(headers: &web_sys::Headers) -> Option<RequestId> {
    Uuid::try_parse(&header(headers, "x-request-id")?).ok().map(RequestId)
}
