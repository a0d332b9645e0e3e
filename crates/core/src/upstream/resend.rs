//! Resend: `POST /emails` and `POST /emails/batch`.

use serde::Deserialize;

use super::ANSWER_LIMIT;
use crate::{
    id::BatchId,
    json,
    ports::{
        Attachment, Configured, Delivery, Http, HttpMethod, HttpRequest, HttpResponse, Mail,
        Mailer, MailerError, OneClickHeaders, Pace, Tag, TransportError,
    },
};

/// Resend refuses requests without one.
const USER_AGENT: &str = concat!("evenkeel/", env!("CARGO_PKG_VERSION"));

impl<H: Http + Configured> Mailer for H {
    async fn send(&self, key: BatchId, mails: &[Mail], shared: bool) -> Delivery {
        match Http::send(self, &request(self, key, mails, shared)).await {
            Ok(response) => {
                Delivery { pace: pace(&response), result: read(&response, mails.len(), shared) }
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
/// batch that was bisected. What is left of a batch goes where the batch went: nobody
/// promises that a key of one path is known on the other.
fn request(host: &impl Configured, key: BatchId, mails: &[Mail], shared: bool) -> HttpRequest {
    let config = host.config();
    let (path, body) = match mails {
        [mail] if !shared => ("/emails", one(mail)),
        mails => ("/emails/batch", many(mails)),
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
        body: Some(body),
        timeout_ms: config.upstream_timeout_ms,
        wanted_headers: &["retry-after", "ratelimit-remaining", "ratelimit-reset"],
        answer_limit: ANSWER_LIMIT,
    }
}

fn one(mail: &Mail) -> Vec<u8> {
    let mut out = String::with_capacity(written_length(mail));
    write(mail, &mut out);
    out.into_bytes()
}

fn many(mails: &[Mail]) -> Vec<u8> {
    let mut out = String::with_capacity(mails.iter().map(written_length).sum());
    for (at, mail) in mails.iter().enumerate() {
        out.push(if at == 0 { '[' } else { ',' });
        write(mail, &mut out);
    }
    out.push(']');
    out.into_bytes()
}

/// About the length of its JSON.
fn written_length(mail: &Mail) -> usize {
    mail.html.as_str().len() + mail.text.as_str().len() + 1024
}

/// What its derived `Serialize` writes, without escaping again what is escaped.
fn write(mail: &Mail, out: &mut String) {
    let Mail { from, to: [to], subject, html, text, headers, tags, attachments } = mail;
    for (name, value) in [("{\"from\":", from), (",\"to\":[", to), ("],\"subject\":", subject)] {
        out.push_str(name);
        json::write_string(value, out);
    }
    for (name, value) in [(",\"html\":\"", html), ("\",\"text\":\"", text)] {
        out.push_str(name);
        out.push_str(value.as_str());
    }
    out.push('"');
    if let Some(OneClickHeaders { link, post }) = headers {
        out.push_str(",\"headers\":{\"List-Unsubscribe\":");
        json::write_string(link, out);
        out.push_str(",\"List-Unsubscribe-Post\":");
        json::write_string(post, out);
        out.push('}');
    }
    out.push_str(",\"tags\":[");
    for (at, Tag { name, value }) in tags.iter().enumerate() {
        out.push_str(if at == 0 { "{\"name\":" } else { ",{\"name\":" });
        json::write_string(name, out);
        out.push_str(",\"value\":");
        json::write_string(value, out);
        out.push('}');
    }
    out.push(']');
    if let Some([Attachment { filename, content, content_type }]) = attachments {
        out.push_str(",\"attachments\":[{\"filename\":");
        json::write_string(filename, out);
        out.push_str(",\"content\":");
        json::write_string(content, out);
        out.push_str(",\"content_type\":");
        json::write_string(content_type, out);
        out.push_str("}]");
    }
    out.push('}');
}

#[derive(Deserialize)]
struct Accepted {
    id: String,
}

#[derive(Deserialize)]
struct AcceptedBatch {
    data: Vec<Accepted>,
}

/// A verdict of Resend's own. A proxy, a page or half a body is none.
#[derive(Deserialize)]
struct ResendError {
    name: String,
    #[serde(default)]
    message: String,
}

impl ResendError {
    /// Whether it is about the key or the sender, which every mail has: Resend has one name for that
    /// and for a fault of a single mail.
    fn is_about_the_sender(&self, status: u16) -> bool {
        let message = self.message.as_bytes();
        // Not `contains`: the searcher of the standard library is 2 KB.
        let about = |word: &[u8]| message.windows(word.len()).any(|part| part == word);
        matches!(status, 401 | 403) || about(b"API key") || about(b"`from`")
    }
}

fn read(response: &HttpResponse, mails: usize, shared: bool) -> Result<Vec<String>, MailerError> {
    if !response.is_success() {
        return Err(refusal(response));
    }
    let accepted = if mails == 1 && !shared {
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

/// Whose fault it is, by Resend's names ("Errors"): of this mail alone, and final; of the sender or the
/// account, and everything waits; or of nobody known, and it is tried again.
fn refusal(response: &HttpResponse) -> MailerError {
    let limited = || MailerError::RateLimited {
        retry_after_seconds: response.header("retry-after").and_then(|value| value.parse().ok()),
    };
    let Ok(error) = json::parse::<ResendError>(&response.body) else {
        return if response.status == 429 { limited() } else { MailerError::Unavailable };
    };
    match error.name.as_str() {
        "rate_limit_exceeded" => limited(),
        "daily_quota_exceeded" | "monthly_quota_exceeded" => MailerError::QuotaExceeded,
        "missing_api_key"
        | "invalid_api_key"
        | "restricted_api_key"
        | "suspended_api_key"
        | "invalid_from_address"
        | "invalid_access"
        | "invalid_region"
        | "not_found"
        | "method_not_allowed" => MailerError::SenderRefused,
        "validation_error" if error.is_about_the_sender(response.status) => {
            MailerError::SenderRefused
        }
        "validation_error"
        | "missing_required_field"
        | "invalid_parameter"
        | "invalid_attachment" => MailerError::Invalid,
        "invalid_idempotent_request" => MailerError::KeyReused,
        "concurrent_idempotent_requests" => MailerError::InProgress,
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
    fn mails_are_written_as_their_types_say() {
        let mail = |subject: &str, headers| Mail {
            from: "Evenkeel <hello@evenkeel.test>".to_owned(),
            to: ["ada@example.com".to_owned()],
            subject: subject.to_owned(),
            html: json::Escaped::of(&"<p class=\"a\">\u{e9}\\ \u{7}\n</p>".repeat(40)),
            text: json::Escaped::of(""),
            headers,
            tags: ["1", "2"].map(|value| Tag { name: "mail", value: value.to_owned() }).to_vec(),
            attachments: None,
        };
        let link = "https://app.test/?token=a.b";
        let mails = [mail("a \"b\"", None), mail("c", Some(OneClickHeaders::new(link)))];
        assert_eq!(many(&mails), serde_json::to_vec(&mails).unwrap());
        assert_eq!(one(&mails[1]), serde_json::to_vec(&mails[1]).unwrap());
        let attachment = Attachment {
            filename: "a.ics",
            content: "QQ==".to_owned(),
            content_type: "text/calendar; method=\"A\"".to_owned(),
        };
        let carrying = Mail { attachments: Some([attachment]), ..mails[0].clone() };
        assert_eq!(one(&carrying), serde_json::to_vec(&carrying).unwrap());
    }

    #[test]
    fn every_refusal_has_its_consequence() {
        use MailerError::*;
        let limited = RateLimited { retry_after_seconds: None };
        let cases = [
            (429, "rate_limit_exceeded", "x", limited.clone()),
            (429, "daily_quota_exceeded", "x", QuotaExceeded),
            (429, "monthly_quota_exceeded", "x", QuotaExceeded),
            (401, "missing_api_key", "x", SenderRefused),
            (401, "restricted_api_key", "x", SenderRefused),
            (403, "invalid_api_key", "x", SenderRefused),
            (403, "suspended_api_key", "x", SenderRefused),
            (400, "validation_error", "API key is invalid", SenderRefused),
            (403, "validation_error", "The x.example domain is not verified.", SenderRefused),
            (422, "invalid_from_address", "x", SenderRefused),
            (422, "validation_error", "Invalid `from` field.", SenderRefused),
            (422, "invalid_access", "x", SenderRefused),
            (422, "invalid_region", "x", SenderRefused),
            (404, "not_found", "x", SenderRefused),
            (405, "method_not_allowed", "x", SenderRefused),
            (409, "invalid_idempotent_request", "x", KeyReused),
            (409, "concurrent_idempotent_requests", "x", InProgress),
            (422, "validation_error", "Invalid `to` field.", Invalid),
            (400, "validation_error", "x", Invalid),
            (422, "missing_required_field", "x", Invalid),
            (422, "invalid_parameter", "x", Invalid),
            (422, "invalid_attachment", "x", Invalid),
            (451, "security_error", "x", Unavailable),
            (400, "invalid_idempotency_key", "x", Unavailable),
            (422, "something_new", "x", Unavailable),
            (500, "application_error", "x", Unavailable),
            (500, "internal_server_error", "x", Unavailable),
        ];
        for (status, name, message, expected) in cases {
            let body =
                format!(r#"{{"statusCode":{status},"name":"{name}","message":"{message}"}}"#);
            assert_eq!(refusal(&response(status, &body)), expected, "{status} {name} {message}");
        }
    }

    #[test]
    fn what_resend_has_not_said_is_never_final() {
        let bodies =
            ["", "<html>", "{}", "[]", "null", r#"{"name":7}"#, r#"{"name":"validation_er"#];
        for status in (300..600).filter(|status| *status != 429) {
            for body in bodies {
                let found = refusal(&response(status, body));
                assert_eq!(found, MailerError::Unavailable, "{status} {body}");
            }
        }
        let limited = MailerError::RateLimited { retry_after_seconds: None };
        assert!(bodies.iter().all(|body| refusal(&response(429, body)) == limited));
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
        assert_eq!(read(&batch, 2, true).unwrap(), ["a", "b"]);
        assert_eq!(read(&response(200, r#"{"id":"a"}"#), 1, false).unwrap(), ["a"]);
        assert_eq!(read(&response(200, r#"{"data":[{"id":"a"}]}"#), 1, true).unwrap(), ["a"]);
    }

    #[test]
    fn an_answer_that_lies_about_the_count_is_not_believed() {
        assert_eq!(
            read(&response(200, r#"{"data":[{"id":"a"}]}"#), 2, true),
            Err(MailerError::Unavailable)
        );
        assert_eq!(read(&response(200, "ok"), 1, false), Err(MailerError::Unavailable));
    }
}
