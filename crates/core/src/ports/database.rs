//! One call = one SQL function = one transaction.

use serde::{Serialize, de::DeserializeOwned};

use crate::{access_token::AccessToken, error::Code};

/// The arguments of a SQL function: a struct whose fields are its parameters.
pub trait SqlFunction: Serialize {
    /// The name of the function in schema `public`.
    const NAME: &'static str;
    /// The type that it returns.
    type Output: DeserializeOwned;
    /// Its refusals when it is called as somebody. A database test holds it against the function.
    const REFUSES: &'static [Code] = &[];
    /// How long it may take, in milliseconds, where its caller waits for less than the configured time.
    const TIMEOUT_MS: u32 = u32::MAX;
}

/// The database, by its functions.
pub trait Database {
    /// Calls a function with the rights of the service.
    async fn call<F: SqlFunction>(&self, function: &F) -> Result<F::Output, DatabaseError>;

    /// Calls a function as somebody: the database itself decides what they may. Its
    /// refusals are for them: [`DatabaseError::for_caller`].
    async fn call_as<F: SqlFunction>(
        &self,
        person: &AccessToken,
        function: &F,
    ) -> Result<F::Output, DatabaseError>;
}

/// Whether PostgreSQL stores a text: it has no NUL.
pub(crate) fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

/// Why a call did not return.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// It could not be reached, or answered with a 5xx of its own.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// It did not answer in time, or a limit of its own ended the statement. The transaction may have
    /// committed.
    #[error("timed out")]
    Timeout,
    /// PostgreSQL refused.
    #[error("refused: {code}")]
    Refused {
        /// The SQLSTATE, or PostgREST's own `PGRST…`.
        code: String,
        /// HTTP status that the Data API chose.
        status: u16,
        /// The message: for user functions a stable word; never shown to callers as it is.
        message: String,
        /// The detail: for some of these words, numbers as JSON.
        details: Option<String>,
    },
    /// The answer is not of the agreed shape.
    #[error("malformed answer of {0}")]
    Malformed(&'static str),
}
