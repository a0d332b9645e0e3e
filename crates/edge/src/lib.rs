//! The host side of an edge function: everything that knows JavaScript.
//!
//! A function crate joins operations of the domains to what does them, by [`function!`], which
//! hands it an [`Edge`] (the ports of this request) and a [`Call`] (who asks, what, and from where).
//! The part that all functions share is done before and after: configuration, routes, the caller, limits,
//! the error answer, one log line, Sentry. A body is read after everything that can be refused
//! without. HTTP itself, with CORS and the request id, is `supabase/functions/_shared`.
//!
//! Requests interleave at every `await`, and a panic aborts the instance: no
//! `RefCell` borrow is held across an `await`, and nothing outlives a request
//! except what can be made anew (configuration, caches).

/// Smaller and faster than std's dlmalloc: docs/decisions/0002-allocator.md.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

// From the ground up: a module uses those above it in this list, and none below (crates/core/tests/layers.rs).
// What the runtime gives.
mod task;

mod platform;

mod fetch;

mod config;
mod intl;
mod sentry;

// A request and its answer.
mod answer;
mod incoming;

mod edge;

mod call;
mod log;

mod function;

pub mod panic;
mod run;

pub use self::{
    call::{Admitted, Call, answer, misconfigured},
    edge::Edge,
    function::{Function, Route, Work},
    incoming::Received,
    run::{answer_call, refuse_call, run},
    task::resume,
};

pub use wasm_bindgen;

/// Makes a function of a table: for each operation what does it, as a future of the [`Edge`] and the
/// [`Call`]. Exports what `supabase/functions/_shared/host.ts` calls: `handle` for each request, and
/// `report_panic` on the fresh instance after a panic.
#[macro_export]
macro_rules! function {
    ($($operation:path => |$edge:ident, $call:ident| $work:expr),+ $(,)?) => {
        static FUNCTION: $crate::Function = $crate::Function {
            routes: &[$($crate::Route::new(&$operation, |$edge, request| {
                Box::pin(async move {
                    let $call = &$crate::Call::new(&$operation, $edge, request)?;
                    $crate::answer(&$operation, $work.await?)
                })
            })),+],
        };

        /// Takes a request; its answer goes to the host under the number of the call.
        #[$crate::wasm_bindgen::prelude::wasm_bindgen(wasm_bindgen = $crate::wasm_bindgen)]
        pub fn handle(
            call: u32,
            method: String,
            target: String,
            request_id: String,
            headers: String,
        ) {
            $(if let Some(fault) = $crate::misconfigured(&$operation) {
                return $crate::refuse_call(call, &FUNCTION, fault, &request_id);
            })+
            let received = $crate::Received { call, method, target, request_id, headers };
            $crate::answer_call(call, $crate::run(&FUNCTION, received));
        }

        /// Reports the panic of the previous instance.
        #[$crate::wasm_bindgen::prelude::wasm_bindgen(wasm_bindgen = $crate::wasm_bindgen)]
        pub fn report_panic(location: String) {
            $crate::panic::report(&FUNCTION, &location);
        }
    };
}
