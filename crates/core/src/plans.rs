//! The plan of a company: seats, sessions and features, given by us.
//!
//! An assignment says everything anew: what it leaves out is as the plan has it.
//! Which change is possible, whether the seats suffice, and who may ask is decided
//! by the database, as the person who asks: `assign_company_plan`. It also writes
//! the audit row and queues the mails to the admins of the company.

pub mod operations;
mod request;
mod sql;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::{request::AssignPlanRequest, sql::AssignCompanyPlan};
use crate::{
    access_token::AccessToken,
    client::ClientContext,
    date::Date,
    error::Result,
    id::{CompanyId, SubscriptionId},
    json::Verbatim,
    ports::{Database, DatabaseError, Functions},
};

/// The state of a subscription, which says to what it entitles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// To everything in the plan, until the trial ends.
    Trial,
    /// To everything in the plan.
    Active,
    /// To nothing, for the time being.
    Suspended,
    /// To nothing: it is over.
    Cancelled,
}

/// Which plan a company has: the answer of `POST /company-assign-plan`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose it is.
    pub company_id: CompanyId,
    /// The name of the plan in URLs.
    pub plan: String,
    /// Its state.
    pub status: SubscriptionStatus,
    /// Its first day, in the time zone that the company had when it was assigned.
    pub starts_on: Date,
    /// Its last day; `null` until further notice.
    pub ends_on: Option<Date>,
    /// The last day of the trial that it is or was.
    pub trial_ends_on: Option<Date>,
    /// How many members and invited people there may be.
    pub seats: u32,
    /// Sessions of each member in a month; `null` for no limit.
    pub sessions_per_month: Option<u32>,
    /// Other features of the plan, by name.
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, Value>"))]
    pub features: Value,
}

/// Gives a company a plan, changes, suspends or cancels it.
///
/// # Errors
/// `invalid_request`, `unauthenticated`, `forbidden`, `not_found`;
/// `transition_not_allowed`, `seats_below_members`; `plan_inactive`,
/// `reason_required`, `invalid_start`, `invalid_end`, `invalid_trial`.
pub async fn assign(
    ports: &(impl Database + Functions),
    person: &AccessToken,
    request: &AssignPlanRequest,
    client: &ClientContext,
) -> Result<Verbatim<Subscription>> {
    request.check()?;
    let function = AssignCompanyPlan::new(request, client);
    let answer = ports.call_as(person, &function).await;
    let subscription = answer.map_err(DatabaseError::for_caller)?;
    // What the admins of the company are told.
    ports.kick_email_dispatch();
    Ok(subscription)
}

#[cfg(test)]
mod tests;
