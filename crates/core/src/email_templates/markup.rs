//! The HTML that a text may have: paragraphs, lists, stress and links, which every mail program shows.

use super::renderings::is_address;

/// Elements, and what is around them in a text without markup: a break, or nothing.
const ELEMENTS: [(&str, Around); 9] = [
    ("p", Around::Break),
    ("a", Around::Nothing),
    ("strong", Around::Nothing),
    ("em", Around::Nothing),
    ("ul", Around::Break),
    ("ol", Around::Break),
    ("li", Around::Break),
    ("blockquote", Around::Break),
    ("br", Around::Break),
];
/// The element that has no end.
const VOID: &str = "br";
/// Characters that are markup where they stand for themselves, as they are written.
const ENTITIES: [(&str, char); 5] =
    [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("nbsp", '\u{a0}')];

#[derive(Clone, Copy)]
enum Around {
    Break,
    Nothing,
}

/// HTML as a mail program reads it.
#[derive(Default)]
pub(super) struct Fragment {
    /// What is not allowed, in its order.
    pub(super) problems: Vec<String>,
    /// The addresses of its links, as they are written.
    pub(super) hrefs: Vec<String>,
    /// What it shows.
    pub(super) text: String,
}

impl Fragment {
    pub(super) fn read(html: &str) -> Self {
        let mut fragment = Self::default();
        let mut open = Vec::new();
        let mut rest = html;
        while let Some((text, after)) = rest.split_once('<') {
            fragment.show(text);
            let Some((tag, behind)) = after.split_once('>') else {
                let detail = "A tag is not closed; a < in a text is written &lt;.";
                fragment.problems.push(detail.to_owned());
                return fragment;
            };
            fragment.tag(tag, &mut open);
            rest = behind;
        }
        fragment.show(rest);
        for (name, _) in open.iter().rev() {
            fragment.problems.push(format!("<{name}> is not closed."));
        }
        fragment
    }

    /// `open`: what is open, the innermost last, and where what it shows begins.
    fn tag<'t>(&mut self, tag: &'t str, open: &mut Vec<(&'t str, usize)>) {
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let (name, is_end) = name.strip_prefix('/').map_or((name, false), |name| (name, true));
        if let Some((_, Around::Break)) = ELEMENTS.iter().find(|(element, _)| *element == name) {
            self.text.push('\n');
        }
        if is_end {
            let begins_at = open.pop_if(|(open, _)| *open == name).map(|(_, at)| at);
            match begins_at {
                Some(at) if attributes.is_empty() => self.show_link(name, at),
                _ => self.problems.push(format!("</{name}> closes nothing that is open.")),
            }
            return;
        }
        if !ELEMENTS.iter().any(|(element, _)| *element == name) {
            let allowed = ELEMENTS.map(|(name, _)| name).join(", ");
            self.problems.push(format!("<{name}> is not one of {allowed}."));
        } else if name != VOID {
            open.push((name, self.text.len()));
        }
        match address(attributes) {
            Some(address) if name == "a" => self.hrefs.push(address.to_owned()),
            _ if name != "a" && attributes.is_empty() => {}
            _ => self.problems.push(format!("<{name}> has attributes that it cannot have.")),
        }
    }

    /// Nobody follows a link that shows nothing. A value may be nothing, but for an address.
    fn show_link(&mut self, name: &str, begins_at: usize) {
        let shown = self.text.get(begins_at..).unwrap_or_default();
        if name == "a" && !shown.contains(|c: char| c.is_alphanumeric() || is_address(c)) {
            self.problems.push("<a> shows no word.".to_owned());
        }
    }

    /// Other entities would hide from us what a mail program reads.
    fn show(&mut self, text: &str) {
        let mut parts = text.split('&');
        self.text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let known = ENTITIES.iter().find_map(|(name, character)| {
                Some((*character, part.strip_prefix(name)?.strip_prefix(';')?))
            });
            let Some((character, after)) = known else {
                let allowed = ENTITIES.map(|(name, _)| ["&", name, ";"].concat()).join(", ");
                let detail =
                    format!("An & in a text is written &amp;, and begins none but {allowed}.");
                self.problems.push(detail);
                return;
            };
            self.text.push(character);
            self.text.push_str(after);
        }
    }
}

/// A link has its address, and may be a button.
fn address(attributes: &str) -> Option<&str> {
    let attributes = attributes.strip_prefix(r#"class="button" "#).unwrap_or(attributes);
    let address = attributes.strip_prefix(r#"href=""#)?.strip_suffix('"')?;
    (!address.contains(['"', '&'])).then_some(address)
}
