//! `session-recordings`: recordings of sessions, once both of a session have consented.
//!
//! For the two of the session, by their own access token: the database decides. `POST /` announces
//! one, `POST /complete` takes its file, `POST /open` lets it be read.

use evenkeel_core::recordings::{self, operations};

evenkeel_edge::function! {
    operations::ANNOUNCE => |edge, call| recordings::announce(edge, call.caller, &call.request),
    operations::COMPLETE => |edge, call| recordings::complete(edge, call.caller, &call.request),
    operations::OPEN => |edge, call| recordings::open(edge, call.caller, &call.request),
}
