use serde_json::{Value, json};

use super::*;
use crate::{ports::DatabaseError, secret::SecretString, testing::World};

/// Of 64 characters, and the letter that ends an address.
const NAME: &str = "jF6B1hERQiKDMwEjRWeJq0_-u5MSzHHYyNCdQnbaZAzyuZGPKIDOGt7cM2eBQfTtE.ics";

fn ask(world: &World, name: &str, known: Option<&str>) -> Result<Document> {
    let request = NamedRequest { name: SecretString::new(name), known: known.map(str::to_owned) };
    let client =
        ClientContext::new(crate::id::RequestId(uuid::Uuid::nil()), Some("203.0.113.9"), None);
    pollster::block_on(read(world, &request, &client))
}

fn found(entries: &Value) -> Value {
    json!({ "outcome": "found", "locale": "de", "entries": entries })
}

fn body(document: Document) -> String {
    crate::operation::Reply::<Document>::into_body(document).unwrap()
}

fn one() -> Value {
    json!([{
        "uid": "1@evenkeel", "sequence": 0, "method": "REQUEST", "created": "2026-05-04T08:00:00Z",
        "starts_at": "2026-06-01T08:00:00Z", "ends_at": "2026-06-01T08:50:00Z", "stamp": "2026-05-04T08:00:00Z",
    }])
}

#[test]
fn an_address_is_asked_for_by_its_id_and_the_hash_of_its_secret() {
    let world = World::new();
    world.database.answer::<ReadCalendarFeed>(found(&one()));
    let calendar = body(ask(&world, NAME, None).unwrap());
    assert!(calendar.contains("SUMMARY:Termin\r\n"), "{calendar}");
    let asked = world.asked::<ReadCalendarFeed>();
    assert_eq!(asked.person, None);
    let text = asked.arguments.to_string();
    assert!(!text.contains("_-u5MSzHHYyNCdQnbaZA"), "no secret: {text}");
    assert!(!text.contains("203.0.113.9"), "no address of a client: {text}");
    assert_eq!(asked.arguments["p_feed_id"], json!("8c5e81d6-1111-4222-8333-0123456789ab"));
    assert_eq!(
        asked.arguments["p_token_hash"],
        json!("a13f64c56c7f260a2ce88233babdb96c403fc0a8656fa949653e8d512626cc48")
    );
}

#[test]
fn whoever_has_the_version_gets_none_until_something_changes() {
    let world = World::new();
    for entries in [one(), one(), json!([])] {
        world.database.answer::<ReadCalendarFeed>(found(&entries));
    }
    let version =
        |document: &Document| crate::operation::Reply::<Document>::version(document).unwrap();
    let first = version(&ask(&world, NAME, None).unwrap());
    assert!(!first.is_known);
    assert!(version(&ask(&world, NAME, Some(&first.tag)).unwrap()).is_known);
    assert!(!version(&ask(&world, NAME, Some(&first.tag)).unwrap()).is_known);
}

#[test]
fn every_address_that_leads_nowhere_is_answered_alike() {
    let world = World::new();
    world.database.answer::<ReadCalendarFeed>(json!({ "outcome": "unknown" }));
    let unknown = ask(&world, NAME, None).unwrap_err();
    let request_id = crate::id::RequestId(uuid::Uuid::nil());
    for name in ["", "x.ics", "E.ics", NAME.get(1..64).unwrap(), "%00.ics"] {
        let malformed = ask(&world, name, None).unwrap_err();
        assert_eq!(malformed.body(request_id), unknown.body(request_id), "{name}");
    }
    assert_eq!(unknown.body(request_id), Error::nothing_here().body(request_id));
    assert_eq!(world.calls(), ["read_calendar_feed"], "what is none is not asked about");
}

#[test]
fn who_reads_too_often_is_told_when_to_come_back_and_a_fault_is_ours() {
    let world = World::new();
    world
        .database
        .answer::<ReadCalendarFeed>(json!({ "outcome": "rate_limited", "retry_after_seconds": 42 }))
        .fail::<ReadCalendarFeed>(DatabaseError::Timeout);
    let limited = ask(&world, NAME, None).unwrap_err();
    assert_eq!((limited.code(), limited.retry_after_seconds()), (Code::RateLimited, Some(42)));
    let failed = ask(&world, NAME, None).unwrap_err();
    assert_eq!(failed.code(), Code::UpstreamTimeout);
    assert!(!failed.to_string().contains("jF6B"), "{failed}");
}
