//! The operations of this domain.

use super::{AuthEmail, AuthEmailResponse};
use crate::{
    link_request::NOTED,
    operation::{Body, Operation, Signed, SupabaseAuth, operations},
};

operations! {
    /// Takes a mail that Auth would send.
    SEND: Operation<Signed<SupabaseAuth>, Body<AuthEmail>, AuthEmailResponse> =
        Operation::new("auth-send-email", "/")
            .about(
                "Send a mail for Supabase Auth",
                "Called by Supabase Auth as its hook \"Send Email\", with a signature as Standard Webhooks have it. Each type \
                 of mail has one of ours in its place, with a link of ours; Auth's codes and links are never mailed. What Auth \
                 asks for again within a minute is one mail.",
            )
            .steps(&[NOTED]);
}
