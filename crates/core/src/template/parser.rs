//! From a source to a template, in one pass.

use super::{MAX_DEPTH, Part, SyntaxError, SyntaxProblem, Template};

/// The state of a pass: what stands before `at` is parsed.
pub(super) struct Parser<'t> {
    pub(super) source: &'t str,
    pub(super) at: usize,
    /// The sections around `parts`, the innermost last.
    pub(super) open: Vec<Open<'t>>,
    /// Of the innermost section.
    pub(super) parts: Vec<Part<'t>>,
}

/// A section whose end is still to come.
pub(super) struct Open<'t> {
    name: &'t str,
    is_inverted: bool,
    begins_at: usize,
    /// What stood before it.
    before: Vec<Part<'t>>,
}

impl<'t> Parser<'t> {
    pub(super) fn parse(mut self) -> Result<Template<'t>, SyntaxError> {
        while let Some(begins_at) = self.find(self.at, *b"{{") {
            let inner = begins_at + 2;
            let ends_at = self
                .find(inner, *b"}}")
                .ok_or_else(|| self.error(begins_at, SyntaxProblem::OpenTag))?;
            let tag = self.slice(inner, ends_at);
            self.tag(begins_at, ends_at + 2, tag)?;
        }
        self.text_until(self.source.len());
        match self.open.last() {
            Some(open) => {
                let problem = SyntaxProblem::OpenSection(open.name.to_owned());
                Err(self.error(open.begins_at, problem))
            }
            None => Ok(Template { parts: self.parts, in_json: false }),
        }
    }

    fn tag(&mut self, begins_at: usize, after: usize, tag: &'t str) -> Result<(), SyntaxError> {
        let kind = tag.bytes().next().filter(|kind| matches!(kind, b'#' | b'^' | b'/'));
        let name = kind.and_then(|_| tag.get(1..)).unwrap_or(tag).trim_ascii();
        if !is_name(name) {
            return Err(self.error(begins_at, SyntaxProblem::NoTag));
        }
        let Some(kind) = kind else {
            self.text_until(begins_at);
            self.parts.push(Part::Value(name));
            self.at = after;
            return Ok(());
        };
        // A tag of a section that has a line to itself leaves none (mustache/spec, "Standalone").
        let (text_end, next) = self.line_of_its_own(begins_at, after).unwrap_or((begins_at, after));
        self.text_until(text_end);
        self.at = next;
        if kind == b'/' {
            return self.close(begins_at, name);
        }
        if self.open.len() == MAX_DEPTH {
            return Err(self.error(begins_at, SyntaxProblem::TooDeep));
        }
        let before = std::mem::take(&mut self.parts);
        self.open.push(Open { name, is_inverted: kind == b'^', begins_at, before });
        Ok(())
    }

    fn close(&mut self, begins_at: usize, name: &'t str) -> Result<(), SyntaxError> {
        let Some(open) = self.open.pop_if(|open| open.name == name) else {
            return Err(self.error(begins_at, SyntaxProblem::UnexpectedEnd(name.to_owned())));
        };
        let parts = std::mem::replace(&mut self.parts, open.before);
        let Open { name, is_inverted, .. } = open;
        self.parts.push(Part::Section { name, is_inverted, parts });
        Ok(())
    }

    /// The line that a tag has to itself, its end included.
    fn line_of_its_own(&self, begins_at: usize, after: usize) -> Option<(usize, usize)> {
        let is_blank = |text: &str| text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
        let before = self.slice(0, begins_at);
        let line = before.bytes().rposition(|byte| byte == b'\n').map_or(0, |at| at + 1);
        let rest = self.slice(after, self.source.len());
        let end = rest.bytes().position(|byte| byte == b'\n');
        let (blank, next) = match end {
            Some(at) => (self.slice(after, after + at), after + at + 1),
            None => (rest, self.source.len()),
        };
        (is_blank(self.slice(line, begins_at)) && is_blank(blank)).then_some((line, next))
    }

    fn text_until(&mut self, end: usize) {
        let text = self.slice(self.at, end);
        if !text.is_empty() {
            self.parts.push(Part::Text(text.into()));
        }
    }

    fn find(&self, from: usize, pair: [u8; 2]) -> Option<usize> {
        let rest = self.source.as_bytes().get(from..)?;
        rest.windows(2).position(|window| window == pair).map(|at| from + at)
    }

    /// All bounds stand beside ASCII; a text never lacks them.
    fn slice(&self, from: usize, to: usize) -> &'t str {
        self.source.get(from..to).unwrap_or_default()
    }

    fn error(&self, at: usize, problem: SyntaxProblem) -> SyntaxError {
        let lines = self.slice(0, at).bytes().filter(|byte| *byte == b'\n').count();
        SyntaxError { line: lines + 1, problem }
    }
}

/// The names of variables, as in the keys of JSON that SQL writes.
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
