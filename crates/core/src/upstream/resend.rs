//! Resend: `POST /emails` and `POST /emails/batch`.

use serde::Deserialize;

use super::ANSWER_LIMIT;
use crate::{
    id::BatchId,
    json,
    ports::{
        Configured, Delivery, Http, HttpMethod, HttpRequest, HttpResponse, Mail, Mailer,
        MailerError, Pace, TransportError,
    },
};

/// Resend refuses requests without one.
const USER_AGENT: &str = concat!("evenkeel/", env!("CARGO_PKG_VERSION"));

impl<H: Http + Configured> Mailer for H {
    async fn send(&self, key: BatchId, mails: &[Mail]) -> Delivery {
        match Http::send(self, &request(self, key, mails)).await {
            Ok(response) => {
                Delivery { pace: pace(&response), result: read(&response, mails.len()) }
            }
            Err(error) => Delivery {
                pace: None,
                result: Err(match error {
                    TransportError::Timeout => MailerError::Timeout,
                    _ => MailerError::Unavailable,
                }),
            },
        }
    }
}

/// A single mail goes alone: it is one that carries a link, or the last of a
/// batch that was bisected.
fn request(host: &impl Configured, key: BatchId, mails: &[Mail]) -> HttpRequest {
    let config = host.config();
    let (path, body) = match mails {
        [mail] => ("/emails", serde_json::to_vec(mail)),
        mails => ("/emails/batch", serde_json::to_vec(mails)),
    };
    HttpRequest {
        method: HttpMethod::Post,
        upstream: "resend",
        url: [config.mail.api_url.as_str(), path].concat(),
        headers: vec![
            ("authorization", ["Bearer ", config.mail.api_key.expose()].concat()),
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", key.to_string()),
            ("user-agent", USER_AGENT.to_owned()),
        ],
        body: body.ok(),
        timeout_ms: config.upstream_timeout_ms,
        wanted_headers: &["retry-after", "ratelimit-remaining", "ratelimit-reset"],
        answer_limit: ANSWER_LIMIT,
    }
}

#[derive(Deserialize)]
struct Accepted {
    id: String,
}

#[derive(Deserialize)]
struct AcceptedBatch {
    data: Vec<Accepted>,
}

#[derive(Deserialize)]
struct ResendError {
    name: String,
}

fn read(response: &HttpResponse, mails: usize) -> Result<Vec<String>, MailerError> {
    if !response.is_success() {
        return Err(refusal(response));
    }
    let accepted = if mails == 1 {
        json::parse::<Accepted>(&response.body).map(|mail| vec![mail])
    } else {
        json::parse::<AcceptedBatch>(&response.body).map(|batch| batch.data)
    };
    match accepted {
        Ok(accepted) if accepted.len() == mails => {
            Ok(accepted.into_iter().map(|mail| mail.id).collect())
        }
        // It was taken, yet nobody can say as what: the same key tells on the next try.
        _ => Err(MailerError::Unavailable),
    }
}

fn refusal(response: &HttpResponse) -> MailerError {
    let name = json::parse::<ResendError>(&response.body).map(|error| error.name);
    match (response.status, name.as_deref().unwrap_or_default()) {
        (429, "daily_quota_exceeded" | "monthly_quota_exceeded") => MailerError::QuotaExceeded,
        (429, _) => MailerError::RateLimited {
            retry_after_seconds: response
                .header("retry-after")
                .and_then(|value| value.parse().ok()),
        },
        (401 | 403, _) => MailerError::CredentialsRefused,
        (409, "invalid_idempotent_request") => MailerError::KeyReused,
        (409, _) => MailerError::InProgress,
        (400..500, _) => MailerError::Invalid,
        _ => MailerError::Unavailable,
    }
}

fn pace(response: &HttpResponse) -> Option<Pace> {
    let number = |name| response.header(name)?.parse().ok();
    Some(Pace {
        remaining: number("ratelimit-remaining")?,
        reset_seconds: number("ratelimit-reset")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &str) -> HttpResponse {
        HttpResponse { status, body: body.into(), ..HttpResponse::default() }
    }

    #[test]
    fn every_refusal_has_its_consequence() {
        let cases = [
            (429, "rate_limit_exceeded", MailerError::RateLimited { retry_after_seconds: None }),
            (429, "daily_quota_exceeded", MailerError::QuotaExceeded),
            (429, "monthly_quota_exceeded", MailerError::QuotaExceeded),
            (401, "missing_api_key", MailerError::CredentialsRefused),
            (403, "invalid_from_address", MailerError::CredentialsRefused),
            (409, "invalid_idempotent_request", MailerError::KeyReused),
            (409, "concurrent_idempotent_requests", MailerError::InProgress),
            (422, "validation_error", MailerError::Invalid),
            (400, "validation_error", MailerError::Invalid),
            (500, "application_error", MailerError::Unavailable),
        ];
        for (status, name, expected) in cases {
            let body = format!(r#"{{"statusCode":{status},"name":"{name}","message":"x"}}"#);
            assert_eq!(refusal(&response(status, &body)), expected, "{name}");
        }
        assert_eq!(refusal(&response(502, "<html>")), MailerError::Unavailable);
    }

    #[test]
    fn a_rate_limit_says_when_to_come_back() {
        let mut limited = response(429, "{}");
        limited.headers = vec![("retry-after", "2".to_owned())];
        assert_eq!(refusal(&limited), MailerError::RateLimited { retry_after_seconds: Some(2) });
    }

    #[test]
    fn ids_come_in_the_order_of_the_mails() {
        let batch = response(200, r#"{"data":[{"id":"a"},{"id":"b"}]}"#);
        assert_eq!(read(&batch, 2).unwrap(), ["a", "b"]);
        assert_eq!(read(&response(200, r#"{"id":"a"}"#), 1).unwrap(), ["a"]);
    }

    #[test]
    fn an_answer_that_lies_about_the_count_is_not_believed() {
        assert_eq!(
            read(&response(200, r#"{"data":[{"id":"a"}]}"#), 2),
            Err(MailerError::Unavailable)
        );
        assert_eq!(read(&response(200, "ok"), 1), Err(MailerError::Unavailable));
    }
}
