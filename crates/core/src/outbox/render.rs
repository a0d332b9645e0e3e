//! From a queued mail to the mail that is sent. Deterministic: the same claim
//! gives the same bytes, so that a retry under the same key is the same request.

use std::collections::BTreeMap;

use super::sql::{Claim, QueuedMail, TemplateSource, Zones};
use crate::{
    config::Config,
    email_events::tags,
    mail_text::{Layout, MailText, Occasion, Source},
    ports::{LocalTime, Mail, OneClickHeaders},
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
    pub(super) fn compile(claim: &'c Claim) -> Self {
        let compile = |source: &'c TemplateSource| {
            let TemplateSource { subject, html, text, .. } = source;
            let text = MailText::parse(Source { subject, html, text }).ok();
            (source.id, (source.locale.as_str(), text))
        };
        Self {
            layout: Layout::parse(),
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
        Ok(Mail {
            from: config.mail.from.clone(),
            to: [mail.to.clone()],
            subject: filled.subject,
            html: filled.html,
            text: filled.text,
            headers: unsubscribe.map(|token| OneClickHeaders::new(&one_click_url(config, token))),
            tags: tags(config, mail.id),
        })
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
        Templates::compile(&claim).render(&world, world.config(), mail, None)
    }

    #[test]
    fn html_is_escaped_and_text_is_not() {
        let sample = source("Hi {{name}}", "<p>{{name}}</p>", "{{name}}");
        let mail = render(sample, &json!({ "name": "<b>Ada & \"Co\"</b>" })).unwrap();
        assert!(
            mail.html.contains("<p>&lt;b&gt;Ada &amp; &quot;Co&quot;&lt;/b&gt;</p>"),
            "{}",
            mail.html
        );
        assert_eq!(mail.text, "<b>Ada & \"Co\"</b>");
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
        assert_eq!(sent.text, "https://app.test/unsubscribe#token=reminder.00ff");
    }

    #[test]
    fn any_other_mail_has_no_such_headers_and_every_mail_its_tags() {
        let sent = serde_json::to_value(render(source("", "", ""), &json!({})).unwrap()).unwrap();
        assert_eq!(sent.get("headers"), None);
        let tags = json!([{ "name": "mail", "value": "1" }, { "name": "project", "value": "supabase-test" }]);
        assert_eq!(sent["tags"], tags);
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
            render_mail(source("", "", "{{starts_at_local}}"), mail).unwrap().text
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
        assert_eq!(render(sample, &variables).unwrap().text, shown);
    }

    #[test]
    fn days_are_in_words_too_and_of_no_zone() {
        let variables = json!({ "ends_on": "2026-05-04", "rows": [{ "from_on": "2026-05-05" }], "other_on": "soon" });
        let sample =
            source("", "", "{{ends_on_local}}, {{#rows}}{{from_on_local}}{{/rows}}, {{other_on}}");
        assert_eq!(
            render(sample, &variables).unwrap().text,
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
        assert_eq!(text("en-GB").text, "2026-05-04 14:30 in en-GB GMT+2");
        let arabic = text("ar-SA");
        assert_eq!(arabic.text, "2026-05-04 14:30 in en GMT+2");
        assert!(arabic.html.contains("lang=\"en\""), "{}", arabic.html);
    }

    #[test]
    fn a_broken_template_is_an_error_that_shows_no_value() {
        let error = render(source("", "", "{{missing}}"), &json!({ "name": "Ada" })).unwrap_err();
        assert_eq!(error.to_string(), "template 7: text");
        assert!(render(source("", "{{#name}}", ""), &json!({})).is_err());
    }
}
