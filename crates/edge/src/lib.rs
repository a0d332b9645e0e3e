//! The host side of an edge function: everything that knows JavaScript.
//!
//! A function crate names its routes in a [`Function`], writes one `serve`,
//! which is handed an [`Edge`] (the ports of this request) and an [`Incoming`]
//! request, and joins the two by [`export!`]. [`run`] does what every function does alike:
//! configuration, routes, limits, the error answer, one log line, Sentry. A body is
//! read when `serve` asks for it, after everything that can be refused without. HTTP
//! itself, with CORS and the request id, is `supabase/functions/_shared`.
//!
//! Requests interleave at every `await`, and a panic aborts the instance: no
//! `RefCell` borrow is held across an `await`, and nothing outlives a request
//! except what can be made anew (configuration, caches).

/// Smaller and faster than std's dlmalloc: docs/decisions/0002-allocator.md.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

mod answer;
mod edge;
mod fetch;
mod function;
mod incoming;
mod intl;
mod log;
pub mod panic;
mod platform;
mod run;
mod sentry;
mod task;

pub use self::{
    answer::{Answer, Work},
    edge::Edge,
    function::{Function, Method, Route},
    incoming::{Body, Incoming, Received},
    run::{answer_call, run},
    task::resume,
};

pub use wasm_bindgen;

/// Exports what `supabase/functions/_shared/host.ts` calls: `handle` for each
/// request, and `report_panic` on the fresh instance after a panic.
#[macro_export]
macro_rules! export {
    ($function:path, $serve:path) => {
        /// Takes a request; its answer goes to the host under the number of the call.
        #[$crate::wasm_bindgen::prelude::wasm_bindgen(wasm_bindgen = $crate::wasm_bindgen)]
        pub fn handle(
            call: u32,
            method: String,
            target: String,
            request_id: String,
            headers: String,
        ) {
            let received = $crate::Received { call, method, target, request_id, headers };
            $crate::answer_call(call, $crate::run(&$function, received, $serve));
        }

        /// Reports the panic of the previous instance.
        #[$crate::wasm_bindgen::prelude::wasm_bindgen(wasm_bindgen = $crate::wasm_bindgen)]
        pub fn report_panic(location: String) {
            $crate::panic::report(&$function, &location);
        }
    };
}
