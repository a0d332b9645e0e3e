use serde_json::json;

use super::*;
use crate::{
    ports::DatabaseError,
    testing::{World, client},
    verification::RequestEmailVerification,
};

fn ask(world: &World, email: &str, client: &ClientContext) -> Result<AcceptedStatus> {
    let body = json!({ "email": email }).to_string();
    let request: LinkRequest = crate::refusal::parse_request(body.as_bytes())?;
    let answer = request_link(world, &request, client, RequestEmailVerification);
    Ok(pollster::block_on(answer)?.status)
}

/// What an address and a client are called to the database.
fn keys(email: &str, ip: Option<&str>) -> (String, Option<String>) {
    let world = World::new();
    world.database.answer::<RequestEmailVerification>(json!({ "allowed": true }));
    let client = ClientContext { ip: ip.map(str::to_owned), ..client() };
    assert_eq!(ask(&world, email, &client).unwrap(), AcceptedStatus::Accepted);
    let asked = world.asked::<RequestEmailVerification>();
    assert_eq!((world.calls().len(), world.kicks.get(), asked.person), (1, 1, None));
    let text = |name: &str| asked.arguments[name].as_str().map(str::to_owned);
    assert_eq!(text("p_email"), Some(email.trim().to_lowercase()));
    (text("p_address_key").unwrap(), text("p_client_key"))
}

#[test]
fn a_request_is_one_call_that_names_address_and_network_by_keys() {
    let ada = keys("ada@example.com", None);
    assert_eq!(ada.1, None, "a client that is not known is not counted");
    assert_eq!(keys(" Ada@Example.com ", None), ada, "two spellings of an address are one");
    assert_ne!(keys("bob@example.com", None), ada);
    let home = keys("ada@example.com", Some("192.0.2.1"));
    assert_eq!(home.0, ada.0);
    assert_eq!(keys("bob@example.com", Some("192.0.2.1")).1, home.1);
    assert_ne!(keys("ada@example.com", Some("192.0.2.2")).1, home.1);
}

#[test]
fn who_asks_too_often_is_told_when_to_come_back_and_makes_no_work() {
    for (told, seconds) in [(json!(7), 7), (json!(null), 1)] {
        let world = World::new();
        let refused = json!({ "allowed": false, "retry_after_seconds": told });
        world.database.answer::<RequestEmailVerification>(refused);
        let error = ask(&world, "ada@example.com", &client()).unwrap_err();
        let answer = (error.code(), error.retry_after_seconds());
        assert_eq!((answer, world.kicks.get()), ((Code::RateLimited, Some(seconds)), 0));
    }
}

#[test]
fn what_was_not_noted_is_not_accepted() {
    let world = World::new();
    world.database.fail::<RequestEmailVerification>(DatabaseError::Timeout);
    let error = ask(&world, "ada@example.com", &client()).unwrap_err();
    assert_eq!((error.code(), world.kicks.get()), (Code::UpstreamTimeout, 0));
}

#[test]
fn what_is_no_address_is_refused_before_anything_happens() {
    let world = World::new();
    let error = ask(&world, "nobody", &client()).unwrap_err();
    assert_eq!((error.code(), world.kicks.get()), (Code::InvalidRequest, 0));
    assert!(world.calls().is_empty());
}
