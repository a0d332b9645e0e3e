//! What a text may say: the rules that a template is held to before anybody gets it.

use serde_json::Value;

use super::{
    EmailKind,
    markup::Fragment,
    places::{places, told},
    renderings::{LINK, MAX_SECTIONS, SITE, UNSUBSCRIBE, is_allowed, renderings, sections},
    request::Draft,
};
use crate::{
    config::Config,
    error::FieldError,
    mail_text::{Filled, Layout, MailText, Occasion, Part, Source},
    ports::LocalTime,
    template::Template,
};

/// Known in every mail.
const EVERYWHERE: [&str; 2] = ["product_name", "site_url"];
/// The longest subject, in characters, filled with the samples.
const SUBJECT_LENGTH: usize = 200;
/// The longest part with up to four elements in its lists, in characters. With the fifteen that a mail has at most it stays below the
/// 102 KB from which on mail programs cut off.
const RENDERED_LENGTH: usize = 26_000;
/// As long as a token is.
const SAMPLE_TOKEN: &str =
    "sample-sample-sample-sample-sample-sample-sample-sample-sample-sample-sample-sample-sampl";

/// What is wrong with a text of a kind, each with a pointer to the part; and the mail that it makes of the samples, where it
/// makes one.
pub(super) fn examine(
    ports: &impl LocalTime,
    config: &Config,
    kind: &EmailKind,
    draft: Draft<'_>,
) -> (Vec<FieldError>, Option<Filled>) {
    let (locale, source) = (draft.locale, draft.source);
    let mut faults = Faults::default();
    let mut templates = Vec::new();
    for (part, text) in source.parts() {
        if !text.chars().all(is_allowed) {
            let detail = "It has a character that nobody sees, or that turns others around.";
            faults.add(part, "character_not_allowed", detail);
        }
        match Template::parse(text) {
            Ok(template) => {
                names(kind, part, &template, &mut faults);
                templates.push((part, template));
            }
            Err(error) => faults.add(part, "invalid_template", error.to_string()),
        }
    }
    if sections(&templates).len() > MAX_SECTIONS {
        let detail = format!("The sections of a text ask for at most {MAX_SECTIONS} variables.");
        faults.add(Part::Html, "too_many_sections", detail);
    } else if templates.iter().all(|(_, template)| template.within_own_section().is_none()) {
        for rendering in renderings(kind, &templates) {
            if rendering.len() < templates.len() {
                let detail = "A list stands where a text should be.";
                faults.add(Part::Html, "unknown_variable", detail);
            }
            judge(kind, &rendering, &mut faults);
        }
    }
    let filled = fill(ports, config, kind, locale, source, &mut faults);
    (faults.0, filled)
}

#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    /// Each once: most are there in each rendering.
    fn add(&mut self, part: Part, code: &'static str, detail: impl Into<String>) {
        let fault =
            FieldError { pointer: ["/", part.name()].concat(), code, detail: detail.into() };
        if !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }
}

/// Every variable is declared, of the mail or of the elements of its lists; and no section asks for what is always there,
/// or for a link.
fn names(kind: &EmailKind, part: Part, template: &Template<'_>, faults: &mut Faults) {
    let in_lists = || kind.samples.values().filter_map(Value::as_array).flatten();
    let is_sample = |name: &str| {
        let of_element = |element: &Value| element.get(name).is_some();
        kind.samples.contains_key(name) || in_lists().any(of_element)
    };
    for name in template.names() {
        let is_date = name
            .strip_suffix("_local")
            .is_some_and(|at| (at.ends_with("_at") || at.ends_with("_on")) && is_sample(at));
        let is_link = name == "link" && kind.has_link && part != Part::Subject;
        let is_refusal = name == "unsubscribe_url" && kind.is_refusable && part != Part::Subject;
        if !(is_sample(name) || is_date || is_link || is_refusal || EVERYWHERE.contains(&name)) {
            faults.add(part, "unknown_variable", format!("This mail has no variable {name}."));
        }
    }
    for name in template.sections().into_iter().filter(|name| !is_sample(name)) {
        let detail = format!("{name} is always there: no section asks for it.");
        faults.add(part, "section_not_allowed", detail);
    }
    if let Some(name) = template.within_own_section() {
        let detail = format!("{name} stands within its own section.");
        faults.add(part, "section_not_allowed", detail);
    }
}

/// What is the last to somebody, whose account goes with it, leads nowhere.
const fn speaks_of_a_page(kind: &EmailKind) -> bool {
    kind.has_link || !kind.pages.is_empty()
}

/// Judges what recipients would get. Html and text lead to the same places: to the mail's own link, or to pages that its
/// kind names. A subject leads nowhere.
fn judge(kind: &EmailKind, rendering: &[(Part, String)], faults: &mut Faults) {
    let mut led = Vec::new();
    for (part, text) in rendering {
        if text.chars().count() > RENDERED_LENGTH {
            faults.add(*part, "invalid_length", "It becomes too long a mail.");
            continue;
        }
        let mut found = if *part == Part::Html {
            let Fragment { problems, mut hrefs, text } = Fragment::read(text);
            for problem in problems {
                faults.add(*part, "markup_not_allowed", told(&problem));
            }
            hrefs.extend(places(&text));
            hrefs
        } else {
            places(text)
        };
        found.sort();
        found.dedup();
        for place in found.iter().filter(|place| *part == Part::Subject || !leads(kind, place)) {
            faults.add(
                *part,
                "unknown_link",
                format!("This mail does not link to {}.", told(place)),
            );
        }
        if *part != Part::Subject {
            led.push(found);
        }
    }
    let [html, text] = &*led else { return };
    if html != text {
        let detail = "The HTML and the text link to different places.";
        faults.add(Part::Text, "links_differ", detail);
    } else if speaks_of_a_page(kind) && html.iter().all(|place| is(place, UNSUBSCRIBE)) {
        faults.add(Part::Html, "no_link", "A mail links to the page that it speaks of.");
    }
    let lacks = |place: char| !html.iter().any(|found| is(found, place));
    if kind.has_link && lacks(LINK) {
        faults.add(Part::Html, "no_link", "The link of this mail is missing.");
    }
    if kind.is_refusable && lacks(UNSUBSCRIBE) {
        faults.add(Part::Html, "no_way_out", "The link to refuse mails like this is missing.");
    }
}

fn leads(kind: &EmailKind, place: &str) -> bool {
    let is_page = |page: &str| kind.pages.iter().any(|known| known == page);
    let page = place.strip_prefix(SITE).and_then(|rest| rest.strip_prefix('/'));
    is(place, LINK) || is(place, UNSUBSCRIBE) || page.is_some_and(is_page)
}

/// Whether a place is what the character stands for, and no more.
fn is(place: &str, character: char) -> bool {
    place.strip_prefix(character) == Some("")
}

/// The most variables that may be nothing of which each combination is filled.
const MAX_OPTIONAL: usize = 6;

/// Fills it with the samples, and with nothing where variables may be nothing, in each combination.
fn fill(
    ports: &impl LocalTime,
    config: &Config,
    kind: &EmailKind,
    locale: &str,
    source: Source<'_>,
    faults: &mut Faults,
) -> Option<Filled> {
    let text = MailText::parse(source).ok()?;
    let layout = Layout::parse(config).ok()?;
    let optional = kind.optional.get(..MAX_OPTIONAL).unwrap_or(&kind.optional);
    let with = |absent: u32| {
        let mut variables = kind.samples.clone();
        for (_, name) in optional.iter().enumerate().filter(|(at, _)| absent >> at & 1 == 1) {
            variables.insert(name.clone(), Value::Null);
        }
        let occasion = Occasion {
            variables: &variables,
            locale,
            offset: &|_| Some(0),
            link: kind.has_link.then(|| config.link("link", SAMPLE_TOKEN)),
            unsubscribe: kind.is_refusable.then(|| config.link("unsubscribe", SAMPLE_TOKEN)),
        };
        text.fill(&layout, ports, config, &occasion)
    };
    let filled: Vec<_> = (0..1_u32 << optional.len()).map(with).collect();
    for attempt in &filled {
        match attempt {
            Err(gap) => faults.add(gap.part, "unknown_variable", gap.variable.to_string()),
            Ok(filled) => {
                let length = filled.subject.chars().count();
                if !(1..=SUBJECT_LENGTH).contains(&length) {
                    let detail = format!("A subject has 1 to {SUBJECT_LENGTH} characters.");
                    faults.add(Part::Subject, "invalid_length", detail);
                }
            }
        }
    }
    filled.into_iter().next()?.ok()
}
