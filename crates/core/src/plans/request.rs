//! The requests of callers.

use serde::Deserialize;

use super::SubscriptionStatus;
use crate::{
    date::Date,
    error::{Error, Result},
    id::CompanyId,
    reason,
};

/// Body of `POST /company-assign-plan`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AssignPlanRequest {
    /// The company that gets it.
    pub company_id: CompanyId,
    /// The name of the plan in URLs.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"), length(max = 60))
    )]
    pub plan: String,
    /// The state that the subscription is to have.
    pub status: SubscriptionStatus,
    /// Its first day; today for a new one, unchanged for another.
    pub starts_on: Option<Date>,
    /// Its last day; until further notice if left out.
    pub ends_on: Option<Date>,
    /// How long a trial lasts; as the plan has it if left out.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 365)))]
    pub trial_days: Option<u32>,
    /// Seats that were agreed on; as the plan has it if left out.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100_000)))]
    pub seats: Option<u32>,
    /// A note for whoever renews by hand.
    pub auto_renew: Option<bool>,
    /// Why: to cancel, or to have fewer seats than there are members. For the audit log.
    #[cfg_attr(feature = "schema", schemars(length(min = 5, max = 500)))]
    pub reason: Option<String>,
}

impl AssignPlanRequest {
    pub(super) fn check(&self) -> Result<()> {
        let within = |number: Option<u32>, most| number.is_none_or(|n| (1..=most).contains(&n));
        let refused = if !is_slug(&self.plan) {
            ("/plan", "invalid_value", "This is not the name of a plan.")
        } else if !within(self.trial_days, 365) {
            ("/trial_days", "invalid_value", "A trial lasts 1 to 365 days.")
        } else if !within(self.seats, 100_000) {
            ("/seats", "invalid_value", "There are 1 to 100000 seats.")
        } else {
            return reason::check(self.reason.as_deref());
        };
        Err(Error::field(refused.0, refused.1, refused.2))
    }
}

fn is_slug(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.len() <= 60 && text.split('-').all(part)
}
