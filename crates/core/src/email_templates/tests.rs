use serde_json::{Value, json};

use super::*;
use crate::{
    ports::SqlFunction as _,
    refusal::parse_request,
    testing::{World, client, signed_in},
};

/// A mail with a link of its own, a page, a list, and a variable that may be nothing.
fn kind() -> Value {
    json!({
        "key": "sample", "has_link": true, "is_refusable": true, "pages": ["sessions"], "admin_id": crate::id::UserId::default(),
        "samples": {
            "name": "Ada <b>", "note": "a word", "starts_at": "2026-05-04T12:30:00Z",
            "until_at": "2026-05-04T14:30:00Z",
            "rows": [{ "title": "First", "ends_at": "2026-05-04T13:30:00Z" }],
        },
        "optional": ["note", "until_at"],
    })
}

const HTML: &str = r#"<p>{{name}}</p><p><a class="button" href="{{link}}">Go</a></p><p><a href="{{unsubscribe_url}}">No more</a></p>"#;
const TEXT: &str = "{{name}}: {{link}} No more: {{unsubscribe_url}}";

/// What is wrong with a text, by part and code; and the mail.
fn try_text(fields: &Value) -> (Vec<String>, Option<PreviewedMail>) {
    try_text_of(kind(), fields)
}

fn try_text_of(kind: Value, fields: &Value) -> (Vec<String>, Option<PreviewedMail>) {
    let world = World::new();
    world.database.answer::<EmailKindFor<'_>>(kind);
    let mut body = json!({ "key": "sample", "locale": "en", "subject": "Hi {{name}}", "html": HTML, "text": TEXT });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let request: PreviewRequest = parse_request(body.to_string().as_bytes()).unwrap();
    let shown = pollster::block_on(preview(&world, &signed_in("olga"), &request)).unwrap();
    assert_eq!(world.asked::<EmailKindFor<'_>>().arguments, json!({ "p_key": "sample" }));
    let problems = shown.problems.iter().map(|field| [&field.pointer, " ", field.code].concat());
    (problems.collect(), shown.mail)
}

#[test]
fn a_mail_that_speaks_of_no_page_links_to_none() {
    let of = |pages: Value| {
        let mut kind = kind();
        kind["has_link"] = json!(false);
        kind["is_refusable"] = json!(false);
        kind["pages"] = pages;
        try_text_of(kind, &json!({ "html": "<p>{{name}}</p>", "text": "{{name}}" })).0
    };
    assert_eq!(of(json!([])), [""; 0]);
    assert_eq!(of(json!(["sessions"])), ["/html no_link"]);
}

#[test]
fn a_text_is_shown_as_the_mail_that_its_samples_make() {
    let (problems, mail) = try_text(&json!({}));
    let mail = mail.unwrap();
    assert_eq!(problems, [""; 0]);
    assert_eq!(mail.subject, "Hi Ada <b>");
    assert!(mail.html.contains("<p>Ada &lt;b&gt;</p>") && mail.html.starts_with("<!doctype html>"));
    assert!(mail.text.starts_with("Ada <b>: https://"), "{}", mail.text);
}

#[test]
fn lists_dates_and_pages_are_known() {
    let fields = json!({
        "html": r#"{{#rows}}<ul><li>{{title}} {{ends_at_local}}</li></ul>{{/rows}}{{^rows}}<p>None<br>at all</p>{{/rows}}
            <p>{{#note}}<em>{{note}}</em>{{/note}} {{starts_at_local}}</p>
            <p><a href="{{site_url}}/sessions">Sessions</a> <a href="{{link}}">{{link}}</a> <a href="{{unsubscribe_url}}">no more</a></p>"#,
        "text": "{{#rows}}{{title}} {{ends_at_local}}\n{{/rows}}{{site_url}}/sessions {{link}} {{unsubscribe_url}}",
    });
    let (problems, mail) = try_text(&fields);
    assert_eq!(problems, [""; 0]);
    assert!(mail.unwrap().text.starts_with("First 2026-05-04 13:30 in en GMT\n"));
}

#[test]
fn what_would_make_a_mail_wrong_is_named_by_part() {
    let html = |inner: &str| json!({ "html": format!("{HTML}{inner}") });
    let cases = [
        (json!({ "subject": "{{#name}}" }), "/subject invalid_template"),
        (html("{{name"), "/html invalid_template"),
        (json!({ "text": "{{link}} {{{name}}}" }), "/text invalid_template"),
        (json!({ "subject": "{{surname}}" }), "/subject unknown_variable"),
        (html("{{name_local}}"), "/html unknown_variable"),
        (html("{{#rows}}{{title}}{{/rows}}{{title}}"), "/html unknown_variable"),
        (json!({ "subject": "{{link}}" }), "/subject unknown_variable"),
        (json!({ "subject": "{{#note}}{{note}}{{/note}}" }), "/subject invalid_length"),
        // One may be nothing where the other is not.
        (html("{{#note}}{{until_at_local}}{{/note}}"), "/html unknown_variable"),
        // A mail that nobody gets, on the one day on which it is asked for.
        (
            html("{{#name}}{{^note}}{{#starts_at}}{{rows}}{{/starts_at}}{{/note}}{{/name}}"),
            "/html unknown_variable",
        ),
        (html("{{^name}}{{rows}}{{/name}}"), "/html unknown_variable"),
        // Where it is 0, it is nothing, and is written.
        (html("{{^note}}8{{note}}.8.{{note}}.8{{/note}}"), "/html section_not_allowed"),
        (
            html("{{#rows}}{{^note}}{{#rows}}a{{/rows}}{{/note}}{{/rows}}"),
            "/html section_not_allowed",
        ),
        // Of each session in a list, a page.
        (
            html(&format!("{{{{#rows}}}}<p>{}</p>{{{{/rows}}}}", "word ".repeat(1_500))),
            "/html invalid_length",
        ),
        (html("<script>alert(1)</script>"), "/html markup_not_allowed"),
        (html("<p onclick=\"x\">a</p>"), "/html markup_not_allowed"),
        (html("<p style=\"x\">a</p>"), "/html markup_not_allowed"),
        (html("<img src=\"{{link}}\">"), "/html markup_not_allowed"),
        (html("<p>a"), "/html markup_not_allowed"),
        (html("a</p>"), "/html markup_not_allowed"),
        (html("<p><em>a</p></em>"), "/html markup_not_allowed"),
        (html("a < b"), "/html markup_not_allowed"),
        (html("<a>a</a>"), "/html markup_not_allowed"),
        (html("<A HREF=\"{{link}}\">a</A>"), "/html markup_not_allowed"),
        (html("<a href=\"{{name}}\">a</a>"), "/html unknown_link"),
        (html("<a href='{{link}}'>a</a>"), "/html markup_not_allowed"),
        (html("<a href=\"{{link}}\" target=\"_blank\">a</a>"), "/html markup_not_allowed"),
        (html("<a href=\"https://evil.example\">a</a>"), "/html unknown_link"),
        (html("<!-- a -->"), "/html markup_not_allowed"),
        (html("AT&T"), "/html markup_not_allowed"),
        (html("see https://evil.example"), "/html unknown_link"),
        (html("see WWW.evil.example"), "/html unknown_link"),
        (html("<a href=\"{{site_url}}/review\">a</a>"), "/html unknown_link"),
        (html("<a href=\"{{site_url}}.evil/sessions\">a</a>"), "/html unknown_link"),
        (html("<a href=\"{{site_url}}\">a</a>"), "/html unknown_link"),
        (json!({ "text": "{{link}} https://evil.example" }), "/text unknown_link"),
        (json!({ "text": "no link" }), "/text links_differ"),
        (html("<a href=\"{{site_url}}/sessions\">a</a>"), "/text links_differ"),
        (json!({ "html": "<p>a</p>", "text": "a" }), "/html no_link"),
        (json!({ "html": "<a href=\"{{link}}\">a</a>", "text": "{{link}}" }), "/html no_way_out"),
        (json!({ "subject": "{{unsubscribe_url}}" }), "/subject unknown_variable"),
    ];
    for (fields, expected) in cases {
        let (problems, _) = try_text(&fields);
        assert!(problems.iter().any(|found| found == expected), "{fields}: {problems:?}");
    }
}

#[test]
fn what_follows_a_page_is_part_of_its_address() {
    for after in
        ["evil", "/../review", "?next=x", "#x", "%2f", ".evil.example", "@evil.example", "0"]
    {
        let address = ["<a href=\"{{site_url}}/sessions", after, "\">a</a>"].concat();
        let (problems, _) = try_text(&json!({
            "html": format!("{HTML}{address}"), "text": format!("{TEXT} {{{{site_url}}}}/sessions"),
        }));
        assert_ne!(problems, [""; 0], "{after}");
    }
}

#[test]
fn no_way_of_writing_a_foreign_address_gets_through() {
    let everywhere = |html: &str, text: &str| json!({ "html": format!("{HTML}<p>{html}</p>"), "text": format!("{TEXT} {text}") });
    for (html, text) in [
        // Blanks in a tag, and sections around a part of an address.
        (r#"<a href="{{#note}}{{link}}{{/note}}">a</a>"#, "{{#note}}{{link}}{{/note}}evil"),
        (r#"<a href="{{ site_url }}.evil.example">a</a>"#, "{{ site_url }}.evil.example"),
        ("{{ site_url }}.evil.example", "{{ site_url }}.evil.example"),
        ("http:{{#note}}//evil{{/note}}", "http:{{#note}}//evil{{/note}}"),
        ("http:{{^note}}//evil{{/note}}", "http:{{^note}}//evil{{/note}}"),
        ("evil{{#note}}.{{/note}}example", "evil{{#note}}.{{/note}}example"),
        ("{{#rows}}example evil.{{/rows}}", "{{#rows}}example evil.{{/rows}}"),
        ("evil{{#rows}}.{{/rows}}example", "evil{{#rows}}.{{/rows}}example"),
        ("{{#rows}}9.{{/rows}}9", "{{#rows}}9.{{/rows}}9"),
        // Values that are nothing, or begin or end with what an address goes on with.
        ("https:{{note}}//1", "https:{{note}}//1"),
        ("10.0.0{{note}}.1", "10.0.0{{note}}.1"),
        ("{{name}}example", "{{name}}example"),
        ("evil{{name}}", "evil{{name}}"),
        ("evil{{name}}example", "evil{{name}}example"),
        ("{{name}}//1", "{{name}}//1"),
        ("{{name}}{{note}}", "{{name}}{{note}}"),
        ("{{site_url}}/sessions(/../review", "{{site_url}}/sessions(/../review"),
        (
            "{{#name}}{{^note}}evil.example{{/note}}{{/name}}",
            "{{#name}}{{^note}}evil.example{{/note}}{{/name}}",
        ),
        // What mail programs make links of by themselves.
        ("evil.example", "evil.example"),
        ("help@evil.example", "help@evil.example"),
        ("evil<em>.example</em>", "evil.example"),
        ("evil。example", "evil。example"),
        ("{{name}}.example", "{{name}}.example"),
        ("10.1.2.3", "10.1.2.3"),
        ("{{link}}.evil.example", "{{link}}.evil.example"),
        ("{{link}}evil", "{{link}}evil"),
    ] {
        let (problems, _) = try_text(&everywhere(html, text));
        for part in ["/html unknown_link", "/text unknown_link"] {
            assert!(problems.iter().any(|found| found == part), "{html}: {problems:?}");
        }
    }
}

#[test]
fn what_a_section_adds_to_a_tag_is_judged_as_part_of_it() {
    for html in [
        r#"<a href="{{link}}{{#note}}" onclick="x{{/note}}">a</a>"#,
        r#"<a {{#note}}class="button" {{/note}}style="x" href="{{link}}">a</a>"#,
        r#"<a href="{{link}}{{#note}}">a</a><script>{{/note}}">a</a>"#,
        "<p>a</p evil>",
        "<p{{#note}} id=x{{/note}}>a</p>",
        "{{#note}}<p>{{/note}}a{{#note}}{{^name}}</p>{{/name}}{{/note}}",
        "<p>{{#note}}</p>{{/note}}",
        "<em>{{#rows}}</em>{{/rows}}",
        r#"<a href="{{link}}"></a>"#,
        r#"<a href="{{link}}"> &nbsp;.</a>"#,
        r#"<a href="{{link}}">{{note}}</a>"#,
        "https&#58;//evil.example",
        "https&colon;//evil",
        "evil&period;example",
        "<a href=\"{{link}}&amp;next=x\">a</a>",
    ] {
        let (problems, _) = try_text(&json!({ "html": format!("{HTML}{html}") }));
        assert!(
            problems.iter().any(|found| found == "/html markup_not_allowed"),
            "{html}: {problems:?}"
        );
    }
}

#[test]
fn a_mail_has_its_links_however_its_sections_turn_out() {
    let within = |section: &str, link: &str| {
        let name = &section[1..];
        let hide =
            |part: &str| part.replace(link, &format!("{{{{{section}}}}} {link} {{{{/{name}}}}}"));
        try_text(&json!({
            "html": hide(HTML), "text": hide(TEXT),
        }))
        .0
    };
    for section in ["#note", "^note", "^rows", "#rows"] {
        for (link, problem) in
            [("{{link}}", "/html no_link"), ("{{unsubscribe_url}}", "/html no_way_out")]
        {
            let problems = within(section, link);
            assert!(problems.contains(&problem.to_owned()), "{section} {link}: {problems:?}");
        }
    }
    for section in ["^product_name", "#link", "#site_url", "^unsubscribe_url", "#starts_at_local"] {
        let problems = within(section, "{{link}}");
        assert!(
            problems.contains(&"/html section_not_allowed".to_owned()),
            "{section}: {problems:?}"
        );
    }
}

#[test]
fn what_nobody_sees_is_not_written() {
    for character in [
        "\u{e000}", "\u{e003}", "\u{202e}", "\u{2066}", "\u{61c}", "\u{2061}", "\u{3164}",
        "\u{200b}", "\u{7}", "\u{feff}",
    ] {
        let (problems, _) = try_text(&json!({ "text": format!("{TEXT} {character}") }));
        assert!(problems.contains(&"/text character_not_allowed".to_owned()), "{problems:?}");
    }
}

#[test]
fn the_ways_a_text_can_turn_out_are_few() {
    let names = ["name", "note", "starts_at", "rows", "title", "ends_at"];
    let sections = |names: &[&str]| -> String {
        names.iter().flat_map(|name| ["{{#", name, "}}a{{/", name, "}}"]).collect()
    };
    let with = |text: String| try_text(&json!({ "html": format!("{HTML}{text}") })).0;
    assert_eq!(with(format!("{{{{#rows}}}}{}{{{{/rows}}}}", sections(&names[4..]))), [""; 0]);
    let many = [&names[..], &["a", "b", "c"]].concat();
    assert!(with(sections(&many)).contains(&"/html too_many_sections".to_owned()));
}

fn save_with(world: &World, fields: &Value) -> Result<Verbatim<SavedTemplate>> {
    let mut body = json!({
        "key": "sample", "locale": "de", "subject": "Hi {{name}}", "html": HTML, "text": TEXT, "after_version": 3,
    });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let request: SaveRequest = parse_request(body.to_string().as_bytes())?;
    pollster::block_on(save(world, &signed_in("olga"), &request, &client()))
}

#[test]
fn a_text_in_order_is_kept_by_the_service_for_whoever_asked() {
    let world = World::new();
    world.database.answer::<EmailKindFor<'_>>(kind());
    world
        .database
        .answer::<SaveEmailTemplate<'_>>(json!({ "id": 7, "version": 4, "is_published": true }));
    save_with(&world, &json!({ "publish": true })).unwrap();
    let asked = world.asked::<SaveEmailTemplate<'_>>();
    assert_eq!(asked.person, None);
    assert_eq!(
        asked.arguments,
        json!({
            "p_admin_id": crate::id::UserId::default(), "p_key": "sample", "p_locale": "de",
            "p_subject": "Hi {{name}}", "p_html": HTML, "p_text": TEXT, "p_after_version": 3, "p_publish": true,
            "p_context": client(),
        })
    );
}

#[test]
fn a_text_out_of_order_is_not_kept_and_all_faults_are_told() {
    let world = World::new();
    world.database.answer::<EmailKindFor<'_>>(kind());
    let error = save_with(&world, &json!({ "subject": "{{a}} {{b}}", "text": "c" })).unwrap_err();
    assert_eq!(error.code(), Code::RuleViolation);
    let problem = error.problem(crate::id::RequestId(uuid::Uuid::nil()));
    let pointers: Vec<_> = problem.errors.iter().map(|field| &*field.pointer).collect();
    assert!(pointers.len() >= 3 && pointers.contains(&"/text"), "{pointers:?}");
    assert_eq!(world.calls(), ["email_kind"]);
}

#[test]
fn what_the_database_refuses_is_passed_on() {
    for word in EmailKindFor::REFUSES {
        let world = World::new();
        world.database.refuse::<EmailKindFor<'_>>(*word, None);
        assert_eq!(save_with(&world, &json!({})).unwrap_err().code(), *word);
    }
    for word in SaveEmailTemplate::REFUSES {
        let world = World::new();
        world.database.answer::<EmailKindFor<'_>>(kind());
        world.database.refuse::<SaveEmailTemplate<'_>>(*word, None);
        assert_eq!(save_with(&world, &json!({})).unwrap_err().code(), *word);
    }
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_called() {
    let long = "a".repeat(201);
    let longer = "a".repeat(20_001);
    let cases = [
        ("key", json!("")),
        ("key", json!("a".repeat(64))),
        ("key", json!("a\u{0}")),
        ("locale", json!("")),
        ("locale", json!("DE")),
        ("locale", json!("de_DE")),
        ("locale", json!("de-")),
        ("locale", json!("de-abcdefghi")),
        ("subject", json!("")),
        ("subject", json!(" ")),
        ("subject", json!("a\nBcc: b")),
        ("subject", json!(long)),
        ("html", json!(longer)),
        ("text", json!("a\u{0}")),
        ("after_version", json!(-1)),
        ("publish", json!("yes")),
        ("other", json!(1)),
    ];
    for (name, value) in cases {
        let world = World::new();
        let error = save_with(&world, &json!({ name: value })).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRequest, "{name}");
        assert_eq!(world.calls(), [""; 0]);
    }
}
