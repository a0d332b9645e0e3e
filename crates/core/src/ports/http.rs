//! HTTP, as far as the upstreams need it.

use core::mem;

/// As much as is read of what comes instead of a body that is received piece by piece, however
/// short that may be, in bytes.
pub const REFUSAL_LIMIT: usize = 16 << 10;

/// One exchange with an upstream.
pub trait Http {
    /// Sends a request and reads the whole answer, within the deadline.
    async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError>;

    /// Sends a request and hands the body of a success on, piece by piece where the host can: then
    /// no more of it is held than one of them, and the response has none. Of another status it has
    /// its body, up to [`REFUSAL_LIMIT`].
    async fn receive(
        &self,
        request: &HttpRequest,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<HttpResponse, TransportError> {
        let answer_limit = request.answer_limit.max(REFUSAL_LIMIT);
        let mut response = self.send(&HttpRequest { answer_limit, ..request.clone() }).await?;
        if response.is_success() {
            let body = mem::take(&mut response.body);
            if body.len() > request.answer_limit {
                return Err(TransportError::TooLarge);
            }
            take(&body);
        }
        Ok(response)
    }
}

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named by HTTP")]
pub enum HttpMethod {
    Get,
    Head,
    Post,
    Put,
    Delete,
}

impl HttpMethod {
    /// As it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A request. Not `Debug`: its headers hold credentials.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: HttpMethod,
    /// Which upstream this is, for the log.
    pub upstream: &'static str,
    /// The absolute URL.
    pub url: String,
    /// Names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// How long the whole exchange may take.
    pub timeout_ms: u32,
    /// The response headers to read: crossing into JavaScript for all would cost more.
    pub wanted_headers: &'static [&'static str],
    /// The longest answer that is read, in bytes.
    pub answer_limit: usize,
}

/// An answer, whatever its status.
#[derive(Clone, Debug, Default)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// Those of the wanted headers that were there.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header that was wanted.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// No answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Not within the deadline. The upstream may have acted.
    #[error("timed out")]
    Timeout,
    /// No connection, or it broke. The upstream may have acted.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// More than the limit.
    #[error("answer too large")]
    TooLarge,
}
