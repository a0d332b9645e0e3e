//! The texts of mails, as platform admins write them.
//!
//! A text is held to the rules before it is kept: it compiles, asks for nothing that its mail does not have, links to
//! nothing but the pages of its kind, and makes a mail of the samples. So only this function, as the service, writes one;
//! who may ask, the database says, as the person. docs/decisions/mail-layout-in-rust-texts-in-the-database.md.

mod markup;
pub mod operations;
mod places;
mod renderings;
mod request;
mod rules;
mod sql;

use serde::{Deserialize, Serialize};

pub use self::{
    request::{PreviewRequest, SaveRequest},
    sql::{EmailKind, EmailKindFor, SaveEmailTemplate, SavedTemplate},
};
use crate::{
    access_token::AccessToken,
    client::ClientContext,
    error::{Code, Error, FieldError, Result},
    json::Verbatim,
    ports::{Configured, Database, DatabaseError, LocalTime},
};

/// Answer of `POST /email-templates/preview`: the mail that a text makes of the samples of its kind, and what is wrong with it.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Preview {
    /// The mail; `null` where the text makes none.
    pub mail: Option<PreviewedMail>,
    /// What would keep it from being saved, by part.
    #[serde(skip_deserializing)]
    pub problems: Vec<FieldError>,
}

/// A mail as it is read.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PreviewedMail {
    /// The subject.
    pub subject: String,
    /// The HTML part, layout and all.
    pub html: String,
    /// The plain-text part.
    pub text: String,
}

/// Says what a text makes of the samples of its kind. Keeps nothing.
///
/// # Errors
/// `invalid_request`, `unauthenticated`, `forbidden`; `not_found` for a kind that there is not.
pub async fn preview(
    ports: &(impl Database + Configured + LocalTime),
    person: &AccessToken,
    request: &PreviewRequest,
) -> Result<Preview> {
    let draft = request.draft()?;
    let kind = kind_for(ports, person, draft.key).await?;
    let (problems, filled) = rules::examine(ports, ports.config(), &kind, draft);
    let mail = filled.map(|mail| PreviewedMail {
        subject: mail.subject,
        html: mail.html,
        text: mail.text,
    });
    Ok(Preview { mail, problems })
}

/// Keeps a text as the next version of its key and language; published, it is in force from now on.
///
/// # Errors
/// `invalid_request`, `unauthenticated`, `forbidden`, `not_found`; `rule_violation` with all that is wrong with it; `conflict`
/// where somebody has saved another version meanwhile.
pub async fn save(
    ports: &(impl Database + Configured + LocalTime),
    person: &AccessToken,
    request: &SaveRequest,
    client: &ClientContext,
) -> Result<Verbatim<SavedTemplate>> {
    let draft = request.draft()?;
    let kind = kind_for(ports, person, draft.key).await?;
    let (problems, _) = rules::examine(ports, ports.config(), &kind, draft);
    if !problems.is_empty() {
        let error = Error::new(Code::RuleViolation, "This text cannot be sent.");
        return Err(problems.into_iter().fold(error, Error::with_field));
    }
    let saved = ports.call(&SaveEmailTemplate::new(&kind, draft, request, client)).await;
    saved.map_err(DatabaseError::for_caller)
}

async fn kind_for(ports: &impl Database, person: &AccessToken, key: &str) -> Result<EmailKind> {
    let kind = ports.call_as(person, &EmailKindFor { p_key: key }).await;
    kind.map_err(DatabaseError::for_caller)
}

#[cfg(test)]
mod tests;
