//! `email-templates`: the texts of mails, previewed and saved.
//!
//! For platform admins, by their own access token: the database decides.

use evenkeel_core::email_templates::{operations, preview, save};

evenkeel_edge::function! {
    operations::PREVIEW => |edge, call| preview(edge, call.caller, &call.request),
    operations::SAVE => |edge, call| save(edge, call.caller, &call.request, &call.client()),
}
