//! Failures outside, in the words of the contract: every way into [`Error`](crate::Error).

mod database;
mod identity;
mod json;
mod object_store;

pub use self::json::parse_request;
