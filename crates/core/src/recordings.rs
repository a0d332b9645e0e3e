//! Recordings of sessions: taken when both of a session have consented, opened by the two alone.
//!
//! The database says who may, and that there is none before both have consented and after either took that back. What it
//! cannot do is look into a file: as with documents, an upload is copied to where no client writes, the copy is read and
//! compared with what was announced, and the service records it.

mod kind;
pub mod operations;
mod request;
mod sql;

use serde::{Deserialize, Serialize};

pub use self::{
    request::{AnnounceRecordingRequest, RecordingRequest},
    sql::{
        AnnounceRecording, AnnouncedRecording, AwaitedRecording, OpenRecording, ReceiveRecording,
        RecordRecording, RecordingFile,
    },
};
use crate::{
    access_token::AccessToken,
    date::Timestamp,
    error::Result,
    id::{BookingId, RecordingId},
    json::Verbatim,
    ports::{Database, DatabaseError, Object, ObjectStore},
    uploaded_file::{Announced, copy_compared},
};

/// The bucket that is uploaded to, by addresses that are signed here.
const UPLOADS: &str = "recording-uploads";
/// The bucket of the copies, which nobody writes but the service.
const RECORDINGS: &str = "meeting-recordings";
/// How long a recording can be read once it was opened, in seconds.
const LINK_SECONDS: u32 = 300;
/// How long an address for an upload is good, in seconds: Storage's own time.
const UPLOAD_SECONDS: u32 = 7200;

/// A recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recording {
    /// Its id.
    pub id: RecordingId,
    /// Of which session.
    pub booking_id: BookingId,
    /// The type of its file.
    pub mime_type: String,
    /// The length of its file in bytes.
    pub file_size: u32,
    /// When it was announced.
    pub announced_at: Timestamp,
    /// When its file was there and had been compared.
    pub recorded_at: Option<Timestamp>,
    /// When it ends.
    pub keep_until: Timestamp,
}

/// Answer of `POST /session-recordings`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AnnounceRecordingResponse {
    /// The recording that is waited for.
    pub recording: Recording,
    /// Where its file is put, by whoever has this: a path below the address of the API.
    pub upload_url: String,
    /// For how long, in seconds.
    pub expires_in: u32,
}

/// Answer of `POST /session-recordings/open`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpenRecordingResponse {
    /// Where its file can be downloaded, by whoever has this: a path below the address of the API.
    pub file_url: String,
    /// For how long, in seconds.
    pub expires_in: u32,
}

/// Announces a recording, and lets its file be uploaded.
///
/// # Errors
/// `invalid_request`, `unauthenticated`, `forbidden`, `not_found`; `conflict` unless both consent; `rule_violation`.
pub async fn announce(
    ports: &(impl Database + ObjectStore),
    person: &AccessToken,
    request: &AnnounceRecordingRequest,
) -> Result<Verbatim<AnnounceRecordingResponse>> {
    request.check()?;
    let announced = ports.call_as(person, &AnnounceRecording::new(request)).await;
    let announced = announced.map_err(DatabaseError::for_caller)?;
    let upload = Object { bucket: UPLOADS, path: &announced.path };
    let upload_url = ports.signed_upload(upload).await?;
    let upload_url = serde_json::to_string(upload_url.expose()).unwrap_or_default();
    // Put together as text: the recording is JSON already.
    let text = [
        r#"{"recording":"#,
        announced.recording.as_str(),
        r#","upload_url":"#,
        &upload_url,
        r#","expires_in":"#,
        &UPLOAD_SECONDS.to_string(),
        "}",
    ];
    Ok(Verbatim::new(text.concat()))
}

/// Takes a recording whose file was uploaded: copies it, and records the copy if it is what was announced.
///
/// # Errors
/// `unauthenticated`, `not_found`, `file_missing`; `rule_violation` and `rate_limited` after too many tries;
/// `file_type_mismatch`, `file_mismatch`; `conflict` if it has ended meanwhile, or if either has taken their consent back.
pub async fn complete(
    ports: &(impl Database + ObjectStore),
    person: &AccessToken,
    request: &RecordingRequest,
) -> Result<Verbatim<Recording>> {
    let p_recording_id = request.recording_id;
    let awaited = ports.call_as(person, &ReceiveRecording { p_recording_id }).await;
    let file = awaited.map_err(DatabaseError::for_caller)?;
    let upload = Object { bucket: UPLOADS, path: &file.path };
    let copy = Object { bucket: RECORDINGS, path: &file.copy_path };
    let announced = Announced {
        file_hash: &file.file_hash,
        mime_type: &file.mime_type,
        file_size: file.file_size,
        begins: kind::begins,
    };
    let found = match copy_compared(ports, upload, copy, &announced).await {
        Err(error) => {
            discard(ports, copy).await;
            return Err(error);
        }
        Ok(found) => found,
    };
    let recorded = RecordRecording {
        p_recording_id,
        p_path: &file.copy_path,
        p_file_hash: &found,
        p_file_size: file.file_size,
    };
    let answer = ports.call(&recorded).await;
    // Of anything but a refusal nobody knows whether it was recorded: what was not is swept.
    if let Err(DatabaseError::Refused { .. }) = answer {
        discard(ports, copy).await;
    }
    answer.map_err(DatabaseError::for_caller)
}

/// Removes a copy of up to 100 MiB that is not needed. Should Storage not do it, the sweep does within the hour.
async fn discard(ports: &impl ObjectStore, copy: Object<'_>) {
    let _ = ports.remove(copy.bucket, &[copy.path.to_owned()]).await;
}

/// Opens a recording, which both of its session see.
///
/// # Errors
/// `unauthenticated`, `not_found`.
pub async fn open(
    ports: &(impl Database + ObjectStore),
    person: &AccessToken,
    request: &RecordingRequest,
) -> Result<OpenRecordingResponse> {
    let function = OpenRecording { p_recording_id: request.recording_id };
    let file = ports.call_as(person, &function).await.map_err(DatabaseError::for_caller)?;
    let object = Object { bucket: RECORDINGS, path: &file.path };
    let file_url = ports.signed_path(object, LINK_SECONDS, &file.file_name).await?;
    Ok(OpenRecordingResponse { file_url: file_url.expose().to_owned(), expires_in: LINK_SECONDS })
}

#[cfg(test)]
mod tests;
