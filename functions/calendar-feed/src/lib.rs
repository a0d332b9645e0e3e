//! `calendar-feed`: a person's sessions, for a calendar that reads them by itself.
//!
//! Public, by an address that its person makes and revokes. `GET /{token}.ics` reads it, `HEAD` asks whether it has changed.

use evenkeel_core::calendar_feed::{operations, read};

evenkeel_edge::function! {
    operations::READ => |edge, call| read(edge, &call.request, &call.client()),
    operations::HEAD => |edge, call| read(edge, &call.request, &call.client()),
}
