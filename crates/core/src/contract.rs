//! The contract as data: the operations of all domains, put together.
//!
//! `cargo xtask contract` writes what is generated of it: `openapi.json` with the TypeScript types,
//! and `supabase/tests/contract.json`, which the database is held against.

use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, schema_for};
use serde_json::{Map, Value, json};

use crate::{
    audit,
    auth_emails::{self, AuthEmailAction},
    calendar_feed, documents, email_change,
    email_events::{self, EmailState},
    email_templates,
    error::Code,
    feature_flags,
    invitations::{self, acceptance},
    operation::description::{Described, Schemas},
    outbox::{self, Stream},
    password_reset, plans, recordings, session_notes, sign_up, sweep,
    token::Purpose,
    unsubscribe, verification,
};

/// Those of each domain. The build tool finds a function that has none.
const DOMAINS: [&[&dyn Described]; 19] = [
    sign_up::operations::ALL,
    verification::operations::ALL,
    password_reset::operations::ALL,
    email_change::operations::ALL,
    plans::operations::ALL,
    invitations::operations::ALL,
    acceptance::operations::ALL,
    documents::operations::ALL,
    session_notes::operations::ALL,
    recordings::operations::ALL,
    email_templates::operations::ALL,
    outbox::operations::ALL,
    auth_emails::operations::ALL,
    email_events::operations::ALL,
    unsubscribe::operations::ALL,
    calendar_feed::operations::ALL,
    feature_flags::operations::ALL,
    sweep::operations::ALL,
    audit::operations::ALL,
];

fn operations() -> impl Iterator<Item = &'static dyn Described> {
    DOMAINS.into_iter().flatten().copied()
}

/// The names of the functions.
pub fn functions() -> BTreeSet<&'static str> {
    operations().map(|operation| operation.url().0).collect()
}

/// What the database is held against: the refusals of its functions, by their names; the status of
/// every code; and the words of its domains that only the workers see.
pub fn for_the_database() -> Value {
    let steps = operations().flat_map(Described::steps);
    let functions: BTreeMap<_, BTreeSet<_>> = steps
        .filter_map(|step| {
            let codes = step.refuses.iter().map(|code| code.as_str());
            Some((step.function?, codes.collect()))
        })
        .collect();
    let codes: BTreeMap<_, _> =
        Code::ALL.iter().map(|code| (code.as_str(), code.status())).collect();
    let words = json!({
        "token_purpose": words::<Purpose>(),
        "mail_stream": words::<Stream>(),
        "email_state": words::<EmailState>(),
        "auth_email_action": words::<AuthEmailAction>(),
    });
    json!({ "functions": functions, "codes": codes, "words": words })
}

/// The words of an enum.
fn words<T: JsonSchema>() -> Vec<Value> {
    let schema = schema_for!(T).to_value();
    let words = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    words.filter_map(|word| word.get("const").cloned()).collect()
}

/// The description, as `openapi.json` holds it.
pub fn openapi() -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    for operation in operations() {
        let (function, path) = operation.url();
        let (method, description) = operation.describe(&mut schemas);
        let operations = paths.entry(format!("/{function}{path}")).or_insert_with(|| json!({}));
        operations[method] = description;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Evenkeel edge functions",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Errors are application/problem+json (RFC 9457) with a stable `code`. Every answer \
                            carries `X-Request-Id`.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [
            {
                "url": "https://{project}.supabase.co/functions/v1",
                "variables": { "project": { "default": "project-ref" } },
            },
            { "url": "http://127.0.0.1:54321/functions/v1", "description": "The local stack" },
        ],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions(),
            "securitySchemes": {
                "publishable": {
                    "type": "apiKey", "in": "header", "name": "apikey",
                    "description": "The publishable key.",
                },
                "person": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "The access token of somebody who has signed in.",
                },
                "cron": {
                    "type": "apiKey", "in": "header", "name": "apikey",
                    "description": "The value of `CRON_SECRET_KEY`, which starts jobs and opens nothing else.",
                },
                "signature": {
                    "type": "apiKey", "in": "header", "name": "webhook-signature",
                    "description": "Standard Webhooks: a signature of `webhook-id`, `webhook-timestamp` and the body, five \
                                    minutes old at most; also as `svix-signature` with `svix-id` and `svix-timestamp`.",
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let document = openapi();
        let text = document.to_string();
        for (position, _) in text.match_indices("\"$ref\":\"#") {
            let pointer: String =
                text[position + 9..].chars().take_while(|character| *character != '"').collect();
            assert!(document.pointer(&pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn requests_refuse_unknown_fields_in_the_description_too() {
        let document = openapi();
        for name in [
            "VerifyRequest",
            "LinkRequest",
            "SignUpRequest",
            "PreviewSignUpRequest",
            "CompleteSignUpRequest",
            "ResetPasswordRequest",
            "DispatchRequest",
            "AssignPlanRequest",
            "InviteRequest",
            "Invitee",
            "InvitationRequest",
            "PreviewRequest",
            "AcceptRequest",
        ] {
            let schema = &document["components"]["schemas"][name];
            assert_eq!(schema["additionalProperties"], json!(false), "{name}");
        }
    }

    #[test]
    fn a_function_for_people_asks_for_their_token() {
        let document = openapi();
        assert_eq!(
            document["paths"]["/company-assign-plan"]["post"]["security"],
            json!([{ "publishable": [], "person": [] }, { "person": [] }])
        );
    }

    #[test]
    fn a_cron_function_asks_for_its_key() {
        let document = openapi();
        assert_eq!(
            document["paths"]["/email-dispatch"]["post"]["security"],
            json!([{ "cron": [] }])
        );
    }
}
