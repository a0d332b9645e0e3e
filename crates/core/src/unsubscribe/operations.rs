//! The operations of this domain.

use super::{ResubscribeResponse, UnsubscribeRequest, UnsubscribeResponse};
use crate::{
    error::Code,
    operation::{Anybody, Body, OneClick, Operation, Query, Redirect, Step, operations},
};

const FUNCTION: &str = "email-unsubscribe";

operations! {
    /// Shows what a link is for.
    PAGE: Operation<Anybody, Query<UnsubscribeRequest>, Redirect> =
        Operation::new(FUNCTION, "/").redirecting()
            .about(
                "Open the link by which mail is refused",
                "Changes nothing. Leads to the page of the site that explains, and asks.",
            );

    /// Refuses mail.
    UNSUBSCRIBE: Operation<Anybody, OneClick<UnsubscribeRequest>, UnsubscribeResponse> =
        Operation::new(FUNCTION, "/")
            .about(
                "Refuse a kind of mail",
                "What a mail program sends when its reader presses \"unsubscribe\" (RFC 8058), and what the page does. \
                 Works without a session, as often as one likes, and answers the same whether the address has an account \
                 or not.",
            )
            .steps(&[Step::of(&[Code::TokenInvalid])]);

    /// Takes that back.
    RESUBSCRIBE: Operation<Anybody, Body<UnsubscribeRequest>, ResubscribeResponse> =
        Operation::new(FUNCTION, "/undo")
            .about(
                "Take a refusal back",
                "By the link that refused. Answers the same whether anything was refused, and whether the address has an \
                 account or not. What somebody switched off in their preferences stays off.",
            )
            .steps(&[Step::of(&[Code::TokenInvalid])]);
}
