//! The SQL functions of this domain.

use serde::{Deserialize, Serialize};

use super::{DecideRequest, QueueRequest, Verdict};
use crate::{
    client::ClientContext,
    date::{Date, Timestamp},
    decision::DocumentStatus,
    error::Code,
    id::{DocumentId, SpecialistId, UserId},
    json::Verbatim,
    ports::SqlFunction,
};

/// The kind of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum DocumentType {
    License,
    Diploma,
    Insurance,
    Certification,
    Other,
}

/// The state of a specialist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SpecialistStatus {
    /// Something that their pillars require is missing.
    Pending,
    /// They can be booked.
    Verified,
    /// Not taken on, by our decision.
    Rejected,
    /// Not to be booked, by our decision.
    Suspended,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Document {
    /// Its id.
    pub document_id: DocumentId,
    /// Whose it is.
    pub specialist_id: SpecialistId,
    /// Its kind.
    pub document_type: DocumentType,
    /// Its number, as the authority gave it.
    pub document_number: String,
    /// The authority that issued it.
    pub issuing_authority: String,
    /// Its last day; `null` if it does not expire.
    pub expiry_date: Option<Date>,
    /// Its outcome.
    pub status: DocumentStatus,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub mime_type: String,
    /// The length of its file in bytes.
    pub file_size: u32,
    /// When it was last submitted.
    pub uploaded_at: Timestamp,
    /// When it was decided about.
    pub decided_at: Option<Timestamp>,
    /// Why it was rejected.
    pub rejection_reason: Option<String>,
}

/// A document with what an admin must know to judge it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QueueItem {
    /// The document.
    #[serde(flatten)]
    pub document: Document,
    /// The name of the specialist.
    pub specialist: String,
    /// Their state.
    pub specialist_status: SpecialistStatus,
    /// When an admin last opened it.
    pub review_started_at: Option<Timestamp>,
    /// The names of the pillars that they work in.
    pub pillars: Vec<String>,
}

/// Answer of `GET /specialist-verify/queue`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QueuePage {
    /// Oldest first.
    pub items: Vec<QueueItem>,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

/// Documents whose file is there, as a platform admin.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct VerificationQueue<'a> {
    pub p_status: DocumentStatus,
    pub p_cursor: Option<&'a str>,
    pub p_limit: u32,
}

impl<'a> VerificationQueue<'a> {
    /// The arguments of a request.
    pub fn new(request: &'a QueueRequest) -> Self {
        Self {
            p_status: request.status,
            p_cursor: request.cursor.as_deref(),
            p_limit: request.limit.unwrap_or(20),
        }
    }
}

impl SqlFunction for VerificationQueue<'_> {
    const NAME: &'static str = "specialist_verification_queue";
    type Output = Verbatim<QueuePage>;
    const REFUSES: &'static [Code] = &[Code::Unauthenticated, Code::Forbidden, Code::RateLimited];
}

/// Opens a document, as a platform admin.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct StartDocumentReview<'a> {
    pub p_document_id: DocumentId,
    pub p_context: &'a ClientContext,
}

impl SqlFunction for StartDocumentReview<'_> {
    const NAME: &'static str = "start_document_review";
    type Output = OpenedDocument;
    const REFUSES: &'static [Code] = &[
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::FileMissing,
        Code::RateLimited,
    ];
}

/// A document that was opened, and what its file should be.
#[derive(Debug, Deserialize)]
pub struct OpenedDocument {
    /// The document that would be approved.
    pub document: Verbatim<QueueItem>,
    /// The name of the copy that is decided about, if there is one already.
    pub reviewed_path: Option<String>,
    /// The name of the file in the bucket that it was uploaded to.
    pub path: String,
    /// SHA-256 in hex, lower case.
    pub file_hash: String,
    /// One of those whose beginning is known.
    pub mime_type: String,
    /// Its length in bytes.
    pub file_size: u32,
    /// `length` or `type`, if by what Storage says of it the file is another.
    pub differs: Option<String>,
    /// The name of the copy, should one be made.
    pub copy_path: String,
    /// Its name once it is downloaded.
    pub file_name: String,
    /// Who opened it.
    pub opened_by: UserId,
}

/// Tells of a copy that is what was announced; answers the one that is decided about.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct RecordReviewedCopy<'a> {
    pub p_document_id: DocumentId,
    pub p_path: &'a str,
    pub p_file_hash: &'a str,
    pub p_file_size: u32,
    pub p_opened_by: UserId,
}

impl SqlFunction for RecordReviewedCopy<'_> {
    const NAME: &'static str = "record_reviewed_copy";
    type Output = String;
    const REFUSES: &'static [Code] = &[Code::NotFound, Code::FileMismatch];
}

/// Decides about a document, as a platform admin.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct DecideDocument<'a> {
    pub p_document_id: DocumentId,
    pub p_decision: Verdict,
    pub p_reason: Option<&'a str>,
    pub p_expires_on: Option<&'a Date>,
    pub p_context: &'a ClientContext,
}

impl<'a> DecideDocument<'a> {
    /// The arguments of a request.
    pub fn new(request: &'a DecideRequest, client: &'a ClientContext) -> Self {
        Self {
            p_document_id: request.document_id,
            p_decision: request.decision,
            p_reason: request.reason.as_deref(),
            p_expires_on: request.expires_on.as_ref(),
            p_context: client,
        }
    }
}

impl SqlFunction for DecideDocument<'_> {
    const NAME: &'static str = "decide_document";
    type Output = Verbatim<DecideResponse>;
    const REFUSES: &'static [Code] = &[
        Code::Unauthenticated,
        Code::Forbidden,
        Code::OwnDocument,
        Code::NotFound,
        Code::AlreadyDecided,
        Code::FileMissing,
        Code::ReviewNotStarted,
        Code::AlreadyExpired,
        Code::ReasonRequired,
        Code::RateLimited,
    ];
}

/// Answer of `POST /specialist-verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecideResponse {
    /// The document, as it is now.
    pub document: Document,
    /// The state of its specialist now.
    pub specialist_status: SpecialistStatus,
}
