//! The runtime: environment, time, randomness, log, background work.

use std::future::Future;

use wasm_bindgen::prelude::*;

use crate::task::{Effect, spawn_later};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["Deno", "env"], js_name = get, catch)]
    fn env_get(name: &str) -> Result<Option<String>, JsValue>;

    #[wasm_bindgen(js_namespace = console, js_name = log)]
    pub(crate) fn console_log(line: &str);

    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;

    /// Resumes after so many milliseconds.
    #[wasm_bindgen(js_namespace = __edge, js_name = sleep)]
    fn host_sleep(effect: u32, milliseconds: u32);

    /// Keeps the worker alive while background tasks are under way: one more, one less.
    #[wasm_bindgen(js_namespace = __edge)]
    fn background(change: i32);
}

/// An environment variable, `None` where it is unset or may not be read.
pub(crate) fn env(name: &'static str) -> Option<String> {
    env_get(name).ok().flatten()
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> f64 {
    date_now()
}

/// The same as a whole number.
pub(crate) fn since_1970() -> u64 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds since 1970 are far below 2^53"
    )]
    let milliseconds = now_ms() as u64;
    milliseconds
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
    Effect::start(|effect| host_sleep(effect, milliseconds)).await;
}

/// Lets work go on after the answer.
pub(crate) fn in_background(work: impl Future<Output = ()> + 'static) {
    background(1);
    spawn_later(Box::pin(async {
        work.await;
        background(-1);
    }));
}

/// Random bytes.
#[allow(clippy::disallowed_methods, reason = "the one place that asks for it")]
pub(crate) fn fill(bytes: &mut [u8]) {
    // Without randomness there is no security: better an aborted instance.
    assert!(getrandom::fill(bytes).is_ok(), "the platform has no randomness");
}

/// A random UUID, version 4.
pub(crate) fn random_uuid() -> uuid::Uuid {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
