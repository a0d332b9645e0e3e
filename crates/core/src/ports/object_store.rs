//! Supabase Storage.

use crate::secret::SecretString;

/// Files in private buckets.
pub trait ObjectStore {
    /// Reads an object of up to `limit` bytes, piece by piece: no more of it is held.
    async fn read(
        &self,
        object: Object<'_>,
        limit: usize,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ObjectStoreError>;
    /// A link that lets its holder download the object, under this name, for so many seconds:
    /// a path below the address of the API, which callers know by another name than the
    /// functions do.
    async fn signed_path(
        &self,
        object: Object<'_>,
        seconds: u32,
        file_name: &str,
    ) -> Result<SecretString, ObjectStoreError>;
    /// Where whoever has this can upload an object, once, for two hours: a path below the address of the API.
    async fn signed_upload(&self, object: Object<'_>) -> Result<SecretString, ObjectStoreError>;
    /// Copies an object to where there is none, as one of this type: what its uploader said of
    /// it stays behind.
    async fn copy(
        &self,
        from: Object<'_>,
        to: Object<'_>,
        mime_type: &str,
    ) -> Result<(), ObjectStoreError>;
    /// Removes objects of a bucket, and answers how many there were.
    async fn remove(&self, bucket: &str, paths: &[String]) -> Result<usize, ObjectStoreError>;
}

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// Its name there.
    pub path: &'a str,
}

/// Why there is no file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectStoreError {
    /// No such object, as Storage itself says; never a Storage that is broken or denies.
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
