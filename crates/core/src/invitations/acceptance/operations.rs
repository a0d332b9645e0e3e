//! The operations of this domain that a link opens.

use super::{AcceptRequest, AcceptResponse, PreviewRequest, PreviewResponse};
use crate::{
    caller::CurrentUserId,
    error::Code,
    operation::{Anybody, AnybodyOrPerson, Body, Operation, Step, operations},
    token,
};

const FUNCTION: &str = "company-invitation-accept";

/// The refusals of an invitation that cannot be accepted.
const LINK: Step =
    Step::of(&[Code::TokenUsed, Code::InvitationRevoked, Code::CompanySuspended, Code::SeatLimit]);

operations! {
    /// Says what a link is for.
    PREVIEW: Operation<Anybody, Body<PreviewRequest>, PreviewResponse> =
        Operation::new(FUNCTION, "/preview")
            .about(
                "Look at an invitation",
                "Says who invites, and whether accepting takes a password or signing in. Changes nothing.",
            )
            .steps(&[Step::of(&token::REFUSALS), LINK]);

    /// Makes somebody a member.
    ACCEPT: Operation<AnybodyOrPerson, Body<AcceptRequest>, AcceptResponse> =
        Operation::new(FUNCTION, "/")
            .about(
                "Accept an invitation",
                "Makes somebody a member of the company, and records which terms they accepted. Whoever has an \
                 account with the address sends their access token (`unauthenticated` without it, `wrong_account` \
                 for another address). If it has none, whoever is signed in may join with their own \
                 (`own_account`), and is known to the company by the invited address alone. Everybody else chooses \
                 a password and gets an account; one that nobody had confirmed gets this password, and its sessions \
                 end. A private address (`private_email`) is asked for as by `auth-email-change`. A password that is \
                 refused, and a service that fails, leave an invitation that can still be accepted. `conflict`: \
                 another request made the account just now, or they belong to the company by another address.",
            )
            .steps(&[
                Step::of(&token::REFUSALS),
                LINK,
                Step::sql::<CurrentUserId>(),
                Step::of(&[
                    Code::Unauthenticated,
                    Code::WrongAccount,
                    Code::Conflict,
                    Code::VersionNotInForce,
                    Code::RuleViolation,
                ]),
            ]);
}
