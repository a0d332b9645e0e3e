//! The requests of callers.

use serde::Deserialize;

use crate::{
    error::{Error, Result},
    id::{BookingId, RecordingId},
};

/// The longest file, in bytes: that of the bucket.
const MOST_BYTES: u32 = 100 << 20;
/// The types of the bucket.
const TYPES: [&str; 6] =
    ["video/mp4", "video/webm", "audio/mp4", "audio/webm", "audio/mpeg", "audio/ogg"];
/// SHA-256 in hex.
const HASH_DIGITS: usize = 64;

/// Body of `POST /session-recordings`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnnounceRecordingRequest {
    /// Of which session.
    pub booking_id: BookingId,
    /// SHA-256 of the file in hex, lower case.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[0-9a-f]{64}$")))]
    pub file_hash: String,
    /// One of the types of the bucket.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = TYPES)))]
    pub mime_type: String,
    /// Its length in bytes, up to 100 MiB.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 104_857_600)))]
    pub file_size: u32,
}

impl AnnounceRecordingRequest {
    pub(super) fn check(&self) -> Result<()> {
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let refused =
            if self.file_hash.len() != HASH_DIGITS || !self.file_hash.bytes().all(is_digit) {
                ("/file_hash", "Send the SHA-256 of the file in hex.")
            } else if !TYPES.contains(&&*self.mime_type) {
                ("/mime_type", "A recording is MP4, WebM, MPEG or Ogg.")
            } else if !(1..=MOST_BYTES).contains(&self.file_size) {
                ("/file_size", "A recording has up to 100 MiB.")
            } else {
                return Ok(());
            };
        Err(Error::field(refused.0, "invalid_value", refused.1))
    }
}

/// Body of `POST /session-recordings/complete` and `/open`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordingRequest {
    /// Which recording.
    pub recording_id: RecordingId,
}
