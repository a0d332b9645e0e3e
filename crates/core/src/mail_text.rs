//! What a mail says: a text of `email_templates` within the layout, with the values of its occasion.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::{
    config::Config,
    ports::{LocalTime, Precision},
    template::{Escape, MissingVariable, Scope, SyntaxError, Template, Variables},
};

/// Its quotes are single and nothing is indented: each mail has it, and JSON escapes each `"` and line.
const LAYOUT: &str = include_str!("mail_text/layout.html");
/// Stands for the text in the layout.
const BODY: &[u8] = b"<!-- body -->";
/// About as long as a text is without its markup.
const TEXT_LENGTH: usize = 1024;
/// The locale of a date where the language of the text is unknown.
const FALLBACK: &str = "en";
/// Variables that nobody typed and that must be as they are: a link, and what `audit-seal` has signed.
const VERBATIM: [&str; 2] = ["link", "checkpoint"];

/// The parts of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// One line.
    Subject,
    /// What stands inside the layout.
    Html,
    /// The same without markup.
    Text,
}

impl Part {
    /// Its name, that of its column.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Html => "html",
            Self::Text => "text",
        }
    }
}

/// A text as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'t> {
    pub(crate) subject: &'t str,
    pub(crate) html: &'t str,
    pub(crate) text: &'t str,
}

impl<'t> Source<'t> {
    /// Each part with its source.
    pub(crate) const fn parts(self) -> [(Part, &'t str); 3] {
        [(Part::Subject, self.subject), (Part::Html, self.html), (Part::Text, self.text)]
    }
}

/// A text, compiled.
pub(crate) struct MailText<'t> {
    subject: Template<'t>,
    html: Template<'t>,
    text: Template<'t>,
}

/// What stands around the text of a mail.
pub(crate) struct Layout {
    above: Template<'static>,
    below: Template<'static>,
    /// What every mail knows, whatever it is about.
    known: [(&'static str, Value); 2],
}

/// What a mail is about, and for whom.
pub(crate) struct Occasion<'a> {
    /// The variables of its kind.
    pub(crate) variables: &'a BTreeMap<String, Value>,
    /// Of the text, with the region of the recipient.
    pub(crate) locale: &'a str,
    /// How far the recipient is from UTC at an instant, in seconds east; `None` where that is not known.
    pub(crate) offset: &'a dyn Fn(DateTime<Utc>) -> Option<i32>,
    /// The link of the token that the mail carries.
    pub(crate) link: Option<String>,
    /// The page on which such mail can be refused, where it can.
    pub(crate) unsubscribe: Option<String>,
}

/// A mail as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) subject: String,
    pub(crate) html: String,
    pub(crate) text: String,
}

/// A variable that a part asks for and the occasion does not have.
#[derive(Clone, Debug)]
pub(crate) struct Gap {
    pub(crate) part: Part,
    pub(crate) variable: MissingVariable,
}

impl Layout {
    pub(crate) fn parse(config: &Config) -> Result<Self, SyntaxError> {
        let body = LAYOUT.as_bytes().windows(BODY.len()).position(|window| window == BODY);
        let (above, rest) = LAYOUT.split_at(body.unwrap_or(LAYOUT.len()));
        let below = rest.get(BODY.len()..).unwrap_or_default();
        let known = [
            ("product_name", config.product_name.as_str().into()),
            ("site_url", config.site_url.as_str().into()),
        ];
        Ok(Self { above: Template::parse(above)?, below: Template::parse(below)?, known })
    }

    /// The same around texts that are [written for JSON](MailText::in_json).
    pub(crate) fn in_json(self) -> Self {
        Self { above: self.above.in_json(), below: self.below.in_json(), ..self }
    }
}

impl<'t> MailText<'t> {
    pub(crate) fn parse(source: Source<'t>) -> Result<Self, SyntaxError> {
        Ok(Self {
            subject: Template::parse(source.subject)?,
            html: Template::parse(source.html)?,
            text: Template::parse(source.text)?,
        })
    }

    /// The same, whose HTML and text are as they stand between the quotation marks of JSON. The subject is not.
    pub(crate) fn in_json(self) -> Self {
        Self { subject: self.subject, html: self.html.in_json(), text: self.text.in_json() }
    }

    /// Writes the mail.
    pub(crate) fn fill(
        &self,
        layout: &Layout,
        ports: &impl LocalTime,
        config: &Config,
        occasion: &Occasion<'_>,
    ) -> Result<Filled, Gap> {
        let derived = derived(ports, config, occasion);
        let known = Scope::new(&layout.known);
        let given = known.within(occasion.variables);
        let scope = given.within(&derived);
        let gap = |part| move |variable| Gap { part, variable };

        let mut subject = String::new();
        self.subject.render(&scope, Escape::Text, &mut subject).map_err(gap(Part::Subject))?;
        let subject = one_line(&subject);
        let mut text = String::with_capacity(TEXT_LENGTH);
        self.text.render(&scope, Escape::Text, &mut text).map_err(gap(Part::Text))?;

        let own = [("subject", subject.as_str().into()), ("locale", occasion.locale.into())];
        let around = scope.within(&own);
        let mut html = String::with_capacity(LAYOUT.len() + 2 * text.len());
        layout.above.render(&around, Escape::Html, &mut html).map_err(gap(Part::Html))?;
        self.html.render(&scope, Escape::Html, &mut html).map_err(gap(Part::Html))?;
        layout.below.render(&around, Escape::Html, &mut html).map_err(gap(Part::Html))?;
        Ok(Filled { subject, html, text })
    }
}

/// A subject is one line, whatever a name in it holds.
fn one_line(subject: &str) -> String {
    subject.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Variables that are made of others, few. The last of a name counts.
struct Derived(Vec<(String, Value)>);

impl Variables for Derived {
    fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// Where a mail can be refused, and every instant (`…_at`) and day (`…_on`) once more as the recipient reads dates (`…_local`),
/// in lists too.
fn derived(ports: &impl LocalTime, config: &Config, occasion: &Occasion<'_>) -> Derived {
    let worded = |name: &str, value: &Value| {
        let text = value.as_str()?;
        let words = match name.get(name.len().checked_sub(3)?..)? {
            "_at" => {
                let instant = instant(text)?;
                local(ports, instant, (occasion.offset)(instant), occasion.locale)
            }
            "_on" => {
                let midnight = instant(&[text, "T00:00:00Z"].concat())?;
                in_words(ports, midnight.naive_utc(), Precision::Day, occasion.locale)?
            }
            _ => return None,
        };
        Some((format!("{name}_local"), Value::from(words)))
    };
    // Of the variables around it and of an element of a list alike.
    let anew = |(name, value): (&String, &Value)| {
        let harmless = value.as_str().and_then(without_links);
        worded(name, value).into_iter().chain(harmless.map(|text| (name.clone(), text.into())))
    };
    let element = |element: &Value| match element {
        Value::Object(known) => {
            let mut all = known.clone();
            all.extend(known.iter().flat_map(anew));
            Value::Object(all)
        }
        other => other.clone(),
    };
    let typed = || {
        let all = occasion.variables.iter();
        all.filter(|(name, _)| !VERBATIM.contains(&name.as_str()))
    };
    let mut derived: Vec<_> = typed().flat_map(anew).collect();
    for (name, value) in typed() {
        if let Value::Array(elements) = value {
            derived.push((name.clone(), elements.iter().map(element).collect()));
        }
    }
    // A text is not lost over a mail that cannot be refused.
    let unsubscribe = occasion.unsubscribe.clone();
    let unsubscribe = unsubscribe.unwrap_or_else(|| [&config.site_url, "/preferences"].concat());
    derived.push(("unsubscribe_url".to_owned(), unsubscribe.into()));
    derived.extend(occasion.link.as_deref().map(|link| ("link".to_owned(), link.into())));
    Derived(derived)
}

/// What somebody typed, such that no mail program makes a link of it: where one would begin or go on stands a space of
/// no width. `None` for what is harmless.
fn without_links(text: &str) -> Option<String> {
    let is_part =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
    let bytes = text.as_bytes();
    let is_joint = |at: &usize| match bytes.get(*at) {
        Some(b'.' | b'@') => {
            at.checked_sub(1).is_some_and(|before| is_part(bytes.get(before)))
                && is_part(bytes.get(at + 1))
        }
        Some(b':') => bytes.get(at + 1) == Some(&b'/'),
        // What stands for a dot in names of hosts (UTS 46), of which this is the last byte.
        Some(0x82 | 0x8e | 0xa1) => {
            text.get(..=*at)
                .is_some_and(|text| text.ends_with(['\u{3002}', '\u{ff0e}', '\u{ff61}']))
                && is_part(bytes.get(at + 1))
        }
        _ => false,
    };
    let mut joints = (0..bytes.len()).filter(is_joint).peekable();
    joints.peek()?;
    let mut broken = String::with_capacity(text.len() + 12);
    let mut from = 0;
    for at in joints {
        broken.push_str(text.get(from..=at).unwrap_or_default());
        broken.push('\u{200b}');
        from = at + 1;
    }
    broken.push_str(text.get(from..).unwrap_or_default());
    Some(broken)
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}

/// Wall time with its distance from UTC, since the reader may be elsewhere when they read.
fn local(
    ports: &impl LocalTime,
    instant: DateTime<Utc>,
    offset: Option<i32>,
    locale: &str,
) -> String {
    let wall = (instant + TimeDelta::seconds(offset.unwrap_or_default().into())).naive_utc();
    match in_words(ports, wall, Precision::Minute, locale) {
        Some(words) => format!("{words} {}", distance_from_utc(offset)),
        None => instant.to_rfc3339(),
    }
}

fn in_words(
    ports: &impl LocalTime,
    wall: NaiveDateTime,
    precision: Precision,
    locale: &str,
) -> Option<String> {
    let words = ports.format(wall, precision, locale);
    words.or_else(|| ports.format(wall, precision, FALLBACK))
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
    use super::{distance_from_utc, without_links};

    #[test]
    fn what_somebody_typed_becomes_no_link() {
        for (typed, shown) in [
            ("visit evil.example now", "visit evil.|example now"),
            ("www.a.b-c.example/login", "www.|a.|b-c.|example/login"),
            ("https://evil", "https:|//evil"),
            ("me@evil.example", "me@|evil.|example"),
            ("böse.example", "böse.|example"),
            ("пример.рф", "пример.|рф"),
            ("evil。example", "evil。|example"),
            ("evil．example｡x", "evil．|example｡|x"),
        ] {
            assert_eq!(without_links(typed), Some(shown.replace('|', "\u{200b}")), "{typed}");
        }
        for harmless in
            ["", "Dr. Robin Sample", "Müller & Co.", "...", "a: b", "@home", "8:30 .. 9:00"]
        {
            assert_eq!(without_links(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn a_distance_from_utc_needs_no_language() {
        let cases = [(0, "GMT"), (7200, "GMT+2"), (-12_600, "GMT-3:30"), (20_700, "GMT+5:45")];
        for (offset, expected) in cases {
            assert_eq!(distance_from_utc(Some(offset)), expected);
        }
    }
}
