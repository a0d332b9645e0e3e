//! The mail sink of the tests, as a process: Resend's protocol, with faults.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use evenkeel_core::{
    EmailAddress,
    json::Escaped,
    ports::{Mail, MailerError},
    testing::MailerFault,
};
use serde_json::{Value, json};
use ureq::Agent;

use super::environment::root;

pub(super) struct Sink {
    process: Child,
    pub(super) url: String,
}

impl Sink {
    pub(super) fn start() -> Self {
        let mut process = Command::new("node")
            .arg(root().join("tests/sink/main.mjs"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts the sink");
        let mut url = String::new();
        let output = process.stdout.take().expect("a pipe");
        BufReader::new(output).read_line(&mut url).expect("the sink says where it is");
        Self { process, url: url.trim().to_owned() }
    }

    pub(super) fn fault(&self, agent: &Agent, fault: &MailerFault) {
        self.script(agent, &script(fault));
    }

    pub(super) fn refuse(&self, agent: &Agent, address: &EmailAddress) {
        // Anchored: person1 is a part of person11.
        let pattern = format!("^{}$", address.as_str().replace('.', "\\."));
        self.script(agent, &json!({ "kind": "refuse", "pattern": pattern }));
    }

    fn script(&self, agent: &Agent, fault: &Value) {
        let answer = agent.post(format!("{}/_control/faults", self.url)).send(fault.to_string());
        assert_eq!(answer.unwrap().status(), 200, "{fault}");
    }

    pub(super) fn delivered(&self, agent: &Agent) -> Vec<Mail> {
        let answer = agent.get(format!("{}/_control/mails", self.url)).call();
        let text = answer.unwrap().body_mut().read_to_string().unwrap();
        let accepted: Vec<Value> = serde_json::from_str(&text).unwrap();
        accepted.iter().map(|accepted| mail(&accepted["mail"])).collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn mail(body: &Value) -> Mail {
    let text = |field: &Value| field.as_str().expect("a text").to_owned();
    Mail {
        from: text(&body["from"]),
        to: [text(&body["to"][0])],
        subject: text(&body["subject"]),
        html: Escaped::of(&text(&body["html"])),
        text: Escaped::of(&text(&body["text"])),
        headers: None,
        tags: Vec::new(),
        attachments: None,
    }
}

/// The fault in the words of `tests/sink/faults.mjs`.
fn script(fault: &MailerFault) -> Value {
    let MailerFault::Refuse(refusal) = fault else {
        return json!({ "kind": "drop_after" });
    };
    let error =
        |status: u16, name: &str| json!({ "kind": "error", "status": status, "name": name });
    match refusal {
        MailerError::RateLimited { retry_after_seconds } => {
            json!({ "kind": "rate_limit", "retry_after": retry_after_seconds.unwrap_or(1) })
        }
        MailerError::QuotaExceeded => json!({ "kind": "quota" }),
        MailerError::SenderRefused => json!({ "kind": "key", "status": 403 }),
        MailerError::InProgress => error(409, "concurrent_idempotent_requests"),
        MailerError::KeyReused => error(409, "invalid_idempotent_request"),
        MailerError::Invalid => error(422, "validation_error"),
        MailerError::Unavailable => error(503, "internal_server_error"),
        MailerError::Timeout => json!({ "kind": "hang" }),
    }
}
