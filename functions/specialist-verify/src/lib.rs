//! `specialist-verify`: the documents of specialists, and what becomes of them.
//!
//! For platform admins, by their own access token: the database decides. `GET /queue`
//! lists what waits, `POST /open` lets a file be read, `POST /` approves or rejects.

use evenkeel_core::documents::{self, operations};

evenkeel_edge::function! {
    operations::QUEUE => |edge, call| documents::queue(edge, call.caller, &call.request),
    operations::OPEN => |edge, call| documents::open(edge, call.caller, &call.request, &call.client()),
    operations::DECIDE => |edge, call| documents::decide(edge, call.caller, &call.request, &call.client()),
}
