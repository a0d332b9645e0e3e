//! The requests of callers.

use serde::Deserialize;

use crate::{
    error::{Error, Result},
    mail_text::{Part, Source},
    ports::is_storable,
};

/// The longest subject as it is written, in characters.
const SUBJECT_LENGTH: usize = 200;
/// The longest HTML or text as it is written, in characters: mail programs cut off what is far longer.
const TEXT_LENGTH: usize = 20_000;

/// Body of `POST /email-templates/preview`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// The kind of mail.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"), length(max = 63))
    )]
    pub key: String,
    /// The language of the text, BCP 47.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"), length(max = 35))
    )]
    pub locale: String,
    /// The subject.
    #[cfg_attr(
        feature = "schema",
        schemars(
            regex(pattern = r"^[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$"),
            length(max = 200)
        )
    )]
    pub subject: String,
    /// The HTML inside the layout.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[^\x00\s][^\x00]*$"), length(max = 20_000))
    )]
    pub html: String,
    /// The same without markup.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[^\x00\s][^\x00]*$"), length(max = 20_000))
    )]
    pub text: String,
}

/// Body of `POST /email-templates/save`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SaveRequest {
    /// The kind of mail.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"), length(max = 63))
    )]
    pub key: String,
    /// The language of the text, BCP 47.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"), length(max = 35))
    )]
    pub locale: String,
    /// The subject.
    #[cfg_attr(
        feature = "schema",
        schemars(
            regex(pattern = r"^[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$"),
            length(max = 200)
        )
    )]
    pub subject: String,
    /// The HTML inside the layout.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[^\x00\s][^\x00]*$"), length(max = 20_000))
    )]
    pub html: String,
    /// The same without markup.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[^\x00\s][^\x00]*$"), length(max = 20_000))
    )]
    pub text: String,
    /// The latest version that was seen of this key and language, drafts included; 0 for none.
    #[cfg_attr(feature = "schema", schemars(range(max = 1_000_000)))]
    pub after_version: u32,
    /// Whether it is in force from now on, and never changes again; else it is a draft.
    #[serde(default)]
    pub publish: bool,
}

/// A text of a kind in a language, as it was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft<'a> {
    pub(super) key: &'a str,
    pub(super) locale: &'a str,
    pub(super) source: Source<'a>,
}

impl PreviewRequest {
    pub(super) fn draft(&self) -> Result<Draft<'_>> {
        let Self { key, locale, subject, html, text } = self;
        Draft { key, locale, source: Source { subject, html, text } }.checked()
    }
}

impl SaveRequest {
    pub(super) fn draft(&self) -> Result<Draft<'_>> {
        let Self { key, locale, subject, html, text, .. } = self;
        Draft { key, locale, source: Source { subject, html, text } }.checked()
    }
}

impl Draft<'_> {
    fn checked(self) -> Result<Self> {
        let invalid = |pointer, detail| Err(Error::field(pointer, "invalid_value", detail));
        if self.key.is_empty() || self.key.len() > 63 || !is_storable(self.key) {
            return invalid("/key", "There is no such mail.");
        }
        if !is_language(self.locale) {
            return invalid("/locale", "A language is as de or pt-BR.");
        }
        for (part, text) in self.source.parts() {
            let (pointer, most) = match part {
                Part::Subject => ("/subject", SUBJECT_LENGTH),
                Part::Html => ("/html", TEXT_LENGTH),
                Part::Text => ("/text", TEXT_LENGTH),
            };
            let is_within = (1..=most).contains(&text.chars().count()) && !text.trim().is_empty();
            let has_control = part == Part::Subject && text.contains(char::is_control);
            if !is_within || has_control || !is_storable(text) {
                return invalid(
                    pointer,
                    "It is empty, too long, or has a character that no mail has.",
                );
            }
        }
        Ok(self)
    }
}

/// The form of a language tag; which ones there are is for the database to say.
fn is_language(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    let is_alphanumeric = |subtag: &str| subtag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && tag.len() <= 35
        && subtags.all(|subtag| (2..=8).contains(&subtag.len()) && is_alphanumeric(subtag))
}
