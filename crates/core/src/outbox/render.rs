//! From a queued mail to the mail that is sent. Deterministic: the same claim
//! gives the same bytes, so that a retry under the same key is the same request.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use upon::Engine;

use super::sql::{Claim, QueuedMail, Zones};
use crate::{
    config::Config,
    ports::{LocalTime, Mail},
    token::LinkToken,
};

const LAYOUT: &str = include_str!("layout.html");
/// The locale of a date where the language of the text is unknown.
const FALLBACK: &str = "en";

/// Why a mail cannot be rendered. Names the template, never a value.
#[derive(Debug, thiserror::Error)]
#[error("template {template}: {problem}")]
pub(super) struct RenderError {
    template: i64,
    problem: &'static str,
}

/// The templates of a claim, compiled, and what else its mails are rendered from.
pub(super) struct Templates {
    html: Engine<'static>,
    text: Engine<'static>,
    languages: BTreeMap<i64, String>,
    zones: Zones,
}

impl Templates {
    /// Compiles what can be; a template that does not compile fails its mails, not the others.
    pub(super) fn compile(claim: &Claim) -> Self {
        let mut templates = Self {
            html: Engine::new(),
            text: Engine::new(),
            languages: BTreeMap::new(),
            zones: claim.zones.clone(),
        };
        templates.html.set_default_formatter(&format_html);
        templates.html.add_formatter("raw", upon::fmt::default);
        let _ = templates.html.add_template("layout", LAYOUT);
        for source in &claim.templates {
            templates.languages.insert(source.id, source.locale.clone());
            let _ = templates.html.add_template(source.id.to_string(), source.html.clone());
            let _ = templates.text.add_template(source.id.to_string(), source.text.clone());
            let _ = templates.text.add_template(subject_name(source.id), source.subject.clone());
        }
        templates
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
        let locale = self.locale(mail);
        let context = context(ports, config, mail, link, locale, &self.zones);
        let context = upon::to_value(&context).map_err(|_| failed("variables"))?;
        let name = mail.template_id.to_string();
        let part = |engine: &Engine<'_>, name: &str, problem| {
            let template = engine.get_template(name).ok_or_else(|| failed("unknown"))?;
            template.render(&context).to_string().map_err(|_| failed(problem))
        };
        let subject = part(&self.text, &subject_name(mail.template_id), "subject")?;
        let subject = one_line(&subject);
        let text = part(&self.text, &name, "text")?;
        let body = part(&self.html, &name, "html")?;
        let layout = upon::value! {
            subject: subject.as_str(),
            locale: locale,
            body: body,
            product_name: config.product_name.as_str(),
            site_url: config.site_url.as_str(),
        };
        let html = self
            .html
            .template("layout")
            .render(layout)
            .to_string()
            .map_err(|_| failed("layout"))?;
        Ok(Mail { from: config.mail.from.clone(), to: [mail.to.clone()], subject, html, text })
    }

    /// The locale of the mail: the recipient's, with its region, where the text has its language.
    fn locale<'a>(&'a self, mail: &'a QueuedMail) -> &'a str {
        let language = |locale: &'a str| locale.split('-').next().unwrap_or_default();
        match self.languages.get(&mail.template_id) {
            Some(text) if language(text) != language(&mail.locale) => text,
            _ => &mail.locale,
        }
    }
}

fn subject_name(template: i64) -> String {
    format!("{template}/subject")
}

/// A subject is one line, whatever a name in it holds.
fn one_line(subject: &str) -> String {
    subject.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The variables of the mail, what every mail knows, and every `…_at` once more
/// as the recipient reads dates (`…_at_local`).
fn context(
    ports: &impl LocalTime,
    config: &Config,
    mail: &QueuedMail,
    link: Option<&LinkToken>,
    locale: &str,
    zones: &Zones,
) -> BTreeMap<String, Value> {
    let mut context = mail.variables.clone();
    for (name, value) in &mail.variables {
        if let (true, Some(instant)) = (name.ends_with("_at"), instant(value)) {
            let offset = zones.offset(&mail.time_zone, instant);
            context.insert(format!("{name}_local"), local(ports, instant, offset, locale).into());
        }
    }
    context.insert("product_name".to_owned(), config.product_name.as_str().into());
    context.insert("site_url".to_owned(), config.site_url.as_str().into());
    context.insert("preferences_url".to_owned(), format!("{}/preferences", config.site_url).into());
    if let (Some(token), Some(queued)) = (link, &mail.token) {
        // In the fragment, so that it reaches no server log and no referrer.
        let page = queued.purpose.page();
        let link = format!("{}/{page}#token={}", config.site_url, token.encode().expose());
        context.insert("link".to_owned(), link.into());
    }
    context
}

fn instant(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|instant| instant.to_utc())
}

/// Wall time with its distance from UTC, since the reader may be elsewhere when they read.
fn local(
    ports: &impl LocalTime,
    instant: DateTime<Utc>,
    offset: Option<i32>,
    locale: &str,
) -> String {
    let wall = (instant + TimeDelta::seconds(offset.unwrap_or_default().into())).naive_utc();
    match ports.format(wall, locale).or_else(|| ports.format(wall, FALLBACK)) {
        Some(words) => format!("{words} {}", distance_from_utc(offset)),
        None => instant.to_rfc3339(),
    }
}

/// "GMT+2", "GMT-3:30", which is read alike in every language. "UTC" where no zone is known.
fn distance_from_utc(offset: Option<i32>) -> String {
    let Some(offset) = offset else { return "UTC".to_owned() };
    let minutes = offset.abs() / 60;
    let sign = if offset < 0 { '-' } else { '+' };
    match (minutes / 60, minutes % 60) {
        (0, 0) => "GMT".to_owned(),
        (hours, 0) => format!("GMT{sign}{hours}"),
        (hours, minutes) => format!("GMT{sign}{hours}:{minutes:02}"),
    }
}

/// Escapes what would be markup (OWASP, "Cross Site Scripting Prevention", rule 1 and 2).
fn format_html(out: &mut upon::fmt::Formatter<'_>, value: &upon::Value) -> upon::fmt::Result {
    use fmt::Write as _;
    let upon::Value::String(text) = value else {
        return upon::fmt::default(out, value);
    };
    for character in text.chars() {
        match character {
            '&' => out.write_str("&amp;")?,
            '<' => out.write_str("&lt;")?,
            '>' => out.write_str("&gt;")?,
            '"' => out.write_str("&quot;")?,
            '\'' => out.write_str("&#39;")?,
            character => out.write_char(character)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        let sample = source("Hi {{ name }}", "<p>{{ name }}</p>", "{{ name }}");
        let mail = render(sample, &json!({ "name": "<b>Ada & \"Co\"</b>" })).unwrap();
        assert!(
            mail.html.contains("<p>&lt;b&gt;Ada &amp; &quot;Co&quot;&lt;/b&gt;</p>"),
            "{}",
            mail.html
        );
        assert_eq!(mail.text, "<b>Ada & \"Co\"</b>");
    }

    #[test]
    fn a_name_cannot_add_a_header() {
        let mail = render(
            source("Hi {{ name }}", "", ""),
            &json!({ "name": "Ada\r\nBcc: eve@example.com" }),
        );
        assert_eq!(mail.unwrap().subject, "Hi Ada Bcc: eve@example.com");
    }

    #[test]
    fn dates_are_wall_times_of_the_recipients_zone_as_the_database_knows_it() {
        let text = |mail: &QueuedMail| {
            render_mail(source("", "", "{{ starts_at_local }}"), mail).unwrap().text
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
    fn dates_are_in_the_language_of_the_text_around_them() {
        let text = |locale: &str| {
            let mut mail = mail(&json!({ "starts_at": "2026-05-04T12:30:00Z" }));
            locale.clone_into(&mut mail.locale);
            render_mail(source("", "", "{{ starts_at_local }}"), &mail).unwrap()
        };
        assert_eq!(text("en-GB").text, "2026-05-04 14:30 in en-GB GMT+2");
        let arabic = text("ar-SA");
        assert_eq!(arabic.text, "2026-05-04 14:30 in en GMT+2");
        assert!(arabic.html.contains("lang=\"en\""), "{}", arabic.html);
    }

    #[test]
    fn a_distance_from_utc_needs_no_language() {
        let cases = [(0, "GMT"), (7200, "GMT+2"), (-12_600, "GMT-3:30"), (20_700, "GMT+5:45")];
        for (offset, expected) in cases {
            assert_eq!(distance_from_utc(Some(offset)), expected);
        }
    }

    #[test]
    fn a_broken_template_is_an_error_that_shows_no_value() {
        let error = render(source("", "", "{{ missing }}"), &json!({ "name": "Ada" })).unwrap_err();
        assert_eq!(error.to_string(), "template 7: text");
        assert!(render(source("", "{% if", ""), &json!({})).is_err());
    }
}
