//! Link tokens: `base64url(id || secret)` and a letter, where
//! `secret = HMAC-SHA256(key, purpose || id)`.
//!
//! The letter is for mail programs that leave `-` and `_` out of the end of a link; whether it
//! arrives does not matter (docs/decisions/links-survive-mail-programs.md).
//!
//! The database stores the id and `sha256(secret)`, so a dump of it holds no
//! usable link; and since the secret is derived, a mail that is rendered again
//! after a crash carries the same link without anybody having kept it.

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    email_address::EmailAddress,
    error::{Code, Error, Result},
    id::{TokenId, UserId},
    secret::SecretString,
};

const ID_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;
const TOKEN_BYTES: usize = ID_BYTES + SECRET_BYTES;
/// How many characters the bytes are, without padding.
const TOKEN_CHARACTERS: usize = TOKEN_BYTES / 3 * 4;
/// Ends a link. It means nothing.
const END: &str = "E";
/// The shortest key: as long as the MAC (RFC 2104, section 3).
const KEY_BYTES: usize = 32;

/// The purpose of a token. A token of one purpose is worthless for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Confirms an e-mail address.
    EmailVerification,
    /// Completes a sign-up.
    SignUp,
    /// Sets a new password.
    PasswordReset,
    /// Accepts a company's invitation.
    Invitation,
    /// Gives an account the address that it was mailed to.
    EmailChange,
    /// Keeps the address of an account, or takes it back.
    EmailChangeCancel,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::EmailVerification => b"evenkeel/email_verification/1",
            Self::SignUp => b"evenkeel/sign_up/1",
            Self::PasswordReset => b"evenkeel/password_reset/1",
            Self::Invitation => b"evenkeel/invitation/1",
            Self::EmailChange => b"evenkeel/email_change/1",
            Self::EmailChangeCancel => b"evenkeel/email_change_cancel/1",
        }
    }

    /// The page of the site that a link of this purpose opens.
    pub const fn page(self) -> &'static str {
        match self {
            Self::EmailVerification => "confirm-email",
            Self::SignUp => "complete-sign-up",
            Self::PasswordReset => "reset-password",
            Self::Invitation => "accept-invitation",
            Self::EmailChange => "confirm-new-address",
            Self::EmailChangeCancel => "keep-address",
        }
    }
}

/// The state of a token, whatever its purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenOutcome {
    /// It confirmed an address.
    Verified,
    /// It confirmed the address before, and has not expired.
    AlreadyVerified,
    /// It may be used.
    Live,
    /// It has been used by this call.
    Consumed,
    /// Unknown, or the secret is wrong.
    Invalid,
    /// Its time is over.
    Expired,
    /// Five wrong attempts were made.
    Exhausted,
    /// A newer token was issued, or the account has another address now.
    Superseded,
    /// It was used before, and works once.
    Used,
    /// The address that it is about has another account.
    AddressTaken,
    /// It is as it was: the person is to say another name.
    InvalidName,
    /// The same of their language.
    InvalidLocale,
}

impl TokenOutcome {
    /// Why a token does not help its caller.
    pub fn refusal(self) -> Error {
        let code = match self {
            Self::Invalid => Code::TokenInvalid,
            Self::Expired => Code::TokenExpired,
            Self::Exhausted => Code::TokenExhausted,
            Self::Superseded => Code::TokenSuperseded,
            Self::Used => Code::TokenUsed,
            Self::AddressTaken => {
                return Error::new(Code::Conflict, "This address has an account already.");
            }
            Self::Verified
            | Self::AlreadyVerified
            | Self::Live
            | Self::Consumed
            | Self::InvalidName
            | Self::InvalidLocale => {
                return Error::internal("an outcome of another function");
            }
        };
        Error::new(code, "Please use the link of the newest mail, or ask for a new one.")
    }
}

/// The refusals of a token of every purpose.
pub const REFUSALS: [Code; 4] =
    [Code::TokenInvalid, Code::TokenExpired, Code::TokenExhausted, Code::TokenSuperseded];

/// The answer of the database about a token that was to be used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consumption {
    /// Its outcome.
    pub outcome: TokenOutcome,
    /// Whose it is, if it held.
    pub user_id: Option<UserId>,
}

/// `sha256(secret)` in lower-case hex: what a row may keep of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

/// A token as the link carries it.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken {
    id: TokenId,
    secret: [u8; SECRET_BYTES],
}

impl LinkToken {
    /// Reads a token back: of the characters that a token can have, the first 64. The others came
    /// with a mail program or a hand that copied a line too much.
    ///
    /// # Errors
    /// `token_invalid`, the same as for a token that nobody issued.
    #[inline(never)]
    pub fn parse(text: &SecretString) -> Result<Self> {
        let mut bytes = [0; TOKEN_BYTES];
        let decoded = Base64UrlUnpadded::decode(characters(text), &mut bytes).ok();
        decoded.and_then(Self::from_bytes).ok_or_else(|| TokenOutcome::Invalid.refusal())
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, secret) = bytes.split_at_checked(ID_BYTES)?;
        Some(Self { id: TokenId(Uuid::from_slice(id).ok()?), secret: secret.try_into().ok()? })
    }

    /// The key of the token's row.
    pub fn id(&self) -> TokenId {
        self.id
    }

    /// The hash of the secret, which the row keeps.
    #[inline(never)]
    pub fn hash(&self) -> TokenHash {
        TokenHash(hex::encode(Sha256::digest(self.secret)))
    }

    /// The text of the link. It is a credential.
    pub fn encode(&self) -> SecretString {
        let bytes = [self.id.0.as_bytes().as_slice(), &self.secret].concat();
        SecretString::new(Base64UrlUnpadded::encode_string(&bytes) + END)
    }
}

/// The characters of a link that can be a token's, the first 64; zeros where one is missing, which no token has.
pub(crate) fn characters(link: &SecretString) -> [u8; TOKEN_CHARACTERS] {
    let own = |byte: &u8| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_');
    let mut characters = [0; TOKEN_CHARACTERS];
    let mut places = characters.iter_mut();
    for byte in link.expose().bytes().filter(own) {
        let Some(place) = places.next() else { break };
        *place = byte;
    }
    characters
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LinkToken({})", self.id)
    }
}

/// The keys that tokens are derived from: the first signs, all are tried when a
/// stored hash has to be met again after a rotation.
#[derive(Clone, Debug)]
pub struct TokenKeys {
    newest: SecretString,
    older: Vec<SecretString>,
}

impl TokenKeys {
    /// Reads a comma-separated list, the newest key first.
    ///
    /// # Errors
    /// The fault of the list, without quoting it.
    pub fn parse(list: &str) -> Result<Self, &'static str> {
        let mut keys = list.split(',').map(str::trim).map(SecretString::new);
        let newest = keys.next().ok_or("holds no key")?;
        let older: Vec<_> = keys.collect();
        if older.iter().chain([&newest]).any(|key| key.expose().len() < KEY_BYTES) {
            return Err("holds a key of fewer than 32 characters");
        }
        Ok(Self { newest, older })
    }

    /// No key, in a configuration that is refused.
    pub(crate) fn none() -> Self {
        Self { newest: SecretString::new(""), older: Vec::new() }
    }

    /// The token of a row, under the newest key.
    pub fn derive(&self, purpose: Purpose, id: TokenId) -> LinkToken {
        derive(&self.newest, purpose, id)
    }

    /// The token that a row's stored hash belongs to, whichever key made it.
    /// `None` if that key has been removed from the list.
    pub fn rederive(&self, purpose: Purpose, id: TokenId, hash: &TokenHash) -> Option<LinkToken> {
        core::iter::once(&self.newest)
            .chain(&self.older)
            .map(|key| derive(key, purpose, id))
            .find(|token| token.hash() == *hash)
    }

    /// A name for an address that tells nothing about it, for cooldowns.
    pub fn address_key(&self, address: &EmailAddress) -> String {
        hex::encode(mac(&self.newest, &[b"evenkeel/address/1", address.as_str().as_bytes()]))
    }

    /// A name for one mail that Auth asks for, which tells nothing about it.
    pub fn auth_email_key(&self, parts: &[&str; 3]) -> String {
        let [kind, user, occasion] = parts.map(str::as_bytes);
        let parts = [b"evenkeel/auth_email/1".as_slice(), kind, b"/", user, b"/", occasion];
        hex::encode(mac(&self.newest, &parts))
    }

    /// A name for a client's network that tells nothing about it, for throttles.
    pub fn client_key(&self, network: &[u8]) -> String {
        hex::encode(mac(&self.newest, &[b"evenkeel/client/1", network]))
    }
}

fn derive(key: &SecretString, purpose: Purpose, id: TokenId) -> LinkToken {
    LinkToken { id, secret: mac(key, &[purpose.label(), id.0.as_bytes()]) }
}

fn mac(key: &SecretString, parts: &[&[u8]]) -> [u8; SECRET_BYTES] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()) else {
        unreachable!("HMAC takes a key of any length")
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(list: &str) -> TokenKeys {
        TokenKeys::parse(list).unwrap()
    }

    const OLD: &str = "old-key-old-key-old-key-old-key-1";
    const NEW: &str = "new-key-new-key-new-key-new-key-2";
    const ID: TokenId = TokenId(Uuid::from_u128(0x8c5e_81d6_1111_4222_8333_0123_4567_89ab));

    #[test]
    fn a_token_survives_its_link() {
        let token = keys(NEW).derive(Purpose::EmailVerification, ID);
        assert_eq!(LinkToken::parse(&token.encode()).unwrap(), token);
    }

    #[test]
    fn the_wire_format_stays_as_mailed_links_have_it() {
        // Computed with Python: hmac.new(key, label + id, sha256), base64.urlsafe_b64encode.
        let token = keys(NEW).derive(Purpose::EmailVerification, ID);
        assert_eq!(
            token.encode().expose(),
            "jF6B1hERQiKDMwEjRWeJq0_-u5MSzHHYyNCdQnbaZAzyuZGPKIDOGt7cM2eBQfTtE"
        );
        assert_eq!(
            token.hash().0,
            "a13f64c56c7f260a2ce88233babdb96c403fc0a8656fa949653e8d512626cc48"
        );
    }

    #[test]
    fn a_token_is_read_in_whatever_form_it_comes_back_as_the_pages_read_it() {
        #[derive(Deserialize)]
        struct Spellings {
            token: SecretString,
            read: Vec<SecretString>,
            refused: Vec<SecretString>,
        }
        let spellings = include_str!("../../../pages/tests/tokens.json");
        let spellings: Spellings = serde_json::from_str(spellings).unwrap();
        let token = LinkToken::parse(&spellings.token).unwrap();
        assert_eq!(token, keys(NEW).derive(Purpose::EmailVerification, ID));
        for text in &spellings.read {
            assert_eq!(LinkToken::parse(text).ok().as_ref(), Some(&token), "{}", text.expose());
        }
        for text in &spellings.refused {
            let refused = LinkToken::parse(text).unwrap_err();
            assert_eq!(refused.code(), Code::TokenInvalid, "{}", text.expose());
        }
    }

    #[test]
    fn a_token_of_one_purpose_is_worthless_for_another() {
        let keys = keys(NEW);
        let verification = keys.derive(Purpose::EmailVerification, ID);
        let reset = keys.derive(Purpose::PasswordReset, ID);
        assert_ne!(verification.hash(), reset.hash());
    }

    #[test]
    fn a_stored_hash_finds_its_key_after_rotation() {
        let before = keys(OLD).derive(Purpose::EmailVerification, ID);
        let rotated = keys(&format!("{NEW},{OLD}"));
        assert_eq!(
            rotated.rederive(Purpose::EmailVerification, ID, &before.hash()),
            Some(before.clone())
        );
        assert_ne!(rotated.derive(Purpose::EmailVerification, ID), before);
        assert_eq!(keys(NEW).rederive(Purpose::EmailVerification, ID, &before.hash()), None);
    }

    #[test]
    fn the_name_of_a_network_is_its_own_and_needs_the_key() {
        let (keys, other) = (keys(NEW), self::keys(OLD));
        let text = "ada@example.com";
        let address = EmailAddress::parse(&crate::testing::World::new(), text).unwrap();
        assert_eq!(keys.client_key(text.as_bytes()), keys.client_key(text.as_bytes()));
        assert_ne!(keys.client_key(text.as_bytes()), keys.address_key(&address));
        assert_ne!(keys.client_key(b"1"), keys.client_key(b"2"));
        assert_ne!(keys.client_key(b"1"), other.client_key(b"1"));
    }

    #[test]
    fn short_keys_are_refused() {
        assert!(TokenKeys::parse("").is_err());
        assert!(TokenKeys::parse(&format!("{NEW},short")).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_parsing_panic(text in "\\PC{0,100}") {
            let _ = LinkToken::parse(&SecretString::new(text));
        }

        #[test]
        fn a_link_ends_in_a_letter_and_may_lose_it(id in any::<u128>(), tail in "[^A-Za-z0-9_-]{0,3}[ -~]{0,9}") {
            let token = keys(NEW).derive(Purpose::Invitation, TokenId(Uuid::from_u128(id)));
            let text = token.encode().expose().to_owned();
            prop_assert!(text.ends_with(|last: char| last.is_ascii_alphanumeric()));
            for text in [text.clone() + &tail, text[..text.len() - 1].to_owned()] {
                prop_assert_eq!(LinkToken::parse(&SecretString::new(text)).unwrap(), token.clone());
            }
        }

        #[test]
        fn a_changed_character_changes_the_token(index in 0usize..64, byte in b'a'..=b'z') {
            let token = keys(NEW).derive(Purpose::EmailVerification, ID);
            let mut text = token.encode().expose().to_owned().into_bytes();
            prop_assume!(text[index] != byte);
            text[index] = byte;
            let changed = LinkToken::parse(&SecretString::new(String::from_utf8(text).unwrap())).unwrap();
            prop_assert_ne!(changed, token);
        }
    }
}
