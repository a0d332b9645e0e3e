//! Panics. On this target a panic aborts: the instance is lost, and so is
//! every request in it. `supabase/functions/_shared/host.ts` answers those,
//! starts a fresh instance, and lets that one report.

use std::{panic, sync::Once};

use evenkeel_core::Error;
use wasm_bindgen::prelude::*;

use crate::{config::config, function::Function, sentry, task};

#[wasm_bindgen]
extern "C" {
    /// Tells the host that this instance is lost.
    #[wasm_bindgen(js_namespace = __edge, js_name = panic, catch)]
    fn edge_panic(location: &str) -> Result<(), JsValue>;
}

/// Makes panics known to the host. Only the place is told: the message could hold data.
pub(crate) fn watch() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        panic::set_hook(Box::new(|panic| {
            let location = panic.location().map(|at| format!("{}:{}", at.file(), at.line()));
            let _ = edge_panic(&location.unwrap_or_default());
        }));
    });
}

/// Reports the panic of the previous instance.
pub fn report(function: &'static Function, location: &str) {
    if let Ok(config) = config() {
        let error = Error::internal(["panic at ", location].concat());
        task::spawn(async move { sentry::report(config, function.name(), None, &error) });
    }
}
