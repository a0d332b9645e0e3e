//! Bodies of bounded size.

use evenkeel_core::{Code, Error, Result};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ReadableStream, ReadableStreamDefaultReader, Request};

use crate::incoming::header;

/// Reads a request's body, and no more of it than `limit` bytes.
///
/// A declared length is enforced by the HTTP server, so such a body is taken in
/// one piece; a body without one is counted as it arrives.
pub(crate) async fn read(request: &Request, headers: &Headers, limit: usize) -> Result<Vec<u8>> {
    match header(headers, "content-length").and_then(|length| length.parse::<usize>().ok()) {
        Some(length) if length > limit => Err(too_large(limit)),
        Some(_) => {
            let promise = request.array_buffer().map_err(|_| unreadable())?;
            let buffer = JsFuture::from(promise).await.map_err(|_| unreadable())?;
            Ok(Uint8Array::new(&buffer).to_vec())
        }
        None => match request.body() {
            Some(stream) => read_stream(&stream, limit).await,
            None => Ok(Vec::new()),
        },
    }
}

async fn read_stream(stream: &ReadableStream, limit: usize) -> Result<Vec<u8>> {
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(|_| unreadable())?;
        let value = Reflect::get(&piece, &JsValue::from_str("value")).unwrap_or_default();
        if value.is_undefined() {
            return Ok(bytes);
        }
        let piece = Uint8Array::new(&value);
        if bytes.len() + piece.length() as usize > limit {
            // Nobody is interested in the rest.
            let _ = reader.cancel();
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&piece.to_vec());
    }
}

fn too_large(limit: usize) -> Error {
    Error::new(Code::PayloadTooLarge, format!("The body may hold up to {limit} bytes."))
}

fn unreadable() -> Error {
    Error::new(Code::InvalidRequest, "The body could not be read.")
}
