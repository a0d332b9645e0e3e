use serde_json::json;

use super::*;
use crate::{error::Code, ports::DatabaseError, testing::World};

/// Of 64 characters, and the letter that ends a link.
const LINK: &str = "AmZha2Vk-W5zdWJzY3JpYmVfdG9rZW4tb2YtdGhlLXRlc3RzLTAxMjM0NTY3ODkwE";

fn token() -> &'static str {
    LINK.get(..64).unwrap()
}

fn request(token: &str) -> UnsubscribeRequest {
    serde_json::from_value(json!({ "token": token })).unwrap()
}

fn get(world: &World, token: &str) -> Result<String> {
    pollster::block_on(page(world, &request(token))).map(|page| page.0)
}

fn post(world: &World, token: &str) -> Result<UnsubscribeResponse> {
    pollster::block_on(unsubscribe(world, &request(token)))
}

fn undo(world: &World, token: &str) -> Result<ResubscribeResponse> {
    pollster::block_on(resubscribe(world, &request(token)))
}

#[test]
fn opening_the_link_leads_to_the_page_and_asks_nobody() {
    let world = World::new();
    let page = ["https://app.test/unsubscribe#token=", token()].concat();
    assert_eq!(get(&world, LINK).unwrap(), page);
    assert!(world.calls().is_empty());
}

#[test]
fn what_comes_as_a_token_adds_nothing_to_a_header() {
    let world = World::new();
    for added in ["\r\nset-cookie: x=1", "#b", "?b", "/../b", "\u{e4}\0"] {
        let page = get(&world, &[added, LINK].concat()).unwrap();
        let rest = page.strip_prefix("https://app.test/unsubscribe#token=").unwrap();
        assert!(
            rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'),
            "{rest:?}"
        );
    }
}

#[test]
fn a_signed_link_refuses_its_kind_of_mail_whosever_it_is_and_however_it_came_back() {
    for link in
        [LINK.to_owned(), token().to_owned(), format!(" <{LINK}>.\n"), LINK.replace('k', "k=\r\n")]
    {
        let world = World::new();
        world.database.answer::<Unsubscribe>(json!({ "category": "reminder" }));
        let answer = post(&world, &link).unwrap();
        assert_eq!(
            (answer.status, &*answer.category),
            (UnsubscribeStatus::Unsubscribed, "reminder")
        );
        let asked = world.asked::<Unsubscribe>();
        assert_eq!((asked.arguments, asked.person), (json!({ "p_token": token() }), None));
    }
}

#[test]
fn a_link_that_was_not_signed_is_refused() {
    let world = World::new();
    world.database.answer::<Unsubscribe>(json!({ "category": null }));
    assert_eq!(post(&world, LINK).unwrap_err().code(), Code::TokenInvalid);
    assert_eq!(world.calls(), ["unsubscribe"]);
    for link in ["", "x", LINK.get(..63).unwrap(), "\0"] {
        assert_eq!(post(&world, link).unwrap_err().code(), Code::TokenInvalid);
        let page = get(&world, link).unwrap();
        assert!(page.starts_with("https://app.test/unsubscribe#token="), "the page tells of it");
    }
    assert!(world.calls().is_empty());
    world.database.fail::<Unsubscribe>(DatabaseError::Timeout);
    assert_eq!(post(&world, LINK).unwrap_err().code(), Code::UpstreamTimeout);
}

#[test]
fn the_same_link_takes_it_back() {
    let world = World::new();
    world.database.answer::<Resubscribe>(json!({ "category": "reminder" }));
    let answer = undo(&world, LINK).unwrap();
    assert_eq!((answer.status, &*answer.category), (ResubscribeStatus::Resubscribed, "reminder"));
    let asked = world.asked::<Resubscribe>();
    assert_eq!((asked.arguments, asked.person), (json!({ "p_token": token() }), None));
}

#[test]
fn a_link_that_was_not_signed_takes_nothing_back() {
    let world = World::new();
    world.database.answer::<Resubscribe>(json!({ "category": null }));
    assert_eq!(undo(&world, LINK).unwrap_err().code(), Code::TokenInvalid);
    assert_eq!(undo(&world, "x").unwrap_err().code(), Code::TokenInvalid);
    assert_eq!(world.calls(), ["resubscribe"]);
}
