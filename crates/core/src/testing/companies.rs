//! Companies and their plans in memory, with what the database decides about them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{MemoryInvitation, argument};
use crate::{
    id::{CompanyId, InvitationId, SubscriptionId, UserId},
    plans::SubscriptionStatus,
    ports::DatabaseError,
    seats::Seats,
};

/// A row of `companies`, and what hangs on it.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub struct MemoryCompany {
    pub id: CompanyId,
    pub name: String,
    pub suspended: bool,
    /// Domains that may be invited; none are all.
    pub domains: Vec<String>,
    /// Whether the present data processing agreement was accepted.
    pub accepted_dpa: bool,
    pub invitations: Vec<MemoryInvitation>,
    pub members: Vec<MemoryMember>,
    /// The one that is not cancelled.
    pub subscription: Option<MemorySubscription>,
    pub had_a_trial: bool,
}

/// A row of `company_members`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct MemoryMember {
    pub user_id: UserId,
    /// The address that was invited, wherever the account has moved.
    pub email: String,
    pub role: String,
    pub active: bool,
}

/// A row of `company_subscription_plans`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct MemoryPlan {
    pub slug: String,
    pub seats: u32,
    pub trial_days: u32,
    pub active: bool,
}

/// A row of `company_subscriptions`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct MemorySubscription {
    pub id: SubscriptionId,
    pub plan: String,
    pub status: SubscriptionStatus,
    pub starts_on: NaiveDate,
    pub ends_on: Option<NaiveDate>,
    pub trial_ends_on: Option<NaiveDate>,
    /// Those of the plan if none were agreed on.
    pub seats: u32,
}

/// Companies, plans, and who administers all of them.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the names of the tables")]
pub struct Companies {
    /// The version of the terms that is in force, and of the privacy notice.
    pub terms_version: String,
    /// The people who accepted them with an invitation.
    pub accepted_terms: Vec<UserId>,
    pub rows: Vec<MemoryCompany>,
    pub plans: Vec<MemoryPlan>,
    pub platform_admins: Vec<UserId>,
    /// Mails to the admins of a company: its id and the template.
    pub mails: Vec<(CompanyId, &'static str)>,
}

/// A refusal that is for the person who asks.
pub(super) fn refuse(status: u16, word: &str, details: &Value) -> DatabaseError {
    DatabaseError::Refused {
        code: format!("PT{status}"),
        status,
        message: word.to_owned(),
        details: Some(details.to_string()),
    }
}

/// The same without numbers.
pub(super) fn refuse_plainly(status: u16, word: &str) -> DatabaseError {
    refuse(status, word, &json!("In words."))
}

impl Companies {
    /// By which addresses companies know, or knew, whom.
    pub(super) fn invited_addresses(&self) -> Vec<(String, UserId)> {
        let members = self.rows.iter().flat_map(|company| &company.members);
        members.map(|member| (member.email.clone(), member.user_id)).collect()
    }
}

impl MemoryCompany {
    /// A company with nobody in it and no plan.
    pub fn founded(id: CompanyId, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            suspended: false,
            domains: Vec::new(),
            accepted_dpa: true,
            invitations: Vec::new(),
            members: Vec::new(),
            subscription: None,
            had_a_trial: false,
        }
    }

    /// The numbers of members and of invited people.
    pub(super) fn seats(&self, now: DateTime<Utc>) -> Seats {
        let members = self.members.iter().filter(|member| member.active).count();
        let pending = self.invitations.iter().filter(|invitation| invitation.is_open(now)).count();
        let entitled = self.subscription.as_ref().filter(|subscription| subscription.entitles());
        Seats {
            limit: entitled.map_or(0, |subscription| subscription.seats),
            members: u32::try_from(members).expect("few members"),
            pending: u32::try_from(pending).expect("few invitations"),
        }
    }
}

impl MemorySubscription {
    pub(super) fn entitles(&self) -> bool {
        matches!(self.status, SubscriptionStatus::Trial | SubscriptionStatus::Active)
    }

    fn json(&self, company: CompanyId) -> Value {
        json!({
            "id": self.id, "company_id": company, "plan": self.plan, "status": self.status,
            "starts_on": self.starts_on.to_string(),
            "ends_on": self.ends_on.map(|day| day.to_string()),
            "trial_ends_on": self.trial_ends_on.map(|day| day.to_string()),
            "seats": self.seats, "sessions_per_month": null, "features": { "reports": true },
        })
    }
}

impl Companies {
    pub(super) fn company_of(&mut self, id: InvitationId) -> Option<&mut MemoryCompany> {
        let of_it =
            |company: &&mut MemoryCompany| company.invitations.iter().any(|one| one.id == id);
        self.rows.iter_mut().find(of_it)
    }

    /// An invitation, and whose it is.
    pub fn invitation(&self, id: InvitationId) -> Option<(&MemoryCompany, &MemoryInvitation)> {
        let all = self.rows.iter().flat_map(|company| {
            company.invitations.iter().map(move |invitation| (company, invitation))
        });
        all.into_iter().find(|(_, invitation)| invitation.id == id)
    }

    pub(super) fn assign(
        &mut self,
        person: Option<UserId>,
        arguments: &Value,
        new_id: SubscriptionId,
        now: DateTime<Utc>,
    ) -> Result<Value, DatabaseError> {
        let today = now.date_naive();
        let person = person.ok_or_else(|| refuse_plainly(401, "unauthenticated"))?;
        if !self.platform_admins.contains(&person) {
            return Err(refuse_plainly(403, "forbidden"));
        }
        let to: SubscriptionStatus = argument(arguments, "p_status");
        let reason: Option<String> = argument(arguments, "p_force_reason");
        if reason.is_none() && to == SubscriptionStatus::Cancelled {
            return Err(refuse_plainly(422, "reason_required"));
        }
        let id: CompanyId = argument(arguments, "p_company_id");
        let slug: String = argument(arguments, "p_plan");
        let company = self.rows.iter_mut().find(|company| company.id == id);
        let plan = self.plans.iter().find(|plan| plan.slug == slug);
        let (Some(company), Some(plan)) = (company, plan) else {
            return Err(refuse_plainly(404, "not_found"));
        };
        check_transition(company, to)?;
        let live = company.subscription.clone();
        if !plan.active
            && to != SubscriptionStatus::Cancelled
            && live.as_ref().is_none_or(|live| live.plan != slug)
        {
            return Err(refuse_plainly(422, "plan_inactive"));
        }
        let wanted = wanted(live.as_ref(), plan, arguments, new_id, today)?;
        let Seats { members, pending, .. } = company.seats(now);
        if wanted.entitles() && reason.is_none() && members > wanted.seats {
            let numbers = json!({ "members": members, "pending": pending, "limit": wanted.seats });
            return Err(refuse(409, "seats_below_members", &numbers));
        }
        if live.as_ref() != Some(&wanted) {
            let template = if wanted.entitles() { "plan_assigned" } else { "plan_ended" };
            self.mails.push((id, template));
        }
        company.had_a_trial |= wanted.trial_ends_on.is_some();
        let over = wanted.status == SubscriptionStatus::Cancelled;
        company.subscription = (!over).then(|| wanted.clone());
        Ok(wanted.json(id))
    }
}

fn check_transition(company: &MemoryCompany, to: SubscriptionStatus) -> Result<(), DatabaseError> {
    use SubscriptionStatus::{Active, Cancelled, Suspended, Trial};
    let from = company.subscription.as_ref().map(|subscription| subscription.status);
    let allowed = match from {
        None | Some(Cancelled) => to == Active || to == Trial && !company.had_a_trial,
        Some(Trial) => true,
        Some(Active | Suspended) => matches!(to, Active | Suspended | Cancelled),
    };
    let states = json!({ "from": from, "to": to });
    if allowed { Ok(()) } else { Err(refuse(409, "transition_not_allowed", &states)) }
}

fn wanted(
    live: Option<&MemorySubscription>,
    plan: &MemoryPlan,
    arguments: &Value,
    new_id: SubscriptionId,
    today: NaiveDate,
) -> Result<MemorySubscription, DatabaseError> {
    let status: SubscriptionStatus = argument(arguments, "p_status");
    let day = |name| argument::<Option<NaiveDate>>(arguments, name);
    if let (SubscriptionStatus::Cancelled, Some(live)) = (status, live) {
        let ends_on = live.ends_on.map_or(today, |day| day.min(today)).max(live.starts_on);
        return Ok(MemorySubscription { status, ends_on: Some(ends_on), ..live.clone() });
    }
    let starts_on = day("p_starts_on").or(live.map(|live| live.starts_on)).unwrap_or(today);
    let days = argument::<Option<u32>>(arguments, "p_trial_days").unwrap_or(plan.trial_days);
    let trial = status == SubscriptionStatus::Trial;
    let trial_end = starts_on + TimeDelta::days(i64::from(days) - 1);
    let before = live.and_then(|live| live.trial_ends_on);
    let gap = live.is_some_and(|live| live.entitles() && starts_on > today.max(live.starts_on));
    if gap || starts_on > today + TimeDelta::days(366) {
        return Err(refuse_plainly(422, "invalid_start"));
    }
    let ends_on = day("p_ends_on");
    if ends_on.is_some_and(|end| end < starts_on || trial && end < trial_end) {
        return Err(refuse_plainly(422, "invalid_end"));
    }
    if trial && days == 0 {
        return Err(refuse_plainly(422, "invalid_trial"));
    }
    Ok(MemorySubscription {
        id: live.map_or(new_id, |live| live.id),
        plan: plan.slug.clone(),
        status,
        starts_on,
        ends_on,
        trial_ends_on: if trial { Some(trial_end) } else { before },
        seats: argument::<Option<u32>>(arguments, "p_seats").unwrap_or(plan.seats),
    })
}
