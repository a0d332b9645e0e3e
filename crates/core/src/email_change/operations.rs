//! The operations of this domain.

use super::{AddressLinkRequest, AddressResponse};
use crate::{
    caller::CurrentUserId,
    error::Code,
    link_request::{AcceptedResponse, LinkRequest, NOTED},
    operation::{Anybody, Body, Operation, Person, Step, operations},
    token,
};

const FUNCTION: &str = "auth-email-change";

operations! {
    /// Asks for another address.
    REQUEST: Operation<Person, Body<LinkRequest>, AcceptedResponse> =
        Operation::new(FUNCTION, "/").accepted()
            .about(
                "Ask for another address",
                "For whoever is signed in. Answers the same for every address: a link goes to the new one, or the \
                 word that it has an account, and a notice to the old one, with a link that keeps it. An address is \
                 mailed once a minute and five times an hour; a person asks five times, and once more every twelve \
                 minutes.",
            )
            .steps(&[Step::sql::<CurrentUserId>(), NOTED]);

    /// Gives the account the new address.
    CONFIRM: Operation<Anybody, Body<AddressLinkRequest>, AddressResponse> =
        Operation::new(FUNCTION, "/confirm")
            .about(
                "Confirm a new address",
                "By the link that was mailed to it. The account has it from then on, every session ends, and links \
                 mailed to the old address are void. The same link may be sent again (`already_changed`). \
                 `conflict`: the address has an account by now. A service that fails leaves a link that still works.",
            )
            .steps(&[Step::of(&token::REFUSALS), Step::of(&[Code::Conflict])]);

    /// Takes it back.
    CANCEL: Operation<Anybody, Body<AddressLinkRequest>, AddressResponse> =
        Operation::new(FUNCTION, "/cancel")
            .about(
                "Keep the old address",
                "By a link that was mailed to it, until a day after the change. Every session ends. An account that \
                 was moved comes back (`moved_back`), and its password is void. `conflict`: the old address has \
                 another account by now. A service that fails leaves a link that still works.",
            )
            .steps(&[Step::of(&token::REFUSALS), Step::of(&[Code::TokenUsed, Code::Conflict])]);
}
