//! Where the platform is: given by `scripts/test`, otherwise read from a
//! developer's stack, as `tests/end-to-end/platform/environment.mjs` does.

use std::{collections::HashMap, fs, path::PathBuf};

use evenkeel_core::Config;

/// What `.stack/env` says, by name.
pub(super) type Variables = HashMap<String, String>;

const NAMES: [&str; 7] = [
    "SUPABASE_URL",
    "SUPABASE_PUBLISHABLE_KEY",
    "SUPABASE_SECRET_KEYS",
    "CRON_SECRET_KEY",
    "AUDIT_KEYS",
    "DATABASE_URL",
    "SITE_URL",
];

pub(super) fn root() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", ".."].iter().collect()
}

pub(super) fn read() -> Variables {
    let given: Variables =
        NAMES.into_iter().filter_map(|name| Some((name.to_owned(), variable(name)?))).collect();
    let variables = if given.contains_key("SUPABASE_URL") { given } else { from_file() };
    for name in NAMES {
        assert!(
            variables.contains_key(name),
            "{name} is not set; is the stack running? (./scripts/start --detach)"
        );
    }
    variables
}

fn from_file() -> Variables {
    let directory = variable("STACK_DIR").unwrap_or_else(|| ".stack".to_owned());
    let file = root().join(directory).join("env");
    let text = fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!("{}: {error}; is the stack running? (./scripts/start --detach)", file.display())
    });
    let lines = text.lines().filter_map(|line| line.split_once('='));
    lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[allow(clippy::disallowed_methods, reason = "this is the edge of the tests")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The configuration of a function on that platform, with our mail sink.
pub(super) fn config(variables: &Variables, sink: &str) -> Config {
    let publishable = serde_json::json!({ "default": variables["SUPABASE_PUBLISHABLE_KEY"] });
    let value = |name: &str| match name {
        "SUPABASE_PUBLISHABLE_KEYS" => Some(publishable.to_string()),
        "TOKEN_KEYS" => Some(evenkeel_core::testing::TOKEN_KEY.to_owned()),
        "RESEND_API_KEY" => Some("re_conformance".to_owned()),
        "RESEND_API_URL" => Some(sink.to_owned()),
        "MAIL_FROM" => Some("Evenkeel <hello@evenkeel.test>".to_owned()),
        name => variables.get(name).cloned(),
    };
    Config::load(value).expect("the platform's configuration is complete")
}
