//! The SQL functions of this domain.

use serde::Serialize;

use super::{AssignPlanRequest, Subscription, SubscriptionStatus};
use crate::{
    client::ClientContext, date::Date, error::Code, id::CompanyId, json::Verbatim,
    ports::SqlFunction,
};

/// Gives a company a plan, as a platform admin.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct AssignCompanyPlan<'a> {
    pub p_company_id: CompanyId,
    pub p_plan: &'a str,
    pub p_status: SubscriptionStatus,
    pub p_starts_on: Option<&'a Date>,
    pub p_ends_on: Option<&'a Date>,
    pub p_trial_days: Option<u32>,
    pub p_seats: Option<u32>,
    pub p_auto_renew: Option<bool>,
    pub p_force_reason: Option<&'a str>,
    pub p_context: &'a ClientContext,
}

impl<'a> AssignCompanyPlan<'a> {
    /// The arguments of a request.
    pub fn new(request: &'a AssignPlanRequest, client: &'a ClientContext) -> Self {
        Self {
            p_company_id: request.company_id,
            p_plan: &request.plan,
            p_status: request.status,
            p_starts_on: request.starts_on.as_ref(),
            p_ends_on: request.ends_on.as_ref(),
            p_trial_days: request.trial_days,
            p_seats: request.seats,
            p_auto_renew: request.auto_renew,
            p_force_reason: request.reason.as_deref(),
            p_context: client,
        }
    }
}

impl SqlFunction for AssignCompanyPlan<'_> {
    const NAME: &'static str = "assign_company_plan";
    type Output = Verbatim<Subscription>;
    const REFUSES: &'static [Code] = &[
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::TransitionNotAllowed,
        Code::SeatsBelowMembers,
        Code::PlanInactive,
        Code::ReasonRequired,
        Code::InvalidStart,
        Code::InvalidEnd,
        Code::InvalidTrial,
        Code::RateLimited,
    ];
}
