//! A calendar feed: a person's sessions, for a calendar that reads them by itself.
//!
//! No calendar signs in, so whoever has the address reads it. It tells what may stand in a calendar that an employer runs
//! ([`crate::icalendar`]), and an address that leads nowhere is answered the same whatever it is.

pub mod operations;
mod sql;

pub use self::sql::{Feed, FeedOutcome, ReadCalendarFeed};
use crate::{
    client::ClientContext,
    error::{Code, Error, Result},
    icalendar::{MEDIA_TYPE, feed},
    operation::{Document, NamedRequest},
    ports::{Configured, Database},
    token::LinkToken,
};

/// The sessions of whoever has a feed.
///
/// # Errors
/// `not_found` for an address that leads nowhere, `rate_limited` for whoever reads too often.
pub async fn read(
    ports: &(impl Database + Configured),
    request: &NamedRequest,
    client: &ClientContext,
) -> Result<Document> {
    let config = ports.config();
    let token = LinkToken::parse(&request.name).map_err(|_| Error::nothing_here())?;
    let asked = ReadCalendarFeed {
        p_feed_id: token.id(),
        p_token_hash: token.hash(),
        p_client_key: client.network().map(|network| config.token_keys.client_key(&network)),
    };
    let Feed { outcome, locale, entries, retry_after_seconds } = ports.call(&asked).await?;
    match outcome {
        FeedOutcome::Found => {
            let calendar = feed(config, &locale.unwrap_or_default(), &entries);
            Ok(Document::new(MEDIA_TYPE, calendar, request.known.as_deref()))
        }
        FeedOutcome::Unknown => Err(Error::nothing_here()),
        FeedOutcome::RateLimited => {
            let error = Error::new(Code::RateLimited, "Please read this calendar less often.");
            Err(error.retry_after(retry_after_seconds.unwrap_or(1)))
        }
    }
}

#[cfg(test)]
mod tests;
