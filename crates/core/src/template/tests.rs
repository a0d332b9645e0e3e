use serde_json::json;

use super::*;

fn fill(source: &str, variables: &Value, escape: Escape) -> Result<String, MissingVariable> {
    let template = Template::parse(source).unwrap();
    let mut out = String::new();
    let variables = variables.as_object().unwrap();
    template.render(&Scope::new(variables), escape, &mut out).map(|()| out)
}

/// The same, by way of JSON.
fn fill_in_json(source: &str, variables: &Value, escape: Escape) -> String {
    let template = Template::parse(source).unwrap().in_json();
    let mut out = String::new();
    let variables = variables.as_object().unwrap();
    template.render(&Scope::new(variables), escape, &mut out).unwrap();
    serde_json::from_str(&["\"", &out, "\""].concat()).unwrap()
}

fn refusal(source: &str) -> SyntaxError {
    Template::parse(source).unwrap_err()
}

/// What `mustache`, its JavaScript, makes of the same: `tests/agreement/templates.mjs` holds it to the same lines.
#[test]
fn texts_are_what_mustache_makes_of_them() {
    let mut count = 0;
    for line in include_str!("../../../../tests/agreement/templates.jsonl").lines() {
        let (source, variables, text, html): (String, Value, String, String) =
            serde_json::from_str(line).unwrap();
        assert_eq!(fill(&source, &variables, Escape::Text).unwrap(), text, "{line}");
        assert_eq!(fill(&source, &variables, Escape::Html).unwrap(), html, "{line}");
        assert_eq!(fill_in_json(&source, &variables, Escape::Text), text, "{line}");
        assert_eq!(fill_in_json(&source, &variables, Escape::Html), html, "{line}");
        count += 1;
    }
    assert!(count > 500, "{count} lines");
}

#[test]
fn a_variable_that_nobody_gave_is_an_error() {
    let missing = Err(MissingVariable("name".to_owned()));
    for source in ["{{name}}", "{{#name}}x{{/name}}", "{{^name}}x{{/name}}"] {
        assert_eq!(fill(source, &json!({}), Escape::Text), missing);
    }
    assert_eq!(fill("{{name}}", &json!({ "name": ["a"] }), Escape::Text), missing);
    assert_eq!(fill("{{#on}}{{name}}{{/on}}", &json!({ "on": false }), Escape::Text).unwrap(), "");
}

#[test]
fn an_element_is_looked_into_before_what_is_around_it() {
    let variables = json!({ "name": "outer", "rows": [{ "name": "a" }, {}, { "name": "c" }] });
    assert_eq!(
        fill("{{#rows}}{{name}},{{/rows}}", &variables, Escape::Text).unwrap(),
        "a,outer,c,"
    );
}

#[test]
fn names_are_told_in_their_order() {
    let template = Template::parse("{{a}}{{#b}}{{c}}{{^d}}{{/d}}{{/b}}").unwrap();
    assert_eq!(template.names(), ["a", "b", "c", "d"]);
}

#[test]
fn what_is_no_template_is_refused_with_its_line() {
    use SyntaxProblem::*;
    let cases = [
        ("a\n{{name", 2, OpenTag),
        ("{{}}", 1, NoTag),
        ("{{{name}}}", 1, NoTag),
        ("{{&name}}", 1, NoTag),
        ("{{>part}}", 1, NoTag),
        ("{{=<% %>=}}", 1, NoTag),
        ("{{! remark }}", 1, NoTag),
        ("{{.}}", 1, NoTag),
        ("{{a.b}}", 1, NoTag),
        ("{{Name}}", 1, NoTag),
        ("{{na me}}", 1, NoTag),
        ("{{nämé}}", 1, NoTag),
        ("\n\n{{#a}}x", 3, OpenSection("a".to_owned())),
        ("x{{/a}}", 1, UnexpectedEnd("a".to_owned())),
        ("{{#a}}{{#b}}\n{{/a}}{{/b}}", 2, UnexpectedEnd("a".to_owned())),
        ("{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}", 1, TooDeep),
    ];
    for (source, line, problem) in cases {
        assert_eq!(refusal(source), SyntaxError { line, problem }, "{source}");
    }
}

proptest::proptest! {
    #[test]
    fn no_source_and_no_value_panics_or_lets_markup_through(
        source in "([{]{0,3}[#^/]?[ab]?[}]{0,3}|[\\n ä<]){0,12}",
        value in ".{0,20}",
    ) {
        let html = Template::parse(&source).ok().and_then(|template| {
            let variables = json!({ "a": value, "b": [{ "a": value }] });
            let mut out = String::new();
            let filled = template.render(&Scope::new(variables.as_object().unwrap()), Escape::Html, &mut out);
            filled.ok().map(|()| out)
        });
        let own = source.matches('<').count();
        if let Some(html) = html {
            proptest::prop_assert!(html.matches('<').count() <= own * 64);
            proptest::prop_assert!(own > 0 || !html.contains(['<', '>', '"', '\'']));
        }
    }
}
