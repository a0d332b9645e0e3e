//! Documents of specialists, as platform admins review them.
//!
//! What may be decided, and what follows from it, the database says, as the person
//! who asks. What it cannot do is look into a file: before a document is approved,
//! the stored file is read and compared with what its specialist announced, and the
//! service leaves what was found. docs/decisions/files-are-announced.md.

mod file;
mod request;
mod sql;

use serde::{Deserialize, Serialize};

use self::file::Inspection;
pub use self::{
    file::AnnouncedFile,
    request::{DecideRequest, DecisionKind, OpenRequest, QueueRequest},
    sql::{
        DecideDocument, Decided, Decision, Document, DocumentStatus, DocumentToApprove,
        DocumentType, OpenedDocument, QueueItem, QueuePage, RecordStoredFile, SpecialistStatus,
        StartDocumentReview, VerificationQueue,
    },
};
use crate::{
    access_token::AccessToken,
    client::ClientContext,
    error::{Code, Error, Result},
    json::{self, Verbatim},
    ports::{Database, DatabaseError, Functions, ObjectStore, ObjectStoreError},
};

/// The bucket of the files.
const BUCKET: &str = "specialist-documents";
/// How long a file can be read once it was opened, in seconds.
const LINK_SECONDS: u32 = 300;

/// Answer of `POST /specialist-verify/open`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpenResponse {
    /// The document, as it stays for an hour and would be approved.
    pub document: QueueItem,
    /// Where its file can be read, by whoever has this: a path below the address of the API.
    pub file_url: String,
    /// For how long, in seconds.
    pub expires_in: u32,
}

/// The documents that wait, or were decided about, oldest first.
///
/// # Errors
/// `invalid_request`, `unauthenticated`, `forbidden`.
pub async fn queue(
    ports: &impl Database,
    person: &AccessToken,
    request: &QueueRequest,
) -> Result<Verbatim<QueuePage>> {
    request.check()?;
    let page = ports.call_as(person, &VerificationQueue::new(request)).await;
    page.map_err(DatabaseError::for_caller)
}

/// Opens a document, which for a while is not replaced then, and lets its file be read.
///
/// # Errors
/// `unauthenticated`, `forbidden`, `not_found`, `file_missing`; `file_mismatch` where the
/// file was replaced after the decision.
pub async fn open(
    ports: &(impl Database + ObjectStore),
    person: &AccessToken,
    request: &OpenRequest,
    client: &ClientContext,
) -> Result<Verbatim<OpenResponse>> {
    let p_document_id = request.document_id;
    let review = StartDocumentReview { p_document_id, p_context: client };
    let opened = ports.call_as(person, &review).await.map_err(DatabaseError::for_caller)?;
    let file_url = ports.signed_path(BUCKET, &opened.path, LINK_SECONDS).await?;
    let file_url = serde_json::to_string(file_url.expose()).unwrap_or_default();
    // Put together as text: the document is JSON already.
    let text = [
        r#"{"document":"#,
        opened.document.as_str(),
        r#","file_url":"#,
        &file_url,
        r#","expires_in":"#,
        &LINK_SECONDS.to_string(),
        "}",
    ];
    Ok(Verbatim::new(text.concat()))
}

/// Approves a document whose stored file is the one that was announced, or rejects it.
///
/// # Errors
/// `invalid_request`, `unauthenticated`, `forbidden`, `own_document`, `not_found`;
/// `already_decided`, with the decision; `file_missing`, `review_not_started`;
/// `file_mismatch`, `already_expired`, `reason_required`. Each changes nothing.
pub async fn decide(
    ports: &(impl Database + ObjectStore + Functions),
    person: &AccessToken,
    request: &DecideRequest,
    client: &ClientContext,
) -> Result<Verbatim<Decided>> {
    request.check()?;
    if request.decision == DecisionKind::Approve {
        compare_file(ports, person, request).await?;
    }
    let decided = ports.call_as(person, &DecideDocument::new(request, client)).await;
    let decided = decided.map_err(refusal)?;
    // What the specialist is told.
    ports.kick_email_dispatch();
    Ok(decided)
}

/// Reads the stored file, and leaves for the decision what it is.
async fn compare_file(
    ports: &(impl Database + ObjectStore),
    person: &AccessToken,
    request: &DecideRequest,
) -> Result<()> {
    let p_document_id = request.document_id;
    let asked = DocumentToApprove { p_document_id, p_expires_on: request.expires_on.as_ref() };
    let file = ports.call_as(person, &asked).await.map_err(refusal)?;
    let mut inspection = Inspection::default();
    let limit = usize::try_from(file.file_size).unwrap_or_default();
    let read = ports.read(BUCKET, &file.path, limit, &mut |piece| inspection.take(piece)).await;
    if read == Err(ObjectStoreError::TooLarge) {
        return Err(mismatch());
    }
    read?;
    let found = inspection.finish(&file).ok_or_else(mismatch)?;
    Ok(ports.call(&RecordStoredFile { p_document_id, p_file_hash: &found }).await?)
}

#[cold]
fn mismatch() -> Error {
    Error::new(Code::FileMismatch, "Please ask the specialist to upload it again.")
}

/// With what was decided, should somebody have been faster.
fn refusal(error: DatabaseError) -> Error {
    let decision = match &error {
        DatabaseError::Refused { details: Some(details), .. } => {
            json::parse::<Decision>(details.as_bytes()).ok()
        }
        _ => None,
    };
    match (error.for_caller(), decision) {
        (error, Some(decision)) if error.code() == Code::AlreadyDecided => {
            error.with_decision(decision)
        }
        (error, _) => error,
    }
}

#[cfg(test)]
mod tests;
