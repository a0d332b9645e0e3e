//! The operations of this domain.

use super::{VerifyRequest, VerifyResponse};
use crate::{
    link_request::{AcceptedResponse, LinkRequest, NOTED},
    operation::{Anybody, Body, Operation, Step, operations},
    token,
};

const FUNCTION: &str = "auth-email-verify";

operations! {
    /// Confirms an address.
    VERIFY: Operation<Anybody, Body<VerifyRequest>, VerifyResponse> = Operation::new(FUNCTION, "/")
        .about(
            "Confirm an e-mail address",
            "Uses the token of a mailed link up. The same link may be sent again until it expires.",
        )
        .steps(&[Step::of(&token::REFUSALS)]);

    /// Asks for another link.
    RESEND: Operation<Anybody, Body<LinkRequest>, AcceptedResponse> =
        Operation::new(FUNCTION, "/resend").accepted()
            .about(
                "Ask for another confirmation mail",
                "Answers the same for every address. One mail a minute and five an hour are sent to an address \
                 whose account is not confirmed yet. A client that asks too often waits, whatever it asks for.",
            )
            .steps(&[NOTED]);
}
