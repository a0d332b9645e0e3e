//! Checkpoints of the audit log: a POST of the signed note to whoever keeps them.

use crate::{
    error::{Error, Result},
    ports::{Checkpoints, Configured, Http, HttpMethod, HttpRequest, TransportError},
};

const SERVICE: &str = "checkpoints";

impl<Host: Configured + Http> Checkpoints for Host {
    async fn post_checkpoint(&self, url: &str, note: &str) -> Result<()> {
        let request = HttpRequest {
            method: HttpMethod::Post,
            upstream: SERVICE,
            url: url.to_owned(),
            headers: vec![("content-type", "text/plain; charset=utf-8".to_owned())],
            body: Some(note.as_bytes().to_vec()),
            timeout_ms: self.config().upstream_timeout_ms,
            wanted_headers: &[],
            answer_limit: 64 << 10,
        };
        match self.send(&request).await {
            Ok(response) if response.is_success() => Ok(()),
            Ok(response) => {
                Err(Error::unavailable(SERVICE, &format!("status {}", response.status)))
            }
            Err(TransportError::Timeout) => Err(Error::timeout(SERVICE)),
            Err(error) => Err(Error::unavailable(SERVICE, &error.to_string())),
        }
    }
}
