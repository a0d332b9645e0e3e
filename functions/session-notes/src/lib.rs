//! `session-notes`: what a specialist writes of a session.
//!
//! For the two of the session, by their own access token: the database decides. `POST /` adds a
//! version, sealed under a key of `NOTE_KEYS`; `POST /read` opens one.

use evenkeel_core::session_notes::{self, operations};

evenkeel_edge::function! {
    operations::WRITE => |edge, call| session_notes::write(edge, call.caller, &call.request),
    operations::READ => |edge, call| session_notes::read(edge, call.caller, &call.request),
}
