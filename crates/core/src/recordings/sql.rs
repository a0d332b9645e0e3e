//! The SQL functions of this domain.

use serde::{Deserialize, Serialize};

use super::{AnnounceRecordingRequest, Recording};
use crate::{
    error::Code,
    id::{BookingId, RecordingId},
    json::Verbatim,
    ports::SqlFunction,
};

/// Announces a recording, as the specialist of its session.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct AnnounceRecording<'a> {
    pub p_booking_id: BookingId,
    pub p_file_hash: &'a str,
    pub p_media_type: &'a str,
    pub p_file_size: u32,
}

impl<'a> AnnounceRecording<'a> {
    /// The arguments of a request.
    pub fn new(request: &'a AnnounceRecordingRequest) -> Self {
        Self {
            p_booking_id: request.booking_id,
            p_file_hash: &request.file_hash,
            p_media_type: &request.mime_type,
            p_file_size: request.file_size,
        }
    }
}

impl SqlFunction for AnnounceRecording<'_> {
    const NAME: &'static str = "announce_recording";
    type Output = AnnouncedRecording;
    const REFUSES: &'static [Code] = &[
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::Conflict,
        Code::RuleViolation,
        Code::RateLimited,
    ];
}

/// A recording that is waited for.
#[derive(Debug, Deserialize)]
pub struct AnnouncedRecording {
    /// The name of its file in the bucket of uploads.
    pub path: String,
    /// The recording.
    pub recording: Verbatim<Recording>,
}

/// What a file that was uploaded should be, as the specialist of its session.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct ReceiveRecording {
    pub p_recording_id: RecordingId,
}

impl SqlFunction for ReceiveRecording {
    const NAME: &'static str = "receive_recording";
    type Output = AwaitedRecording;
    const REFUSES: &'static [Code] = &[
        Code::Unauthenticated,
        Code::NotFound,
        Code::FileMissing,
        Code::RuleViolation,
        Code::RateLimited,
    ];
}

/// A file that was uploaded, and what it should be.
#[derive(Debug, Deserialize)]
pub struct AwaitedRecording {
    /// Its name in the bucket of uploads.
    pub path: String,
    /// The name of the copy.
    pub copy_path: String,
    /// SHA-256 in hex, lower case.
    pub file_hash: String,
    /// One of those whose beginning is known.
    pub mime_type: String,
    /// Its length in bytes.
    pub file_size: u32,
}

/// Tells of a copy that is what was announced.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct RecordRecording<'a> {
    pub p_recording_id: RecordingId,
    pub p_path: &'a str,
    pub p_file_hash: &'a str,
    pub p_file_size: u32,
}

impl SqlFunction for RecordRecording<'_> {
    const NAME: &'static str = "record_recording";
    type Output = Verbatim<Recording>;
    const REFUSES: &'static [Code] =
        &[Code::NotFound, Code::Conflict, Code::FileMismatch, Code::RateLimited];
}

/// Opens a recording, as one of the two of its session.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct OpenRecording {
    pub p_recording_id: RecordingId,
}

impl SqlFunction for OpenRecording {
    const NAME: &'static str = "open_recording";
    type Output = RecordingFile;
    const REFUSES: &'static [Code] = &[Code::Unauthenticated, Code::NotFound, Code::RateLimited];
}

/// Where the file of a recording is.
#[derive(Debug, Deserialize)]
pub struct RecordingFile {
    /// Its name in the bucket.
    pub path: String,
    /// Its name once it is downloaded.
    pub file_name: String,
}
