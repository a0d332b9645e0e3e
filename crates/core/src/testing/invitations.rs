//! Invitations in memory: who may invite whom, and what becomes of a link.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    MemoryAccount, MemoryCompany, MemoryMember, MemoryToken, World, argument,
    companies::{refuse, refuse_plainly},
    tokens::lifetime,
};
use crate::{
    id::{CompanyId, InvitationId, TokenId, UserId},
    invitations::{
        InvitationStatus, Role,
        acceptance::{AcceptedTerms, Account, InvitationOutcome},
    },
    outbox::QueuedToken,
    ports::{Clock as _, DatabaseError, Entropy as _},
    token::{Purpose, TokenHash, TokenOutcome},
};

/// Mails of one invitation in a day.
const MAILS_A_DAY: u32 = 5;

/// A row of `company_employee_invitations`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct MemoryInvitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub full_name: Option<String>,
    /// `pending`, `accepted` or `revoked`; when one has expired, the time says.
    pub status: &'static str,
    pub expires_at: DateTime<Utc>,
    pub mails: u32,
}

impl MemoryInvitation {
    pub(super) fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.status == "pending" && self.expires_at > now
    }
}

impl MemoryCompany {
    fn has_free_seat(&self, now: DateTime<Utc>) -> bool {
        let seats = self.seats(now);
        seats.members + seats.pending < seats.limit
    }

    fn is_member(&self, person: UserId) -> bool {
        self.members.iter().any(|member| member.user_id == person && member.active)
    }

    fn has_address(&self, email: &str) -> bool {
        self.members.iter().any(|member| member.email == email && member.active)
    }

    fn is_admin(&self, person: UserId) -> bool {
        let admin = |member: &MemoryMember| member.active && member.role == "admin";
        self.members.iter().any(|member| member.user_id == person && admin(member))
    }

    /// Whether it may invite at present.
    fn may_invite(&self, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        let refusal = if self.suspended {
            "company_suspended"
        } else if !self.accepted_dpa {
            "dpa_required"
        } else if self.seats(now).limit == 0 {
            "no_plan"
        } else {
            return Ok(());
        };
        Err(refuse_plainly(409, refusal))
    }
}

impl World {
    pub(super) fn invite(
        &self,
        person: Option<UserId>,
        arguments: &Value,
    ) -> Result<Value, DatabaseError> {
        let person = person.ok_or_else(|| refuse_plainly(401, "unauthenticated"))?;
        let id: CompanyId = argument(arguments, "p_company_id");
        let mut companies = self.companies.borrow_mut();
        let company = companies.rows.iter_mut().find(|company| company.id == id);
        let company = company.filter(|company| company.is_admin(person));
        let company = company.ok_or_else(|| refuse_plainly(403, "forbidden"))?;
        company.may_invite(self.now())?;
        let rows: Vec<Value> = argument(arguments, "p_invitations");
        assert!((1..=100).contains(&rows.len()));
        let results: Vec<Value> = rows.iter().map(|row| self.invite_row(company, row)).collect();
        Ok(json!({ "results": results, "seats": company.seats(self.now()) }))
    }

    fn invite_row(&self, company: &mut MemoryCompany, row: &Value) -> Value {
        let (status, id) = match argument::<Option<String>>(row, "email") {
            Some(email) => self.invite_address(company, &email, row),
            None => (InvitationStatus::InvalidEmail, None),
        };
        json!({ "index": row["index"], "status": status, "invitation_id": id })
    }

    /// Why a company does not invite an address at all.
    fn address_refusal(&self, company: &MemoryCompany, email: &str) -> Option<InvitationStatus> {
        let domain = email.rsplit('@').next().unwrap_or_default();
        let allowed = &company.domains;
        if !allowed.is_empty() && !allowed.iter().any(|allowed| allowed == domain) {
            Some(InvitationStatus::DomainNotAllowed)
        } else if company.has_address(email) {
            Some(InvitationStatus::AlreadyMember)
        } else if self.outbox.borrow().suppressions.contains_key(email) {
            Some(InvitationStatus::Suppressed)
        } else {
            None
        }
    }

    fn account_of(&self, email: &str) -> Option<(UserId, bool)> {
        let accounts = self.accounts.borrow();
        let account = accounts.iter().find(|account| account.address == email)?;
        Some((account.id, account.confirmed))
    }

    fn invite_address(
        &self,
        company: &mut MemoryCompany,
        email: &str,
        row: &Value,
    ) -> (InvitationStatus, Option<InvitationId>) {
        let now = self.now();
        if let Some(refusal) = self.address_refusal(company, email) {
            return (refusal, None);
        }
        let free = company.has_free_seat(now);
        let open = |invitation: &&mut MemoryInvitation| {
            invitation.email == email && invitation.status != "accepted"
        };
        let known = company.invitations.iter_mut().find(open);
        let id = known.as_ref().map(|known| known.id);
        match &known {
            Some(known) if known.is_open(now) => return (InvitationStatus::AlreadyInvited, id),
            _ if !free => return (InvitationStatus::SeatLimit, id),
            Some(known) if known.mails >= MAILS_A_DAY => return (InvitationStatus::Suppressed, id),
            _ => {}
        }
        let again = known.as_ref().is_some_and(|known| known.status == "pending");
        let fresh = MemoryInvitation {
            id: id.unwrap_or_else(|| InvitationId(self.uuid())),
            email: email.to_owned(),
            role: argument(row, "role"),
            full_name: argument(row, "full_name"),
            status: "pending",
            expires_at: now,
            mails: known.as_ref().map_or(0, |known| known.mails),
        };
        let id = fresh.id;
        match known {
            Some(known) => *known = fresh,
            None => company.invitations.push(fresh),
        }
        self.mail_invitation(company, id);
        let status = if again { InvitationStatus::Resent } else { InvitationStatus::Invited };
        (status, Some(id))
    }

    /// A new link and a new end; the older links are void.
    fn mail_invitation(&self, company: &mut MemoryCompany, id: InvitationId) {
        let now = self.now();
        let invitation = company.invitations.iter_mut().find(|one| one.id == id);
        let invitation = invitation.expect("an invitation of that id");
        invitation.mails += 1;
        invitation.expires_at = now + lifetime(Purpose::Invitation);
        self.void_links(id);
        let token = TokenId(self.uuid());
        self.tokens.borrow_mut().rows.push(MemoryToken {
            user_id: UserId(id.0),
            ..MemoryToken::issued(Purpose::Invitation, token, now)
        });
        let token = QueuedToken { purpose: Purpose::Invitation, id: token, token_hash: None };
        let mut outbox = self.outbox.borrow_mut();
        outbox.enqueue_from(None, &invitation.email, "account", "company_invitation", Some(token));
    }

    fn void_links(&self, invitation: InvitationId) {
        for token in &mut self.tokens.borrow_mut().rows {
            let of_it = token.purpose == Purpose::Invitation && token.user_id.0 == invitation.0;
            token.superseded |= of_it && !token.used;
        }
    }

    pub(super) fn change_invitation(
        &self,
        person: Option<UserId>,
        arguments: &Value,
        resend: bool,
    ) -> Result<Value, DatabaseError> {
        let person = person.ok_or_else(|| refuse_plainly(401, "unauthenticated"))?;
        let id: InvitationId = argument(arguments, "p_invitation_id");
        let mut companies = self.companies.borrow_mut();
        let company = companies.rows.iter_mut().find(|company| {
            company.is_admin(person) && company.invitations.iter().any(|one| one.id == id)
        });
        let company = company.ok_or_else(|| refuse_plainly(404, "not_found"))?;
        if resend {
            self.check_resendable(company, id)?;
            self.mail_invitation(company, id);
        } else {
            let invitation = company.invitations.iter_mut().find(|one| one.id == id);
            let invitation = invitation.expect("it was there");
            if invitation.status == "accepted" {
                return Err(refuse_plainly(409, "conflict"));
            }
            invitation.status = "revoked";
            self.void_links(id);
        }
        let status = if resend { "resent" } else { "revoked" };
        Ok(json!({ "invitation_id": id, "status": status, "seats": company.seats(self.now()) }))
    }

    fn check_resendable(
        &self,
        company: &MemoryCompany,
        id: InvitationId,
    ) -> Result<(), DatabaseError> {
        let now = self.now();
        company.may_invite(now)?;
        let invitation = company.invitations.iter().find(|one| one.id == id).expect("it was there");
        let refusal = self.address_refusal(company, &invitation.email);
        let is_member = refusal == Some(InvitationStatus::AlreadyMember);
        if invitation.status != "pending" || is_member {
            Err(refuse_plainly(409, "conflict"))
        } else if let Some(refusal) = refusal {
            let word: String = argument(&json!({ "word": refusal }), "word");
            Err(refuse_plainly(409, &word))
        } else if !invitation.is_open(now) && !company.has_free_seat(now) {
            Err(refuse(409, "seat_limit", &json!(company.seats(now))))
        } else if invitation.mails >= MAILS_A_DAY {
            Err(refuse_plainly(429, "too_many_mails"))
        } else {
            Ok(())
        }
    }

    /// The invitation of a link, and what it is worth. A wrong secret counts.
    fn examine(&self, arguments: &Value) -> (InvitationOutcome, Option<InvitationId>) {
        let id: TokenId = argument(arguments, "p_token_id");
        let hash: TokenHash = argument(arguments, "p_token_hash");
        let mut tokens = self.tokens.borrow_mut();
        let same = |row: &&mut MemoryToken| row.purpose == Purpose::Invitation && row.id == id;
        let Some(token) = tokens.rows.iter_mut().find(same) else {
            return (InvitationOutcome::Invalid, None);
        };
        match token.open(&hash) {
            Ok(()) => {}
            Err(TokenOutcome::Exhausted) => return (InvitationOutcome::Exhausted, None),
            Err(_) => return (InvitationOutcome::Invalid, None),
        }
        let invitation = InvitationId(token.user_id.0);
        (self.worth(token, invitation), Some(invitation))
    }

    fn worth(&self, token: &MemoryToken, id: InvitationId) -> InvitationOutcome {
        let now = self.now();
        let companies = self.companies.borrow();
        let (company, invitation) = companies.invitation(id).expect("the invitation of a token");
        let seats = company.seats(now);
        let member = company.has_address(&invitation.email);
        match invitation.status {
            "accepted" => InvitationOutcome::Used,
            "revoked" => InvitationOutcome::Revoked,
            _ if token.superseded => InvitationOutcome::Superseded,
            _ if token.expires_at <= now => InvitationOutcome::Expired,
            _ if company.suspended => InvitationOutcome::CompanySuspended,
            _ if seats.members >= seats.limit && !member => InvitationOutcome::SeatGone,
            _ => InvitationOutcome::Live,
        }
    }

    pub(super) fn check_invitation(&self, arguments: &Value) -> Value {
        let (outcome, id) = self.examine(arguments);
        let Some(id) = id.filter(|_| outcome == InvitationOutcome::Live) else {
            return json!({ "outcome": outcome });
        };
        let prefixes: Vec<String> = argument(arguments, "p_password_prefixes");
        let hit =
            |digest: &&String| prefixes.iter().any(|prefix| digest.starts_with(prefix.as_str()));
        let companies = self.companies.borrow();
        let (company, invitation) = companies.invitation(id).expect("a live invitation");
        let account = self.account_of(&invitation.email);
        let kind = match account {
            None => Account::None,
            Some((_, false)) => Account::Unconfirmed,
            Some((_, true)) => Account::Confirmed,
        };
        json!({
            "outcome": outcome,
            "company": { "id": company.id, "name": company.name },
            "email": invitation.email,
            "full_name": invitation.full_name,
            "account": kind,
            "user_id": account.map(|(id, _)| id),
            "names": [company.name],
            "common": self.common_passwords.borrow().iter().filter(hit).collect::<Vec<_>>(),
            "terms": self.terms(),
        })
    }

    /// Why an account does not accept an invitation, as `private.acceptance_refusal()` says it.
    fn acceptance_refusal(
        &self,
        company: &MemoryCompany,
        id: InvitationId,
        person: UserId,
        arguments: &Value,
    ) -> Option<InvitationOutcome> {
        let invitation = company.invitations.iter().find(|one| one.id == id).expect("a live one");
        let email = &invitation.email;
        let mut members = company.members.iter().filter(|member| member.active);
        let another =
            members.clone().any(|member| member.user_id == person && member.email != *email);
        let taken = members.any(|member| member.user_id != person && member.email == *email);
        if taken || !self.may_join(person, email, argument(arguments, "p_own_account")) {
            return Some(InvitationOutcome::WrongAccount);
        }
        another.then_some(InvitationOutcome::AlreadyMember)
    }

    /// Whether an account may accept what was mailed to an address.
    fn may_join(&self, person: UserId, email: &str, own_account: bool) -> bool {
        if let Some((holder, true)) = self.account_of(email) {
            return holder == person;
        }
        let confirmed = |account: &MemoryAccount| account.id == person && account.confirmed;
        own_account && self.accounts.borrow().iter().any(confirmed)
    }

    fn terms(&self) -> AcceptedTerms {
        let version = self.companies.borrow().terms_version.clone();
        AcceptedTerms { terms: version.clone(), privacy: version }
    }

    pub(super) fn accept_invitation(&self, arguments: &Value) -> Value {
        let person: UserId = argument(arguments, "p_user_id");
        let (outcome, id) = self.examine(arguments);
        let Some(id) = id.filter(|_| outcome == InvitationOutcome::Live) else {
            return json!({ "outcome": outcome });
        };
        let terms: AcceptedTerms = argument(arguments, "p_terms");
        let in_force = self.terms();
        let mut companies = self.companies.borrow_mut();
        let company = companies.company_of(id).expect("a live invitation");
        let refusal = self.acceptance_refusal(company, id, person, arguments);
        let outcome = match refusal {
            Some(refusal) => refusal,
            None if terms != in_force => InvitationOutcome::WrongTerms,
            None => InvitationOutcome::Accepted,
        };
        if outcome != InvitationOutcome::Accepted {
            return json!({ "outcome": outcome });
        }
        let is_member = company.is_member(person);
        let invitation = company.invitations.iter_mut().find(|one| one.id == id);
        let invitation = invitation.expect("a live invitation");
        invitation.status = "accepted";
        let role: String = argument(&json!({ "role": invitation.role }), "role");
        if !is_member {
            let email = invitation.email.clone();
            company.members.push(MemoryMember { user_id: person, email, role, active: true });
        }
        let company_id = company.id;
        companies.accepted_terms.push(person);
        let private = &arguments["p_private_address"];
        if !private.is_null() {
            let request = json!({
                "p_user_id": person, "p_email": private["email"], "p_address_key": private["address_key"],
            });
            let mut tokens = self.tokens.borrow_mut();
            tokens.requests.request(Purpose::EmailChange, &request, self.now());
        }
        json!({ "outcome": outcome, "company_id": company_id, "user_id": person })
    }
}
