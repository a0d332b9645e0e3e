//! `email-unsubscribe`: refuses a kind of mail, by the link that such a mail carries.
//!
//! Public. `GET /` leads to a page and changes nothing; `POST /` refuses, whether a mail program sends it or the page;
//! `POST /undo` takes that back.

use evenkeel_core::unsubscribe::{operations, page, resubscribe, unsubscribe};

evenkeel_edge::function! {
    operations::PAGE => |edge, call| page(edge, &call.request),
    operations::UNSUBSCRIBE => |edge, call| unsubscribe(edge, &call.request),
    operations::RESUBSCRIBE => |edge, call| resubscribe(edge, &call.request),
}
