//! Refusing mail by the link that it carries (RFC 8058), and taking that back by the same link.
//!
//! The link is signed by the database, whose key it is, and names an address and one kind of mail. Getting it
//! changes nothing, since scanners of mail follow every link: it leads to a page, and the page, or the mail program by
//! itself, posts. The answer is the same for every link that is signed, whether there is an account or not.

pub mod operations;
mod sql;

use core::future::{Ready, ready};

use serde::{Deserialize, Serialize};

pub use self::sql::{Resubscribe, Unsubscribe, Unsubscribed};
use crate::{
    config::Config,
    error::Result,
    operation::Redirect,
    ports::{Configured, Database},
    secret::SecretString,
    token::{self, TokenOutcome},
};

/// The link: its parameters, or the body of who takes it back.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnsubscribeRequest {
    /// The token of the link.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub token: SecretString,
}

/// Answer of `POST /email-unsubscribe`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnsubscribeResponse {
    /// Always `unsubscribed`.
    pub status: UnsubscribeStatus,
    /// The kind of mail: `account`, `reminder` or `agenda`.
    pub category: String,
}

/// The one value of a uniform answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnsubscribeStatus {
    /// No such mail is sent any more.
    Unsubscribed,
}

/// Answer of `POST /email-unsubscribe/undo`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResubscribeResponse {
    /// Always `resubscribed`.
    pub status: ResubscribeStatus,
    /// The kind of mail: `account`, `reminder` or `agenda`.
    pub category: String,
}

/// The one value of a uniform answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResubscribeStatus {
    /// The address does not refuse such mail any more.
    Resubscribed,
}

/// The address of the function with a token, which mail programs post to.
pub(crate) fn one_click_url(config: &Config, token: &str) -> String {
    [config.supabase_url.as_str(), "/functions/v1/email-unsubscribe?token=", token].concat()
}

/// The page of the site with a token, for people.
pub(crate) fn page_url(config: &Config, token: &str) -> String {
    config.link("unsubscribe", token)
}

/// Where somebody who opens the link finds out what it is for.
///
/// # Errors
/// None: of a link that was cut off, the page says so.
pub fn page<P: Configured>(ports: &P, request: &UnsubscribeRequest) -> Ready<Result<Redirect>> {
    let own = token::characters(&request.token).into_iter().take_while(|byte| *byte != 0);
    let token: String = own.map(char::from).collect();
    ready(Ok(Redirect(page_url(ports.config(), &token))))
}

/// Refuses the kind of mail that a link is about.
///
/// # Errors
/// `token_invalid` for a link that was not signed here.
pub async fn unsubscribe(
    ports: &impl Database,
    request: &UnsubscribeRequest,
) -> Result<UnsubscribeResponse> {
    let answer = ports.call(&Unsubscribe { p_token: &request.characters()? }).await?;
    let category = answer.category()?;
    Ok(UnsubscribeResponse { status: UnsubscribeStatus::Unsubscribed, category })
}

/// Takes back what the link refused.
///
/// # Errors
/// `token_invalid` for a link that was not signed here.
pub async fn resubscribe(
    ports: &impl Database,
    request: &UnsubscribeRequest,
) -> Result<ResubscribeResponse> {
    let answer = ports.call(&Resubscribe { p_token: &request.characters()? }).await?;
    let category = answer.category()?;
    Ok(ResubscribeResponse { status: ResubscribeStatus::Resubscribed, category })
}

impl Unsubscribed {
    /// The kind of mail that a link is about, if it was signed here.
    fn category(self) -> Result<String> {
        self.category.ok_or_else(|| TokenOutcome::Invalid.refusal())
    }
}

impl UnsubscribeRequest {
    /// The token, however it came back: as [`crate::token::LinkToken::parse`] reads one.
    fn characters(&self) -> Result<String> {
        let characters = token::characters(&self.token);
        let whole = !characters.contains(&0);
        let text = String::from_utf8(characters.to_vec()).ok().filter(|_| whole);
        text.ok_or_else(|| TokenOutcome::Invalid.refusal())
    }
}

#[cfg(test)]
mod tests;
