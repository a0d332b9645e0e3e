//! `auth-send-email`: sends our mails where Supabase Auth would send its own.
//!
//! For Supabase Auth, as its hook "Send Email", by the signature of its requests with a secret of
//! `SEND_EMAIL_HOOK_SECRETS`.

use evenkeel_core::auth_emails::{operations, take};

evenkeel_edge::function! {
    operations::SEND => |edge, call| take(edge, call.client().request_id, &call.request),
}
