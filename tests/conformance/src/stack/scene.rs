//! Scenes on the platform for the wire suite: people, companies and documents.

use evenkeel_core::{
    AccessToken,
    id::{CompanyId, DocumentId, UserId},
    ports::Identity as _,
};
use serde_json::Value;
use uuid::Uuid;

use super::{Stack, http};
use crate::subject::{Subject as _, account};

impl Stack {
    /// Somebody with an account, by the name in their address.
    pub fn person(&self, name: &str, confirmed: bool) -> UserId {
        let account = account(self.address(name), confirmed);
        pollster::block_on(self.create_user(&account)).unwrap()
    }

    /// Somebody with a confirmed account who signs in.
    pub fn member(&self, name: &str) -> (UserId, AccessToken) {
        let person = self.person(name, true);
        self.platform.borrow_mut().agree(person);
        (person, http::sign_in(&self.agent, &self.config, &self.address(name)))
    }

    /// Somebody who is one of us, a platform admin, and signs in.
    pub fn platform_admin(&self, name: &str) -> AccessToken {
        let (person, token) = self.member(name);
        self.platform.borrow_mut().appoint(person);
        token
    }

    /// A company with an admin and so many seats.
    pub fn company(&self, admin: UserId, seats: u32) -> CompanyId {
        let company = self.platform.borrow_mut().found(&[(admin, "admin")]);
        self.platform.borrow_mut().subscribe(company, seats);
        company
    }

    /// A plan of so many seats and days of trial, by its name in URLs.
    pub fn offer(&self, seats: u32, trial_days: u32) -> String {
        self.platform.borrow_mut().offer(seats, trial_days)
    }

    /// Writes no more to an address.
    pub fn suppress(&self, name: &str) {
        let address = self.address(name);
        self.platform.borrow_mut().suppress(&address);
    }

    /// The texts of mails that are in force, as requests to preview them.
    pub fn texts(&self) -> Vec<Value> {
        self.platform.borrow_mut().texts()
    }

    /// The latest version of a text, 0 for none.
    pub fn latest_version(&self, key: &str, locale: &str) -> i32 {
        self.platform.borrow_mut().latest_version(key, locale)
    }

    /// Changes one row by its id, which the statement calls `$1`, as no port could.
    pub fn change(&self, statement: &str, id: Uuid) {
        self.platform.borrow_mut().change(statement, id);
    }

    /// A specialist announces a PDF, and uploads it.
    pub fn hand_in(&self, specialist: UserId, pdf: &[u8]) -> DocumentId {
        let (id, path) = self.platform.borrow_mut().announce(specialist, pdf);
        self.upload(&path, pdf);
        id
    }

    /// Puts a file into the bucket of uploads.
    pub fn upload(&self, path: &str, pdf: &[u8]) {
        http::upload(&self.agent, &self.config, path, pdf);
    }
}
