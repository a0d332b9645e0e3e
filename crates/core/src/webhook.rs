//! Standard Webhooks, version 1: requests that a service has signed with a secret that it shares with us.
//!
//! The signature is HMAC-SHA256 of `id.timestamp.body`, over the very bytes that came. Services differ in their spelling:
//! Svix, and so Resend, names the headers `svix-...`; Supabase Auth separates signatures by `", "` instead of a space.

use base64ct::{Base64, Encoding as _};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use crate::error::{Code, Error, Result};

/// How far the time of a request may be from ours, either way, in seconds. What is older may be a replay.
const TOLERANCE_SECONDS: i64 = 5 * 60;
/// The spellings of the headers. Of a request that has both, the first counts, whole.
const FAMILIES: [[&str; 3]; 2] = [
    ["webhook-id", "webhook-timestamp", "webhook-signature"],
    ["svix-id", "svix-timestamp", "svix-signature"],
];
/// The longest id, in bytes.
const ID_LIMIT: usize = 100;
/// Digits of a timestamp in seconds, for as long as anybody cares.
const TIMESTAMP_DIGITS: usize = 10;
/// How many bytes a secret has (Standard Webhooks, "Signature scheme").
const SECRET_BYTES: core::ops::RangeInclusive<usize> = 24..=64;
const MAC_BYTES: usize = 32;

/// The head of a signed request: who it says it is, when it was signed, and the signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageHead<'a> {
    id: &'a str,
    timestamp: &'a str,
    signatures: &'a str,
}

impl<'a> MessageHead<'a> {
    /// Reads the headers, whichever family they are of.
    ///
    /// # Errors
    /// `unauthenticated` where one is missing or not of its form. An id has no full stop, which separates what is signed.
    pub fn read(header: impl Fn(&str) -> Option<&'a str>) -> Result<Self> {
        let family = FAMILIES.iter().find(|[id, ..]| header(id).is_some());
        let [id, timestamp, signatures] = family
            .ok_or_else(|| refused("This request is not signed."))?
            .map(|name| header(name).unwrap_or_default());
        let is_id = (1..=ID_LIMIT).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.');
        let is_time = (1..=TIMESTAMP_DIGITS).contains(&timestamp.len())
            && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        if is_id && is_time {
            Ok(Self { id, timestamp, signatures })
        } else {
            Err(refused("The signed id or time is not of its form."))
        }
    }

    /// The id of the message: the same each time that it is delivered.
    pub fn id(&self) -> &'a str {
        self.id
    }

    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        let signed_at = self.timestamp.parse().unwrap_or(i64::MIN);
        now.timestamp().abs_diff(signed_at) <= TOLERANCE_SECONDS.unsigned_abs()
    }

    /// The MACs among the signatures. What is of another version, or none, is passed over.
    fn macs(&self) -> impl Iterator<Item = [u8; MAC_BYTES]> {
        let words = self.signatures.split_ascii_whitespace();
        words.filter_map(|word| {
            let text = word.trim_end_matches(',').strip_prefix("v1,")?;
            let mut mac = [0; MAC_BYTES];
            let length = Base64::decode(text, &mut mac).ok()?.len();
            (length == MAC_BYTES).then_some(mac)
        })
    }
}

/// The secrets of one sender: each signs, so that one can take the place of another while both are in use.
pub struct WebhookSecrets(Vec<Vec<u8>>);

impl WebhookSecrets {
    /// Reads a list, separated by commas or, as Supabase has it, by `|`: `whsec_...` or `v1,whsec_...`.
    ///
    /// # Errors
    /// The fault of the list, without quoting it.
    pub fn parse(list: &str) -> Result<Self, &'static str> {
        let texts = list.split([',', '|']).map(str::trim).filter(|text| *text != "v1");
        let secrets = texts.map(parse_secret).collect::<Result<Vec<_>, _>>()?;
        if secrets.is_empty() { Err("holds no secret") } else { Ok(Self(secrets)) }
    }

    /// Whether one of the secrets has signed a message, lately.
    ///
    /// # Errors
    /// `unauthenticated`. How long that takes tells nothing of the secrets.
    pub fn verify(&self, head: &MessageHead<'_>, body: &[u8], now: DateTime<Utc>) -> Result<()> {
        let mut signed = Choice::from(0);
        for secret in &self.0 {
            let expected = mac(secret, head, body);
            for found in head.macs() {
                signed |= expected.ct_eq(&found);
            }
        }
        if !bool::from(signed) {
            Err(refused("The signature is missing or wrong."))
        } else if !head.is_fresh(now) {
            Err(refused("The signature is too old, or of a time to come."))
        } else {
            Ok(())
        }
    }
}

fn refused(detail: &'static str) -> Error {
    Error::new(Code::Unauthenticated, detail)
}

fn parse_secret(text: &str) -> Result<Vec<u8>, &'static str> {
    let encoded =
        text.strip_prefix("whsec_").ok_or("holds a secret that is not like `whsec_...`")?;
    let secret = Base64::decode_vec(encoded).map_err(|_| "holds a secret that is not base64")?;
    if SECRET_BYTES.contains(&secret.len()) {
        Ok(secret)
    } else {
        Err("holds a secret of fewer than 24 or more than 64 bytes")
    }
}

fn mac(secret: &[u8], head: &MessageHead<'_>, body: &[u8]) -> [u8; MAC_BYTES] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        unreachable!("HMAC takes a key of any length")
    };
    for part in [head.id.as_bytes(), b".", head.timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests;
