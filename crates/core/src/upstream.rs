//! The wire formats of what we stand on, over [`crate::ports::Http`]: Supabase's
//! Data API, Auth and Storage, Resend, and Sentry.
//!
//! Each module builds requests and reads answers, and does no I/O of its own;
//! the port it gives is implemented for whoever is [`Configured`] and has
//! [`Http`], so that the same code runs in wasm and, natively, in tests against
//! the real services.

mod auth_admin;
mod checkpoints;
mod data_api;
mod resend;
pub mod sentry;
mod storage;

use crate::ports::{Configured, HttpMethod, HttpRequest};

/// The longest answer of an upstream that is read: a claim of 5,000 mails is
/// about 5 MB.
const ANSWER_LIMIT: usize = 16 << 20;

/// A request to Supabase with the rights of the service. `sb_secret_…` keys go
/// into `apikey` alone: the gateway refuses them as bearer tokens.
fn supabase_request(
    host: &impl Configured,
    upstream: &'static str,
    method: HttpMethod,
    path: &str,
    body: Option<Vec<u8>>,
) -> HttpRequest {
    let config = host.config();
    let mut headers = vec![("apikey", config.secret_key.expose().to_owned())];
    if body.is_some() {
        headers.push(("content-type", "application/json".to_owned()));
    }
    HttpRequest {
        method,
        upstream,
        url: [config.supabase_url.as_str(), path].concat(),
        headers,
        body,
        timeout_ms: config.upstream_timeout_ms,
        wanted_headers: &[],
        answer_limit: ANSWER_LIMIT,
    }
}
