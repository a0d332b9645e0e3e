//! The audit log, read by others: its checkpoints by `signed_note`, its proofs by `tlog_tiles`, which are what Cloudflare made of
//! Go's `note` and `tlog`.
//!
//! `./scripts/start --detach`, then
//! `cargo test -p evenkeel-conformance --features stack --test transparency`.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use evenkeel_conformance::SealedLog;
use signed_note::{Note, NoteError, StandardVerifier, VerifierList};
use tlog_tiles::{
    Checkpoint,
    tlog::{self, Hash, HashReader},
};

/// More than a node of the tree stands for, so that some are used.
const ENTRIES: i32 = 600;
/// Trees that are looked at, beside the one of the checkpoint.
const TREES: usize = 40;

/// The tree as they keep it.
struct Theirs(Vec<Hash>);

impl HashReader for Theirs {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        Ok(indexes.iter().map(|at| self.0[usize::try_from(*at).unwrap()]).collect())
    }
}

impl Theirs {
    fn of(leaves: &[[u8; 32]]) -> Self {
        let mut tree = Self(Vec::new());
        for (n, leaf) in (0..).zip(leaves) {
            let hashes = tlog::stored_hashes_for_record_hash(n, Hash(*leaf), &tree).unwrap();
            tree.0.extend(hashes);
        }
        tree
    }

    fn root(&self, size: u64) -> Hash {
        tlog::tree_hash(size, self).unwrap()
    }
}

fn parsed(path: &[String]) -> Vec<Hash> {
    path.iter().map(|hash| Hash::parse_hash(hash).unwrap()).collect()
}

fn random_below(bound: u64) -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes) % bound
}

/// With one bit of one hash turned around.
fn flipped(path: &[Hash]) -> Vec<Hash> {
    let mut path = path.to_vec();
    let [hash, bit] = [random_below(path.len() as u64), random_below(256)];
    let byte = &mut path[usize::try_from(hash).unwrap()].0[usize::try_from(bit / 8).unwrap()];
    *byte ^= 1 << (bit % 8);
    path
}

fn verified(note: &[u8], key: &str) -> Result<Checkpoint, NoteError> {
    let verifier = StandardVerifier::new(key).unwrap();
    let note = Note::from_bytes(note)?;
    let (signatures, _) = note.verify(&VerifierList::new(vec![Box::new(verifier)]))?;
    assert_eq!(signatures.len(), 1);
    Ok(Checkpoint::from_bytes(note.text()).unwrap())
}

#[test]
fn others_read_what_we_sealed_and_nothing_else() {
    let mut log = SealedLog::with(ENTRIES);
    let theirs = Theirs::of(&log.leaves);

    let checkpoint = verified(log.checkpoint.as_bytes(), &log.verifying_key).unwrap();
    let size = checkpoint.size();
    assert_eq!(size, log.leaves.len() as u64);
    assert!(
        *checkpoint.hash() == theirs.root(size),
        "the root of the checkpoint is that of the leaves"
    );
    assert!(log.verifying_key.starts_with(&[checkpoint.origin(), "+"].concat()));
    for at in 0..log.checkpoint.len() {
        let mut other = log.checkpoint.clone().into_bytes();
        other[at] ^= 1 << random_below(7);
        assert!(verified(&other, &log.verifying_key).is_err(), "byte {at} of {}", log.checkpoint);
    }

    let others = (0..TREES).map(|_| 2 + random_below(size - 1));
    for size in [1, 2, 3, 255, 256, 257, 511, 512, size].into_iter().chain(others) {
        let root = theirs.root(size);
        let index = random_below(size);
        let leaf = Hash(log.leaves[usize::try_from(index).unwrap()]);
        let path = parsed(&log.inclusion(index, size));
        tlog::check_record(&path, size, root, index, leaf)
            .unwrap_or_else(|error| panic!("leaf {index} of {size}: {error}"));
        let first = 1 + random_below(size);
        let proof = parsed(&log.consistency(first, size));
        tlog::check_tree(&proof, size, root, first, theirs.root(first))
            .unwrap_or_else(|error| panic!("{first} and {size}: {error}"));

        if !path.is_empty() {
            let refused = tlog::check_record(&flipped(&path), size, root, index, leaf);
            assert!(refused.is_err(), "leaf {index} of {size}, a bit of the path flipped");
            let beside = (index + 1) % size;
            let refused = tlog::check_record(&path, size, root, beside, leaf);
            assert!(refused.is_err(), "leaf {index} of {size} in the place of {beside}");
        }
        if !proof.is_empty() {
            let refused = tlog::check_tree(&flipped(&proof), size, root, first, theirs.root(first));
            assert!(refused.is_err(), "{first} and {size}, a bit of the proof flipped");
        }
    }
}
