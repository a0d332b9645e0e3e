//! A file that somebody announced, uploaded to where they may write, and that is copied to where nobody does: whether it
//! is what was announced.

use sha2::{Digest as _, Sha256};

use crate::{
    error::{Code, Error, Result},
    ports::{Object, ObjectStore, ObjectStoreError},
};

/// How many bytes of the beginning of a file tell its kind.
pub(crate) const LOOKED_AT: usize = 1024;

/// In what a file is another than the one that was announced, and what to do then.
pub(crate) const LENGTH: &str =
    "It is longer or shorter than announced. Reject it, or ask for another upload.";
pub(crate) const KIND: &str =
    "It is not of the announced type. Reject it, or ask for another file.";
pub(crate) const BYTES: &str =
    "It was changed since it was announced. Reject it, or ask for another upload.";

/// What was announced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announced<'a> {
    /// SHA-256 in hex, lower case.
    pub(crate) file_hash: &'a str,
    /// Its type.
    pub(crate) mime_type: &'a str,
    /// Its length in bytes.
    pub(crate) file_size: u32,
    /// Whether a file of that type begins like this.
    pub(crate) begins: fn(&str, &[u8]) -> bool,
}

#[cold]
#[inline(never)]
pub(crate) fn of_another_type() -> Error {
    Error::new(Code::FileTypeMismatch, KIND)
}

#[cold]
#[inline(never)]
pub(crate) fn of_another_length() -> Error {
    Error::new(Code::FileMismatch, LENGTH)
}

/// Copies an upload, reads the copy piece by piece, and compares it: its SHA-256 in hex, if it is what was announced.
///
/// # Errors
/// `file_missing`, `file_type_mismatch`, `file_mismatch`; those of Storage.
pub(crate) async fn copy_compared(
    ports: &impl ObjectStore,
    upload: Object<'_>,
    copy: Object<'_>,
    announced: &Announced<'_>,
) -> Result<String> {
    match ports.copy(upload, copy, announced.mime_type).await {
        Err(ObjectStoreError::NotFound) => {
            return Err(Error::new(Code::FileMissing, "It was not uploaded."));
        }
        copied => copied?,
    }
    let mut inspection = Inspection::default();
    let limit = usize::try_from(announced.file_size).unwrap_or_default();
    match ports.read(copy, limit, &mut |piece| inspection.take(piece)).await {
        Err(ObjectStoreError::TooLarge) => return Err(of_another_length()),
        read => read?,
    }
    inspection.finish(announced)
}

/// A file as it is read: no more of it is held than its beginning.
#[derive(Default)]
pub(crate) struct Inspection {
    digest: Sha256,
    beginning: Vec<u8>,
    length: usize,
}

impl Inspection {
    /// Takes the next piece.
    pub(crate) fn take(&mut self, piece: &[u8]) {
        let wanted = LOOKED_AT.saturating_sub(self.beginning.len());
        self.beginning.extend(piece.iter().take(wanted));
        self.length += piece.len();
        self.digest.update(piece);
    }

    /// Its SHA-256 in hex, if it is the file that was announced: of the kind that it was said
    /// to be, and in every byte.
    pub(crate) fn finish(self, announced: &Announced<'_>) -> Result<String> {
        let found = hex::encode(self.digest.finalize());
        if u32::try_from(self.length) != Ok(announced.file_size) {
            Err(of_another_length())
        } else if !(announced.begins)(announced.mime_type, &self.beginning) {
            Err(of_another_type())
        } else if found != announced.file_hash {
            Err(Error::new(Code::FileMismatch, BYTES))
        } else {
            Ok(found)
        }
    }
}
