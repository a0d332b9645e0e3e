//! Checkpoints as signed notes (C2SP, signed-note and tlog-checkpoint), which any client of such logs reads.

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::{SECRET_KEY_LENGTH, Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::Hash;
use crate::secret::SecretString;

/// The variable with the keys.
pub const KEYS: &str = "AUDIT_KEYS";
/// How a key begins, as Go's `note.GenerateKey` writes it: `PRIVATE+KEY+<name>+<hash>+<base64 of type and seed>`.
const PREFIX: &str = "PRIVATE+KEY+";
/// The type of Ed25519 in a key.
const ED25519: u8 = 1;

/// The keys of the log, all of its name. Each signs every checkpoint, so that a key is replaced while the one before still
/// counts.
pub struct AuditKeys(Vec<AuditKey>);

struct AuditKey {
    name: String,
    id: [u8; 4],
    key: SigningKey,
}

impl AuditKeys {
    /// Reads a list, separated by commas.
    ///
    /// # Errors
    /// The fault of the list, without quoting it.
    pub fn parse(list: &str) -> Result<Self, &'static str> {
        let texts = list.split(',').map(str::trim).filter(|text| !text.is_empty());
        let keys = texts.map(AuditKey::parse).collect::<Result<Vec<_>, _>>()?;
        let [first, others @ ..] = keys.as_slice() else { return Err("is not set") };
        if others.iter().any(|key| key.name != first.name) {
            return Err("holds keys of several names, and a log has one");
        }
        Ok(Self(keys))
    }

    /// The checkpoint of a tree.
    pub fn sign(&self, size: u64, root: &Hash) -> String {
        let text = self.text(size, root);
        let lines: Vec<_> = self.0.iter().map(|key| key.line(&text)).collect();
        [&text, "\n", &lines.concat()].concat()
    }

    /// Whether a note is the checkpoint of that tree, by one of these keys. A signature of Ed25519 is always the same, so it
    /// is made again.
    pub fn has_signed(&self, note: &str, size: u64, root: &Hash) -> bool {
        let text = self.text(size, root);
        let signatures = note.strip_prefix(&text).and_then(|rest| rest.strip_prefix('\n'));
        signatures.is_some_and(|lines| {
            let mut lines = lines.split_inclusive('\n');
            lines.any(|line| self.0.iter().any(|key| key.line(&text) == line))
        })
    }

    fn text(&self, size: u64, root: &Hash) -> String {
        let origin = self.0.first().map_or("", |key| &key.name);
        [origin, "\n", &size.to_string(), "\n", &Base64::encode_string(root), "\n"].concat()
    }
}

impl AuditKey {
    fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "holds a key that is not like `PRIVATE+KEY+name+hash+base64`";
        let parts = text.strip_prefix(PREFIX).and_then(|rest| {
            let (name, rest) = rest.split_once('+')?;
            let (hash, key) = rest.split_once('+')?;
            Some((name, hash, key))
        });
        let (name, hash, key) = parts.ok_or(FORM)?;
        if name.is_empty() || name.len() > 100 || !name.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(FORM);
        }
        let bytes = Base64::decode_vec(key).map_err(|_| "holds a key that is not base64")?;
        let seed = bytes.strip_prefix(&[ED25519]).map(<[u8; SECRET_KEY_LENGTH]>::try_from);
        let Some(Ok(seed)) = seed else {
            return Err("holds a key that is not of Ed25519");
        };
        let key = SigningKey::from_bytes(&seed);
        let id = key_id(name, key.verifying_key().as_bytes());
        if hash != hex::encode(id) {
            return Err("holds a key whose hash is not its own");
        }
        Ok(Self { name: name.to_owned(), id, key })
    }

    /// `— <name> <base64 of the key's id and the signature>`.
    fn line(&self, text: &str) -> String {
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let bytes = [self.id.as_slice(), &signature].concat();
        ["\u{2014} ", &self.name, " ", &Base64::encode_string(&bytes), "\n"].concat()
    }
}

/// By what the database takes a checkpoint, as it has no Ed25519: `private.audit_checkpoint_mac()`.
pub(super) fn mac(cron_key: &SecretString, note: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(cron_key.expose().as_bytes()) else {
        unreachable!("HMAC takes a key of any length")
    };
    mac.update(b"evenkeel/checkpoint/1");
    mac.update(note.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// The first four bytes of SHA-256 of the name, a newline, the type and the public key.
fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]);
    let [a, b, c, d, ..] = <[u8; 32]>::from(digest.chain_update(public).finalize());
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the documentation of Go's golang.org/x/mod/sumdb/note, as is the note below.
    const OF_GO: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const ONE: &str = crate::testing::AUDIT_KEY;

    fn keys(list: &str) -> AuditKeys {
        AuditKeys::parse(list).map_err(str::to_owned).unwrap()
    }

    #[test]
    fn a_signature_is_the_one_of_go() {
        let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        assert_eq!(
            keys(OF_GO).0[0].line(text),
            "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        );
    }

    #[test]
    fn a_checkpoint_is_known_again_by_any_key_and_by_nothing_else() {
        let old = keys(ONE);
        let note = old.sign(7, &[1; 32]);
        assert!(note.starts_with("evenkeel.test/audit\n7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n\n\u{2014} evenkeel.test/audit "), "{note}");
        assert!(old.has_signed(&note, 7, &[1; 32]));
        assert!(!old.has_signed(&note, 8, &[1; 32]));
        assert!(!old.has_signed(&note, 7, &[2; 32]));
        let text = note.split_inclusive("\n\n").next().unwrap();
        assert!(!old.has_signed(text, 7, &[1; 32]), "without a signature");
        for at in text.len()..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            let changed = String::from_utf8_lossy(&bytes).into_owned();
            assert!(!old.has_signed(&changed, 7, &[1; 32]), "{changed}");
        }
    }

    /// The database has the same (`329_seal_audit_log.sql`).
    #[test]
    fn the_database_takes_it_by_the_cron_key() {
        let key = SecretString::new("cron-key-of-the-tests-0123456789abcdef");
        assert_eq!(
            mac(&key, "evenkeel.test/audit\n1\n"),
            "0784c8a988a75bd85b6ea67a36f785b69f9000986bf1238a61bae2247effc67f"
        );
    }

    #[test]
    fn while_a_key_is_replaced_both_sign() {
        let other = other(ONE);
        let both = keys(&[&other, ", ", ONE].concat());
        let note = both.sign(7, &[1; 32]);
        assert_eq!(note.lines().filter(|line| line.starts_with('\u{2014}')).count(), 2);
        assert!(keys(ONE).has_signed(&note, 7, &[1; 32]));
        assert!(keys(&other).has_signed(&note, 7, &[1; 32]));
        assert!(both.has_signed(&keys(ONE).sign(7, &[1; 32]), 7, &[1; 32]));
        assert!(!keys(&other).has_signed(&keys(ONE).sign(7, &[1; 32]), 7, &[1; 32]));
    }

    /// A key of the same name.
    fn other(key: &str) -> String {
        let name = key.strip_prefix(PREFIX).and_then(|rest| rest.split('+').next()).unwrap();
        let public = SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes();
        let id = hex::encode(key_id(name, &public));
        let seed = Base64::encode_string(&[&[ED25519], [9; 32].as_slice()].concat());
        [PREFIX, name, "+", &id, "+", &seed].concat()
    }

    #[test]
    fn a_list_of_keys_that_is_wrong_is_named_and_not_quoted() {
        let form = "holds a key that is not like `PRIVATE+KEY+name+hash+base64`";
        for (list, problem) in [
            ("", "is not set"),
            (" , ", "is not set"),
            ("hunter2!", form),
            ("PRIVATE+KEY+name", form),
            ("PRIVATE+KEY++c74f20a3+AYEK", form),
            ("PRIVATE+KEY+a name+c74f20a3+AYEK", form),
            ("PRIVATE+KEY+name+c74f20a3+hunter2!", "holds a key that is not base64"),
            ("PRIVATE+KEY+name+c74f20a3+AYEK", "holds a key that is not of Ed25519"),
            (&OF_GO.replace("c74f", "c74e"), "holds a key whose hash is not its own"),
            (&[OF_GO, ",", ONE].concat(), "holds keys of several names, and a log has one"),
        ] {
            assert_eq!(AuditKeys::parse(list).err(), Some(problem), "{list}");
        }
    }
}
