//! A Merkle tree (RFC 9162, 2.1) that grows at its right end, of which no more is held than that takes.

use sha2::{Digest as _, Sha256};

/// A hash of a leaf or of a node.
pub type Hash = [u8; 32];

/// The right edge of a tree: the roots of the full subtrees that its leaves fall into, largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Reads what [`Self::to_hex`] wrote of a tree of that size.
    pub fn parse(size: u64, peaks: &str) -> Option<Self> {
        let peaks = parse_hashes(peaks)?;
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// The hashes, one after the other.
    pub fn to_hex(&self) -> String {
        hex::encode(self.peaks.concat())
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Each full subtree of which this leaf is the last is as high as the size before has ones at its end.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root of the tree; of none the hash of nothing.
    pub fn root(&self) -> Hash {
        let root = self.peaks.iter().rev().copied().reduce(|right, left| node(&left, &right));
        root.unwrap_or_else(|| Sha256::digest([]).into())
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Reads hashes that stand one after the other, each as 64 hex digits.
pub(super) fn parse_hashes(text: &str) -> Option<Vec<Hash>> {
    let (hashes, rest) = text.as_bytes().as_chunks::<64>();
    let mut parsed = vec![Hash::default(); hashes.len()];
    for (hash, digits) in parsed.iter_mut().zip(hashes) {
        hex::decode_to_slice(digits, hash).ok()?;
    }
    rest.is_empty().then_some(parsed)
}

#[cfg(test)]
mod tests {
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;

    use super::*;

    fn leaf(data: &[u8]) -> Hash {
        Sha256::new().chain_update([0]).chain_update(data).finalize().into()
    }

    fn grown(leaves: usize) -> Frontier {
        let mut frontier = Frontier::default();
        for n in 0..leaves {
            frontier.push(leaf(&n.to_be_bytes()));
        }
        frontier
    }

    fn as_another_sees_it(leaves: usize) -> Hash {
        let mut tree = MemoryBackedTree::<Sha256, [u8; 8]>::new();
        for n in 0..leaves {
            tree.push(n.to_be_bytes());
        }
        tree.root().as_bytes().as_slice().try_into().unwrap()
    }

    /// The tests of Certificate Transparency have these (`merkletree_test.go`), for the same leaves.
    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let leaves = ["", "00", "10", "2021", "3031", "40414243"];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        ];
        let mut frontier = Frontier::default();
        assert_eq!(
            hex::encode(frontier.root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        for (data, root) in leaves.iter().zip(roots) {
            frontier.push(leaf(&hex::decode(data).unwrap()));
            assert_eq!(hex::encode(frontier.root()), root);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_root_is_the_one_of_another_implementation(leaves in 1_usize..700) {
            let frontier = grown(leaves);
            prop_assert_eq!(frontier.root(), as_another_sees_it(leaves));
        }

        #[test]
        fn a_tree_that_was_put_away_goes_on(first in 0_usize..600, more in 0_usize..600) {
            let frontier = grown(first);
            let mut frontier = Frontier::parse(frontier.size(), &frontier.to_hex()).unwrap();
            for n in first..first + more {
                frontier.push(leaf(&n.to_be_bytes()));
            }
            prop_assert_eq!(frontier, grown(first + more));
        }
    }

    #[test]
    fn what_is_no_frontier_of_that_size_is_refused() {
        let hash = "ab".repeat(32);
        for (size, peaks) in [(1, ""), (0, hash.as_str()), (3, &hash), (1, &hash[1..]), (1, "xy")] {
            assert_eq!(Frontier::parse(size, peaks), None, "{size} {peaks}");
        }
    }
}
