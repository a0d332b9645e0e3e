//! A request, as the host hands it over.

use evenkeel_core::{
    ClientContext, Code, Config, Error, Result, id::RequestId, operation::Credentials,
    parse_request,
};
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use crate::task::{Effect, Reply};

#[wasm_bindgen]
extern "C" {
    /// Resumes with the body of a call; without one, with a status that says why.
    #[wasm_bindgen(js_namespace = __edge, js_name = body)]
    fn host_body(effect: u32, call: u32, limit: usize);
}

/// The head of a request, as the host has read it. One string for all headers, since
/// each crossing into wasm costs more than its bytes.
#[derive(Debug)]
pub struct Received {
    /// The number by which the host knows the request.
    pub call: u32,
    /// The method.
    pub method: String,
    /// The path of the URL, and its query.
    pub target: String,
    /// The caller's id if it sent a UUID, else a new one.
    pub request_id: String,
    /// `name:value` lines, names in lower case.
    pub headers: String,
}

impl Received {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim)
    }
}

/// The bodies that a route takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepts {
    /// The longest, in bytes; of length 0, none is read.
    pub(crate) limit: usize,
    /// Whether it may have a media type.
    pub(crate) takes: fn(&str) -> bool,
    /// What the caller is told, if not.
    pub(crate) media: &'static str,
}

/// A request to one of the function's routes.
#[derive(Debug)]
pub struct Incoming {
    received: Received,
}

impl Incoming {
    pub(crate) fn new(received: Received) -> Self {
        Self { received }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.received.header(name)
    }

    /// Reads the body, once; where none is taken, nothing. Until then none of it has been read:
    /// whatever can be refused without it, such as a missing credential, is refused before.
    ///
    /// # Errors
    /// `unsupported_media_type`, `payload_too_large`, `request_timeout`, `overloaded`,
    /// `invalid_request`.
    pub(crate) async fn body(&self, accepts: &Accepts) -> Result<Body> {
        let limit = accepts.limit;
        if limit == 0 {
            return Ok(Body(Vec::new()));
        }
        self.require_media(accepts)?;
        let reply = Effect::start(|effect| host_body(effect, self.received.call, limit)).await;
        received_body(reply, limit)
    }

    fn require_media(&self, accepts: &Accepts) -> Result<()> {
        let content_type = self.received.header("content-type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if (accepts.takes)(media_type) {
            return Ok(());
        }
        Err(Error::new(Code::UnsupportedMediaType, accepts.media))
    }

    /// The query, parsed like a body: an object of its parameters. What is written in digits
    /// is a number.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T> {
        parse_request(query_as_json(self.received.query()).as_bytes())
    }

    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        let path = self.received.path();
        path.strip_suffix('/').unwrap_or(path).rsplit('/').next().unwrap_or_default()
    }

    /// The credentials that it carries.
    pub(crate) fn credentials<'a>(&'a self, config: &'a Config) -> Credentials<'a> {
        let [authorization, apikey] =
            ["authorization", "apikey"].map(|name| self.received.header(name));
        Credentials { authorization, apikey, config }
    }

    /// Where it comes from.
    pub(crate) fn client(&self, config: &Config, request_id: RequestId) -> ClientContext {
        let trusted = config.client_ip_header.as_deref();
        let ip = trusted.and_then(|name| self.received.header(name));
        ClientContext::new(request_id, ip, self.received.header("user-agent"))
    }
}

/// The body of a request.
#[derive(Debug)]
pub struct Body(Vec<u8>);

impl Body {
    /// The bytes as they came.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The body, parsed.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        parse_request(&self.0)
    }
}

/// The body that the host has read, or why it stopped.
#[inline(never)]
fn received_body(reply: Reply, limit: usize) -> Result<Body> {
    let (code, detail) = match reply.status {
        200 => return Ok(Body(reply.body)),
        413 => {
            let detail = format!("The body may hold up to {limit} bytes.");
            return Err(Error::new(Code::PayloadTooLarge, detail));
        }
        408 => (Code::RequestTimeout, "The body did not come in time."),
        503 => (Code::Overloaded, "Please try again in a moment."),
        _ => (Code::InvalidRequest, "The body broke off."),
    };
    Err(Error::new(code, detail))
}

/// A parameter that `functions.invoke()` adds for the platform, wherever it is told a region.
const FOR_THE_PLATFORM: &str = "forceFunctionRegion";

fn query_as_json(query: &str) -> String {
    let mut object = String::from("{");
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if name == FOR_THE_PLATFORM {
            continue;
        }
        let (name, value) = (decoded(name), decoded(value));
        let number = (1..10).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
        let value = if number { value } else { quoted(&value) };
        let comma = if object.len() == 1 { "" } else { "," };
        for part in [comma, &quoted(&name), ":", &value] {
            object.push_str(part);
        }
    }
    object.push('}');
    object
}

/// A name or a value of `application/x-www-form-urlencoded` (WHATWG URL, 5.1). By hand: the crate
/// would be three kilobytes of the module. What is no UTF-8 is a character that nobody asks for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |at: usize| char::from(*tail.get(at)?).to_digit(16);
        let escaped = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if escaped.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| "\u{fffd}".to_owned())
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: Accepts = Accepts {
        limit: 64,
        takes: |media_type| media_type.eq_ignore_ascii_case("application/json"),
        media: "Send application/json.",
    };

    fn incoming(headers: &str) -> Incoming {
        let received = Received {
            call: 1,
            method: "POST".to_owned(),
            target: "/sample?a=b".to_owned(),
            request_id: String::new(),
            headers: headers.to_owned(),
        };
        Incoming::new(received)
    }

    #[test]
    fn headers_are_read_as_the_host_writes_them() {
        let incoming = incoming(include_str!("../../../tests/wasm/protocol/request-headers.txt"));
        assert_eq!(incoming.received.header("apikey"), Some("1"));
        assert_eq!(incoming.received.header("user-agent"), Some("a:b"));
        assert!(incoming.require_media(&JSON).is_ok());
    }

    #[test]
    fn a_header_is_found_by_its_whole_name() {
        let incoming = incoming("x-a:1\nx: 2 \nx-b:3:4\n");
        assert_eq!(incoming.received.header("x"), Some("2"));
        assert_eq!(incoming.received.header("x-b"), Some("3:4"));
        assert_eq!(incoming.received.header("x-c"), None);
    }

    #[test]
    fn a_query_is_an_object_of_its_parameters() {
        let cases = [
            ("", "{}"),
            ("status=pending&limit=20", r#"{"status":"pending","limit":20}"#),
            ("a=1_x&b=&c", r#"{"a":"1_x","b":"","c":""}"#),
            ("%22=%7B%22&x=+y%2", r#"{"\"":"{\"","x":" y%2"}"#),
            ("a=%C3%A4&&b=%ff", "{\"a\":\"ä\",\"b\":\"\u{fffd}\"}"),
            ("limit=99999999999", r#"{"limit":"99999999999"}"#),
            ("forceFunctionRegion=us-east-1&limit=20", r#"{"limit":20}"#),
            ("limit=20&forceFunctionRegion=us-east-1", r#"{"limit":20}"#),
        ];
        for (query, expected) in cases {
            assert_eq!(query_as_json(query), expected, "{query}");
        }
        assert_eq!(incoming("").received.query(), "a=b");
        assert_eq!(incoming("").received.path(), "/sample");
        assert_eq!(incoming("").name(), "sample");
    }

    #[test]
    fn the_media_type_counts_and_its_parameters_do_not() {
        assert!(
            incoming("content-type:Application/JSON; charset=utf-8\n").require_media(&JSON).is_ok()
        );
        for headers in ["", "content-type:text/plain\n", "content-type:application/jsonp\n"] {
            let error = incoming(headers).require_media(&JSON).unwrap_err();
            assert_eq!(error.code(), Code::UnsupportedMediaType, "{headers}");
        }
    }

    #[test]
    fn a_body_that_was_not_read_says_why() {
        let reply = |status| Reply { status, text: String::new(), body: b"{}".to_vec() };
        assert_eq!(received_body(reply(200), 9).unwrap().0, b"{}");
        let cases = [
            (0, Code::InvalidRequest, None),
            (408, Code::RequestTimeout, None),
            (413, Code::PayloadTooLarge, None),
            (503, Code::Overloaded, Some(5)),
        ];
        for (status, code, retry_after) in cases {
            let error = received_body(reply(status), 9).unwrap_err();
            assert_eq!((error.code(), error.retry_after_seconds()), (code, retry_after));
        }
    }
}
