//! Whether a file is what its specialist announced.

use sha2::{Digest as _, Sha256};

use super::OpenedDocument;
use crate::error::{Code, Error, Result};

/// How the kinds of file begin that the bucket takes (ISO 32000-2, 7.5.2; ITU T.81, B.1;
/// PNG, 5.2).
const SIGNATURES: [(&str, &[u8]); 3] = [
    ("application/pdf", b"%PDF-"),
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/png", b"\x89PNG\r\n\x1a\n"),
];
const LONGEST_SIGNATURE: usize = 8;

/// In what a file is another than the one that was announced, and what to do then.
pub(super) const LENGTH: &str =
    "It is longer or shorter than announced. Reject it, or ask for another upload.";
pub(super) const KIND: &str =
    "It is not of the announced type. Reject it, or ask for another upload.";
const BYTES: &str = "It was changed since it was announced. Reject it, or ask for another upload.";

#[cold]
#[inline(never)]
pub(super) fn mismatch(detail: &str) -> Error {
    Error::new(Code::FileMismatch, detail)
}

/// A file as it is read: no more of it is held than its beginning.
#[derive(Default)]
pub(super) struct Inspection {
    digest: Sha256,
    beginning: Vec<u8>,
    length: usize,
}

impl Inspection {
    /// Takes the next piece.
    pub(super) fn take(&mut self, piece: &[u8]) {
        let wanted = LONGEST_SIGNATURE.saturating_sub(self.beginning.len());
        self.beginning.extend(piece.iter().take(wanted));
        self.length += piece.len();
        self.digest.update(piece);
    }

    /// Its SHA-256 in hex, if it is the file that was announced: of the kind that it was said
    /// to be, and in every byte.
    pub(super) fn finish(self, announced: &OpenedDocument) -> Result<String> {
        let signature = SIGNATURES.iter().find(|(mime_type, _)| *mime_type == announced.mime_type);
        let found = hex::encode(self.digest.finalize());
        if u32::try_from(self.length) != Ok(announced.file_size) {
            Err(mismatch(LENGTH))
        } else if !signature.is_some_and(|(_, bytes)| self.beginning.starts_with(bytes)) {
            Err(mismatch(KIND))
        } else if found != announced.file_hash {
            Err(mismatch(BYTES))
        } else {
            Ok(found)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{id::UserId, json::Verbatim};

    fn announced(mime_type: &str, bytes: &[u8]) -> OpenedDocument {
        OpenedDocument {
            document: Verbatim::new(String::new()),
            reviewed_path: None,
            path: String::new(),
            file_hash: hex::encode(Sha256::digest(bytes)),
            mime_type: mime_type.to_owned(),
            file_size: u32::try_from(bytes.len()).unwrap(),
            differs: None,
            copy_path: String::new(),
            file_name: String::new(),
            opened_by: UserId::default(),
        }
    }

    fn is_it(announced: &OpenedDocument, pieces: &[&[u8]]) -> bool {
        let mut inspection = Inspection::default();
        for piece in pieces {
            inspection.take(piece);
        }
        inspection.finish(announced).is_ok()
    }

    #[test]
    fn each_kind_is_known_by_its_beginning_and_taken_for_no_other() {
        let files: [(&str, &[u8]); 3] = [
            ("application/pdf", b"%PDF-1.7\n..."),
            ("image/jpeg", b"\xff\xd8\xff\xe0 JFIF"),
            ("image/png", b"\x89PNG\r\n\x1a\n IHDR"),
        ];
        for (kind, bytes) in files {
            for (said, _) in files {
                assert_eq!(
                    is_it(&announced(said, bytes), &[bytes]),
                    said == kind,
                    "{kind}, {said}"
                );
            }
            assert!(!is_it(&announced("text/html", bytes), &[bytes]));
        }
        assert!(!is_it(&announced("application/pdf", b"<script>"), &[b"<script>"]));
        assert!(!is_it(&announced("image/png", b"\x89PNG"), &[b"\x89PNG"]), "cut off");
        assert!(!is_it(&announced("application/pdf", b""), &[]));
    }

    proptest! {
        #[test]
        fn it_is_the_same_in_whatever_pieces_it_comes(
            rest in proptest::collection::vec(any::<u8>(), 0..64), cut in 0_usize..70, other in any::<u8>()
        ) {
            let file = [b"%PDF-".as_slice(), &rest].concat();
            let announced = announced("application/pdf", &file);
            let (head, tail) = file.split_at(cut.min(file.len()));
            prop_assert!(is_it(&announced, &[head, tail]));
            prop_assert!(!is_it(&announced, &[head, tail, &[other]]));
            prop_assert!(!is_it(&announced, &[head]) || tail.is_empty());
        }
    }
}
