//! The operations of this domain.

use super::{
    CompleteSignUpRequest, PreviewSignUpRequest, SignUpPreview, SignUpRequest, SignUpResponse,
};
use crate::{
    error::Code,
    link_request::{AcceptedResponse, NOTED},
    operation::{Anybody, Body, Operation, Step, operations},
    token,
};

const FUNCTION: &str = "auth-sign-up";

/// The refusals of a link that holds no more.
const LINK: Step = Step::of(&[Code::TokenUsed, Code::Conflict]);

operations! {
    /// Asks to sign up.
    REQUEST: Operation<Anybody, Body<SignUpRequest>, AcceptedResponse> =
        Operation::new(FUNCTION, "/").accepted()
            .about(
                "Sign up",
                "Answers the same for every address: a link goes to it, or, if it has an account, the word that it \
                 has one. An address is mailed once a minute and five times an hour. A client that asks too often \
                 waits, whatever it asks for.",
            )
            .steps(&[NOTED]);

    /// Says what a link is for.
    PREVIEW: Operation<Anybody, Body<PreviewSignUpRequest>, SignUpPreview> =
        Operation::new(FUNCTION, "/preview")
            .about(
                "Look at a sign-up",
                "Says for which address it is, and which terms are in force. Changes nothing. `conflict`: the address \
                 has an account by now.",
            )
            .steps(&[Step::of(&token::REFUSALS), LINK]);

    /// Makes the account.
    COMPLETE: Operation<Anybody, Body<CompleteSignUpRequest>, SignUpResponse> =
        Operation::new(FUNCTION, "/complete")
            .about(
                "Complete a sign-up",
                "Makes a confirmed account with this password, introduction and acceptance of terms. An account that \
                 nobody had confirmed gets this password. A password or terms that are refused, and a service that \
                 fails, leave a link that still works. `conflict`: the address has an account by now.",
            )
            .steps(&[
                Step::of(&token::REFUSALS),
                LINK,
                Step::of(&[Code::VersionNotInForce, Code::RuleViolation]),
            ]);
}
