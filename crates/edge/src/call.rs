//! One call of an operation: who asks, what, and how they are answered.

use evenkeel_core::{
    AccessToken, ClientContext, Result, SecretString,
    config::ConfigError,
    operation::{
        Asked, AskedRequest, Body, CalledBy, Input, Named, NamedRequest, OneClick, Operation,
        Query, Reply, Signed, SignedRequest, Signer,
    },
    ports::{Clock as _, HttpMethod},
    webhook::MessageHead,
};
use serde::de::DeserializeOwned;

use crate::{
    answer::Answer,
    edge::Edge,
    incoming::{self, Incoming},
    platform,
};

/// A request that was let pass, with its body.
#[derive(Debug)]
pub struct Admitted {
    pub(crate) incoming: Incoming,
    pub(crate) person: Option<AccessToken>,
    pub(crate) body: incoming::Body,
}

/// The input of an operation.
pub struct Call<'a, C: CalledBy, I: Input> {
    /// The caller.
    pub caller: C::Credential<'a>,
    /// Their request.
    pub request: I::Request,
    edge: &'a Edge,
    incoming: &'a Incoming,
}

impl<'a, C: CalledBy, I: Receive> Call<'a, C, I> {
    /// The call of an operation by a request.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn new<A>(
        _: &Operation<C, I, A>,
        edge: &'a Edge,
        Admitted { incoming, person, body }: &'a Admitted,
    ) -> Result<Self> {
        C::vouch(&SignedRequest {
            header: &|name| incoming.header(name),
            body: body.bytes(),
            variable: &platform::env,
            now: &|| edge.now(),
        })?;
        let request = I::receive(incoming, body)?;
        Ok(Self { caller: C::credential(person.as_ref())?, request, edge, incoming })
    }

    /// Where it comes from, for the audit log.
    pub fn client(&self) -> ClientContext {
        self.incoming.client(self.edge.config, self.edge.request_id)
    }
}

impl<S: Signer, I: Input> Call<'_, Signed<S>, I> {
    /// The id of the signed message: the same each time that it is delivered.
    ///
    /// # Errors
    /// None for whoever was let pass.
    pub fn message_id(&self) -> Result<&str> {
        Ok(MessageHead::read(|name| self.incoming.header(name))?.id())
    }
}

/// The fault of a variable that the callers of an operation need. For most of them a constant, so that it costs nothing.
pub fn misconfigured<C: CalledBy, I, A>(_: &Operation<C, I, A>) -> Option<ConfigError> {
    C::misconfigured(&platform::env)
}

/// How an input is read of a request.
pub trait Receive: Input {
    /// Reads it.
    ///
    /// # Errors
    /// `invalid_request`.
    fn receive(incoming: &Incoming, body: &incoming::Body) -> Result<Self::Request>;
}

impl<T: DeserializeOwned> Receive for Body<T> {
    fn receive(_: &Incoming, body: &incoming::Body) -> Result<T> {
        body.json()
    }
}

impl<T: DeserializeOwned> Receive for Query<T> {
    fn receive(incoming: &Incoming, _: &incoming::Body) -> Result<T> {
        incoming.query()
    }
}

impl<T: DeserializeOwned> Receive for OneClick<T> {
    fn receive(incoming: &Incoming, body: &incoming::Body) -> Result<T> {
        Self::check(body.bytes())?;
        incoming.query()
    }
}

impl<const HEAD: bool> Receive for Named<HEAD> {
    fn receive(incoming: &Incoming, _: &incoming::Body) -> Result<NamedRequest> {
        Ok(NamedRequest {
            name: SecretString::new(incoming.name()),
            known: incoming.header("if-none-match").map(str::to_owned),
        })
    }
}

impl<T: DeserializeOwned, const NAMED: bool> Receive for Asked<T, NAMED> {
    fn receive(incoming: &Incoming, body: &incoming::Body) -> Result<AskedRequest<T>> {
        Ok(AskedRequest {
            name: incoming.name().to_owned(),
            known: incoming.header("if-none-match").map(str::to_owned),
            body: body.json()?,
        })
    }
}

/// The answer of an operation.
///
/// # Errors
/// `internal` for a value that has no JSON.
pub fn answer<C, I: Input, A, R: Reply<A>>(
    operation: &Operation<C, I, A>,
    reply: R,
) -> Result<Answer> {
    if let Some(location) = reply.location() {
        return Ok(Answer::redirect(operation.status, location));
    }
    if let Some(version) = reply.version() {
        let answer = Answer::document(operation.status, version, reply.into_body()?);
        return Ok(if I::METHOD == HttpMethod::Head { answer.head() } else { answer });
    }
    Ok(Answer::json(operation.status, reply.into_body()?))
}
