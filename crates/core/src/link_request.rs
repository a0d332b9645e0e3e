//! Asking for a mail with a link, by nothing but an address.
//!
//! Answer and work are the same for every address: one row that says who asked.
//! Whether the address belongs to anybody is looked up later, by the dispatcher.
//! The answer depends on how often a client has asked, whatever for, and on nothing else.

use serde::{Deserialize, Serialize};

use crate::{
    client::ClientContext,
    email_address::{EmailAddress, Idna, InvalidEmailAddress},
    error::{Code, Error, Result},
    operation::Step,
    ports::{Configured, Database, Functions, SqlFunction},
};

/// Body of a request for a mail with a link.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// The address: of the account, or that it is to have.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "email")))]
    email: String,
}

/// The answer, whatever the address.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AcceptedResponse {
    /// Always `accepted`.
    pub status: AcceptedStatus,
}

/// The one value of a uniform answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AcceptedStatus {
    /// The request was taken.
    Accepted,
}

/// A request as the database is told of it: the same for every purpose.
#[derive(Serialize)]
#[allow(missing_docs, reason = "documented at the SQL functions")]
pub struct Asked<'a> {
    pub p_email: EmailAddress,
    pub p_address_key: String,
    pub p_client_key: Option<String>,
    pub p_context: &'a ClientContext,
}

impl<'a> Asked<'a> {
    /// The asker and the address, under names that tell nothing.
    pub fn new(host: &impl Configured, email: EmailAddress, client: &'a ClientContext) -> Self {
        let keys = &host.config().token_keys;
        Self {
            p_address_key: keys.address_key(&email),
            p_client_key: client.network().map(|network| keys.client_key(&network)),
            p_email: email,
            p_context: client,
        }
    }
}

/// Whether the client may ask now. It says nothing about the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// Whether the request was noted.
    pub allowed: bool,
    /// When to come back, if not.
    pub retry_after_seconds: Option<u32>,
}

/// The refusals of a request for a link, whatever the address.
pub(crate) const NOTED: Step = Step::of(&[Code::RateLimited]);

impl LinkRequest {
    /// The address that was typed, which an account may have.
    ///
    /// # Errors
    /// `invalid_request` for what is none.
    fn address(&self, idna: &impl Idna) -> Result<EmailAddress> {
        EmailAddress::parse(idna, &self.email).map_err(no_address)
    }

    /// The address that was typed, which an account is to have.
    ///
    /// # Errors
    /// `invalid_request` for what is none, or none that mail should go to.
    pub(crate) fn new_address(&self, idna: &impl Idna) -> Result<EmailAddress> {
        new_address(idna, &self.email)
    }
}

/// The address that was typed at `/email`, which an account is to have.
///
/// # Errors
/// `invalid_request` for what is none, or none that mail should go to.
pub(crate) fn new_address(idna: &impl Idna, typed: &str) -> Result<EmailAddress> {
    EmailAddress::parse_new(idna, typed).map_err(no_address)
}

fn no_address(_: InvalidEmailAddress) -> Error {
    Error::field("/email", "invalid_email", "This is no e-mail address.")
}

/// Notes a request by the SQL function of its purpose.
///
/// # Errors
/// `invalid_request` for what is no address, `rate_limited` for a client that
/// asks too often.
pub(crate) async fn request_link<'a, F: SqlFunction<Output = Admission>>(
    ports: &(impl Database + Configured + Functions + Idna),
    request: &LinkRequest,
    client: &'a ClientContext,
    function: impl FnOnce(Asked<'a>) -> F,
) -> Result<AcceptedResponse> {
    let asked = Asked::new(ports, request.address(ports)?, client);
    note(ports, &function(asked)).await
}

/// Notes a request, and has it looked at soon.
///
/// # Errors
/// `rate_limited` for whoever asks too often.
pub(crate) async fn note<F: SqlFunction<Output = Admission>>(
    ports: &(impl Database + Functions),
    request: &F,
) -> Result<AcceptedResponse> {
    let admission = ports.call(request).await?;
    if !admission.allowed {
        let error = Error::new(Code::RateLimited, "Please wait a moment before you ask again.");
        return Err(error.retry_after(admission.retry_after_seconds.unwrap_or(1)));
    }
    ports.kick_email_dispatch();
    Ok(AcceptedResponse { status: AcceptedStatus::Accepted })
}

#[cfg(test)]
mod tests;
