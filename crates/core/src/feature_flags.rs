//! Feature flags, as the `OpenFeature` Remote Evaluation Protocol (OFREP 0.3) asks for them.
//!
//! The database decides, in `evaluate_feature_flags()`: who has signed in is served as themselves and as people of their companies, so
//! of the context that a caller sends only the targeting key counts, and only of who has not signed in. Else whoever
//! guesses a company's id would learn what it is served.

pub mod operations;
mod request;
mod sql;

pub use self::{
    request::{Context, EvaluateRequest},
    sql::{EvaluateFeatureFlags, Evaluation, Reason},
};
use crate::{
    access_token::AccessToken,
    error::{Code, Error, Result},
    json::Verbatim,
    operation::{AskedRequest, Document},
    ports::{Database, DatabaseError},
};

/// Answer of `POST /feature-flags/ofrep/v1/evaluate/flags`.
#[derive(Debug)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, serde::Serialize))]
pub struct Evaluations {
    /// In the order of their keys.
    pub flags: Vec<Evaluation>,
}

/// All flags that are told to the caller.
///
/// # Errors
/// `invalid_request`, `unauthenticated` for whoever sends a token that counts no more.
pub async fn evaluate_all(
    ports: &impl Database,
    person: Option<&AccessToken>,
    request: &AskedRequest<EvaluateRequest>,
) -> Result<Document> {
    let flags = ask(ports, person, &request.body, None).await?;
    let flags: Vec<_> = flags.into_iter().map(Verbatim::into_string).collect();
    let body = ["{\"flags\":[", &flags.join(","), "]}"].concat();
    Ok(Document::new(JSON, body, request.known.as_deref()))
}

/// One of them.
///
/// # Errors
/// As for all of them; `flag_not_found`.
pub async fn evaluate(
    ports: &impl Database,
    person: Option<&AccessToken>,
    request: &AskedRequest<EvaluateRequest>,
) -> Result<Document> {
    let AskedRequest { name, known, body } = request;
    let is_key = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let flags = if name.len() <= MOST_KEY && name.bytes().all(is_key) {
        ask(ports, person, body, Some(name)).await?
    } else {
        Vec::new()
    };
    let Some(flag) = flags.into_iter().next() else {
        let mut key = serde_json::to_string(name).unwrap_or_default();
        key.push_str(",\"errorCode\":\"FLAG_NOT_FOUND\"");
        return Err(Error::new(Code::FlagNotFound, "There is no such flag for you.").telling(key));
    };
    Ok(Document::new(JSON, flag.into_string(), known.as_deref()))
}

const JSON: &str = "application/json";
/// The longest key, in bytes.
const MOST_KEY: usize = 63;

async fn ask(
    ports: &impl Database,
    person: Option<&AccessToken>,
    request: &EvaluateRequest,
    p_flag_key: Option<&str>,
) -> Result<Vec<Verbatim<Evaluation>>> {
    let asked = EvaluateFeatureFlags { p_flag_key, p_targeting_key: request.targeting_key()? };
    match person {
        Some(person) => ports.call_as(person, &asked).await.map_err(DatabaseError::for_caller),
        None => Ok(ports.call(&asked).await?),
    }
}

#[cfg(test)]
mod tests;
