//! Sealing a text for the database: XChaCha20-Poly1305, an AEAD of the IETF's CFRG (draft-irtf-cfrg-xchacha, 2), as
//! libsodium has it.
//!
//! `<name of the key>.<base64url of nonce and ciphertext>`. The nonce has 24 random bytes, so that nobody has to count. What is
//! authenticated beside the text is of which session and version it is: a row that is moved, or an older one that is put
//! in the place of a newer, does not open. Keys rotate: a list, of which the first seals and all open.

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};

use crate::{
    error::{Error, Result},
    id::BookingId,
    ports::Entropy,
};

/// The variable with the keys.
pub const KEYS: &str = "NOTE_KEYS";
/// What a text was sealed as, so that one of another purpose under the same key is worth nothing here.
const PURPOSE: &[u8] = b"evenkeel/session_note/1";
const NONCE_BYTES: usize = 24;
/// The longest name of a key.
const NAME_LENGTH: usize = 16;

/// The keys of notes.
pub struct NoteKeys(Vec<NoteKey>);

struct NoteKey {
    name: String,
    cipher: XChaCha20Poly1305,
}

impl NoteKeys {
    /// Reads a list, separated by commas: of each key a name, a colon, and 32 bytes in base64.
    ///
    /// # Errors
    /// The fault of the list, without quoting it.
    pub fn parse(list: &str) -> Result<Self, &'static str> {
        let texts = list.split(',').map(str::trim).filter(|text| !text.is_empty());
        let keys = texts.map(NoteKey::parse).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err("is not set") } else { Ok(Self(keys)) }
    }

    /// Seals a version under the first key.
    ///
    /// # Errors
    /// `internal`, which no text brings about.
    pub fn seal(
        &self,
        entropy: &impl Entropy,
        booking: BookingId,
        version: u32,
        text: &str,
    ) -> Result<String> {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let key = self.0.first().ok_or_else(|| Error::internal("no key of notes"))?;
        let about = about(booking, version);
        let sealed = key
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: text.as_bytes(), aad: &about })
            .map_err(|_| Error::internal("a note could not be sealed"))?;
        let bytes = [nonce.as_slice(), &sealed].concat();
        Ok([&key.name, ".", &Base64UrlUnpadded::encode_string(&bytes)].concat())
    }

    /// Opens a version.
    ///
    /// # Errors
    /// `internal` for what was not sealed as that version of those notes, or under a key that is not here.
    pub fn open(&self, booking: BookingId, version: u32, sealed: &str) -> Result<String> {
        let (name, text) = sealed.split_once('.').unwrap_or_default();
        let key = self.0.iter().find(|key| key.name == name);
        let key = key.ok_or_else(|| {
            Error::internal("a note was sealed under a key that is none of NOTE_KEYS")
        })?;
        let opened = Base64UrlUnpadded::decode_vec(text).ok().and_then(|bytes| {
            let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
            let about = about(booking, version);
            let payload = Payload { msg: sealed, aad: &about };
            key.cipher.decrypt(&XNonce::try_from(nonce).ok()?, payload).ok()
        });
        let text = opened.and_then(|bytes| String::from_utf8(bytes).ok());
        text.ok_or_else(|| Error::internal("a note is not what was sealed"))
    }
}

impl NoteKey {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (name, key) = text.split_once(':').unwrap_or_default();
        let is_of_a_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=NAME_LENGTH).contains(&name.len()) || !name.bytes().all(is_of_a_name) {
            return Err("holds a key without a name like `k1:`");
        }
        let bytes = Base64::decode_vec(key).map_err(|_| "holds a key that is not base64")?;
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes)
            .map_err(|_| "holds a key that is not 32 bytes")?;
        Ok(Self { name: name.to_owned(), cipher })
    }
}

/// What a text is sealed with: fields of fixed lengths, so that no two are the same bytes.
fn about(booking: BookingId, version: u32) -> Vec<u8> {
    [PURPOSE, booking.0.as_bytes(), &version.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::testing::World;

    const ONE: &str = "one:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    const OTHER: &str = "other-2:YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI=";

    fn keys(list: &str) -> NoteKeys {
        NoteKeys::parse(list).map_err(str::to_owned).unwrap()
    }

    fn id(bits: u128) -> BookingId {
        BookingId(Uuid::from_u128(bits))
    }

    /// draft-irtf-cfrg-xchacha-03, A.3.1.
    #[test]
    fn the_cipher_is_the_one_of_the_draft() {
        let [key, nonce, aad] = [
            "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
            "404142434445464748494a4b4c4d4e4f5051525354555657",
            "50515253c0c1c2c3c4c5c6c7",
        ]
        .map(|digits| hex::decode(digits).unwrap());
        let msg = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let cipher = XChaCha20Poly1305::new_from_slice(&key).unwrap();
        let nonce = XNonce::try_from(nonce.as_slice()).unwrap();
        let sealed = cipher.encrypt(&nonce, Payload { msg, aad: &aad }).unwrap();
        let expected = "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49";
        assert_eq!(hex::encode(sealed), expected);
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_as_itself_alone(
            text in "\\PC{0,200}", booking: u128, version in 1_u32..100, other: u128, at in any::<prop::sample::Index>(), flip in 1_u8..=255
        ) {
            let (world, keys) = (World::new(), keys(ONE));
            let sealed = keys.seal(&world, id(booking), version, &text).unwrap();
            prop_assert_eq!(keys.open(id(booking), version, &sealed).unwrap(), text.clone());
            prop_assert!(text.len() < 4 || !sealed.contains(&text));
            prop_assert!(keys.open(id(booking), version + 1, &sealed).is_err());
            prop_assert!(keys.open(id(booking), version - 1, &sealed).is_err());
            prop_assert!(other == booking || keys.open(id(other), version, &sealed).is_err());
            let (name, bytes) = sealed.split_once('.').unwrap();
            let mut bytes = Base64UrlUnpadded::decode_vec(bytes).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let changed = [name, ".", &Base64UrlUnpadded::encode_string(&bytes)].concat();
            prop_assert!(keys.open(id(booking), version, &changed).is_err());
            bytes.truncate(at);
            let cut = [name, ".", &Base64UrlUnpadded::encode_string(&bytes)].concat();
            prop_assert!(keys.open(id(booking), version, &cut).is_err());
        }
    }

    #[test]
    fn the_same_text_is_sealed_otherwise_each_time() {
        let (world, keys) = (World::new(), keys(ONE));
        let mut sealed: Vec<_> =
            (0..100).map(|_| keys.seal(&world, id(1), 1, "the same").unwrap()).collect();
        sealed.sort();
        sealed.dedup();
        assert_eq!(sealed.len(), 100);
    }

    #[test]
    fn a_key_that_was_replaced_still_opens() {
        let world = World::new();
        let before = keys(ONE).seal(&world, id(1), 1, "before").unwrap();
        let both = keys(&[OTHER, ", ", ONE].concat());
        let after = both.seal(&world, id(1), 2, "after").unwrap();
        assert_eq!(both.open(id(1), 1, &before).unwrap(), "before");
        assert_eq!(keys(OTHER).open(id(1), 2, &after).unwrap(), "after");
        assert!(keys(ONE).open(id(1), 2, &after).is_err(), "sealed under the first");
        assert!(keys(OTHER).open(id(1), 1, &before).is_err());
    }

    #[test]
    fn what_is_no_sealed_text_does_not_open_and_is_not_quoted() {
        let keys = keys(ONE);
        for sealed in ["", ".", "the plain text", "0000000000000000.AAAA", "the plain text.AAAA"] {
            let error = keys.open(id(1), 1, sealed).unwrap_err();
            assert!(!format!("{error:?}").contains("plain"), "{error:?}");
        }
    }

    #[test]
    fn a_list_of_keys_that_is_wrong_is_named_and_not_quoted() {
        for (list, problem) in [
            ("", "is not set"),
            (" , ", "is not set"),
            ("hunter2!", "holds a key without a name like `k1:`"),
            (":aHVudGVyMg==", "holds a key without a name like `k1:`"),
            ("K1:aHVudGVyMg==", "holds a key without a name like `k1:`"),
            ("a.b:aHVudGVyMg==", "holds a key without a name like `k1:`"),
            ("seventeen-letters:aHVudGVyMg==", "holds a key without a name like `k1:`"),
            ("k1:hunter2!", "holds a key that is not base64"),
            ("k1:aHVudGVyMg==", "holds a key that is not 32 bytes"),
            (
                "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=,k2:aHVudGVyMg==",
                "holds a key that is not 32 bytes",
            ),
        ] {
            assert_eq!(NoteKeys::parse(list).err(), Some(problem), "{list}");
        }
    }
}
