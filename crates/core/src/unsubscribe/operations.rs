//! The operations of this domain.

use super::{UnsubscribeRequest, UnsubscribeResponse};
use crate::{
    error::Code,
    operation::{Anybody, OneClick, Operation, Query, Redirect, Step, operations},
};

operations! {
    /// Shows what a link is for.
    PAGE: Operation<Anybody, Query<UnsubscribeRequest>, Redirect> =
        Operation::new("email-unsubscribe", "/").redirecting()
            .about(
                "Open the link by which mail is refused",
                "Changes nothing. Leads to the page of the site that explains, and asks.",
            );

    /// Refuses mail.
    UNSUBSCRIBE: Operation<Anybody, OneClick<UnsubscribeRequest>, UnsubscribeResponse> =
        Operation::new("email-unsubscribe", "/")
            .about(
                "Refuse a kind of mail",
                "What a mail program sends when its reader presses \"unsubscribe\" (RFC 8058), and what the page does. \
                 Works without a session, as often as one likes, and answers the same whether the address has an account \
                 or not.",
            )
            .steps(&[Step::of(&[Code::TokenInvalid])]);
}
