//! The HTML that a text may have: paragraphs, lists, stress and links, which every mail program shows.

/// Elements, and whether they have an end.
const ELEMENTS: [(&str, bool); 9] = [
    ("p", true),
    ("a", true),
    ("strong", true),
    ("em", true),
    ("ul", true),
    ("ol", true),
    ("li", true),
    ("blockquote", true),
    ("br", false),
];
/// What stands for a link.
const LINKS: [&str; 3] = ["{{link}}", "{{unsubscribe_url}}", "{{site_url}}"];

/// What is not allowed in a text, in its order.
pub(super) fn problems(html: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((tag, behind)) = after.split_once('>') else {
            problems.push("A tag is not closed; a < in a text is written &lt;.".to_owned());
            return problems;
        };
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                problems.push(format!("</{name}> closes nothing that is open."));
            }
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        match ELEMENTS.iter().find(|(element, _)| *element == name) {
            Some((_, true)) => open.push(name),
            Some(_) => {}
            None => problems.push(format!("<{name}> is not one of {}.", allowed())),
        }
        if !attributes_fit(name, attributes) {
            problems.push(format!("<{name}> has attributes that it cannot have."));
        }
    }
    problems.extend(open.iter().rev().map(|name| format!("<{name}> is not closed.")));
    problems
}

fn allowed() -> String {
    ELEMENTS.map(|(name, _)| name).join(", ")
}

/// A link has its address, and may be a button; nothing else has attributes.
fn attributes_fit(name: &str, attributes: &str) -> bool {
    let attributes = attributes.strip_prefix(r#"class="button" "#).unwrap_or(attributes);
    let address = attributes.strip_prefix(r#"href=""#).and_then(|rest| rest.strip_suffix('"'));
    match (name, address) {
        ("a", Some(address)) => {
            !address.contains(['"', ' ']) && LINKS.iter().any(|link| address.starts_with(link))
        }
        (name, _) => name != "a" && attributes.is_empty(),
    }
}

/// The places that a text leads to, each once: `{{link}}`, `{{unsubscribe_url}}`, `{{site_url}}` with all that mail programs would take for part
/// of the address, and what else they would make a link of.
pub(super) fn places(text: &str) -> Vec<String> {
    let mut places = Vec::new();
    for (at, _) in text.match_indices("{{") {
        let here = text.get(at..).unwrap_or_default();
        let own = ["{{link}}", "{{unsubscribe_url}}"].into_iter().find(|own| here.starts_with(own));
        if let Some(own) = own {
            places.push(own.to_owned());
        } else if let Some(path) = here.strip_prefix("{{site_url}}") {
            let is_end = |c: char| c.is_whitespace() || matches!(c, '<' | '"' | '{' | '}');
            let address = path.split(is_end).next().unwrap_or_default();
            let address = address.trim_end_matches(['.', ',', ';', ':', ')', '!', '?']);
            places.push(["{{site_url}}", address].concat());
        }
    }
    for mark in ["://", "www.", "mailto:", "javascript:", "data:"] {
        if text.to_ascii_lowercase().contains(mark) {
            places.push(mark.to_owned());
        }
    }
    places.sort();
    places.dedup();
    places
}
