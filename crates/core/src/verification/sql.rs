//! The SQL functions of this domain.

use serde::Serialize;

use crate::{
    client::ClientContext,
    id::TokenId,
    introduction::Introduction,
    link_request::{Admission, Asked},
    ports::SqlFunction,
    token::{Consumption, TokenHash},
};

/// Uses a token up, if it holds. A wrong secret counts as one of five attempts.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct ConsumeEmailVerification<'a> {
    pub p_token_id: TokenId,
    pub p_token_hash: TokenHash,
    pub p_context: &'a ClientContext,
    pub p_introduction: Option<Introduction<'a>>,
}

impl SqlFunction for ConsumeEmailVerification<'_> {
    const NAME: &'static str = "consume_email_verification";
    type Output = Consumption;
}

/// Notes that somebody wants a link; the same single insert for every address.
#[derive(Serialize)]
#[serde(transparent)]
pub struct RequestEmailVerification<'a>(pub Asked<'a>);

impl SqlFunction for RequestEmailVerification<'_> {
    const NAME: &'static str = "request_email_verification";
    type Output = Admission;
}
