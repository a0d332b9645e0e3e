//! `auth-password-reset-complete`: sets the password that came with a mailed link.
//!
//! Public: the link's token is the credential. `POST /` takes both.

use evenkeel_core::password_reset::{self, operations};

evenkeel_edge::function! {
    operations::COMPLETE => |edge, call| password_reset::complete(edge, &call.request, &call.client()),
}
