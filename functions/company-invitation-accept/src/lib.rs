//! `company-invitation-accept`: makes somebody a member of the company that invited them.
//!
//! Public: the link's token is the credential. Whoever has an account accepts as
//! themselves, with their own access token. `POST /preview` says who invites and what
//! accepting takes; `POST /` accepts.

use evenkeel_core::invitations::acceptance::{self, operations};

evenkeel_edge::function! {
    operations::PREVIEW => |edge, call| acceptance::preview(edge, &call.request, &call.client()),
    operations::ACCEPT => |edge, call| acceptance::accept(edge, call.caller, &call.request, &call.client()),
}
