//! The templates of mails: the part of Mustache (the specification, mustache/spec) that texts need.
//!
//! - `{{name}}` is the value of a variable, escaped where the text is HTML.
//! - `{{#name}}…{{/name}}` stands once for something true and once for each element of a list, whose own variables are
//!   known inside; `{{^name}}…{{/name}}` stands where there is nothing: null, false, 0, an empty text or list.
//!
//! What Mustache has beside it (unescaped values, partials, lambdas, other delimiters) is refused, and so is a name that
//! nobody gave: where Mustache leaves a gap, a mail must not go out.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde_json::{Map, Value};

use crate::json;

/// Sections within sections, at most.
const MAX_DEPTH: usize = 4;

/// A compiled template. Borrows its source.
#[derive(Debug)]
pub struct Template<'t> {
    parts: Vec<Part<'t>>,
    /// Whether what it writes stands between the quotation marks of JSON.
    in_json: bool,
}

#[derive(Debug)]
enum Part<'t> {
    Text(Cow<'t, str>),
    Value(&'t str),
    Section { name: &'t str, is_inverted: bool, parts: Vec<Part<'t>> },
}

/// Why a source is no template. `line` counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct SyntaxError {
    /// The line of the tag.
    pub line: usize,
    /// The fault.
    pub problem: SyntaxProblem,
}

/// The faults of a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxProblem {
    /// `{{` without `}}`.
    #[error("a tag is not closed")]
    OpenTag,
    /// A tag that is neither a value nor a section, or a name that is none.
    #[error(
        "this is no tag: values are {{{{name}}}}, sections {{{{#name}}}}, {{{{^name}}}} and {{{{/name}}}}"
    )]
    NoTag,
    /// A section without its end.
    #[error("section {0} is not closed")]
    OpenSection(String),
    /// An end without its section.
    #[error("{0} closes no section")]
    UnexpectedEnd(String),
    /// Sections within sections, too many.
    #[error("sections stand more than {MAX_DEPTH} deep")]
    TooDeep,
}

/// Why a template could not be filled: a variable that is not there, or is no text. Names it, never its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("variable {0} is missing, or is a list where a text should be")]
pub struct MissingVariable(pub String);

/// How a value is written into the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// As it is.
    Text,
    /// Without markup.
    Html,
}

/// Variables by name.
pub trait Variables {
    /// The value of a name; `None` where nobody gave one.
    fn value(&self, name: &str) -> Option<&Value>;
}

impl Variables for BTreeMap<String, Value> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}

impl Variables for Map<String, Value> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}

impl<const N: usize> Variables for [(&'static str, Value); N] {
    fn value(&self, name: &str) -> Option<&Value> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// Where names are looked up: here first, then around it.
pub struct Scope<'a> {
    variables: &'a dyn Variables,
    outer: Option<&'a Scope<'a>>,
}

impl<'a> Scope<'a> {
    /// Of these variables alone.
    #[must_use]
    pub fn new(variables: &'a dyn Variables) -> Self {
        Self { variables, outer: None }
    }

    /// These variables first.
    #[must_use]
    pub fn within(&'a self, variables: &'a dyn Variables) -> Self {
        Self { variables, outer: Some(self) }
    }

    fn value(&self, name: &str) -> Result<&'a Value, MissingVariable> {
        let mut scope = self;
        loop {
            match (scope.variables.value(name), scope.outer) {
                (Some(value), _) => return Ok(value),
                (None, Some(outer)) => scope = outer,
                (None, None) => return Err(MissingVariable(name.to_owned())),
            }
        }
    }
}

impl<'t> Template<'t> {
    /// Compiles a source.
    ///
    /// # Errors
    /// [`SyntaxError`], the first.
    pub fn parse(source: &'t str) -> Result<Self, SyntaxError> {
        Parser { source, at: 0, open: Vec::new(), parts: Vec::new() }.parse()
    }

    /// The same, written as it stands between the quotation marks of JSON: what it says itself is escaped once, and not each time
    /// that it is filled.
    #[must_use]
    pub fn in_json(self) -> Self {
        Self { parts: escaped(self.parts), in_json: true }
    }

    /// Writes the text with the values of a scope.
    ///
    /// # Errors
    /// [`MissingVariable`], the first; what was written by then is no text to use.
    pub fn render(
        &self,
        scope: &Scope<'_>,
        escape: Escape,
        out: &mut String,
    ) -> Result<(), MissingVariable> {
        render(&self.parts, scope, Style { escape, in_json: self.in_json }, out)
    }

    /// The names it asks for, of values and sections, in their order.
    #[must_use]
    pub fn names(&self) -> Vec<&'t str> {
        let mut names = Vec::new();
        collect(&self.parts, &mut |name, _| names.push(name));
        names
    }

    /// The names that its sections ask for, in their order.
    #[must_use]
    pub fn sections(&self) -> Vec<&'t str> {
        let mut names = Vec::new();
        collect(&self.parts, &mut |name, is_section| names.extend(is_section.then_some(name)));
        names
    }

    /// The first name that stands where its own section has said all: a section within its own, which of a list is its length
    /// squared, and a value where it is nothing.
    #[must_use]
    pub fn within_own_section(&self) -> Option<&'t str> {
        within_own_section(&self.parts, &mut Vec::new())
    }
}

/// See [`Template::within_own_section`]. `around`: the sections, the innermost last, and whether each is inverted.
fn within_own_section<'t>(
    parts: &[Part<'t>],
    around: &mut Vec<(&'t str, bool)>,
) -> Option<&'t str> {
    parts.iter().find_map(|part| match part {
        Part::Text(_) => None,
        Part::Value(name) => around.contains(&(*name, true)).then_some(*name),
        Part::Section { name, is_inverted, parts } => {
            if around.iter().any(|(around, _)| around == name) {
                return Some(*name);
            }
            around.push((*name, *is_inverted));
            let found = within_own_section(parts, around);
            around.pop();
            found
        }
    })
}

/// Each name, and whether it is that of a section.
fn collect<'t>(parts: &[Part<'t>], found: &mut impl FnMut(&'t str, bool)) {
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Value(name) => found(name, false),
            Part::Section { name, parts, .. } => {
                found(name, true);
                collect(parts, found);
            }
        }
    }
}

fn escaped(parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    let escape = |part| match part {
        Part::Text(text) => Part::Text(json::Escaped::of(&text).into_string().into()),
        Part::Section { name, is_inverted, parts } => {
            Part::Section { name, is_inverted, parts: escaped(parts) }
        }
        value @ Part::Value(_) => value,
    };
    parts.into_iter().map(escape).collect()
}

/// How values are written.
#[derive(Clone, Copy)]
struct Style {
    escape: Escape,
    in_json: bool,
}

fn render(
    parts: &[Part<'_>],
    scope: &Scope<'_>,
    style: Style,
    out: &mut String,
) -> Result<(), MissingVariable> {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Value(name) => write_value(name, scope.value(name)?, style, out)?,
            Part::Section { name, is_inverted, parts } => {
                let value = scope.value(name)?;
                match value {
                    _ if is_nothing(value) != *is_inverted => {}
                    Value::Array(elements) if !is_inverted => {
                        for element in elements {
                            let item = element.as_object().map(|item| scope.within(item));
                            render(parts, item.as_ref().unwrap_or(scope), style, out)?;
                        }
                    }
                    _ => render(parts, scope, style, out)?,
                }
            }
        }
    }
    Ok(())
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(is_so) => !is_so,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(_) => false,
    }
}

fn write_value(
    name: &str,
    value: &Value,
    style: Style,
    out: &mut String,
) -> Result<(), MissingVariable> {
    use fmt::Write as _;
    match value {
        Value::Null => {}
        Value::String(text) => write_text(text, style, out),
        Value::Bool(_) | Value::Number(_) => {
            let _ = write!(out, "{value}");
        }
        Value::Array(_) | Value::Object(_) => return Err(MissingVariable(name.to_owned())),
    }
    Ok(())
}

fn write_text(text: &str, style: Style, out: &mut String) {
    let write = |text: &str, out: &mut String| {
        if style.in_json { json::write_escaped(text, out) } else { out.push_str(text) }
    };
    match style.escape {
        Escape::Text => write(text, out),
        Escape::Html => write_without_markup(text, write, out),
    }
}

/// Escapes what would be markup (OWASP, "Cross Site Scripting Prevention", rules 1 and 2), and writes the rest.
fn write_without_markup(text: &str, write: impl Fn(&str, &mut String), out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| entity(byte).is_some()) {
        let (plain, marked) = rest.split_at(at);
        write(plain, out);
        // What is escaped is ASCII, so that the next character begins one byte on.
        let (special, after) = marked.split_at(1);
        out.push_str(special.bytes().next().and_then(entity).unwrap_or_default());
        rest = after;
    }
    write(rest, out);
}

fn entity(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    }
}

mod parser;
use parser::Parser;

#[cfg(test)]
mod tests;
