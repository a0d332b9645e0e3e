//! From a queued mail to the mail that is sent. Deterministic: the same claim
//! gives the same bytes, so that a retry under the same key is the same request.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::sql::{Claim, QueuedMail, TemplateSource, Zones};
use crate::{
    config::Config,
    ports::{LocalTime, Mail},
    template::{Escape, Scope, SyntaxError, Template},
    token::LinkToken,
};

const LAYOUT: &str = include_str!("layout.html");
/// Stands for the text in the layout.
const BODY: &[u8] = b"<!-- body -->";
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
pub(super) struct Templates<'c> {
    layout: Result<Layout<'static>, SyntaxError>,
    texts: BTreeMap<i64, (&'c str, Result<Text<'c>, SyntaxError>)>,
    zones: &'c Zones,
}

/// What stands around the text of a mail.
struct Layout<'t> {
    above: Template<'t>,
    below: Template<'t>,
}

/// One version of a text in one language.
struct Text<'t> {
    subject: Template<'t>,
    plain: Template<'t>,
    html: Template<'t>,
}

impl<'c> Templates<'c> {
    /// Compiles what can be; a template that does not compile fails its mails, not the others.
    pub(super) fn compile(claim: &'c Claim) -> Self {
        let text = |source: &'c TemplateSource| (source.locale.as_str(), Text::parse(source));
        Self {
            layout: Layout::parse(LAYOUT),
            texts: claim.templates.iter().map(|source| (source.id, text(source))).collect(),
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
        let text = text.as_ref().map_err(|_| failed("syntax"))?;
        let layout = self.layout.as_ref().map_err(|_| failed("layout"))?;
        let locale = locale(language, mail);
        let derived = derived(ports, config, mail, link, locale, self.zones);
        let given = Scope::new(&mail.variables);
        let scope = given.within(&derived);

        let mut subject = String::new();
        text.subject.render(&scope, Escape::Text, &mut subject).map_err(|_| failed("subject"))?;
        let subject = one_line(&subject);
        let mut plain = String::new();
        text.plain.render(&scope, Escape::Text, &mut plain).map_err(|_| failed("text"))?;

        let own = BTreeMap::from([
            ("subject".to_owned(), Value::from(subject.as_str())),
            ("locale".to_owned(), Value::from(locale)),
        ]);
        let around = scope.within(&own);
        let mut html = String::with_capacity(LAYOUT.len() + 2 * plain.len());
        layout.above.render(&around, Escape::Html, &mut html).map_err(|_| failed("layout"))?;
        text.html.render(&scope, Escape::Html, &mut html).map_err(|_| failed("html"))?;
        layout.below.render(&around, Escape::Html, &mut html).map_err(|_| failed("layout"))?;
        Ok(Mail {
            from: config.mail.from.clone(),
            to: [mail.to.clone()],
            subject,
            html,
            text: plain,
        })
    }
}

impl Layout<'static> {
    fn parse(source: &'static str) -> Result<Self, SyntaxError> {
        let body = source.as_bytes().windows(BODY.len()).position(|window| window == BODY);
        let (above, rest) = source.split_at(body.unwrap_or(source.len()));
        let below = rest.get(BODY.len()..).unwrap_or_default();
        Ok(Self { above: Template::parse(above)?, below: Template::parse(below)? })
    }
}

impl<'t> Text<'t> {
    fn parse(source: &'t TemplateSource) -> Result<Self, SyntaxError> {
        Ok(Self {
            subject: Template::parse(&source.subject)?,
            plain: Template::parse(&source.text)?,
            html: Template::parse(&source.html)?,
        })
    }
}

/// The locale of the mail: the recipient's, with its region, where the text has its language.
fn locale<'a>(text: &'a str, mail: &'a QueuedMail) -> &'a str {
    let language = |locale: &'a str| locale.split('-').next().unwrap_or_default();
    if language(text) == language(&mail.locale) { &mail.locale } else { text }
}

/// A subject is one line, whatever a name in it holds.
fn one_line(subject: &str) -> String {
    subject.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What every mail knows, and every `…_at` once more as the recipient reads dates (`…_at_local`), in lists too.
fn derived(
    ports: &impl LocalTime,
    config: &Config,
    mail: &QueuedMail,
    link: Option<&LinkToken>,
    locale: &str,
    zones: &Zones,
) -> BTreeMap<String, Value> {
    let worded = |name: &str, value: &Value| {
        let instant = name.ends_with("_at").then(|| instant(value)).flatten()?;
        let offset = zones.offset(&mail.time_zone, instant);
        Some((format!("{name}_local"), Value::from(local(ports, instant, offset, locale))))
    };
    let mut derived: BTreeMap<_, _> =
        mail.variables.iter().filter_map(|(name, value)| worded(name, value)).collect();
    for (name, value) in &mail.variables {
        if let Value::Array(elements) = value {
            let element = |element: &Value| match element {
                Value::Object(known) => {
                    let words = known.iter().filter_map(|(name, value)| worded(name, value));
                    let known = known.iter().map(|(name, value)| (name.clone(), value.clone()));
                    Value::Object(known.chain(words).collect::<Map<_, _>>())
                }
                other => other.clone(),
            };
            derived.insert(name.clone(), elements.iter().map(element).collect());
        }
    }
    derived.insert("product_name".to_owned(), config.product_name.as_str().into());
    derived.insert("site_url".to_owned(), config.site_url.as_str().into());
    derived.insert("preferences_url".to_owned(), format!("{}/preferences", config.site_url).into());
    if let (Some(token), Some(queued)) = (link, &mail.token) {
        // In the fragment, so that it reaches no server log and no referrer.
        let page = queued.purpose.page();
        let link = format!("{}/{page}#token={}", config.site_url, token.encode().expose());
        derived.insert("link".to_owned(), link.into());
    }
    derived
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
    fn a_name_cannot_add_a_header() {
        let mail = render(
            source("Hi {{name}}", "", ""),
            &json!({ "name": "Ada\r\nBcc: eve@example.com" }),
        );
        assert_eq!(mail.unwrap().subject, "Hi Ada Bcc: eve@example.com");
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
    fn a_distance_from_utc_needs_no_language() {
        let cases = [(0, "GMT"), (7200, "GMT+2"), (-12_600, "GMT-3:30"), (20_700, "GMT+5:45")];
        for (offset, expected) in cases {
            assert_eq!(distance_from_utc(Some(offset)), expected);
        }
    }

    #[test]
    fn a_broken_template_is_an_error_that_shows_no_value() {
        let error = render(source("", "", "{{missing}}"), &json!({ "name": "Ada" })).unwrap_err();
        assert_eq!(error.to_string(), "template 7: text");
        assert!(render(source("", "{{#name}}", ""), &json!({})).is_err());
    }
}
