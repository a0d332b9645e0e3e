//! Every rule of Evenkeel, the backend of a workplace-wellbeing marketplace.
//!
//! This crate decides; it never touches the world. Whatever it needs from
//! outside (database, Auth, mail, time, randomness) it takes as a port, a trait
//! of [`ports`], so that each rule is compiled and tested natively and runs
//! unchanged as WebAssembly.
//!
//! - [`sign_up`] makes an account for whoever reads the mail of an address.
//! - [`verification`] confirms the address of an account that is there already.
//! - [`password_reset`] gives whoever forgot their [`password`] a new one.
//! - [`link_request`] is how either asks for a mail.
//! - [`outbox`] sends what the database has queued: each mail once, whatever dies.
//! - [`auth_emails`] puts our mails in the place of those that Supabase Auth would send.
//! - [`email_events`] hears from Resend what became of them, and [`unsubscribe`] from their readers.
//! - [`calendar_feed`] shows a person's sessions to their calendar, and [`icalendar`] writes them, for mails too.
//! - [`invitations`] lets a company's admins bring its people in.
//! - [`audit`] seals the audit log as a tree, whose roots it signs.
//! - [`session_notes`] seals what a specialist writes of a session, and opens it for who may read it.
//! - [`recordings`] takes the recording of a session to which both consented, and lets the two open it.
//! - [`feature_flags`] tells what is switched on, in the words of OFREP.
//! - [`plans`] gives a company the plan that its people use.
//! - [`token`] makes the links that those mails carry.
//! - [`upstream`] speaks the wire formats of Supabase, Resend and Sentry over
//!   one [`ports::Http`].
//!
//! To add a capability: a domain module with `request` (parse), pure decisions,
//! and `mod` (orchestration over ports); its SQL function as a type that
//! implements [`ports::SqlFunction`]; its route in the contract; then a function
//! crate that calls it.

#![cfg_attr(test, allow(clippy::indexing_slicing, reason = "a test may fail by panicking"))]

// The layers, from the ground up: a module uses those above it in this list, and none below (tests/layers.rs).
// Values.
pub mod id;
pub mod secret;

pub mod date;
pub mod decision;
pub mod email_address;
pub mod seats;
pub mod template;

pub mod client;

pub use evenkeel_json as json;

// What goes wrong.
pub mod error;

pub mod access_token;
mod reason;
pub mod token;
pub mod webhook;

// What is needed from outside.
pub mod config;

pub mod ports;

pub mod password;

pub mod introduction;
pub mod terms;

mod refusal;

pub mod account;

pub(crate) mod uploaded_file;

pub mod caller;
pub mod operation;
pub mod upstream;

pub mod icalendar;

pub(crate) mod mail_text;

// The domains.
pub mod link_request;

pub mod documents;
pub mod email_change;
pub mod email_templates;

pub mod calendar_feed;
pub mod feature_flags;

pub mod auth_emails;
pub mod email_events;
pub mod unsubscribe;

pub mod audit;
pub mod outbox;
pub mod password_reset;
pub mod plans;
pub mod recordings;
pub mod session_notes;
pub mod sign_up;
pub mod sweep;
pub mod verification;

pub mod invitations;

#[cfg(feature = "schema")]
pub mod contract;
#[cfg(feature = "testing")]
pub mod testing;

pub use access_token::AccessToken;
pub use client::ClientContext;
pub use config::Config;
pub use email_address::EmailAddress;
pub use error::{Code, Error, FieldError, Result};
pub use refusal::parse_request;
pub use secret::SecretString;
