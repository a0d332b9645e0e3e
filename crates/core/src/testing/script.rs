//! A database that answers what a test says.
//!
//! ```ignore
//! world.database.answer::<ConsumeEmailVerification>(json!({ "outcome": "expired" }));
//! assert_eq!(verify(&world, &request, &client()).await.unwrap_err().code(), Code::TokenExpired);
//! assert_eq!(world.calls(), ["consume_email_verification"]);
//! ```
//!
//! A call that no answer is left for fails the test, and so does an answer that nobody asked
//! for: what must not be called is not scripted.

use std::{
    cell::RefCell,
    collections::{HashMap, VecDeque},
    thread,
};

use serde_json::Value;

use super::{World, yield_now};
use crate::{
    access_token::AccessToken,
    error::Code,
    json,
    ports::{Database, DatabaseError, SqlFunction},
};

/// Turns of others that one who is late lets pass.
const LATE_TURNS: usize = 100;

type Answer = Result<Value, DatabaseError>;

/// A fault of a call, whatever its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseFault {
    /// Fail before anything happened.
    Before,
    /// Commit, and lose the answer.
    After,
    /// Work, but only when whatever else is under way has been done.
    Late,
}

/// The answers to come.
#[derive(Debug, Default)]
pub struct Script {
    answers: RefCell<HashMap<&'static str, VecDeque<Answer>>>,
    /// Faults of the next calls, whichever they are; `None` works.
    pub faults: RefCell<VecDeque<Option<DatabaseFault>>>,
}

impl Script {
    /// A call of the function answers this, once those before it are used up.
    pub fn answer<F: SqlFunction>(&self, value: Value) -> &Self {
        self.add::<F>(Ok(value))
    }

    /// A call of the function is refused in a word that it has for it, and the word's detail.
    pub fn refuse<F: SqlFunction>(&self, word: Code, details: Option<Value>) -> &Self {
        assert!(F::REFUSES.contains(&word), "{} does not refuse with {word:?}", F::NAME);
        self.fail::<F>(DatabaseError::Refused {
            code: format!("PT{}", word.status()),
            status: word.status(),
            message: word.as_str().to_owned(),
            details: details.map(|details| details.to_string()),
        })
    }

    /// A call of the function fails.
    pub fn fail<F: SqlFunction>(&self, error: DatabaseError) -> &Self {
        self.add::<F>(Err(error))
    }

    fn add<F: SqlFunction>(&self, answer: Answer) -> &Self {
        self.answers.borrow_mut().entry(F::NAME).or_default().push_back(answer);
        self
    }

    fn next(&self, name: &str) -> Option<Answer> {
        self.answers.borrow_mut().get_mut(name)?.pop_front()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let left = self.answers.get_mut().iter().filter(|(_, answers)| !answers.is_empty());
        let left: Vec<_> = left.map(|(name, _)| name).collect();
        assert!(thread::panicking() || left.is_empty(), "nobody asked for {left:?}");
    }
}

impl World {
    async fn execute<F: SqlFunction>(
        &self,
        function: &F,
        person: Option<&AccessToken>,
    ) -> Result<F::Output, DatabaseError> {
        yield_now().await;
        let arguments = serde_json::to_value(function).expect("arguments serialise");
        self.note(F::NAME, arguments.clone(), person.map(|person| person.expose().to_owned()));
        let fault = self.database.faults.borrow_mut().pop_front().flatten();
        if fault == Some(DatabaseFault::Before) {
            return Err(DatabaseError::Unavailable("down".to_owned()));
        }
        if fault == Some(DatabaseFault::Late) {
            for _ in 0..LATE_TURNS {
                yield_now().await;
            }
        }
        let played = || self.outbox.borrow_mut().execute(F::NAME, &arguments, self.now.get());
        let answer = self.database.next(F::NAME).or_else(played);
        let answer = answer.unwrap_or_else(|| panic!("nobody scripted {}", F::NAME))?;
        if fault == Some(DatabaseFault::After) {
            return Err(DatabaseError::Timeout);
        }
        json::parse(answer.to_string().as_bytes()).map_err(|_| DatabaseError::Malformed(F::NAME))
    }
}

impl Database for World {
    async fn call<F: SqlFunction>(&self, function: &F) -> Result<F::Output, DatabaseError> {
        self.execute(function, None).await
    }

    async fn call_as<F: SqlFunction>(
        &self,
        person: &AccessToken,
        function: &F,
    ) -> Result<F::Output, DatabaseError> {
        self.execute(function, Some(person)).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        caller::CurrentUserId, id::UserId, plans::AssignCompanyPlan, sweep::OrphanedFiles,
    };

    fn ask(world: &World) -> Result<Option<UserId>, DatabaseError> {
        pollster::block_on(world.call(&CurrentUserId {}))
    }

    #[test]
    fn answers_come_in_their_order_and_calls_are_kept() {
        let world = World::new();
        let timeout = DatabaseError::Timeout;
        world.database.answer::<CurrentUserId>(json!(null)).fail::<CurrentUserId>(timeout.clone());
        assert_eq!((ask(&world), ask(&world)), (Ok(None), Err(timeout)));
        world.database.answer::<OrphanedFiles>(json!([]));
        pollster::block_on(world.call(&OrphanedFiles { p_limit: 7 })).unwrap();
        assert_eq!(world.asked::<OrphanedFiles>().arguments, json!({ "p_limit": 7 }));
        assert_eq!(world.calls(), ["current_user_id", "current_user_id", "orphaned_files"]);
    }

    #[test]
    fn an_answer_of_another_shape_is_malformed() {
        let world = World::new();
        world.database.answer::<CurrentUserId>(json!({ "id": null }));
        assert_eq!(ask(&world), Err(DatabaseError::Malformed("current_user_id")));
    }

    #[test]
    #[should_panic(expected = "nobody scripted current_user_id")]
    fn a_call_that_nobody_scripted_is_a_mistake() {
        let _ = ask(&World::new());
    }

    #[test]
    #[should_panic(expected = r#"nobody asked for ["current_user_id"]"#)]
    fn an_answer_that_nobody_asked_for_is_a_mistake() {
        World::new().database.answer::<CurrentUserId>(json!(null));
    }

    #[test]
    #[should_panic(expected = "assign_company_plan does not refuse with TokenUsed")]
    fn a_word_that_a_function_does_not_have_is_a_mistake() {
        World::new().database.refuse::<AssignCompanyPlan>(Code::TokenUsed, None);
    }
}
