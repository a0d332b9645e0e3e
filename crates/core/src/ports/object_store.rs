//! Supabase Storage.

use crate::{
    error::{Code, Error},
    secret::SecretString,
};

/// Files in private buckets.
pub trait ObjectStore {
    /// The whole object.
    async fn download(
        &self,
        bucket: &str,
        path: &str,
        limit: usize,
    ) -> Result<Vec<u8>, ObjectStoreError>;
    /// A link that lets its holder read the object for so many seconds.
    async fn signed_url(
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
    /// Refused, unreachable, too slow.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

impl From<ObjectStoreError> for Error {
    fn from(error: ObjectStoreError) -> Self {
        match error {
            ObjectStoreError::NotFound => Self::new(Code::NotFound, "This file does not exist."),
            ObjectStoreError::TooLarge => {
                Self::new(Code::PayloadTooLarge, "This file is too large.")
            }
            ObjectStoreError::Unavailable(cause) => Self::unavailable("storage", &cause),
        }
    }
}
