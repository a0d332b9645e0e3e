//! What the runtime gives: environment, time, log, background work.

use std::{future::Future, pin::Pin};

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["Deno", "env"], js_name = get, catch)]
    fn env_get(name: &str) -> Result<Option<String>, JsValue>;

    #[wasm_bindgen(js_namespace = console, js_name = log)]
    pub(crate) fn console_log(line: &str);

    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &js_sys::Function, milliseconds: u32);

    /// Keeps the worker alive until the promise settles.
    #[wasm_bindgen(js_namespace = __edge)]
    fn background(promise: &js_sys::Promise);
}

/// An environment variable, `None` where it is unset or may not be read.
pub(crate) fn env(name: &'static str) -> Option<String> {
    env_get(name).ok().flatten()
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> f64 {
    date_now()
}

/// Milliseconds since an earlier [`now_ms`]. Whole ones: formatting floats would cost a module 3 KB.
pub(crate) fn since_ms(started: f64) -> u32 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, also where the clock was set back"
    )]
    let elapsed = (now_ms() - started) as u32;
    elapsed
}

/// Waits.
pub(crate) async fn sleep(milliseconds: u32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| set_timeout(&resolve, milliseconds));
    let _ = JsFuture::from(promise).await;
}

/// Lets work go on after the answer.
pub(crate) fn in_background(work: impl Future<Output = ()> + 'static) {
    // Boxed, so that a module holds one executor of background work and not one for each kind.
    let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
    let promise = future_to_promise(async {
        work.await;
        Ok(JsValue::UNDEFINED)
    });
    background(&promise);
}
