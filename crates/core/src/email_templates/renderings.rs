//! What a text can become: one rendering for each way in which its sections can turn out.
//!
//! Rules that looked at the source would have to know what its tags make of what stands around them. Here they look at
//! what recipients get, with a character for each value that nobody may write himself.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::EmailKind;
use crate::{
    mail_text::Part,
    template::{Escape, Scope, Template},
};

/// Stands for the mail's own link.
pub(super) const LINK: char = '\u{e000}';
/// Stands for the page where mail is refused.
pub(super) const UNSUBSCRIBE: char = '\u{e001}';
/// Stands for the address of the frontend.
pub(super) const SITE: char = '\u{e002}';
/// Stands for any other value.
pub(super) const VALUE: char = '\u{e003}';
/// The most names that the sections of a text ask for; twice as many renderings for each.
pub(super) const MAX_SECTIONS: usize = 8;

/// How many elements a list has. With one, what stands around it meets; with two, what one ends with meets what the next begins
/// with; of four can be the numbers of an address.
const LENGTHS: [usize; 3] = [1, 2, 4];

const ALWAYS: [(&str, char); 3] =
    [("link", LINK), ("unsubscribe_url", UNSUBSCRIBE), ("site_url", SITE)];

/// How a value is written that a character stands for.
pub(super) const fn named(character: char) -> Option<&'static str> {
    match character {
        LINK => Some("{{link}}"),
        UNSUBSCRIBE => Some("{{unsubscribe_url}}"),
        SITE => Some("{{site_url}}"),
        VALUE => Some("{{…}}"),
        _ => None,
    }
}

/// Whether a character stands for an address.
pub(super) const fn is_address(character: char) -> bool {
    matches!(character, LINK | UNSUBSCRIBE | SITE)
}

/// Whether a character may stand in a text: what is not seen, or turns the order of others, may not.
pub(super) fn is_allowed(character: char) -> bool {
    !matches!(
        character,
        '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}'
            | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    ) && (!character.is_control() || matches!(character, '\n' | '\r' | '\t'))
}

/// The parts in each of the ways, in the order of [`Part`]. Only of a text with few sections, see [`sections`].
pub(super) fn renderings(
    kind: &EmailKind,
    templates: &[(Part, Template<'_>)],
) -> impl Iterator<Item = Vec<(Part, String)>> {
    let asked: Vec<_> = sections(templates).into_iter().take(MAX_SECTIONS).collect();
    let has_list = asked.iter().any(|name| is_list(kind, name));
    let lengths = LENGTHS.into_iter().take(if has_list { LENGTHS.len() } else { 1 });
    let worlds = 0..1_u32 << asked.len();
    let ways = lengths.flat_map(move |length| worlds.clone().map(move |world| (world, length)));
    ways.map(move |(world, length)| {
        let is_nothing = |name: &str| {
            asked.iter().position(|asked| *asked == name).is_some_and(|at| world >> at & 1 == 1)
        };
        let values = values(kind, templates, length, is_nothing);
        let scope = Scope::new(&values);
        let render = |(part, template): &(Part, Template<'_>)| {
            let escape = if *part == Part::Html { Escape::Html } else { Escape::Text };
            let mut text = String::new();
            template.render(&scope, escape, &mut text).ok()?;
            Some((*part, text))
        };
        templates.iter().filter_map(render).collect()
    })
}

fn is_list(kind: &EmailKind, name: &str) -> bool {
    kind.samples.get(name).is_some_and(Value::is_array)
}

/// The names that sections ask for, each once.
pub(super) fn sections<'t>(templates: &[(Part, Template<'t>)]) -> Vec<&'t str> {
    let mut names: Vec<&str> = Vec::new();
    for name in templates.iter().flat_map(|(_, template)| template.sections()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Each name with what stands for it. The own names of a list's elements are found around them.
fn values(
    kind: &EmailKind,
    templates: &[(Part, Template<'_>)],
    length: usize,
    is_nothing: impl Fn(&str) -> bool,
) -> BTreeMap<String, Value> {
    let value = |name: &str| {
        if is_nothing(name) {
            return Value::Null;
        }
        if is_list(kind, name) {
            return Value::Array(vec![Value::Object(Map::new()); length]);
        }
        let known = ALWAYS.iter().find(|(always, _)| *always == name);
        known.map_or(VALUE, |(_, character)| *character).to_string().into()
    };
    let mut values = BTreeMap::new();
    for name in templates.iter().flat_map(|(_, template)| template.names()) {
        values.insert(name.to_owned(), value(name));
    }
    values
}
