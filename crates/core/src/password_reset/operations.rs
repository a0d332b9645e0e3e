//! The operations of this domain.

use super::{ResetPasswordRequest, ResetPasswordResponse};
use crate::{
    error::Code,
    link_request::{AcceptedResponse, LinkRequest, NOTED},
    operation::{Anybody, Body, Operation, Step, operations},
    token,
};

operations! {
    /// Asks for a link.
    REQUEST: Operation<Anybody, Body<LinkRequest>, AcceptedResponse> =
        Operation::new("auth-password-reset-request", "/").accepted()
            .about(
                "Ask for a link to choose a new password",
                "Answers the same for every address. One mail a minute and five an hour are sent to the address of \
                 an account. A client that asks too often waits, whatever it asks for.",
            )
            .steps(&[NOTED]);

    /// Sets the password that came with a link.
    COMPLETE: Operation<Anybody, Body<ResetPasswordRequest>, ResetPasswordResponse> =
        Operation::new("auth-password-reset-complete", "/")
            .about(
                "Choose a new password",
                "Uses the token of a mailed link up, sets the password and ends every session. It also confirms the \
                 address. A password that is refused (`rule_violation`: `too_short`, `too_long`, \
                 `control_character`, `common`, `contains_email`, `contains_name`; by Auth also \
                 `lacks_characters`, `leaked`, `weak`), and a service that fails, leave a link that still works.",
            )
            .steps(&[Step::of(&token::REFUSALS), Step::of(&[Code::TokenUsed, Code::RuleViolation])]);
}
