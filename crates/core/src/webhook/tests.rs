use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
const AT: i64 = 1_700_000_000;
const BODY: &[u8] = br#"{"type":"email.delivered"}"#;

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// One signature, as a sender makes it.
fn signature(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    let secret = parse_secret(secret).unwrap();
    let mac = mac(&secret, &MessageHead { id, timestamp, signatures: "" }, body);
    ["v1,", &Base64::encode_string(&mac)].concat()
}

fn signed(secret: &str) -> String {
    signature(secret, "msg_1", &AT.to_string(), BODY)
}

fn verdict(secrets: &str, signatures: &str, body: &[u8], now: i64) -> Result<()> {
    let timestamp = AT.to_string();
    let headers = [
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", &*timestamp),
        ("webhook-signature", signatures),
    ];
    let head = read(&headers)?;
    WebhookSecrets::parse(secrets).unwrap().verify(&head, body, instant(now))
}

fn read<'a>(headers: &'a [(&'a str, &'a str)]) -> Result<MessageHead<'a>> {
    MessageHead::read(|name| {
        headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    })
}

#[test]
fn what_the_library_of_the_specification_signs_is_let_pass() {
    let lines = include_str!("../../../../tests/agreement/webhooks.jsonl").lines();
    let cases: Vec<(String, String, i64, String, String)> =
        lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() > 20);
    for (secret, id, seconds, body, signatures) in &cases {
        let timestamp = seconds.to_string();
        let head = MessageHead { id, timestamp: &timestamp, signatures };
        let body = Base64::decode_vec(body).unwrap();
        let secrets = WebhookSecrets::parse(secret).unwrap();
        secrets.verify(&head, &body, instant(*seconds)).unwrap();
        let longer = [body.as_slice(), b" "].concat();
        assert!(secrets.verify(&head, &longer, instant(*seconds)).is_err(), "{id}");
        let another = WebhookSecrets::parse(SECRET).unwrap();
        assert!(another.verify(&head, &body, instant(*seconds)).is_err(), "{id}");
    }
}

#[test]
fn any_of_several_signatures_is_enough_however_they_are_separated() {
    let (own, other) = (signed(SECRET), signed(OTHER));
    for separator in [" ", ", ", "  ", " \t"] {
        for signatures in [[&own, &other], [&other, &own]] {
            let signatures: Vec<_> = signatures.into_iter().map(String::as_str).collect();
            verdict(SECRET, &signatures.join(separator), BODY, AT).unwrap();
        }
    }
    let newer = ["v1a,AAAA v2,", &own[3..], " v1, v1,AAAA ", &own].concat();
    verdict(SECRET, &newer, BODY, AT).unwrap();
}

#[test]
fn while_secrets_change_each_of_them_signs() {
    for list in [
        [SECRET, OTHER].join(","),
        [OTHER, SECRET].join(" , "),
        ["v1,", SECRET, "|v1,", OTHER].concat(),
    ] {
        for secret in [SECRET, OTHER] {
            verdict(&list, &signed(secret), BODY, AT).unwrap();
        }
    }
    assert!(verdict(OTHER, &signed(SECRET), BODY, AT).is_err());
}

#[test]
fn nothing_else_is_let_pass() {
    let own = signed(SECRET);
    let bare = own.strip_prefix("v1,").unwrap();
    let cut = own.get(..own.len() - 4).unwrap();
    let of_nothing = ["v1,", &Base64::encode_string(&[0; 32])].concat();
    for signatures in
        ["", " ", bare, cut, "v1,", &of_nothing, &own.to_uppercase(), &own.replace("v1", "v2")]
    {
        let error = verdict(SECRET, signatures, BODY, AT).unwrap_err();
        assert_eq!(error.code(), Code::Unauthenticated, "{signatures}");
    }
    assert!(verdict(SECRET, &own, b"", AT).is_err());
    assert!(verdict(SECRET, &own, br#"{"type":"email.bounced"}"#, AT).is_err());
}

#[test]
fn a_signature_is_good_for_five_minutes_either_way() {
    let own = signed(SECRET);
    for seconds in [-300, 0, 300] {
        verdict(SECRET, &own, BODY, AT + seconds).unwrap();
    }
    for seconds in [-301, 301, TimeDelta::days(365).num_seconds()] {
        let error = verdict(SECRET, &own, BODY, AT + seconds).unwrap_err();
        assert_eq!(error.code(), Code::Unauthenticated, "{seconds}");
    }
}

#[test]
fn both_families_of_headers_are_read_and_never_mixed() {
    let time = ("webhook-timestamp", "1700000000");
    let all = [("webhook-id", "a"), time, ("webhook-signature", "b")];
    let svix = [("svix-id", "c"), ("svix-timestamp", "1700000001"), ("svix-signature", "d")];
    assert_eq!(read(&all).unwrap().id(), "a");
    assert_eq!(
        read(&svix).unwrap(),
        MessageHead { id: "c", timestamp: "1700000001", signatures: "d" }
    );
    assert_eq!(read(&[svix, all].concat()).unwrap().id(), "a");
    assert!(read(&[all[0], svix[1], svix[2]]).is_err());
    assert!(read(&[]).is_err() && read(&all[1..]).is_err());
}

#[test]
fn an_id_or_a_time_that_could_be_read_in_two_ways_is_refused() {
    let long = "a".repeat(101);
    for id in ["", "a.b", "a b", "a\u{e4}", "a\t", &long] {
        assert!(read(&[("svix-id", id), ("svix-timestamp", "1")]).is_err(), "{id:?}");
    }
    for time in ["", "-1", "+1", "1.0", " 1", "1e3", "0x1", "99999999999", "1700000000.1"] {
        assert!(read(&[("svix-id", "a"), ("svix-timestamp", time)]).is_err(), "{time:?}");
    }
}

#[test]
fn a_list_of_secrets_is_refused_for_what_is_wrong_with_it() {
    let of = |bytes: usize| ["whsec_", &Base64::encode_string(&vec![7; bytes])].concat();
    let mixed = [SECRET, "re_123"].join(",");
    let cases = [
        ("", "holds a secret that is not like `whsec_...`"),
        ("v1", "holds no secret"),
        ("re_123", "holds a secret that is not like `whsec_...`"),
        (&mixed, "holds a secret that is not like `whsec_...`"),
        ("whsec_%%%", "holds a secret that is not base64"),
        (&of(23), "holds a secret of fewer than 24 or more than 64 bytes"),
        (&of(65), "holds a secret of fewer than 24 or more than 64 bytes"),
    ];
    for (list, problem) in cases {
        assert_eq!(WebhookSecrets::parse(list).err(), Some(problem), "{list}");
    }
    assert!(WebhookSecrets::parse(&of(24)).is_ok() && WebhookSecrets::parse(&of(64)).is_ok());
}

proptest! {
    #[test]
    fn a_changed_bit_of_the_body_is_noticed(body in proptest::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let signatures = signature(SECRET, "msg_1", &AT.to_string(), &body);
        prop_assert!(verdict(SECRET, &signatures, &body, AT).is_ok());
        let mut changed = body.clone();
        changed[at.index(body.len())] ^= 1 << bit;
        prop_assert!(verdict(SECRET, &signatures, &changed, AT).is_err());
    }

    #[test]
    fn no_header_makes_it_panic_or_pass(id in "\\PC{0,40}", time in "[0-9.+-]{0,12}", signatures in "\\PC{0,100}") {
        let headers = [("webhook-id", &*id), ("webhook-timestamp", &*time), ("webhook-signature", &*signatures)];
        if let Ok(head) = read(&headers) {
            prop_assert!(WebhookSecrets::parse(SECRET).unwrap().verify(&head, BODY, instant(AT)).is_err());
        }
    }
}
