//! The in-memory world as a subject.

use chrono::TimeDelta;
use evenkeel_core::{
    AccessToken, EmailAddress,
    id::{CompanyId, DocumentId, SubscriptionId, UserId},
    outbox::{QueuedMail, TemplateSource},
    plans::SubscriptionStatus,
    ports::{Clock as _, Entropy as _, Mail},
    testing::{
        MailerFault, MemoryCompany, MemoryMember, MemoryPlan, MemorySubscription, Suppression,
        World,
    },
};

use crate::password_reset::COMMON_PASSWORD_DIGEST;
use crate::subject::{AsciiDomains, Draft, Logged, Subject};

/// A world with the templates that a subject has.
pub fn memory() -> World {
    let world = World::new();
    world.outbox.borrow_mut().templates = vec![
        template(1, "verify_email", "{{ link }}"),
        template(2, "booking_reminder", "Until soon, {{ recipient_name }}."),
        template(3, "password_reset", "{{ link }}"),
        template(4, "password_changed", "It was changed."),
        template(5, "company_invitation", "{{ link }}"),
        template(6, "email_change", "{{ link }}"),
        template(7, "email_change_taken", "It has an account."),
        template(8, "email_change_notice", "{{ link }}"),
        template(9, "email_changed", "{{ link }}"),
        template(10, "email_change_reverted", "It is back."),
    ];
    world.common_passwords.borrow_mut().push(COMMON_PASSWORD_DIGEST.to_owned());
    world
}

fn template(id: i64, key: &str, text: &str) -> TemplateSource {
    TemplateSource {
        id,
        key: key.to_owned(),
        locale: "en".to_owned(),
        version: 1,
        subject: "A mail".to_owned(),
        html: format!("<p>{text}</p>"),
        text: text.to_owned(),
    }
}

impl Subject for World {
    fn address(&self, name: &str) -> EmailAddress {
        EmailAddress::parse(&AsciiDomains, &format!("{name}@example.com")).unwrap()
    }

    fn advance(&self, by: TimeDelta) {
        Self::advance(self, by);
    }

    fn enqueue(&self, draft: &Draft) -> i64 {
        let mut outbox = self.outbox.borrow_mut();
        let mail = QueuedMail {
            id: outbox.next_mail_id(),
            to: draft.to.as_str().to_owned(),
            template_id: 2,
            variables: [("recipient_name".to_owned(), "Ada".into())].into(),
            locale: "en".to_owned(),
            time_zone: "UTC".to_owned(),
            category: draft.category.to_owned(),
            token: None,
        };
        let id = mail.id;
        outbox.enqueue_for(draft.owner, draft.stream, mail);
        id
    }

    fn logged(&self, mail: i64) -> Logged {
        let outbox = self.outbox.borrow();
        let row = outbox.mails.iter().find(|row| row.mail.id == mail).expect("a mail of that id");
        Logged {
            status: row.status.to_owned(),
            message_id: row.message_id.clone(),
            error_code: row.error_code.clone(),
        }
    }

    fn suppress(&self, address: &EmailAddress, reason: Suppression) {
        self.outbox.borrow_mut().suppressions.insert(address.as_str().to_owned(), reason);
    }

    fn switch_off(&self, person: UserId, category: &str) {
        let mut outbox = self.outbox.borrow_mut();
        outbox.preferences.entry(person).or_default().off.push(category.to_owned());
    }

    fn quiet(&self, person: UserId, hours: i64) {
        let until = self.now() + TimeDelta::hours(hours);
        self.outbox.borrow_mut().preferences.entry(person).or_default().quiet_until = Some(until);
    }

    fn change_address(&self, person: UserId, address: &EmailAddress) {
        Self::change_address(self, person, address);
    }

    fn is_confirmed(&self, person: UserId) -> bool {
        let accounts = self.accounts.borrow();
        accounts.iter().any(|account| account.id == person && account.confirmed)
    }

    fn sign_in(&self, person: UserId, _: &str) -> AccessToken {
        Self::sign_in(self, person)
    }

    fn end_sessions(&self, person: UserId) {
        let mut accounts = self.accounts.borrow_mut();
        accounts.iter_mut().find(|account| account.id == person).expect("a person").sessions = 0;
    }

    fn appoint(&self, person: UserId) {
        self.companies.borrow_mut().platform_admins.push(person);
    }

    fn found(&self, members: &[(UserId, &str)]) -> CompanyId {
        let address = |person: UserId| {
            let accounts = self.accounts.borrow();
            let known = accounts.iter().find(|account| account.id == person);
            known.expect("a person").address.clone()
        };
        let member = |(user_id, role): &(UserId, &str)| MemoryMember {
            user_id: *user_id,
            email: address(*user_id),
            role: (*role).to_owned(),
            active: true,
        };
        let id = CompanyId(self.uuid());
        self.companies.borrow_mut().rows.push(MemoryCompany {
            members: members.iter().map(member).collect(),
            ..MemoryCompany::founded(id, "Northwind")
        });
        id
    }

    fn subscribe(&self, company: CompanyId, seats: u32) {
        let subscription = MemorySubscription {
            id: SubscriptionId(self.uuid()),
            plan: "growth".to_owned(),
            status: SubscriptionStatus::Active,
            starts_on: self.now().date_naive(),
            ends_on: None,
            trial_ends_on: None,
            seats,
        };
        let mut companies = self.companies.borrow_mut();
        let found = companies.rows.iter_mut().find(|known| known.id == company);
        found.expect("a company").subscription = Some(subscription);
    }

    fn offer(&self, seats: u32, trial_days: u32) -> String {
        let slug = format!("plan-{}", self.uuid().simple());
        let plan = MemoryPlan { slug: slug.clone(), seats, trial_days, active: true };
        self.companies.borrow_mut().plans.push(plan);
        slug
    }

    fn withdraw(&self, plan: &str) {
        let mut companies = self.companies.borrow_mut();
        companies.plans.iter_mut().find(|known| known.slug == plan).expect("a plan").active = false;
    }

    fn hand_in(&self, specialist: UserId, announced: &[u8], stored: Option<&[u8]>) -> DocumentId {
        Self::hand_in(self, specialist, announced, stored)
    }

    fn next_delivery(&self, fault: MailerFault) {
        self.mailbox.borrow_mut().faults.push_back(Some(fault));
    }

    fn refuse_recipient(&self, address: &EmailAddress) {
        self.mailbox.borrow_mut().refused.push(address.as_str().to_owned());
    }

    fn delivered(&self) -> Vec<Mail> {
        self.mailbox.borrow().sent.clone()
    }
}
