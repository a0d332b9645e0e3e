//! The function of calendar feeds. What stands in one is read by others: `tests/end-to-end/calendar-feed.test.mjs`.

use evenkeel_conformance::Stack;
use evenkeel_core::{
    calendar_feed::{Feed, FeedOutcome, ReadCalendarFeed},
    id::TokenId,
    token::TokenHash,
};
use uuid::Uuid;

use crate::call;

const MAKE: &str =
    "insert into private.calendar_feeds (user_id, id, token_hash) values ($1, $1, repeat('a', 64))";
const READ_OFTEN: &str = "update private.allowances set full_at = now() + interval '1 day'
                          where kind = 'feeds' and subject = $1::uuid::text";

fn ask(id: Uuid) -> ReadCalendarFeed {
    let hash: TokenHash = serde_json::from_value("a".repeat(64).into()).unwrap();
    ReadCalendarFeed { p_feed_id: TokenId(id), p_token_hash: hash, p_client_key: None }
}

pub(crate) async fn read_calendar_feed(stack: &Stack) -> Vec<Feed> {
    let person = stack.person("ada", true).0;
    let mut answers = vec![call(stack, &ask(person)).await];
    stack.change(MAKE, person);
    answers.push(call(stack, &ask(person)).await);
    stack.change(READ_OFTEN, person);
    answers.push(call(stack, &ask(person)).await);
    let outcomes: Vec<_> = answers.iter().map(|answer| answer.outcome).collect();
    assert_eq!(outcomes, [FeedOutcome::Unknown, FeedOutcome::Found, FeedOutcome::RateLimited]);
    assert_eq!(answers[1].locale.as_deref(), Some("en"));
    assert!(answers[2].retry_after_seconds.is_some());
    answers
}
