//! `auth-password-reset-request`: mails a link to whoever forgot their password.
//!
//! Public. `POST /` takes an address and answers the same for every one.

use evenkeel_core::password_reset::{self, operations};

evenkeel_edge::function! {
    operations::REQUEST => |edge, call| password_reset::request_link(edge, &call.request, &call.client()),
}
