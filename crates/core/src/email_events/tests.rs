use serde_json::{Value, json};

use super::*;
use crate::{error::Code, ports::DatabaseError, refusal::parse_request, testing::World};

/// The body of an event about mail 42 of this project, as Resend documents it.
fn event(kind: &str, more: &Value) -> Value {
    let mut event = json!({
        "type": kind,
        "created_at": "2026-11-22T23:41:12.126Z",
        "data": {
            "broadcast_id": "8b146471-e88e-4322-86af-016cd36fd216",
            "created_at": "2026-11-22T23:41:11.894719+00:00",
            "email_id": "56761188-7520-42d8-8898-ff6fc54ce618",
            "from": "Evenkeel <hello@app.test>",
            "to": ["ada@example.com"],
            "subject": "Reminder",
            "tags": { "mail": "42", "project": "supabase-test" },
        },
    });
    for (name, value) in more.as_object().unwrap() {
        event["data"][name] = value.clone();
    }
    event
}

fn hear(world: &World, event: &Value) -> Result<EmailEventStatus> {
    let event: EmailEvent = parse_request(event.to_string().as_bytes())?;
    Ok(pollster::block_on(record(world, "msg_1", &event))?.status)
}

/// What the database is told of an event.
fn told(event: &Value) -> Value {
    let world = World::new();
    world.database.answer::<RecordEmailEvent>(json!({ "outcome": "recorded" }));
    assert_eq!(hear(&world, event).unwrap(), EmailEventStatus::Recorded);
    let call = world.asked::<RecordEmailEvent>();
    assert_eq!(call.person, None);
    call.arguments
}

#[test]
fn an_event_is_one_call_that_names_the_mail_by_its_tag_and_nobody() {
    let told = told(&event("email.delivered", &json!({})));
    let expected = json!({
        "p_event_id": "msg_1", "p_mail_id": 42, "p_state": "delivered", "p_bounce": null,
        "p_message_id": "56761188-7520-42d8-8898-ff6fc54ce618",
        "p_occurred_at": "2026-11-22T23:41:12.126Z",
    });
    assert_eq!(told, expected);
    assert!(!told.to_string().contains('@'));
}

#[test]
fn every_event_about_a_mail_has_its_state() {
    for (kind, state) in [
        ("email.sent", "sent"),
        ("email.delivery_delayed", "delayed"),
        ("email.delivered", "delivered"),
        ("email.suppressed", "suppressed"),
        ("email.failed", "failed"),
        ("email.bounced", "bounced"),
        ("email.complained", "complained"),
    ] {
        assert_eq!(told(&event(kind, &json!({})))["p_state"], state, "{kind}");
    }
}

#[test]
fn a_bounce_is_hard_unless_it_says_otherwise() {
    for (bounce, expected) in [
        (json!({ "type": "Permanent", "subType": "General" }), "hard"),
        (json!({ "type": "Transient", "subType": "MailboxFull" }), "soft"),
        (json!({ "type": "Undetermined", "subType": "Undetermined" }), "soft"),
        (json!({ "type": "Another" }), "soft"),
        (json!({ "message": "The recipient's server refused it for good." }), "hard"),
        (json!(null), "hard"),
    ] {
        let event = event("email.bounced", &json!({ "bounce": bounce }));
        assert_eq!(told(&event)["p_bounce"], expected, "{event}");
    }
}

#[test]
fn tags_are_read_as_an_object_or_as_a_list() {
    let list = json!([{ "name": "project", "value": "supabase-test" }, { "name": "mail", "value": "7" }, { "name": "a", "value": "b" }]);
    assert_eq!(told(&event("email.sent", &json!({ "tags": list })))["p_mail_id"], 7);
}

#[test]
fn what_the_database_cannot_keep_is_left_out() {
    for created_at in [json!("yesterday"), json!(7), json!(null)] {
        let mut event = event("email.sent", &json!({ "email_id": "a\0b" }));
        event["created_at"] = created_at;
        let told = told(&event);
        assert_eq!((&told["p_occurred_at"], &told["p_message_id"]), (&json!(null), &json!(null)));
    }
}

#[test]
fn what_is_not_about_a_mail_of_this_project_is_ignored_and_asks_nobody() {
    let world = World::new();
    let tags = |tags: Value| event("email.bounced", &json!({ "tags": tags }));
    for event in [
        event("email.opened", &json!({})),
        event("email.clicked", &json!({})),
        event("email.received", &json!({})),
        event("email.scheduled", &json!({})),
        json!({ "type": "domain.created", "created_at": 7, "data": [] }),
        json!({ "type": "email.sent" }),
        json!({ "type": "email.sent", "data": "text" }),
        tags(json!(null)),
        tags(json!("42")),
        tags(json!([1])),
        tags(json!({ "mail": "42" })),
        tags(json!({ "mail": "42", "project": "staging-test" })),
        tags(json!({ "project": "supabase-test" })),
        tags(json!({ "mail": 42, "project": "supabase-test" })),
        tags(json!({ "mail": "42 or 1", "project": "supabase-test" })),
        tags(json!({ "mail": "99999999999999999999", "project": "supabase-test" })),
    ] {
        assert_eq!(hear(&world, &event).unwrap(), EmailEventStatus::Ignored, "{event}");
    }
    assert!(world.calls().is_empty());
}

#[test]
fn an_event_that_was_heard_or_of_no_mail_is_answered_alike_and_one_that_was_lost_is_not() {
    let world = World::new();
    let event = event("email.sent", &json!({}));
    for (outcome, status) in
        [("repeated", EmailEventStatus::Repeated), ("unknown", EmailEventStatus::Ignored)]
    {
        world.database.answer::<RecordEmailEvent>(json!({ "outcome": outcome }));
        assert_eq!(hear(&world, &event).unwrap(), status);
    }
    world.database.fail::<RecordEmailEvent>(DatabaseError::Timeout);
    assert_eq!(hear(&world, &event).unwrap_err().code(), Code::UpstreamTimeout);
}

#[test]
fn a_project_is_named_in_the_characters_of_a_tag() {
    let world = World::new();
    let mut config = world.config().clone();
    for (url, name) in [
        ("https://abcdefghijklmnopqrst.supabase.co", "abcdefghijklmnopqrst-supabase-co"),
        ("http://127.0.0.1:54321", "127-0-0-1-54321"),
        ("https://api.m\u{fc}nchen.example/base", "api-m--nchen-example-base"),
    ] {
        url.clone_into(&mut config.supabase_url);
        assert_eq!(project(&config), name);
    }
    config.supabase_url = ["https://", &"a".repeat(300)].concat();
    assert_eq!(project(&config).len(), 256);
}
