//! The outbox: sending what the database has queued, each mail exactly once.
//!
//! A run is a loop of claim, render, send, settle. Every fact is in the
//! database before and after each step, so that a process may die anywhere:
//! before the claim nothing happened; after it the lease runs out and somebody
//! gets the very same batch, under the same id, which is the mailer's
//! idempotency key; after the send the repeat is answered from the key.

pub mod operations;
mod pacer;
mod render;
mod sender;
mod sql;
mod transition;

use std::{cell::Cell, collections::HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt as _, future, stream};
use serde::{Deserialize, Serialize};

pub use self::sql::{
    Batch, Claim, ClaimEmails, Outcome, QueuedMail, QueuedToken, SealTokenHashes, SealedToken,
    SettleEmails, Settled, Settlement, StoredHash, Stream, TemplateSource,
};
use self::{
    pacer::{Pacer, Term},
    render::Templates,
    transition::{Step, decide, give_up, settlement},
};
use crate::{
    error::{Error, Result},
    id::TokenId,
    ports::{Clock, Configured, Database, DatabaseError, Entropy, LocalTime, Mailer, Telemetry},
    token::{LinkToken, Purpose, TokenHash},
};

/// Mails of one claim.
const CLAIM_LIMIT: u32 = 1_000;
/// Batches under way at once.
const CONCURRENCY: usize = 4;
/// How long a claimed batch belongs to its dispatcher.
const LEASE_SECONDS: u32 = 120;
/// Claims in a row that may bring no mail while something is left: requests for
/// a link are worked off by claims, and most of a flood of them is nobody's.
const FRUITLESS_CLAIMS: u32 = 20;
/// A run starts no further claim after this; the cron job starts the next run.
const RUN_SECONDS: i64 = 50;
/// How often a settlement is tried before its lease is left to run out.
const SETTLE_ATTEMPTS: u32 = 3;

/// Body of the dispatch functions: nothing to say.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DispatchRequest {}

/// Answer of the dispatch functions: what one run did, counted in mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DispatchReport {
    /// Leased to this run.
    pub claimed: u32,
    /// Taken by the mailer.
    pub sent: u32,
    /// Put off: quiet hours, or an attempt that will be repeated.
    pub deferred: u32,
    /// Not needed any more: cancelled, unsubscribed, suppressed, expired.
    pub skipped: u32,
    /// Given up.
    pub failed: u32,
    /// Due and left for the next run, counted up to 100.
    pub remaining: u32,
    /// Requests' worth of mails.
    pub batches: u32,
    /// How long the run took, in milliseconds.
    pub duration_ms: u32,
}

/// The needs of a dispatcher.
pub trait DispatchPorts:
    Database + Mailer + Clock + Entropy + LocalTime + Telemetry + Configured
{
}
impl<P: Database + Mailer + Clock + Entropy + LocalTime + Telemetry + Configured> DispatchPorts
    for P
{
}

/// Sends what is due, until nothing is left, time is up, or the mailer wants rest.
///
/// # Errors
/// `internal` where nobody could send, `upstream_unavailable` where the database cannot be asked. Whatever was
/// claimed by then is handed out again when its lease has run out.
pub async fn drain(ports: &impl DispatchPorts, stream: Stream) -> Result<DispatchReport> {
    if !sender::is_mailbox(&ports.config().mail.from) {
        return Err(Error::internal("MAIL_FROM is no sender like `Evenkeel <hello@example.com>`"));
    }
    let run = Run::begin(ports, stream);
    let first = run.claim().await?;
    if first.claim.batches.is_empty() || first.claim.remaining == 0 {
        run.work_off(first).await?;
    } else {
        // Neither outcome cuts the other one short.
        let (third, second, first) =
            future::join3(run.work_beside(), run.work_beside(), run.work_off(first)).await;
        first.and(second).and(third)?;
    }
    Ok(run.report())
}

/// What the lanes of a run share.
struct Run<'p, P> {
    ports: &'p P,
    stream: Stream,
    started: DateTime<Utc>,
    pacer: Pacer,
    report: Cell<DispatchReport>,
}

/// A claim, and until when its batches may be handed over.
struct Leased {
    claim: Claim,
    term: Term,
}

impl<'p, P: DispatchPorts> Run<'p, P> {
    fn begin(ports: &'p P, stream: Stream) -> Self {
        let (started, pacer) = (ports.now(), Pacer::default());
        Self { ports, stream, started, pacer, report: Cell::default() }
    }

    async fn claim(&self) -> Result<Leased> {
        let term = Term::new(self.ports.now(), time_to_send(self.ports));
        let claim = ClaimEmails {
            p_stream: self.stream,
            p_limit: CLAIM_LIMIT,
            p_lease_seconds: LEASE_SECONDS,
        };
        let claim = self.ports.call(&claim).await?;
        self.count(|report| report.add_claim(&claim));
        Ok(Leased { claim, term })
    }

    /// A further lane: while one waits for the database, another one sends. Each claims only after its own settlement,
    /// so that it finds what it has halved, and none holds what it will not settle.
    async fn work_beside(&self) -> Result<()> {
        self.work_off(self.claim().await?).await
    }

    /// Sends and settles claim after claim.
    async fn work_off(&self, mut leased: Leased) -> Result<()> {
        let mut fruitless = 0;
        loop {
            let Leased { claim, term } = leased;
            let fruitful = !claim.batches.is_empty() || claim.skipped + claim.deferred > 0;
            fruitless = if fruitful { 0 } else { fruitless + 1 };
            let idle = !fruitful && (claim.remaining == 0 || fruitless >= FRUITLESS_CLAIMS);
            let paused = claim.paused_until.is_some();
            let settlements = dispatch(self.ports, claim, &self.pacer, term).await?;
            let settled = settle(self.ports, &settlements).await?;
            self.count(|report| report.add_settled(settled));
            let late = self.ports.now() - self.started >= TimeDelta::seconds(RUN_SECONDS);
            if idle || paused || late || self.pacer.is_closed() {
                return Ok(());
            }
            leased = self.claim().await?;
        }
    }

    fn count(&self, add: impl FnOnce(&mut DispatchReport)) {
        let mut report = self.report.get();
        add(&mut report);
        self.report.set(report);
    }

    fn report(&self) -> DispatchReport {
        let duration = (self.ports.now() - self.started).num_milliseconds();
        let duration_ms = u32::try_from(duration).unwrap_or_default();
        DispatchReport { duration_ms, ..self.report.get() }
    }
}

/// How long batches may be handed over after the claim: the answer must be settled within the lease.
fn time_to_send(ports: &impl Configured) -> TimeDelta {
    let reserve = 2 * i64::from(ports.config().upstream_timeout_ms) + 1_000;
    TimeDelta::seconds(i64::from(LEASE_SECONDS)) - TimeDelta::milliseconds(reserve)
}

async fn dispatch(
    ports: &impl DispatchPorts,
    claim: Claim,
    pacer: &Pacer,
    term: Term,
) -> Result<Vec<Settlement>> {
    let templates = Templates::compile(ports.config(), &claim);
    let links = seal(ports, &claim.batches).await?;
    let (templates, links) = (&templates, &links);
    let deliveries =
        claim.batches.iter().map(|batch| deliver(ports, batch, templates, links, (pacer, term)));
    Ok(stream::iter(deliveries).buffer_unordered(CONCURRENCY).collect().await)
}

/// The tokens of the claim's mails, by id.
type Links = HashMap<TokenId, LinkToken>;

/// Derives the link tokens, and stores the hash of each before its mail can leave.
async fn seal(ports: &impl DispatchPorts, batches: &[Batch]) -> Result<Links> {
    let keys = &ports.config().token_keys;
    let queued =
        || batches.iter().flat_map(|batch| &batch.mails).filter_map(|mail| mail.token.as_ref());
    let p_tokens: Vec<_> = queued()
        .filter(|token| token.token_hash.is_none())
        .map(|token| SealedToken {
            purpose: token.purpose,
            id: token.id,
            token_hash: keys.derive(token.purpose, token.id).hash(),
        })
        .collect();
    let stored = if p_tokens.is_empty() {
        Vec::new()
    } else {
        ports.call(&SealTokenHashes { p_tokens }).await?
    };
    let stored: HashMap<TokenId, TokenHash> =
        stored.into_iter().map(|stored| (stored.id, stored.token_hash)).collect();
    let link = |id: TokenId, purpose: Purpose, hash: &TokenHash| {
        keys.rederive(purpose, id, hash).map(|token| (id, token))
    };
    Ok(queued()
        .filter_map(|token| {
            let hash = token.token_hash.as_ref().or_else(|| stored.get(&token.id))?;
            link(token.id, token.purpose, hash)
        })
        .collect())
}

async fn deliver(
    ports: &impl DispatchPorts,
    batch: &Batch,
    templates: &Templates<'_>,
    links: &Links,
    (pacer, term): (&Pacer, Term),
) -> Settlement {
    if let Some(given_up) = give_up(batch, term.since_claim(ports.now())) {
        ports.report(&Error::internal(format!(
            "outbox: gave up a batch of {}: {}",
            batch.mails.len(),
            given_up.error_code.as_deref().unwrap_or_default()
        )));
        return given_up;
    }
    let mails = batch.mails.iter().map(|mail| {
        let link = mail.token.as_ref().map(|token| links.get(&token.id).ok_or("token_key_removed"));
        let link = link.transpose().map_err(str::to_owned)?;
        templates.render(ports, ports.config(), mail, link).map_err(|error| error.to_string())
    });
    let mails = match mails.collect::<Result<Vec<_>, String>>() {
        Ok(mails) => mails,
        Err(cause) => return unrenderable(ports, batch, &cause),
    };
    loop {
        if !pacer.admit(ports, term).await {
            return settlement(batch, Outcome::Retry).because("put_off").after(0, false);
        }
        let delivery = ports.send(batch.id, &mails, batch.shared).await;
        pacer.heed(delivery.pace, ports.now());
        match decide(batch, delivery, ports.fraction()) {
            Step::Repeat(seconds) => pacer.wait(seconds, ports.now()),
            Step::Settle(settlement) => {
                heed(ports, &settlement, pacer);
                return settlement;
            }
        }
    }
}

/// One broken mail must not hold up the others: the batch is halved until it is alone.
fn unrenderable(ports: &impl Telemetry, batch: &Batch, cause: &str) -> Settlement {
    if batch.mails.len() > 1 {
        return settlement(batch, Outcome::Split).because("unrenderable");
    }
    ports.report(&Error::internal(format!("outbox: {cause}")));
    settlement(batch, Outcome::Failed).because("unrenderable")
}

/// A failure that an operator should know of, and how the other batches of the run go on.
fn heed(ports: &impl Telemetry, settlement: &Settlement, pacer: &Pacer) {
    let code = settlement.error_code.as_deref().unwrap_or_default();
    if settlement.outcome == Outcome::Pause {
        pacer.close();
        ports.report(&Error::internal(format!("outbox: the mailer refuses: {code}")));
    } else if settlement.outcome == Outcome::Sent && !code.is_empty() {
        ports.report(&Error::internal(format!("outbox: counted as sent: {code}")));
    }
}

/// Writes the outcome down. Repeating is safe: a settled batch has no lease any more.
async fn settle(ports: &impl DispatchPorts, settlements: &[Settlement]) -> Result<Settled> {
    if settlements.is_empty() {
        return Ok(Settled::default());
    }
    let mut attempt = 1;
    loop {
        match ports.call(&SettleEmails { p_results: settlements }).await {
            Err(DatabaseError::Unavailable(_) | DatabaseError::Timeout)
                if attempt < SETTLE_ATTEMPTS =>
            {
                ports.sleep(250 << attempt).await;
                attempt += 1;
            }
            result => return Ok(result?),
        }
    }
}

impl DispatchReport {
    fn add_claim(&mut self, claim: &Claim) {
        let mails: usize = claim.batches.iter().map(|batch| batch.mails.len()).sum();
        self.claimed += u32::try_from(mails).unwrap_or(u32::MAX);
        self.batches += u32::try_from(claim.batches.len()).unwrap_or(u32::MAX);
        self.skipped += claim.skipped;
        self.deferred += claim.deferred;
        self.remaining = claim.remaining;
    }

    fn add_settled(&mut self, settled: Settled) {
        self.sent += settled.sent;
        self.failed += settled.failed;
        self.skipped += settled.skipped;
        self.deferred += settled.retried;
    }
}

#[cfg(test)]
mod tests;
