//! Supabase Storage.

use crate::{
    error::{Code, Error},
    secret::SecretString,
};

/// Files in private buckets.
pub trait ObjectStore {
    /// Reads an object of up to `limit` bytes, piece by piece: no more of it is held.
    async fn read(
        &self,
        bucket: &str,
        path: &str,
        limit: usize,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ObjectStoreError>;
    /// A link that lets its holder read the object for so many seconds: a path below the
    /// address of the API, which callers know by another name than the functions do.
    async fn signed_path(
        &self,
        bucket: &str,
        path: &str,
        seconds: u32,
    ) -> Result<SecretString, ObjectStoreError>;
}

/// Why there is no file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectStoreError {
    /// No such object.
    #[error("no such object")]
    NotFound,
    /// It is larger than the caller takes.
    #[error("the object is too large")]
    TooLarge,
    /// It did not answer in time.
    #[error("timed out")]
    Timeout,
    /// Refused or unreachable.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

impl From<ObjectStoreError> for Error {
    fn from(error: ObjectStoreError) -> Self {
        match error {
            ObjectStoreError::NotFound => Self::new(Code::FileMissing, "It was not uploaded."),
            ObjectStoreError::TooLarge => Self::internal("storage: larger than its row"),
            ObjectStoreError::Timeout => Self::timeout("storage"),
            ObjectStoreError::Unavailable(cause) => Self::unavailable("storage", &cause),
        }
    }
}
