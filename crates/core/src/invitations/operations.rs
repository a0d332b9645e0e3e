//! The operations of this domain that people call.

use super::{
    InvitationChange, InvitationRequest, InviteEmployees, InviteRequest, InviteResponse,
    ResendInvitation, RevokeInvitation,
};
use crate::operation::{Body, Operation, Person, Step, operations};

const FUNCTION: &str = "company-invite-employee";

operations! {
    /// Invites people.
    INVITE: Operation<Person, Body<InviteRequest>, InviteResponse> =
        Operation::new(FUNCTION, "/").up_to(256 << 10)
            .about(
                "Invite people to a company",
                "For admins of the company. Each row has a result of its own: one that is at fault costs the others \
                 nothing. There are never more members and invitations than seats. An \
                 address that stands in the request twice is invited once. Bodies up to 256 KiB.",
            )
            .steps(&[Step::sql::<InviteEmployees<'static>>()]);

    /// Mails an invitation again.
    RESEND: Operation<Person, Body<InvitationRequest>, InvitationChange> =
        Operation::new(FUNCTION, "/resend")
            .about(
                "Mail an invitation again",
                "With a new link and a new end, also when it has expired; older links stop working. `conflict`: it \
                 was accepted or revoked.",
            )
            .steps(&[Step::sql::<ResendInvitation<'static>>()]);

    /// Takes an invitation back.
    REVOKE: Operation<Person, Body<InvitationRequest>, InvitationChange> =
        Operation::new(FUNCTION, "/revoke")
            .about(
                "Take an invitation back",
                "Its links stop working, and its seat is free. Again: nothing happens. `conflict`: it was accepted.",
            )
            .steps(&[Step::sql::<RevokeInvitation<'static>>()]);
}
