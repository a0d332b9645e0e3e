//! Mails that Supabase Auth asks for, by its hook "Send Email".
//!
//! None of its codes and links is mailed: they are consumed by GET, know no count of wrong attempts, and pass by our
//! rules. What Auth wants said is said by a mail of ours, with a link of ours where one is needed
//! (docs/decisions/auth-asks-and-we-mail.md). So nothing that is secret is kept, and the token hash only as part of an
//! HMAC, by which Auth's tries for one change of address are one.
//!
//! Auth waits for the answer inside the transaction that it is about. What has its mail already is answered without the
//! database, so that nobody's sign-up waits for it.

pub mod operations;
mod sql;

use serde::{Deserialize, Serialize};

pub use self::sql::{AuthEmailAction, AuthEmailOutcome, TakeAuthEmail, TakenAuthEmail};
use crate::{
    email_address::{EmailAddress, Idna},
    error::{Code, Error, Result},
    id::{RequestId, UserId},
    ports::{Configured, Database, DatabaseError, Functions},
    secret::SecretString,
};

/// Body of `POST /auth-send-email`, as Auth sends it. What is not listed here is let be.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuthEmail {
    /// The account that the mail is about.
    user: AuthUser,
    /// The mail.
    email_data: EmailData,
}

/// An account, as Auth describes it.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct AuthUser {
    /// Its id.
    id: UserId,
    /// Its address.
    email: Option<String>,
    /// The address that it is to have.
    new_email: Option<String>,
}

/// What Auth would mail.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct EmailData {
    /// Such as `recovery`.
    email_action_type: String,
    /// The hash of Auth's code; empty where there is none.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    token_hash: Option<SecretString>,
}

/// Answer of `POST /auth-send-email`: an empty object, which Auth takes for done.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuthEmailResponse {}

/// What becomes of a mail that Auth asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Ours has been queued by a trigger, in Auth's own transaction.
    Mailed,
    /// The database is asked for one.
    Asked(AuthEmailAction),
}

/// Every type of mail that Auth knows, and what becomes of it.
pub const TYPES: [(&str, Treatment); 13] = [
    ("signup", Treatment::Mailed),
    ("invite", Treatment::Mailed),
    ("magiclink", Treatment::Asked(AuthEmailAction::SignInLink)),
    ("recovery", Treatment::Asked(AuthEmailAction::PasswordReset)),
    ("reauthentication", Treatment::Asked(AuthEmailAction::PasswordReset)),
    ("email_change", Treatment::Asked(AuthEmailAction::EmailChange)),
    ("password_changed_notification", Treatment::Mailed),
    ("email_changed_notification", Treatment::Mailed),
    ("phone_changed_notification", Treatment::Mailed),
    ("identity_linked_notification", Treatment::Mailed),
    ("identity_unlinked_notification", Treatment::Mailed),
    ("mfa_factor_enrolled_notification", Treatment::Mailed),
    ("mfa_factor_unenrolled_notification", Treatment::Mailed),
];

/// The longest name of a type that is written down where it is not known.
const TYPE_LIMIT: usize = 64;

/// Has our mail sent in place of Auth's, once in a minute, however often Auth asks for it.
///
/// # Errors
/// `internal` for a type of mail that is not known here: Sentry is told, and Auth refuses what it was about, but for a notice.
/// `rate_limited` for somebody who asks for too many addresses; `invalid_request` where an address is none;
/// `upstream_unavailable`: Auth then asks again.
pub async fn take(
    ports: &(impl Database + Configured + Functions + Idna),
    request_id: RequestId,
    email: &AuthEmail,
) -> Result<AuthEmailResponse> {
    if let Treatment::Asked(action) = email.treatment()? {
        let taken = ports.call(&email.call(ports, action, request_id)?).await;
        match taken.map_err(for_auth)? {
            TakenAuthEmail { outcome: AuthEmailOutcome::Limited, retry_after_seconds } => {
                let error = Error::new(Code::RateLimited, "Please wait before you ask again.");
                return Err(error.retry_after(retry_after_seconds.unwrap_or(1)));
            }
            TakenAuthEmail { outcome: AuthEmailOutcome::Taken, .. } => ports.kick_email_dispatch(),
            TakenAuthEmail { outcome: AuthEmailOutcome::Repeated, .. } => {}
        }
    }
    Ok(AuthEmailResponse {})
}

/// Of all failures Auth repeats one alone: 503 with `Retry-After`. What was late may have been done: the next try finds out.
fn for_auth(error: DatabaseError) -> Error {
    if error == DatabaseError::Timeout {
        return Error::unavailable("database", "no answer while Auth waits");
    }
    error.into()
}

impl AuthEmail {
    fn treatment(&self) -> Result<Treatment> {
        let name = self.email_data.email_action_type.as_str();
        let known = TYPES.iter().find(|(known, _)| *known == name);
        known.map(|(_, treatment)| *treatment).ok_or_else(|| unknown(name))
    }

    fn call(
        &self,
        ports: &(impl Configured + Idna),
        action: AuthEmailAction,
        request_id: RequestId,
    ) -> Result<TakeAuthEmail> {
        let keys = &ports.config().token_keys;
        let address = self.address(ports, action)?;
        Ok(TakeAuthEmail {
            p_action: action,
            p_user_id: self.user.id,
            p_dedupe_key: keys.auth_email_key(&[
                &self.email_data.email_action_type,
                &self.user.id.to_string(),
                self.occasion(action),
            ]),
            p_address_key: address.as_ref().map(|address| keys.address_key(address)),
            p_new_email: address.filter(|_| action == AuthEmailAction::EmailChange),
            p_request_id: request_id,
        })
    }

    /// What is the same at each try for one mail. Whoever is signed in may ask for one new address after another, and has an
    /// allowance for that. Everything else anybody may ask for, with whatever code: there the account alone counts.
    fn occasion(&self, action: AuthEmailAction) -> &str {
        match action {
            AuthEmailAction::EmailChange => {
                self.email_data.token_hash.as_ref().map_or("", SecretString::expose)
            }
            AuthEmailAction::PasswordReset | AuthEmailAction::SignInLink => "",
        }
    }

    /// The address that cools down: none where there is no link.
    fn address(&self, idna: &impl Idna, action: AuthEmailAction) -> Result<Option<EmailAddress>> {
        let text = |address: &Option<String>| address.clone().unwrap_or_default();
        let address = match action {
            AuthEmailAction::PasswordReset => EmailAddress::parse(idna, &text(&self.user.email)),
            AuthEmailAction::EmailChange => {
                EmailAddress::parse_new(idna, &text(&self.user.new_email))
            }
            AuthEmailAction::SignInLink => return Ok(None),
        };
        let none = |_| Error::field("/user", "invalid_email", "This is no e-mail address.");
        address.map(Some).map_err(none)
    }
}

/// A type that Auth learned after this was written. Its name is no secret; what is not like one is not written down.
#[cold]
fn unknown(name: &str) -> Error {
    let is_name = name.len() <= TYPE_LIMIT
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let name = if is_name { name } else { "(no name)" };
    Error::internal(["Auth asks for a mail of unknown type ", name].concat())
}

#[cfg(test)]
mod tests;
