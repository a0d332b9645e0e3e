//! The one error type, its stable codes, and their mapping to
//! `application/problem+json` (RFC 9457).
//!
//! The part that a caller may read (`code`, `detail`, field errors) is kept apart from
//! what only an operator may read (`cause`): the cause goes to the log and to
//! Sentry, never into a response.

use core::fmt;

use serde::{Serialize, Serializer};

use crate::id::RequestId;

/// `Result` with the one [`Error`].
pub type Result<T, E = Error> = core::result::Result<T, E>;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $code:literal, $title:literal $(, $member:ident)?;)*) => {
        /// Every `code` that a function may answer. A code never changes its
        /// meaning; clients branch on it rather than on `detail`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Code {
            $($(#[$doc])* #[cfg_attr(feature = "schema", schemars(rename = $code))] $name,)*
        }

        impl Code {
            /// Every code, in the order of the contract.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The HTTP status that goes with the code.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The code as it stands in the response.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// A short, constant summary for people.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// The member that an answer with this code brings along.
            pub const fn member(self) -> Option<Member> {
                match self { $($(Self::$name => Some(Member::$member),)?)* _ => None }
            }
        }
    };
}

/// A member that a code brings along. The database sends it as the detail of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// The member `seats` of the answer.
    Seats,
    /// The member `decision` of the answer.
    Decision,
    /// The member `key` of the answer, and `errorCode` behind it.
    Key,
    /// The header `Retry-After`.
    RetryAfter,
}

impl Member {
    /// Its name in the body of the answer.
    const fn name(self) -> Option<&'static str> {
        match self {
            Self::Seats => Some("seats"),
            Self::Decision => Some("decision"),
            Self::Key => Some("key"),
            Self::RetryAfter => None,
        }
    }
}

codes! {
    /// The body, a header or a field is not of the documented form.
    InvalidRequest = 400, "invalid_request", "The request is not valid";
    /// The token is unknown, malformed, or its secret is wrong.
    TokenInvalid = 400, "token_invalid", "This link is not valid";
    /// A credential is missing or wrong.
    Unauthenticated = 401, "unauthenticated", "Credentials are missing or wrong";
    /// The caller is known, and may not do this.
    Forbidden = 403, "forbidden", "This is not allowed";
    /// Somebody is signed in, and the invitation is for another address.
    WrongAccount = 403, "wrong_account", "This is for somebody else";
    /// The document is the caller's own, about which somebody else decides.
    OwnDocument = 403, "own_document", "Nobody decides about documents of their own";
    /// There is no such route or resource for this caller.
    NotFound = 404, "not_found", "There is nothing here";
    /// What is asked for is not switched on, for anybody or for the caller.
    FeatureDisabled = 404, "feature_disabled", "This is not switched on";
    /// There is no flag of this `key` for the caller.
    FlagNotFound = 404, "flag_not_found", "There is no such flag", Key;
    /// The route exists for other methods, named by `Allow`.
    MethodNotAllowed = 405, "method_not_allowed", "This method is not allowed here";
    /// The body did not come in time.
    RequestTimeout = 408, "request_timeout", "The request took too long to arrive";
    /// The request contradicts the state of the resource.
    Conflict = 409, "conflict", "This conflicts with the current state";
    /// The company invites addresses of other domains only.
    DomainNotAllowed = 409, "domain_not_allowed", "The company invites from other domains";
    /// The address takes no mail from us.
    Suppressed = 409, "suppressed", "This address takes no mail";
    /// The version of a document that was accepted is not the one in force.
    VersionNotInForce = 409, "version_not_in_force", "Another version is in force";
    /// The company is suspended, and nobody joins it.
    CompanySuspended = 409, "company_suspended", "The company is suspended";
    /// The caller has not accepted the terms and the privacy notice in force.
    TermsRequired = 409, "terms_required", "The terms have not been accepted";
    /// The company has not accepted the present data processing agreement.
    DpaRequired = 409, "dpa_required", "The data processing agreement has not been accepted";
    /// The company has no plan that entitles it to anything today.
    NoPlan = 409, "no_plan", "The company has no plan";
    /// Every seat of the company is taken; `seats` has the numbers.
    SeatLimit = 409, "seat_limit", "All seats are taken", Seats;
    /// A subscription does not go from its state into that one.
    TransitionNotAllowed = 409, "transition_not_allowed", "This change is not possible";
    /// There would be fewer seats than members and open invitations; `seats` has the numbers.
    SeatsBelowMembers = 409, "seats_below_members", "The company has more people than seats", Seats;
    /// Somebody has decided about the document; `decision` says how.
    AlreadyDecided = 409, "already_decided", "This has been decided", Decision;
    /// The document was announced, and its file was not uploaded.
    FileMissing = 409, "file_missing", "The file is not there";
    /// The caller has not opened the document, or longer ago than it stays as it is.
    ReviewNotStarted = 409, "review_not_started", "The document has to be opened first";
    /// The token's time is over.
    TokenExpired = 410, "token_expired", "This link has expired";
    /// Too many wrong attempts have been made with this token.
    TokenExhausted = 410, "token_exhausted", "This link has been tried too often";
    /// The link has done what it was for, and works once.
    TokenUsed = 410, "token_used", "This link has been used";
    /// The company took the invitation back.
    InvitationRevoked = 410, "invitation_revoked", "This invitation was taken back";
    /// A newer link was sent, or the account's address changed since.
    TokenSuperseded = 410, "token_superseded", "This link has been replaced";
    /// The body is larger than the route accepts.
    PayloadTooLarge = 413, "payload_too_large", "The request body is too large";
    /// The body is not `application/json`.
    UnsupportedMediaType = 415, "unsupported_media_type", "The content type is not supported";
    /// The request is well-formed and breaks a rule.
    RuleViolation = 422, "rule_violation", "The request breaks a rule";
    /// The stored file is not the one that was announced.
    FileMismatch = 422, "file_mismatch", "The file is not the one that was announced";
    /// The stored file is of another type than the one that was announced.
    FileTypeMismatch = 422, "file_type_mismatch", "The file is not of the announced type";
    /// The document is not valid any more.
    AlreadyExpired = 422, "already_expired", "The document is no longer valid";
    /// A change that needs a reason came without one.
    ReasonRequired = 422, "reason_required", "A reason is needed";
    /// A plan does not begin on this day.
    InvalidStart = 422, "invalid_start", "A plan cannot begin on this day";
    /// A plan does not end on this day.
    InvalidEnd = 422, "invalid_end", "A plan cannot end on this day";
    /// A trial does not last so long, or the plan has none.
    InvalidTrial = 422, "invalid_trial", "This trial is not possible";
    /// The plan is not given to anybody any more.
    PlanInactive = 422, "plan_inactive", "This plan is not on offer";
    /// Too many requests; `Retry-After` says when to come back.
    RateLimited = 429, "rate_limited", "Too many requests", RetryAfter;
    /// This invitation was mailed often enough for a day.
    TooManyMails = 429, "too_many_mails", "Too many mails for one day", RetryAfter;
    /// A defect or a misconfiguration of ours; never says which.
    Internal = 500, "internal", "Something went wrong on our side";
    /// More is being sent to us than we hold at once.
    Overloaded = 503, "overloaded", "There is too much to do at the moment";
    /// A service we depend on refused or could not be reached.
    UpstreamUnavailable = 503, "upstream_unavailable", "A service we depend on is unavailable";
    /// A service we depend on did not answer in time.
    UpstreamTimeout = 504, "upstream_timeout", "A service we depend on did not answer in time";
}

impl Serialize for Code {
    /// From the one table: derive would hold every code a second time.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A fault of one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901) into the request body.
    pub pointer: String,
    /// A stable `snake_case` word for what is wrong.
    pub code: &'static str,
    /// The same for people.
    pub detail: String,
}

/// Why a request failed. One pointer wide, since every `Result` on the way of a
/// request carries it.
#[derive(Debug)]
pub struct Error(Box<Failure>);

#[derive(Debug)]
struct Failure {
    code: Code,
    detail: String,
    fields: Vec<FieldError>,
    extension: Option<String>,
    retry_after: Option<u32>,
    allow: Option<String>,
    cause: Option<String>,
}

impl Error {
    /// An error whose `detail` the caller may read.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self::build(code, detail.into())
    }

    /// One function however many errors there are: a module is smaller for it, and a request that
    /// meets none does not wait for it to be compiled.
    #[cold]
    #[inline(never)]
    fn build(code: Code, detail: String) -> Self {
        let transient =
            matches!(code, Code::Overloaded | Code::UpstreamUnavailable | Code::UpstreamTimeout);
        Self(Box::new(Failure {
            code,
            detail,
            fields: Vec::new(),
            extension: None,
            retry_after: transient.then_some(5),
            allow: None,
            cause: None,
        }))
    }

    /// 500 for `cause`, which only the log and Sentry see. Must not hold
    /// personal data, tokens or bodies.
    #[cold]
    pub fn internal(cause: impl Into<String>) -> Self {
        Self::new(Code::Internal, "The error has been recorded. Please try again later.")
            .because(cause)
    }

    /// 503 for the service called `service`.
    #[cold]
    pub fn unavailable(service: &str, cause: &str) -> Self {
        Self::new(Code::UpstreamUnavailable, "Please try again in a moment.")
            .because([service, ": ", cause].concat())
    }

    /// 504 for the service called `service`.
    #[cold]
    pub fn timeout(service: &str) -> Self {
        Self::new(Code::UpstreamTimeout, "Please try again in a moment.").because(service)
    }

    /// 400 for a field.
    #[cold]
    pub fn field(pointer: impl Into<String>, code: &'static str, detail: &str) -> Self {
        let field = FieldError { pointer: pointer.into(), code, detail: detail.to_owned() };
        Self::new(Code::InvalidRequest, detail).with_field(field)
    }

    /// 400 for a name that the database does not take as one.
    #[cold]
    #[inline(never)]
    pub(crate) fn invalid_name(pointer: &str) -> Self {
        let detail = "A name has up to 100 characters, none that cannot be seen, and no link.";
        Self::field(pointer, "invalid_name", detail)
    }

    /// 404, the same for a route that there is not and for an address that leads nowhere.
    #[cold]
    pub fn nothing_here() -> Self {
        Self::new(Code::NotFound, "This function has no such route.")
    }

    /// 405 with the methods that the route has.
    #[cold]
    pub fn method_not_allowed(allow: String) -> Self {
        let mut error = Self::new(Code::MethodNotAllowed, ["Use ", &allow, "."].concat());
        error.0.allow = Some(allow);
        error
    }

    /// Adds what only an operator may read.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Adds a field error.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn with_field(mut self, field: FieldError) -> Self {
        self.0.fields.push(field);
        self
    }

    /// Adds the member that goes with the code, as JSON.
    #[must_use]
    pub fn telling(mut self, json: String) -> Self {
        self.0.extension = Some(json);
        self
    }

    /// Says when to come back, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The detail, which the caller may read.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The cause, which only an operator may read.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The member that goes with the code, as JSON.
    pub fn extension(&self) -> Option<&str> {
        self.0.extension.as_deref()
    }

    /// The `Retry-After` header, in seconds.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.0.retry_after
    }

    /// The `Allow` header.
    pub fn allow(&self) -> Option<&str> {
        self.0.allow.as_deref()
    }

    /// Whether the fault is ours or an upstream's, so that Sentry should know. Of a crowd that
    /// sends too much it need not know once for each.
    pub fn is_fault(&self) -> bool {
        self.code().status() >= 500 && self.code() != Code::Overloaded
    }

    /// The response body, as JSON.
    pub fn body(&self, request_id: RequestId) -> String {
        let mut body = serde_json::to_string(&self.problem(request_id)).unwrap_or_default();
        let name = self.code().member().and_then(Member::name);
        if let (Some(name), Some(json)) = (name, self.extension()) {
            // As text: the database wrote it as JSON.
            body.pop();
            for part in [",\"", name, "\":", json, "}"] {
                body.push_str(part);
            }
        }
        body
    }

    /// The response body, but for the member that goes with the code.
    pub fn problem(&self, request_id: RequestId) -> Problem<'_> {
        let code = self.code();
        Problem {
            r#type: ["https://evenkeel.dev/problems/", code.as_str()].concat(),
            title: code.title(),
            status: code.status(),
            detail: &self.0.detail,
            code,
            request_id,
            errors: &self.0.fields,
        }
    }
}

impl fmt::Display for Error {
    /// For operators: the code and the cause.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code().as_str())?;
        self.cause().map_or(Ok(()), |cause| write!(formatter, ": {cause}"))
    }
}

impl core::error::Error for Error {}

/// The members of every problem.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem<'a> {
    /// A URI that names the kind of problem.
    pub r#type: String,
    /// A short summary of the kind.
    pub title: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// The details of this time.
    pub detail: &'a str,
    /// The stable code to branch on.
    pub code: Code,
    /// The id to quote to support; also in `X-Request-Id`.
    pub request_id: RequestId,
    /// Faults of single fields.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: &'a [FieldError],
}

/// The body of every error answer: RFC 9457, `application/problem+json`.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(rename = "Problem")]
#[allow(dead_code, reason = "only described")]
pub(crate) struct DescribedProblem {
    #[schemars(flatten)]
    problem: Problem<'static>,
    /// The seats of the company, where the problem is about them.
    #[schemars(extend("x-codes" = telling(Member::Seats)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    seats: Option<crate::seats::Seats>,
    /// The decision that there is already, where that is the problem.
    #[schemars(extend("x-codes" = telling(Member::Decision)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<crate::decision::Decision>,
    /// The flag, where that is the problem.
    #[schemars(extend("x-codes" = telling(Member::Key)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// The same problem in the words of OFREP.
    #[serde(rename = "errorCode", skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
}

/// The codes that bring a member along, for whoever is told a code by the database itself.
#[cfg(feature = "schema")]
fn telling(member: Member) -> Vec<&'static str> {
    let codes = Code::ALL.iter().filter(|code| code.member() == Some(member));
    codes.map(|code| code.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_snake_case_and_an_error_status() {
        for code in Code::ALL {
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code:?}");
        }
    }

    #[test]
    fn a_problem_never_shows_the_cause() {
        let error = Error::internal("relation \"users\" does not exist");
        let body = serde_json::to_string(&error.problem(RequestId(uuid::Uuid::nil()))).unwrap();
        assert!(!body.contains("users"), "{body}");
        assert_eq!(error.to_string(), "internal: relation \"users\" does not exist");
    }

    #[test]
    fn a_field_error_points_at_its_field() {
        let error = Error::field("/email", "invalid_email", "This is no e-mail address.");
        insta::assert_json_snapshot!(error.problem(RequestId(uuid::Uuid::nil())), @r#"
        {
          "type": "https://evenkeel.dev/problems/invalid_request",
          "title": "The request is not valid",
          "status": 400,
          "detail": "This is no e-mail address.",
          "code": "invalid_request",
          "request_id": "00000000-0000-0000-0000-000000000000",
          "errors": [
            {
              "pointer": "/email",
              "code": "invalid_email",
              "detail": "This is no e-mail address."
            }
          ]
        }
        "#);
    }

    #[test]
    fn upstream_errors_say_when_to_come_back() {
        assert_eq!(Error::unavailable("Auth", "502").retry_after_seconds(), Some(5));
        assert_eq!(Error::internal("x").retry_after_seconds(), None);
    }
}
