//! Failures of Storage.

use crate::{error::Error, ports::ObjectStoreError};

impl From<ObjectStoreError> for Error {
    fn from(error: ObjectStoreError) -> Self {
        match error {
            ObjectStoreError::Timeout => Self::timeout("storage"),
            // Where that is to be expected, the caller has words for it.
            ObjectStoreError::NotFound => Self::unavailable("storage", "an object is gone"),
            ObjectStoreError::TooLarge => Self::unavailable("storage", "an object has grown"),
            ObjectStoreError::Unavailable(cause) => Self::unavailable("storage", &cause),
        }
    }
}
