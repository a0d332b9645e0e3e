//! Refusals of the database, in the words of the contract.
//!
//! A SQL function that people call refuses with a SQLSTATE `PTnnn`, `nnn` being
//! the HTTP status, a stable word as message and, where numbers explain it, these
//! as JSON in the detail. The word reaches the caller if it is a [`Code`] of that
//! status, and no other: what is not in the contract is a defect of ours.

use serde::Deserialize;

use crate::{
    decision::Decision,
    error::{Code, Error, Member},
    json::{self, Verbatim},
    ports::DatabaseError,
    seats::Seats,
};

impl From<DatabaseError> for Error {
    #[cold]
    #[inline(never)]
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Unavailable(cause) => Self::unavailable("database", &cause),
            DatabaseError::Timeout => Self::timeout("database"),
            // The Data API refuses so before the function, whoever calls it.
            DatabaseError::Refused { code, message, .. }
                if code == "PT404" && message == Code::FeatureDisabled.as_str() =>
            {
                refused(Code::FeatureDisabled, "")
            }
            // The message could quote data of the row: the SQLSTATE tells operators enough.
            DatabaseError::Refused { code, .. } => {
                Self::internal(format!("database refused: {code}"))
            }
            DatabaseError::Malformed(name) => {
                Self::internal(format!("database: malformed answer of {name}"))
            }
        }
    }
}

impl DatabaseError {
    /// Whether PostgREST refused the person's token: it is forged, or its time is over. PGRST300 is
    /// a server without a key to check it by.
    pub(crate) fn is_of_the_token(&self) -> bool {
        let refusals = ["PGRST301", "PGRST302", "PGRST303"];
        matches!(self, Self::Refused { code, .. } if refusals.contains(&code.as_str()))
    }

    /// The answer to the person as whom the database was called.
    #[cold]
    #[inline(never)]
    pub fn for_caller(self) -> Error {
        let Self::Refused { code: state, message, details, .. } = &self else {
            return self.into();
        };
        if self.is_of_the_token() {
            return refused(Code::Unauthenticated, "");
        }
        let status = state.strip_prefix("PT");
        let agreed = |code: &&Code| {
            code.as_str() == message && status == Some(code.status().to_string().as_str())
        };
        match Code::ALL.iter().find(agreed) {
            Some(code) => refused(*code, details.as_deref().unwrap_or_default()),
            None => self.into(),
        }
    }
}

/// When a person who has done too much may do more.
#[derive(Deserialize)]
struct Wait {
    retry_after_seconds: u32,
}

/// With what the code tells beside itself: the detail has it.
fn refused(code: Code, detail: &str) -> Error {
    let plain = || Error::new(code, in_words(code));
    let told = code.member().and_then(|member| match member {
        Member::Seats => {
            let seats: Seats = json::parse(detail.as_bytes()).ok()?;
            Some(Error::new(code, in_numbers(code, seats)).telling(detail.to_owned()))
        }
        Member::Decision => {
            let decision: Verbatim<Decision> = json::parse(detail.as_bytes()).ok()?;
            Some(plain().telling(decision.as_str().to_owned()))
        }
        Member::Key => None,
        Member::RetryAfter => {
            let wait: Wait = json::parse(detail.as_bytes()).ok()?;
            Some(plain().retry_after(wait.retry_after_seconds))
        }
    });
    told.unwrap_or_else(plain)
}

fn in_numbers(code: Code, seats: Seats) -> String {
    let [limit, members, pending] =
        [seats.limit, seats.members, seats.pending].map(|number| number.to_string());
    let taken = [&*members, " taken by members, ", &pending, " held for people who are invited."];
    let seats = match code {
        Code::SeatsBelowMembers => ["There would be ", &limit, " seats: "],
        _ => ["There are ", &limit, " seats: "],
    };
    [seats.as_slice(), &taken].concat().concat()
}

const fn in_words(code: Code) -> &'static str {
    match code {
        Code::Unauthenticated => "Please sign in again.",
        Code::TransitionNotAllowed => "A subscription does not change like this.",
        Code::ReasonRequired => "Please say why, in 5 to 500 characters.",
        Code::InvalidStart => "It begins within a year, and a change of it at once.",
        Code::InvalidEnd => "It ends after it has begun, and after its trial.",
        Code::InvalidTrial => "A trial lasts 1 to 365 days. Some plans have none.",
        Code::PlanInactive => "Please choose a plan that is on offer.",
        Code::CompanySuspended => "Please ask us what to do about it.",
        Code::DpaRequired => "An admin of the company has to accept the current version first.",
        Code::DomainNotAllowed => "The company may allow the domain first.",
        Code::Suppressed => "Mails to it came back, or its owner wants none.",
        Code::RateLimited => "Please wait a moment before you do more.",
        Code::TooManyMails => "Please try again tomorrow.",
        Code::NoPlan => "Please ask us for a plan.",
        _ => code.title(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RequestId;

    fn answer(state: &str, status: u16, message: &str, details: Option<&str>) -> Error {
        let (code, message) = (state.to_owned(), message.to_owned());
        let details = details.map(str::to_owned);
        DatabaseError::Refused { code, status, message, details }.for_caller()
    }

    #[test]
    fn a_word_of_the_contract_is_passed_on_with_its_status() {
        let error = answer("PT409", 409, "dpa_required", Some("Accept the agreement first."));
        assert_eq!(error.code(), Code::DpaRequired);
        assert!(error.cause().is_none());
    }

    #[test]
    fn numbers_are_told_to_people_and_to_programs() {
        let details = r#"{"limit": 10, "members": 12, "pending": 3}"#;
        let error = answer("PT409", 409, "seats_below_members", Some(details));
        let body = error.body(RequestId(uuid::Uuid::nil()));
        insta::assert_snapshot!(body, @r#"{"type":"https://evenkeel.dev/problems/seats_below_members","title":"The company has more people than seats","status":409,"detail":"There would be 10 seats: 12 taken by members, 3 held for people who are invited.","code":"seats_below_members","request_id":"00000000-0000-0000-0000-000000000000","seats":{"limit": 10, "members": 12, "pending": 3}}"#);
        let error =
            answer("PT409", 409, "seat_limit", Some(r#"{"limit":5,"members":4,"pending":1}"#));
        assert_eq!(
            error.detail(),
            "There are 5 seats: 4 taken by members, 1 held for people who are invited."
        );
    }

    #[test]
    fn who_comes_second_is_told_what_was_decided() {
        let details = r#"{"status": "rejected", "decided_at": "2026-05-04T12:30:00Z"}"#;
        let error = answer("PT409", 409, "already_decided", Some(details));
        assert_eq!(error.extension(), Some(details));
        let body = error.body(RequestId(uuid::Uuid::nil()));
        assert!(body.ends_with(&format!(r#","decision":{details}}}"#)), "{body}");
        for details in ["", "{", "{} {}"] {
            let error = answer("PT409", 409, "already_decided", Some(details));
            assert_eq!(error.extension(), None);
            let body = error.body(RequestId(uuid::Uuid::nil()));
            assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok(), "{body}");
        }
    }

    #[test]
    fn whoever_does_too_much_is_told_when_to_come_back() {
        let details = r#"{"retry_after_seconds": 7}"#;
        let error = answer("PT429", 429, "rate_limited", Some(details));
        assert_eq!((error.code(), error.retry_after_seconds()), (Code::RateLimited, Some(7)));
        assert_eq!(error.detail(), "Please wait a moment before you do more.");
    }

    #[test]
    fn what_is_not_agreed_is_internal_and_not_shown() {
        let cases = [
            ("PT409", 409, "some_word_of_tomorrow"),
            // The word of another status.
            ("PT404", 404, "dpa_required"),
            ("42501", 403, "forbidden"),
            ("P0001", 400, "not_found"),
            ("23505", 409, "duplicate key value violates unique constraint"),
        ];
        for (state, status, message) in cases {
            let error = answer(state, status, message, Some("(email)=(ada@example.com)"));
            assert_eq!(error.code(), Code::Internal, "{state} {message}");
            let body = error.body(RequestId(uuid::Uuid::nil()));
            assert!(!body.contains(message) && !body.contains("ada"), "{body}");
        }
    }

    #[test]
    fn a_token_that_the_data_api_refuses_is_no_credential() {
        for state in ["PGRST301", "PGRST303"] {
            assert_eq!(answer(state, 401, "JWT expired", None).code(), Code::Unauthenticated);
        }
        let error = answer("PGRST300", 500, "Server lacks JWT secret", None);
        assert_eq!(error.code(), Code::Internal, "which is no fault of the caller's");
    }

    #[test]
    fn what_is_switched_off_is_so_for_everybody() {
        let (code, message) = ("PT404".to_owned(), "feature_disabled".to_owned());
        let refused = DatabaseError::Refused { code, status: 404, message, details: None };
        assert_eq!(Error::from(refused.clone()).code(), Code::FeatureDisabled);
        assert_eq!(refused.for_caller().code(), Code::FeatureDisabled);
    }

    #[test]
    fn who_has_not_accepted_the_terms_is_told_so() {
        assert_eq!(answer("PT409", 409, "terms_required", None).code(), Code::TermsRequired);
    }

    #[test]
    fn an_outage_is_an_outage() {
        assert_eq!(DatabaseError::Timeout.for_caller().code(), Code::UpstreamTimeout);
    }
}
