//! From a queued mail to the mail that is sent. Deterministic: the same claim
//! gives the same bytes, so that a retry under the same key is the same request.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};

use super::{
    sender,
    sql::{Claim, QueuedMail, TemplateSource, Zones},
};
use crate::{
    config::Config,
    email_events::tags,
    icalendar::{self, Entry, Parties},
    json::Escaped,
    mail_text::{Layout, MailText, Occasion, Source},
    ports::{Attachment, LocalTime, Mail, OneClickHeaders},
    template::SyntaxError,
    token::LinkToken,
    unsubscribe::{one_click_url, page_url},
};

/// Why a mail cannot be rendered. Names the template, never a value.
#[derive(Debug, thiserror::Error)]
#[error("template {template}: {problem}")]
pub(super) struct RenderError {
    template: i64,
    problem: &'static str,
}

/// The templates of a claim, compiled, and what else its mails are rendered from.
pub(super) struct Templates<'c> {
    layout: Result<Layout, SyntaxError>,
    texts: BTreeMap<i64, (&'c str, Option<MailText<'c>>)>,
    zones: &'c Zones,
}

impl<'c> Templates<'c> {
    /// Compiles what can be; a template that does not compile fails its mails, not the others.
    pub(super) fn compile(config: &Config, claim: &'c Claim) -> Self {
        let compile = |source: &'c TemplateSource| {
            let TemplateSource { subject, html, text, .. } = source;
            let text = MailText::parse(Source { subject, html, text }).ok().map(MailText::in_json);
            (source.id, (source.locale.as_str(), text))
        };
        Self {
            layout: Layout::parse(config).map(Layout::in_json),
            texts: claim.templates.iter().map(compile).collect(),
            zones: &claim.zones,
        }
    }

    /// Renders a mail.
    pub(super) fn render(
        &self,
        ports: &impl LocalTime,
        config: &Config,
        mail: &QueuedMail,
        link: Option<&LinkToken>,
    ) -> Result<Mail, RenderError> {
        let failed = |problem| RenderError { template: mail.template_id, problem };
        let (language, text) = self.texts.get(&mail.template_id).ok_or(failed("unknown"))?;
        let text = text.as_ref().ok_or(failed("syntax"))?;
        let layout = self.layout.as_ref().map_err(|_| failed("layout"))?;
        let token = mail.token.as_ref().zip(link);
        let unsubscribe = mail.unsubscribe.as_deref();
        let occasion = Occasion {
            variables: &mail.variables,
            locale: locale(language, mail),
            offset: &|instant| self.zones.offset(&mail.time_zone, instant),
            link: token
                .map(|(queued, token)| config.link(queued.purpose.page(), token.encode().expose())),
            unsubscribe: unsubscribe.map(|token| page_url(config, token)),
        };
        let filled = text.fill(layout, ports, config, &occasion);
        let filled = filled.map_err(|missing| failed(missing.part.name()))?;
        let entry = entry(mail).map_err(|_| failed(CALENDAR))?;
        Ok(Mail {
            from: config.mail.from.clone(),
            to: [mail.to.clone()],
            subject: filled.subject,
            html: Escaped::new(filled.html),
            text: Escaped::new(filled.text),
            headers: unsubscribe.map(|token| OneClickHeaders::new(&one_click_url(config, token))),
            tags: tags(config, mail.id),
            attachments: entry.map(|entry| [attachment(config, language, &entry, &mail.to)]),
        })
    }
}

/// The variable that has the calendar entry of a mail about a session.
const CALENDAR: &str = "calendar";

fn entry(mail: &QueuedMail) -> Result<Option<Entry>, serde_json::Error> {
    let entry = mail.variables.get(CALENDAR).filter(|entry| !entry.is_null());
    entry.cloned().map(serde_json::from_value).transpose()
}

/// By which a mail program offers to take the session over, or takes it out.
fn attachment(config: &Config, locale: &str, entry: &Entry, attendee: &str) -> Attachment {
    let parties = Parties { organizer: sender::address(&config.mail.from), attendee };
    let calendar = icalendar::message(config, locale, entry, parties);
    let method = entry.method.as_str();
    Attachment {
        filename: "appointment.ics",
        content: Base64::encode_string(calendar.as_bytes()),
        content_type: ["text/calendar; method=", method, "; charset=utf-8"].concat(),
    }
}

/// The locale of the mail: the recipient's, with its region, where the text has its language.
fn locale<'a>(text: &'a str, mail: &'a QueuedMail) -> &'a str {
    let language = |locale: &'a str| locale.split('-').next().unwrap_or_default();
    if language(text) == language(&mail.locale) { &mail.locale } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::sql::TemplateSource, *};
    use crate::{ports::Configured as _, testing::World};

    fn source(subject: &str, html: &str, text: &str) -> TemplateSource {
        TemplateSource {
            id: 7,
            key: "sample".to_owned(),
            locale: "en".to_owned(),
            version: 1,
            subject: subject.to_owned(),
            html: html.to_owned(),
            text: text.to_owned(),
        }
    }

    fn mail(variables: &Value) -> QueuedMail {
        serde_json::from_value(json!({
            "id": 1, "to": "ada@example.com", "template_id": 7, "variables": variables,
            "locale": "en", "time_zone": "Europe/Berlin", "category": "booking", "token": null,
        }))
        .unwrap()
    }

    fn render(source: TemplateSource, variables: &Value) -> Result<Mail, RenderError> {
        render_mail(source, &mail(variables))
    }

    fn render_mail(source: TemplateSource, mail: &QueuedMail) -> Result<Mail, RenderError> {
        let world = World::new();
        // An hour more from 2026-03-29T01:00Z on.
        let berlin = vec![(1_764_547_200, 3600), (1_774_746_000, 7200)];
        let zones = Zones([("Europe/Berlin".to_owned(), berlin)].into());
        let claim = Claim { templates: vec![source], zones, ..Claim::default() };
        Templates::compile(world.config(), &claim).render(&world, world.config(), mail, None)
    }

    #[test]
    fn html_is_escaped_and_text_is_not() {
        let sample = source("Hi {{name}}", "<p>{{name}}</p>", "{{name}}");
        let mail = render(sample, &json!({ "name": "<b>Ada & \"Co\"</b>" })).unwrap();
        assert!(
            mail.html.text().contains("<p>&lt;b&gt;Ada &amp; &quot;Co&quot;&lt;/b&gt;</p>"),
            "{:?}",
            mail.html
        );
        assert_eq!(mail.text.text(), "<b>Ada & \"Co\"</b>");
    }

    #[test]
    fn a_mail_that_may_be_refused_carries_the_link_in_its_headers_and_for_its_text() {
        let mut mail = mail(&json!({}));
        mail.unsubscribe = Some("reminder.00ff".to_owned());
        let sent = render_mail(source("", "", "{{unsubscribe_url}}"), &mail).unwrap();
        let expected = json!({
            "List-Unsubscribe": "<http://supabase.test/functions/v1/email-unsubscribe?token=reminder.00ff>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        });
        assert_eq!(serde_json::to_value(&sent).unwrap()["headers"], expected);
        assert_eq!(sent.text.text(), "https://app.test/unsubscribe#token=reminder.00ff");
    }

    #[test]
    fn any_other_mail_has_no_such_headers_and_every_mail_its_tags() {
        let sent = serde_json::to_value(render(source("", "", ""), &json!({})).unwrap()).unwrap();
        assert_eq!(sent.get("headers"), None);
        let tags = json!([{ "name": "mail", "value": "1" }, { "name": "project", "value": "supabase-test" }]);
        assert_eq!(sent["tags"], tags);
    }

    #[test]
    fn a_mail_about_a_session_carries_it_for_a_calendar_and_names_its_reader_alone() {
        let entry = json!({
            "uid": "1@evenkeel", "sequence": 2, "method": "CANCEL", "created": "2026-05-04T08:00:00Z",
            "starts_at": "2026-06-01T08:00:00Z", "ends_at": "2026-06-01T08:50:00Z", "stamp": "2026-05-04T08:00:00Z",
        });
        let mail = mail(&json!({ "calendar": entry, "specialist": "Dr. Ines", "reason": "ill" }));
        let sent = render_mail(source("", "", ""), &mail).unwrap();
        let [Attachment { filename, content, content_type }] = sent.attachments.unwrap();
        assert_eq!(filename, "appointment.ics");
        assert_eq!(content_type, "text/calendar; method=CANCEL; charset=utf-8");
        let calendar = String::from_utf8(Base64::decode_vec(&content).unwrap()).unwrap();
        for line in ["METHOD:CANCEL", "SEQUENCE:2", "ORGANIZER:mailto:hello@app.test"] {
            assert!(calendar.contains(&["\r\n", line, "\r\n"].concat()), "{line}: {calendar}");
        }
        let calendar = calendar.replace("\r\n ", "");
        assert_eq!(calendar.matches("mailto:").count(), 2);
        assert!(calendar.contains("mailto:ada@example.com"), "{calendar}");
        assert!(!calendar.contains("Ines") && !calendar.contains("ill"), "{calendar}");
    }

    #[test]
    fn a_calendar_entry_that_is_none_fails_its_mail_and_nothing_is_none() {
        let error = render(source("", "", ""), &json!({ "calendar": { "uid": "1" } })).unwrap_err();
        assert_eq!(error.to_string(), "template 7: calendar");
        let sent = render(source("", "", ""), &json!({ "calendar": null })).unwrap();
        assert_eq!(sent.attachments, None);
        assert_eq!(serde_json::to_value(&sent).unwrap().get("attachments"), None);
    }

    #[test]
    fn a_name_cannot_add_a_header() {
        let mail = render(
            source("Hi {{name}}", "", ""),
            &json!({ "name": "Ada\r\nBcc: eve@example.com" }),
        );
        assert_eq!(mail.unwrap().subject, "Hi Ada Bcc: eve@\u{200b}example.\u{200b}com");
    }

    #[test]
    fn dates_are_wall_times_of_the_recipients_zone_as_the_database_knows_it() {
        let text = |mail: &QueuedMail| {
            render_mail(source("", "", "{{starts_at_local}}"), mail).unwrap().text.text()
        };
        for (instant, expected) in [
            ("2026-05-04T12:30:00+00:00", "2026-05-04 14:30 in en GMT+2"),
            ("2026-03-29T00:59:00Z", "2026-03-29 01:59 in en GMT+1"),
            ("2020-01-01T00:00:00Z", "2020-01-01 01:00 in en GMT+1"),
        ] {
            assert_eq!(text(&mail(&json!({ "starts_at": instant }))), expected);
        }
        let mut elsewhere = mail(&json!({ "starts_at": "2026-05-04T12:30:00Z" }));
        elsewhere.time_zone = "Mars/Olympus".to_owned();
        assert_eq!(text(&elsewhere), "2026-05-04 12:30 in en UTC");
    }

    #[test]
    fn what_somebody_typed_becomes_no_link_in_a_list_either() {
        let variables = json!({ "name": "evil.example", "rows": [{ "name": "www.evil.example" }] });
        let sample = source("", "", "{{name}} {{#rows}}{{name}}{{/rows}}");
        let shown = "evil.\u{200b}example www.\u{200b}evil.\u{200b}example";
        assert_eq!(render(sample, &variables).unwrap().text.text(), shown);
    }

    #[test]
    fn a_checkpoint_is_read_as_it_was_signed() {
        let lines = ["log.example/audit", "7", "", "\u{2014} log.example/audit AAAA"];
        let checkpoint: Vec<_> = lines.iter().map(|line| json!({ "line": line })).collect();
        let sample = source("", "", "Kept:\n\n{{#checkpoint}}\n{{line}}\n{{/checkpoint}}\nEnd");
        let text = render(sample, &json!({ "checkpoint": checkpoint })).unwrap().text.text();
        assert_eq!(text, ["Kept:\n\n", &lines.join("\n"), "\nEnd"].concat());
    }

    #[test]
    fn days_are_in_words_too_and_of_no_zone() {
        let variables = json!({ "ends_on": "2026-05-04", "rows": [{ "from_on": "2026-05-05" }], "other_on": "soon" });
        let sample =
            source("", "", "{{ends_on_local}}, {{#rows}}{{from_on_local}}{{/rows}}, {{other_on}}");
        assert_eq!(
            render(sample, &variables).unwrap().text.text(),
            "2026-05-04 in en, 2026-05-05 in en, soon"
        );
    }

    #[test]
    fn dates_are_in_the_language_of_the_text_around_them() {
        let text = |locale: &str| {
            let mut mail = mail(&json!({ "starts_at": "2026-05-04T12:30:00Z" }));
            locale.clone_into(&mut mail.locale);
            render_mail(source("", "", "{{starts_at_local}}"), &mail).unwrap()
        };
        assert_eq!(text("en-GB").text.text(), "2026-05-04 14:30 in en-GB GMT+2");
        let arabic = text("ar-SA");
        assert_eq!(arabic.text.text(), "2026-05-04 14:30 in en GMT+2");
        assert!(arabic.html.text().contains("lang='en'"), "{:?}", arabic.html);
    }

    #[test]
    fn a_broken_template_is_an_error_that_shows_no_value() {
        let error = render(source("", "", "{{missing}}"), &json!({ "name": "Ada" })).unwrap_err();
        assert_eq!(error.to_string(), "template 7: text");
        assert!(render(source("", "{{#name}}", ""), &json!({})).is_err());
    }
}
