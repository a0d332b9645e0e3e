use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::{refusal::parse_request, testing::World};

const USER: &str = "8484b834-f29e-4af2-bf42-80644d154f76";
const HASH: &str = "d34ca0ff8b5d4f1bb8d8d0c2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6";
const CALL: &str = "e1d3c6f2-5e6f-4c8e-9d0a-3f1f6a7b8c9d";

/// What Auth sends (internal/api/mail.go, internal/models/user.go of supabase/auth).
fn payload(kind: &str) -> Value {
    let is_notice = kind.ends_with("_notification");
    let mut email = json!({
        "token": "", "token_hash": "", "redirect_to": "https://app.test/", "email_action_type": kind,
        "site_url": "https://abcdefghijklmnopqrst.supabase.co/auth/v1", "token_new": "", "token_hash_new": "",
        "old_email": "", "old_phone": "", "provider": "", "factor_type": "",
    });
    if !is_notice {
        email["token"] = json!("7305169284");
        email["token_hash"] = json!(HASH);
    }
    let mut user = json!({
        "id": USER, "aud": "authenticated", "role": "authenticated", "email": "ada@example.com",
        "email_confirmed_at": "2026-05-04T07:59:58.123456Z", "phone": "", "confirmed_at": "2026-05-04T07:59:58.123456Z",
        "last_sign_in_at": null, "app_metadata": { "provider": "email", "providers": ["email"] },
        "user_metadata": { "email_verified": true, "display_name": "Ada <script>" },
        "identities": [{
            "identity_id": "bc6ada2c-8d3b-4bcb-9a8b-fb1e5c6f6d1a", "id": USER, "user_id": USER,
            "identity_data": { "email": "ada@example.com", "sub": USER }, "provider": "email",
            "created_at": "2026-05-04T07:59:58Z", "updated_at": "2026-05-04T07:59:58Z", "email": "ada@example.com",
        }],
        "created_at": "2026-05-04T07:59:58Z", "updated_at": "2026-05-04T07:59:58Z", "is_anonymous": false,
    });
    match kind {
        // With secure e-mail change the hashes are swapped: token_hash belongs to the new address.
        "email_change" => {
            user["new_email"] = json!("ada@new.example");
            email["token_new"] = json!("1928374650");
            email["token_hash_new"] = json!(HASH.replace('d', "e"));
        }
        "email_changed_notification" => email["old_email"] = json!("ada@old.example"),
        "phone_changed_notification" => email["old_phone"] = json!("491701234567"),
        "identity_linked_notification" | "identity_unlinked_notification" => {
            email["provider"] = json!("google");
        }
        "mfa_factor_enrolled_notification" | "mfa_factor_unenrolled_notification" => {
            email["factor_type"] = json!("totp");
        }
        _ => {}
    }
    json!({
        "metadata": { "uuid": CALL, "time": "2026-05-04T08:00:00.000000001Z", "name": "send-email", "ip_address": "192.0.2.7" },
        "user": user, "email_data": email,
    })
}

fn hear(world: &World, payload: &Value) -> Result<AuthEmailResponse> {
    let email: AuthEmail = parse_request(payload.to_string().as_bytes())?;
    let request = RequestId(uuid::Uuid::nil());
    pollster::block_on(take(world, request, &email))
}

fn asked(payload: &Value) -> Value {
    let world = World::new();
    world.database.answer::<TakeAuthEmail>(json!({ "outcome": "taken" }));
    assert_eq!(hear(&world, payload).unwrap(), AuthEmailResponse {});
    let call = world.asked::<TakeAuthEmail>();
    assert_eq!((call.person, world.kicks.get(), world.calls().len()), (None, 1, 1));
    call.arguments
}

#[test]
fn each_type_has_a_mail_of_ours_and_the_database_is_asked_for_those_that_no_trigger_makes() {
    for (kind, treatment) in TYPES {
        match treatment {
            Treatment::Asked(action) => {
                assert_eq!(asked(&payload(kind))["p_action"], json!(action), "{kind}");
            }
            Treatment::Mailed => {
                let world = World::new();
                assert_eq!(hear(&world, &payload(kind)).unwrap(), AuthEmailResponse {});
                assert!(world.calls().is_empty(), "{kind}");
                assert_eq!(world.kicks.get(), 0);
            }
        }
    }
}

#[test]
fn what_becomes_of_each_type_is_written_down() {
    let table = include_str!("../../../../docs/decisions/auth-asks-and-we-mail.md");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let written: BTreeMap<_, _> = rows
        .map(|row| {
            let (kind, rest) = row.split_once("` | ").unwrap();
            (kind.to_owned(), rest.split(" | ").next().unwrap().to_owned())
        })
        .collect();
    let known = TYPES.map(|(kind, treatment)| {
        let word = match treatment {
            Treatment::Mailed => "trigger".to_owned(),
            Treatment::Asked(action) => ["`", json!(action).as_str().unwrap(), "`"].concat(),
        };
        (kind.to_owned(), word)
    });
    assert_eq!(written, BTreeMap::from(known));
}

#[test]
fn the_database_is_told_no_token_and_no_address_but_a_new_one() {
    for (kind, treatment) in TYPES {
        let Treatment::Asked(action) = treatment else { continue };
        let told = asked(&payload(kind)).to_string();
        for secret in
            ["7305169284", "1928374650", HASH, "ada@example.com", "Ada", "google", "49170"]
        {
            assert!(!told.contains(secret), "{kind} {secret}");
        }
        assert_eq!(told.contains('@'), action == AuthEmailAction::EmailChange, "{kind}");
    }
    assert_eq!(asked(&payload("email_change"))["p_new_email"], "ada@new.example");
}

#[test]
fn addresses_cool_down_by_the_key_by_which_they_do_elsewhere() {
    let world = World::new();
    let key = |text: &str| {
        let address = EmailAddress::parse(&world, text).unwrap();
        json!(world.config.token_keys.address_key(&address))
    };
    assert_eq!(asked(&payload("recovery"))["p_address_key"], key("ada@example.com"));
    assert_eq!(asked(&payload("reauthentication"))["p_address_key"], key("ada@example.com"));
    assert_eq!(asked(&payload("email_change"))["p_address_key"], key("ada@new.example"));
    assert_eq!(asked(&payload("magiclink"))["p_address_key"], Value::Null);
}

#[test]
fn an_account_is_what_a_mail_is_told_apart_by_whatever_code_auth_makes_next() {
    let key = |payload: &Value| asked(payload)["p_dedupe_key"].clone();
    for kind in ["recovery", "reauthentication", "magiclink"] {
        let mut next = payload(kind);
        next["email_data"]["token_hash"] = json!("another");
        next["metadata"]["uuid"] = json!(USER);
        assert_eq!(key(&next), key(&payload(kind)), "{kind}");
        next["email_data"].as_object_mut().unwrap().remove("token_hash");
        assert_eq!(key(&next), key(&payload(kind)), "{kind}");
        next["user"]["id"] = json!(CALL);
        assert_ne!(key(&next), key(&payload(kind)), "{kind}");
    }
    assert_ne!(key(&payload("recovery")), key(&payload("magiclink")));
}

#[test]
fn changes_of_address_are_told_apart_by_their_code_which_is_the_same_at_each_try() {
    let key = |payload: &Value| asked(payload)["p_dedupe_key"].clone();
    let mut next = payload("email_change");
    next["metadata"]["uuid"] = json!(USER);
    assert_eq!(key(&next), key(&payload("email_change")));
    next["email_data"]["token_hash"] = json!("another");
    assert_ne!(key(&next), key(&payload("email_change")));
}

#[test]
fn a_try_for_what_was_taken_is_done_and_wakes_nobody() {
    let world = World::new();
    world.database.answer::<TakeAuthEmail>(json!({ "outcome": "repeated" }));
    assert!(hear(&world, &payload("recovery")).is_ok());
    assert_eq!(world.kicks.get(), 0);
}

#[test]
fn what_was_not_taken_is_not_done_and_auth_tries_what_may_pass() {
    use crate::ports::DatabaseError::{Timeout, Unavailable};
    for fault in [Timeout, Unavailable("status 502".to_owned())] {
        let world = World::new();
        world.database.fail::<TakeAuthEmail>(fault);
        let error = hear(&world, &payload("recovery")).unwrap_err();
        // Auth repeats a 503 that has Retry-After, and nothing else.
        assert_eq!((error.code().status(), error.retry_after_seconds().is_some()), (503, true));
        assert_eq!(world.kicks.get(), 0);
    }
}

#[test]
fn who_asks_for_too_many_addresses_waits() {
    let world = World::new();
    world
        .database
        .answer::<TakeAuthEmail>(json!({ "outcome": "limited", "retry_after_seconds": 7 }));
    let error = hear(&world, &payload("email_change")).unwrap_err();
    assert_eq!((error.code(), error.retry_after_seconds()), (Code::RateLimited, Some(7)));
}

#[test]
fn a_type_that_is_not_known_is_refused_and_reported_by_its_name() {
    for (kind, name) in [
        ("passkey_added_notification", "passkey_added_notification"),
        ("email_change_current", "email_change_current"),
        ("Recovery", "(no name)"),
        ("ada@example.com", "(no name)"),
    ] {
        let world = World::new();
        let error = hear(&world, &payload(kind)).unwrap_err();
        assert!(error.is_fault() && error.code() == Code::Internal);
        assert_eq!(
            error.cause().unwrap(),
            ["Auth asks for a mail of unknown type ", name].concat()
        );
        assert!(world.calls().is_empty());
    }
}

#[test]
fn what_is_no_mail_of_auths_is_refused_without_a_word_of_it() {
    let world = World::new();
    let mut without_address = payload("email_change");
    without_address["user"]["new_email"] = json!("ada@localhost");
    for payload in [json!({}), json!({ "user": {}, "email_data": {} }), json!([]), without_address]
    {
        let error = hear(&world, &payload).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRequest, "{payload}");
        assert!(!error.detail().contains("ada"), "{payload}");
    }
    assert!(world.calls().is_empty());
}
