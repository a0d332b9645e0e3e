//! HTTP over `fetch`, with a deadline and without redirects.

use evenkeel_core::ports::{HttpRequest, HttpResponse, TransportError};
use js_sys::{Promise, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, Response};

use crate::{
    answer::{Headers, into_js},
    incoming::header,
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(url: &str, init: &RequestInit) -> Promise;
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(request: &HttpRequest) -> Result<HttpResponse, TransportError> {
    let answer = fetch(&request.url, &init(request));
    let response: Response =
        JsFuture::from(answer).await.map_err(|error| failure(&error))?.unchecked_into();
    let headers = response.headers();
    let wanted =
        request.wanted_headers.iter().filter_map(|name| Some((*name, header(&headers, name)?)));
    let body = response.array_buffer().map_err(|error| failure(&error))?;
    let body = JsFuture::from(body).await.map_err(|error| failure(&error))?;
    let body = Uint8Array::new(&body);
    if body.length() as usize > request.answer_limit {
        return Err(TransportError::TooLarge);
    }
    Ok(HttpResponse { status: response.status(), headers: wanted.collect(), body: body.to_vec() })
}

#[derive(Serialize)]
struct Init<'a> {
    method: &'static str,
    headers: Headers<'a>,
    redirect: &'static str,
}

fn init(request: &HttpRequest) -> RequestInit {
    let init = Init {
        method: request.method.as_str(),
        headers: Headers(&request.headers),
        // A redirect would carry the credentials to wherever it points.
        redirect: "error",
    };
    let init: RequestInit = into_js(&init).unchecked_into();
    if let Some(body) = &request.body {
        init.set_body(&Uint8Array::from(body.as_slice()));
    }
    init.set_signal(Some(&AbortSignal::timeout_with_u32(request.timeout_ms)));
    init
}

/// The name of the exception tells a deadline from a broken connection; its
/// message may quote the URL and stays here.
fn failure(error: &JsValue) -> TransportError {
    let name =
        Reflect::get(error, &JsValue::from_str("name")).ok().and_then(|name| name.as_string());
    match name.as_deref() {
        Some("TimeoutError" | "AbortError") => TransportError::Timeout,
        name => TransportError::Unreachable(name.unwrap_or("unknown").to_owned()),
    }
}
