//! Operations of the functions: each is declared once, in its domain.
//!
//! A declaration has the part that the edge keeps (path, caller, limit of the body) and the part that the
//! contract says (words, types, refusals). A function crate joins an operation to what does it.

#[cfg(feature = "schema")]
pub(crate) mod description;
mod document;

use core::marker::PhantomData;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use self::document::{Asked, AskedRequest, Document, Named, NamedRequest, Version};
use crate::{
    access_token::AccessToken,
    config::{Config, ConfigError},
    error::{Code, Error, Result},
    json::Verbatim,
    ports::{HttpMethod, SqlFunction},
    webhook::{MessageHead, WebhookSecrets},
};

/// The credentials that a request carries.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    /// The header `Authorization`.
    pub authorization: Option<&'a str>,
    /// The header `apikey`.
    pub apikey: Option<&'a str>,
    /// The configuration that they are held against.
    pub config: &'a Config,
}

/// A whole request, for callers whose credential is a signature of its body.
#[allow(missing_debug_implementations, reason = "it holds what nobody has been let pass with")]
#[derive(Clone, Copy)]
pub struct SignedRequest<'a> {
    /// A header, by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The body as it came.
    pub body: &'a [u8],
    /// An environment variable.
    pub variable: Variables<'a>,
    /// The present.
    pub now: &'a dyn Fn() -> DateTime<Utc>,
}

/// The environment variables, by name.
pub type Variables<'a> = &'a dyn Fn(&'static str) -> Option<String>;

/// The kinds of callers, for the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "documented at the types of the same names")]
pub enum Caller {
    Anybody,
    AnybodyOrPerson,
    Person,
    Cron,
    Signed,
}

/// A kind of callers as a type, so that a module has the checks that it needs and no others.
pub trait CalledBy {
    /// The same as a value.
    const CALLER: Caller;
    /// The part of them that the operation is given.
    type Credential<'a>;

    /// Lets them pass, and nobody else; answers who has signed in, where that matters. Whether they
    /// still are, the database says.
    ///
    /// # Errors
    /// `unauthenticated`, the same for a missing and for a wrong credential.
    fn admit(credentials: &Credentials<'_>) -> Result<Option<AccessToken>>;

    /// The credential of a caller who was let pass.
    ///
    /// # Errors
    /// `internal` for whoever was not.
    fn credential(person: Option<&AccessToken>) -> Result<Self::Credential<'_>>;

    /// Holds the whole request against them, for those who sign theirs. Before, it is not parsed.
    ///
    /// # Errors
    /// `unauthenticated`.
    fn vouch(_: &SignedRequest<'_>) -> Result<()> {
        Ok(())
    }

    /// The fault of a variable that only functions for such callers need.
    fn misconfigured(_: Variables<'_>) -> Option<ConfigError> {
        None
    }
}

/// Anybody, with the publishable key or none.
#[derive(Debug)]
pub enum Anybody {}

impl CalledBy for Anybody {
    const CALLER: Caller = Caller::Anybody;
    type Credential<'a> = ();

    fn admit(_: &Credentials<'_>) -> Result<Option<AccessToken>> {
        Ok(None)
    }

    fn credential(_: Option<&AccessToken>) -> Result<()> {
        Ok(())
    }
}

/// Anybody, and whoever has signed in as themselves.
#[derive(Debug)]
pub enum AnybodyOrPerson {}

impl CalledBy for AnybodyOrPerson {
    const CALLER: Caller = Caller::AnybodyOrPerson;
    type Credential<'a> = Option<&'a AccessToken>;

    fn admit(credentials: &Credentials<'_>) -> Result<Option<AccessToken>> {
        Ok(AccessToken::from_authorization(credentials.authorization).ok())
    }

    fn credential(person: Option<&AccessToken>) -> Result<Option<&AccessToken>> {
        Ok(person)
    }
}

/// Somebody who has signed in, as whom the database is called.
#[derive(Debug)]
pub enum Person {}

impl CalledBy for Person {
    const CALLER: Caller = Caller::Person;
    type Credential<'a> = &'a AccessToken;

    fn admit(credentials: &Credentials<'_>) -> Result<Option<AccessToken>> {
        AccessToken::from_authorization(credentials.authorization).map(Some)
    }

    fn credential(person: Option<&AccessToken>) -> Result<&AccessToken> {
        person.ok_or_else(|| Error::internal("nobody was let pass"))
    }
}

/// `pg_cron`, with `CRON_SECRET_KEY`, which is no key of the project.
#[derive(Debug)]
pub enum Cron {}

impl CalledBy for Cron {
    const CALLER: Caller = Caller::Cron;
    type Credential<'a> = ();

    fn admit(credentials: &Credentials<'_>) -> Result<Option<AccessToken>> {
        if credentials.config.cron_key.matches(credentials.apikey.unwrap_or_default()) {
            Ok(None)
        } else {
            Err(Error::new(Code::Unauthenticated, "This function is for scheduled jobs."))
        }
    }

    fn credential(_: Option<&AccessToken>) -> Result<()> {
        Ok(())
    }
}

/// A service that signs its requests as Standard Webhooks say.
pub trait Signer {
    /// The environment variable that lists the secrets which it and we share.
    const SECRETS: &'static str;
}

/// Resend, when it tells what became of a mail.
#[derive(Debug)]
pub enum Resend {}

impl Signer for Resend {
    const SECRETS: &'static str = "EMAIL_WEBHOOK_SECRETS";
}

/// Supabase Auth, when it would send a mail.
#[derive(Debug)]
pub enum SupabaseAuth {}

impl Signer for SupabaseAuth {
    const SECRETS: &'static str = "SEND_EMAIL_HOOK_SECRETS";
}

/// A service, by its signature. No key of the project is asked for.
#[derive(Debug)]
pub struct Signed<S>(PhantomData<S>);

impl<S: Signer> Signed<S> {
    fn secrets(variables: Variables<'_>) -> Result<WebhookSecrets, ConfigError> {
        let list = variables(S::SECRETS).unwrap_or_default();
        let secrets = match list.trim() {
            "" => Err("is not set"),
            list => WebhookSecrets::parse(list),
        };
        secrets.map_err(|problem| ConfigError { name: S::SECRETS, problem })
    }
}

impl<S: Signer> CalledBy for Signed<S> {
    const CALLER: Caller = Caller::Signed;
    type Credential<'a> = ();

    /// Only what is signed can say who they are, and that has not come yet.
    fn admit(_: &Credentials<'_>) -> Result<Option<AccessToken>> {
        Ok(None)
    }

    fn credential(_: Option<&AccessToken>) -> Result<()> {
        Ok(())
    }

    fn vouch(request: &SignedRequest<'_>) -> Result<()> {
        let secrets = Self::secrets(request.variable)
            .map_err(|problem| Error::internal(problem.to_string()))?;
        secrets.verify(&MessageHead::read(request.header)?, request.body, (request.now)())
    }

    fn misconfigured(variables: Variables<'_>) -> Option<ConfigError> {
        Self::secrets(variables).err()
    }
}

/// The input of an operation: [`Body`], [`Query`], [`OneClick`], [`Named`] or [`Asked`].
pub trait Input {
    /// The type that it is read as.
    type Request;
    /// The method that goes with it.
    const METHOD: HttpMethod;
    /// How long a body may be, in bytes.
    const BODY_LIMIT: usize;
    /// What a caller is told whose body has another media type.
    const MEDIA: &'static str = "Send application/json.";

    /// Whether a path of an operation is the one that is asked for.
    fn is_at(path: &str, asked: &str) -> bool {
        path == asked
    }

    /// Whether a body may have a media type.
    fn takes(media_type: &str) -> bool {
        media_type.eq_ignore_ascii_case("application/json")
    }
}

/// A JSON body, of up to 64 KiB unless the operation says otherwise.
#[derive(Debug)]
pub struct Body<T>(PhantomData<T>);

impl<T> Input for Body<T> {
    type Request = T;
    const METHOD: HttpMethod = HttpMethod::Post;
    const BODY_LIMIT: usize = 64 << 10;
}

/// Parameters in the URL, and no body.
#[derive(Debug)]
pub struct Query<T>(PhantomData<T>);

impl<T> Input for Query<T> {
    type Request = T;
    const METHOD: HttpMethod = HttpMethod::Get;
    const BODY_LIMIT: usize = 0;
}

/// Parameters in the URL, and the body by which a mail program says that its reader pressed "unsubscribe"
/// (RFC 8058): `List-Unsubscribe=One-Click`, as a form.
#[derive(Debug)]
pub struct OneClick<T>(PhantomData<T>);

impl<T> OneClick<T> {
    /// Whether a body says so, in either encoding of a form. Whoever only follows links sends none.
    ///
    /// # Errors
    /// `invalid_request` for any other.
    pub fn check(body: &[u8]) -> Result<()> {
        let has = |words: &[u8]| body.windows(words.len()).any(|part| part == words);
        if has(b"List-Unsubscribe") && has(b"One-Click") {
            return Ok(());
        }
        Err(Error::new(Code::InvalidRequest, "Send List-Unsubscribe=One-Click as a form."))
    }
}

impl<T> Input for OneClick<T> {
    type Request = T;
    const METHOD: HttpMethod = HttpMethod::Post;
    const BODY_LIMIT: usize = 4 << 10;
    const MEDIA: &'static str = "Send a form.";

    fn takes(media_type: &str) -> bool {
        FORMS.iter().any(|form| media_type.eq_ignore_ascii_case(form))
    }
}

/// The encodings of a form.
pub(crate) const FORMS: [&str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];

/// The answer of an operation: a value, its JSON as the database wrote it, a [`Redirect`], or a [`Document`].
pub trait Reply<A>: Sized {
    /// The body, as JSON unless it is a document.
    ///
    /// # Errors
    /// `internal` for a value that has no JSON.
    fn into_body(self) -> Result<String>;

    /// The page that it sends a browser to.
    fn location(&self) -> Option<String> {
        None
    }

    /// The version that a document is of.
    fn version(&self) -> Option<Version> {
        None
    }
}

/// Sends a browser to a page, which it gets by GET (303).
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Redirect(pub String);

impl Reply<Redirect> for Redirect {
    fn into_body(self) -> Result<String> {
        Ok(String::new())
    }

    fn location(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

impl<A: Serialize> Reply<A> for A {
    fn into_body(self) -> Result<String> {
        serde_json::to_string(&self).map_err(|_| Error::internal("unserialisable answer"))
    }
}

impl<A> Reply<A> for Verbatim<A> {
    fn into_body(self) -> Result<String> {
        Ok(self.into_string())
    }
}

/// See other: whatever the method was, the page is got by GET.
pub(crate) const REDIRECT: u16 = 303;

/// A step that may refuse an operation: a SQL function that it calls, or one of its own.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The name of the SQL function.
    pub function: Option<&'static str>,
    /// Its refusals.
    pub refuses: &'static [Code],
}

impl Step {
    /// A SQL function.
    pub const fn sql<F: SqlFunction>() -> Self {
        Self { function: Some(F::NAME), refuses: F::REFUSES }
    }

    /// Something else.
    pub const fn of(refuses: &'static [Code]) -> Self {
        Self { function: None, refuses }
    }
}

/// An operation of a function, for callers `C`, which takes `I` and answers `A`.
#[derive(Debug)]
pub struct Operation<C, I, A> {
    /// The name of the function.
    pub function: &'static str,
    /// Its path below the function: `/` or `/resend`.
    pub path: &'static str,
    /// The longest body, in bytes. Nothing is read beyond it.
    pub body_limit: usize,
    /// The HTTP status of its answer.
    pub status: u16,
    /// Its words in the contract.
    #[cfg(feature = "schema")]
    pub(crate) about: About,
    types: PhantomData<fn(C, I) -> A>,
}

/// The words of an operation in the contract, which nobody else needs.
#[cfg(feature = "schema")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    pub(crate) summary: &'static str,
    pub(crate) description: &'static str,
    pub(crate) steps: &'static [Step],
    /// The media type, where the answer is a document.
    pub(crate) document: Option<&'static str>,
}

impl<C, I: Input, A> Operation<C, I, A> {
    /// The operation of a function at a path below it.
    pub const fn new(function: &'static str, path: &'static str) -> Self {
        Self {
            function,
            path,
            body_limit: I::BODY_LIMIT,
            status: 200,
            #[cfg(feature = "schema")]
            about: About { summary: "", description: "", steps: &[], document: None },
            types: PhantomData,
        }
    }

    /// The same with another limit of its body, in bytes.
    #[must_use]
    pub const fn up_to(self, body_limit: usize) -> Self {
        Self { body_limit, ..self }
    }

    /// The same, done after its answer (202).
    #[must_use]
    pub const fn accepted(self) -> Self {
        Self { status: 202, ..self }
    }

    /// The same, answered by the address of a page (303).
    #[must_use]
    pub const fn redirecting(self) -> Self {
        Self { status: REDIRECT, ..self }
    }

    /// In one line, and in more.
    #[must_use]
    #[cfg_attr(
        not(feature = "schema"),
        allow(unused_variables, unused_mut, reason = "no part of a module")
    )]
    pub const fn about(mut self, summary: &'static str, description: &'static str) -> Self {
        #[cfg(feature = "schema")]
        {
            self.about.summary = summary;
            self.about.description = description;
        }
        self
    }

    /// The same, answered by a [`Document`] of a media type, which as JSON is of the type of the answer.
    #[must_use]
    #[cfg_attr(
        not(feature = "schema"),
        allow(unused_variables, unused_mut, reason = "no part of a module")
    )]
    pub const fn document(mut self, media: &'static str) -> Self {
        #[cfg(feature = "schema")]
        {
            self.about.document = Some(media);
        }
        self
    }

    /// Its errors: those of each step on its way.
    #[must_use]
    #[cfg_attr(
        not(feature = "schema"),
        allow(unused_variables, unused_mut, reason = "no part of a module")
    )]
    pub const fn steps(mut self, steps: &'static [Step]) -> Self {
        #[cfg(feature = "schema")]
        {
            self.about.steps = steps;
        }
        self
    }
}

/// Declares operations, and the list of them that the contract is made of.
macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $operation:expr;)+) => {
        $($(#[$doc])* pub const $name: $type = $operation;)+

        /// All of them.
        #[cfg(feature = "schema")]
        pub(crate) const ALL: &[&dyn crate::operation::description::Described] = &[$(&$name),+];
    };
}
pub(crate) use operations;

#[cfg(test)]
mod tests;
