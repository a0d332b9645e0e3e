//! Scenes that tests of several domains begin with.

use super::{
    MemoryCompany, MemoryInvitation, MemoryMember, MemorySubscription, MemoryToken, World,
};
use crate::{
    access_token::AccessToken,
    config::Config,
    email_address::EmailAddress,
    id::{CompanyId, SubscriptionId, UserId},
    outbox::TemplateSource,
    plans::SubscriptionStatus,
    ports::{Clock as _, Configured as _, Entropy as _, Identity as _, NewUser},
    secret::SecretString,
    token::Purpose,
};

/// The password of everybody in a scene.
pub const PASSWORD: &str = "correct horse battery staple";

impl World {
    /// Somebody who has an account, by the name in their address.
    pub fn settle(&self, name: &str, confirmed: bool) -> UserId {
        let address = format!("{name}@example.com");
        let user = NewUser {
            email: EmailAddress::parse(self, &address).expect("an address"),
            password: SecretString::new(PASSWORD),
            email_confirmed: confirmed,
        };
        pollster(self.create_user(&user)).expect("a new account")
    }

    /// A company with so many seats and one admin, who is signed in.
    pub fn found(&self, admin: &str, seats: u32) -> (CompanyId, AccessToken) {
        let user_id = self.settle(admin, true);
        let id = CompanyId(self.uuid());
        let subscription = MemorySubscription {
            id: SubscriptionId(self.uuid()),
            plan: "growth".to_owned(),
            status: SubscriptionStatus::Active,
            starts_on: self.now().date_naive(),
            ends_on: None,
            trial_ends_on: None,
            seats,
        };
        self.companies.borrow_mut().rows.push(MemoryCompany {
            members: vec![MemoryMember {
                user_id,
                email: format!("{admin}@example.com"),
                role: "admin".to_owned(),
                active: true,
            }],
            subscription: Some(subscription),
            ..MemoryCompany::founded(id, "Northwind")
        });
        (id, self.sign_in(user_id))
    }

    /// A mail template without a text.
    pub fn template(&self, key: &str) {
        let mut outbox = self.outbox.borrow_mut();
        let template = TemplateSource {
            id: i64::try_from(outbox.templates.len()).expect("few templates") + 1,
            key: key.to_owned(),
            locale: "en".to_owned(),
            version: 1,
            subject: String::new(),
            html: String::new(),
            text: String::new(),
        };
        outbox.templates.push(template);
    }

    /// The company that was founded first.
    pub fn with_company<T>(&self, change: impl FnOnce(&mut MemoryCompany) -> T) -> T {
        change(&mut self.companies.borrow_mut().rows[0])
    }

    /// The newest link to accept an address's invitation, as if its mail had been sent.
    pub fn mailed_invitation(&self, address: &str) -> SecretString {
        let of_address = |invitation: &&MemoryInvitation| invitation.email == address;
        let id = self
            .companies
            .borrow()
            .rows
            .iter()
            .flat_map(|company| &company.invitations)
            .find(of_address)
            .expect("an invitation")
            .id;
        let mut tokens = self.tokens.borrow_mut();
        let of_it = |token: &&mut MemoryToken| token.user_id.0 == id.0;
        let token = tokens.rows.iter_mut().rev().find(of_it).expect("a link");
        let config: &Config = self.config();
        let link = config.token_keys.derive(Purpose::Invitation, token.id);
        token.token_hash = Some(link.hash());
        link.encode()
    }
}

/// Waits for what needs no waiting.
fn pollster<T>(future: impl Future<Output = T>) -> T {
    let mut future = core::pin::pin!(future);
    let mut context = core::task::Context::from_waker(core::task::Waker::noop());
    loop {
        if let core::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
