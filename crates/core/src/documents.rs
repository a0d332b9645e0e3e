//! Documents of specialists, as platform admins review them.
//!
//! The database says which decisions are possible, and their consequences, as the person
//! who asks. What it cannot do is look into a file: when a document is opened its file is
//! copied to where no client writes, the copy is read and compared with what the specialist
//! announced, and the service records it. docs/decisions/a-review-is-about-a-copy.md.

mod file;
pub mod operations;
mod request;
mod sql;

use serde::{Deserialize, Serialize};

pub use self::{
    request::{DecideRequest, OpenRequest, QueueRequest, Verdict},
    sql::{
        DecideDocument, DecideResponse, Document, DocumentType, OpenedDocument, QueueItem,
        QueuePage, RecordReviewedCopy, SpecialistStatus, StartDocumentReview, VerificationQueue,
    },
};
use crate::{
    access_token::AccessToken,
    client::ClientContext,
    error::Result,
    id::DocumentId,
    json::Verbatim,
    ports::{Database, DatabaseError, Functions, Object, ObjectStore},
    uploaded_file::{Announced, copy_compared, of_another_length, of_another_type},
};

/// The bucket that specialists upload to.
const UPLOADS: &str = "specialist-documents";
/// The bucket of the copies, which nobody writes but the service.
const COPIES: &str = "reviewed-documents";
/// How long a file can be read once it was opened, in seconds.
const LINK_SECONDS: u32 = 300;

/// Answer of `POST /specialist-verify/open`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpenResponse {
    /// The document, as it stays for an hour and would be approved.
    pub document: QueueItem,
    /// Where its file can be downloaded, by whoever has this: a path below the address of the API.
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

/// Opens a document, which for a while is not replaced then, and lets the copy of its file be
/// downloaded that is decided about.
///
/// # Errors
/// `unauthenticated`, `forbidden`, `not_found`, `file_missing`; `file_type_mismatch` where the
/// file is of another type than the one that was announced, `file_mismatch` where it is another.
pub async fn open(
    ports: &(impl Database + ObjectStore),
    person: &AccessToken,
    request: &OpenRequest,
    client: &ClientContext,
) -> Result<Verbatim<OpenResponse>> {
    let p_document_id = request.document_id;
    let review = StartDocumentReview { p_document_id, p_context: client };
    let opened = ports.call_as(person, &review).await.map_err(DatabaseError::for_caller)?;
    let path = match &opened.reviewed_path {
        Some(path) => path.clone(),
        None => copy_file(ports, p_document_id, &opened).await?,
    };
    let copy = Object { bucket: COPIES, path: &path };
    let file_url = ports.signed_path(copy, LINK_SECONDS, &opened.file_name).await?;
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

/// Copies the file of a document, reads the copy, and records it if it is what was announced.
/// Answers the copy that counts, which may be another's, made meanwhile. One that does not is
/// swept.
async fn copy_file(
    ports: &(impl Database + ObjectStore),
    p_document_id: DocumentId,
    file: &OpenedDocument,
) -> Result<String> {
    if let Some(what) = &file.differs {
        return Err(if what == "type" { of_another_type() } else { of_another_length() });
    }
    let upload = Object { bucket: UPLOADS, path: &file.path };
    let copy = Object { bucket: COPIES, path: &file.copy_path };
    let announced = Announced {
        file_hash: &file.file_hash,
        mime_type: &file.mime_type,
        file_size: file.file_size,
        begins: file::begins,
    };
    let found = copy_compared(ports, upload, copy, &announced).await?;
    let recorded = RecordReviewedCopy {
        p_document_id,
        p_path: &file.copy_path,
        p_file_hash: &found,
        p_file_size: file.file_size,
        p_opened_by: file.opened_by,
    };
    ports.call(&recorded).await.map_err(DatabaseError::for_caller)
}

/// Approves a document as it was opened, or rejects it.
///
/// # Errors
/// `invalid_request`, `unauthenticated`, `forbidden`, `own_document`, `not_found`;
/// `already_decided`, with the decision; `file_missing`, `review_not_started`;
/// `already_expired`, `reason_required`. Each changes nothing.
pub async fn decide(
    ports: &(impl Database + Functions),
    person: &AccessToken,
    request: &DecideRequest,
    client: &ClientContext,
) -> Result<Verbatim<DecideResponse>> {
    request.check()?;
    let decided = ports.call_as(person, &DecideDocument::new(request, client)).await;
    let decided = decided.map_err(DatabaseError::for_caller)?;
    // What the specialist is told.
    ports.kick_email_dispatch();
    Ok(decided)
}

#[cfg(test)]
mod tests;
