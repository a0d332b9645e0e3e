//! `auth-email-change`: gives an account another address.
//!
//! `POST /` is for whoever is signed in, and answers the same for every address.
//! `POST /confirm` takes the token of the link to the new address, `POST /cancel`
//! that of the link to the old one; both are public.

use evenkeel_core::{
    email_change::{self, operations},
    token::Purpose,
};

evenkeel_edge::function! {
    operations::REQUEST => |edge, call| email_change::request(edge, call.caller, &call.request, &call.client()),
    operations::CONFIRM => |edge, call| email_change::use_link(edge, Purpose::EmailChange, &call.request, &call.client()),
    operations::CANCEL => |edge, call| email_change::use_link(edge, Purpose::EmailChangeCancel, &call.request, &call.client()),
}
