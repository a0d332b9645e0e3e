//! The port under [`evenkeel_core::upstream`], natively.

use std::time::Duration;

use evenkeel_core::{
    AccessToken, Config, EmailAddress,
    ports::{Http, HttpRequest, HttpResponse, TransportError},
    testing::PASSWORD,
};
use ureq::{Agent, Body, Error, RequestExt as _, http};

use super::Stack;

/// A client that answers whatever the status, as `fetch` does.
pub(super) fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

impl Http for Stack {
    async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let limit = request.answer_limit as u64;
        let mut response = exchange(&self.agent, request).map_err(|error| failure(&error))?;
        let body = response.body_mut().with_config().limit(limit).read_to_vec();
        let value = |name| Some((name, response.headers().get(name)?.to_str().ok()?.to_owned()));
        Ok(HttpResponse {
            status: response.status().as_u16(),
            headers: request.wanted_headers.iter().filter_map(|name| value(*name)).collect(),
            body: body.map_err(|error| failure(&error))?,
        })
    }
}

/// What Auth gives to whoever has the password of the cases.
pub(super) fn sign_in(agent: &Agent, config: &Config, address: &EmailAddress) -> AccessToken {
    let url = format!("{}/auth/v1/token?grant_type=password", config.supabase_url);
    let body = serde_json::json!({ "email": address.as_str(), "password": PASSWORD });
    let request = agent.post(url).header("apikey", &config.publishable_key);
    let answer = request.content_type("application/json").send(body.to_string());
    let text = answer.unwrap().body_mut().read_to_string().unwrap();
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("{text}"));
    AccessToken::from_authorization(Some(&format!("Bearer {token}"))).unwrap()
}

/// Puts a file where a document has its own.
pub(super) fn upload(agent: &Agent, config: &Config, path: &str, file: &[u8]) {
    let url = format!("{}/storage/v1/object/specialist-documents/{path}", config.supabase_url);
    let request = agent.post(url).header("apikey", config.secret_key.expose());
    let answer = request.content_type("application/pdf").send(file).unwrap();
    assert!(answer.status().is_success(), "Storage answered {}", answer.status());
}

fn exchange(agent: &Agent, request: &HttpRequest) -> Result<http::Response<Body>, Error> {
    let mut head = http::Request::builder().method(request.method.as_str()).uri(&request.url);
    for (name, value) in &request.headers {
        head = head.header(*name, value);
    }
    let timeout = Some(Duration::from_millis(request.timeout_ms.into()));
    match &request.body {
        Some(body) => {
            let call = head.body(body.as_slice())?.with_agent(agent);
            call.configure().timeout_global(timeout).run()
        }
        None => head.body(())?.with_agent(agent).configure().timeout_global(timeout).run(),
    }
}

fn failure(error: &Error) -> TransportError {
    match error {
        Error::Timeout(_) => TransportError::Timeout,
        Error::BodyExceedsLimit(_) => TransportError::TooLarge,
        error => TransportError::Unreachable(error.to_string()),
    }
}
