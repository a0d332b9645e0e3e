//! `auth-sign-up`: an account for whoever reads the mail of an address.
//!
//! Public. `POST /` asks for a link and answers the same for every address;
//! `POST /preview` says what a link is for; `POST /complete` makes the account.

use evenkeel_core::sign_up::{self, operations};

evenkeel_edge::function! {
    operations::REQUEST => |edge, call| sign_up::request(edge, &call.request, &call.client()),
    operations::PREVIEW => |edge, call| sign_up::preview(edge, &call.request, &call.client()),
    operations::COMPLETE => |edge, call| sign_up::complete(edge, &call.request, &call.client()),
}
