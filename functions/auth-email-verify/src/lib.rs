//! `auth-email-verify`: confirms the e-mail address of an account.
//!
//! Public. `POST /` takes the token of a mailed link; `POST /resend` asks for
//! another mail and answers the same for every address.

use evenkeel_core::verification::{self, operations};

evenkeel_edge::function! {
    operations::VERIFY => |edge, call| verification::verify(edge, &call.request, &call.client()),
    operations::RESEND => |edge, call| verification::request_link(edge, &call.request, &call.client()),
}
