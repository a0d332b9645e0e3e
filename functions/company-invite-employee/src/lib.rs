//! `company-invite-employee`: invites people to a company.
//!
//! For admins of the company, by their own access token: the database decides.
//! `POST /` invites up to 100, each with a result of their own; `POST /resend` mails
//! one again, and `POST /revoke` takes one back.

use evenkeel_core::invitations::{self, operations};

evenkeel_edge::function! {
    operations::INVITE => |edge, call| invitations::invite(edge, call.caller, &call.request, &call.client()),
    operations::RESEND => |edge, call| invitations::resend(edge, call.caller, &call.request, &call.client()),
    operations::REVOKE => |edge, call| invitations::revoke(edge, call.caller, &call.request, &call.client()),
}
