use serde_json::{Value, json};

use super::*;
use crate::{
    error::Code,
    ports::SqlFunction as _,
    refusal::parse_request,
    testing::{World, signed_in},
};

const TEXT: &str = "Slept badly.\n\tWants to talk about work.";

fn written(world: &World, fields: &Value) -> Result<Verbatim<NoteState>> {
    let mut body = json!({ "booking_id": BookingId::default(), "version": 1, "text": TEXT });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let request: WriteNoteRequest = parse_request(body.to_string().as_bytes())?;
    pollster::block_on(write(world, &signed_in("ines"), &request))
}

fn read_by(world: &World, person: &str) -> Result<Verbatim<OpenedNote>> {
    let request: ReadNoteRequest =
        parse_request(json!({ "booking_id": BookingId::default() }).to_string().as_bytes())?;
    pollster::block_on(read(world, &signed_in(person), &request))
}

fn state() -> Value {
    json!({
        "booking_id": BookingId::default(), "version": 1, "shared_version": null, "shared_at": null, "seen_at": null,
    })
}

/// What the database hands over of what it was given.
fn kept(sealed: &Value) -> Value {
    let (id, at) = (BookingId::default(), "2026-05-04T08:00:00Z");
    json!({
        "booking_id": id, "version": 1, "sealed": sealed,
        "note": {
            "booking_id": id, "version": 1, "written_at": at, "versions": [{ "version": 1, "written_at": at }],
            "shared_version": 1, "shared_at": at, "seen_at": at,
        },
    })
}

#[test]
fn the_database_is_given_nothing_to_read_and_gives_it_back() {
    let world = World::new();
    world.database.answer::<WriteSessionNote>(state());
    assert_eq!(written(&world, &json!({})).unwrap().as_str(), state().to_string());
    let asked = world.asked::<WriteSessionNote>();
    assert_eq!(asked.person.as_deref(), Some(signed_in("ines").expose()));
    assert!(!asked.arguments.to_string().contains("Slept"), "{}", asked.arguments);
    assert_eq!(asked.arguments["p_note_version"], 1);

    world.database.answer::<ReadSessionNote>(kept(&asked.arguments["p_sealed"]));
    let note = read_by(&world, "erin").unwrap().read().unwrap();
    assert_eq!(
        (note.text.as_str(), note.details.version, note.details.versions.len()),
        (TEXT, 1, 1)
    );
    let asked = world.asked::<ReadSessionNote>();
    assert_eq!(asked.person.as_deref(), Some(signed_in("erin").expose()));
    assert_eq!(asked.arguments["p_note_version"], Value::Null);
}

#[test]
fn what_does_not_open_is_an_error_of_ours_that_quotes_nothing() {
    for sealed in ["0123456789abcdef.AAAA", "the plain text", ""] {
        let world = World::new();
        world.database.answer::<ReadSessionNote>(kept(&json!(sealed)));
        let error = read_by(&world, "erin").unwrap_err();
        assert_eq!(error.code(), Code::Internal);
        assert!(!format!("{error:?}").contains("plain"), "{error:?}");
    }
}

#[test]
fn without_keys_nothing_is_asked() {
    let world = World::new();
    for (list, cause) in
        [("", "NOTE_KEYS is not set"), ("k1:x", "NOTE_KEYS holds a key that is not base64")]
    {
        world.variables.borrow_mut().insert(KEYS, list.to_owned());
        let errors =
            [written(&world, &json!({})).unwrap_err(), read_by(&world, "erin").unwrap_err()];
        for error in errors {
            assert_eq!((error.code(), error.cause()), (Code::Internal, Some(cause)));
        }
    }
    assert!(world.calls().is_empty());
}

#[test]
fn a_text_has_bounds_and_is_not_quoted() {
    let long = "漢".repeat(5_000);
    let world = World::new();
    world.database.answer::<WriteSessionNote>(state());
    assert!(written(&world, &json!({ "text": long })).is_ok());
    world.calls();
    for fields in [
        json!({ "text": "" }),
        json!({ "text": " \n\t" }),
        json!({ "text": format!("{long}x") }),
        json!({ "text": "x".repeat(5_001) }),
        json!({ "text": "💤".repeat(4_000) }),
        json!({ "text": "a\u{0}b" }),
        json!({ "text": "a\rb" }),
        json!({ "text": "a\u{85}b" }),
        json!({ "text": 7 }),
        json!({ "version": 0 }),
        json!({ "version": 101 }),
        json!({ "version": -1 }),
        json!({ "more": "x" }),
    ] {
        let error = written(&world, &fields).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRequest, "{fields}");
    }
    assert!(world.calls().is_empty());
    let request: WriteNoteRequest = parse_request(
        json!({ "booking_id": BookingId::default(), "version": 1, "text": TEXT })
            .to_string()
            .as_bytes(),
    )
    .unwrap();
    assert!(!format!("{request:?}").contains("Slept"), "no text in a debug line");
}

#[test]
fn what_the_database_refuses_is_passed_on() {
    for word in WriteSessionNote::REFUSES {
        let world = World::new();
        world.database.refuse::<WriteSessionNote>(*word, None);
        assert_eq!(written(&world, &json!({})).unwrap_err().code(), *word);
    }
    for word in ReadSessionNote::REFUSES {
        let world = World::new();
        world.database.refuse::<ReadSessionNote>(*word, None);
        assert_eq!(read_by(&world, "erin").unwrap_err().code(), *word);
    }
}
