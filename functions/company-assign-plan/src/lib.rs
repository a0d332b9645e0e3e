//! `company-assign-plan`: gives a company its plan, changes, suspends or cancels it.
//!
//! For platform admins, by their own access token: the database decides.

use evenkeel_core::plans::{self, operations};

evenkeel_edge::function! {
    operations::ASSIGN => |edge, call| plans::assign(edge, call.caller, &call.request, &call.client()),
}
