//! The functions of the review of documents, and of their files.

use evenkeel_conformance::{Stack, Subject as _};
use evenkeel_core::{
    AccessToken, Code,
    decision::{Decision, DocumentStatus},
    documents::{
        DecideDocument, DecideRequest, DecideResponse, OpenedDocument, QueuePage, QueueRequest,
        RecordReviewedCopy, SpecialistStatus, StartDocumentReview, VerificationQueue,
    },
    id::{DocumentId, UserId},
    json::{self, Verbatim},
    parse_request,
    ports::{Object, ObjectStore as _},
    sweep::{OrphanedFiles, Orphans},
};

use crate::{call, call_as, client, refused};

const PDF: &[u8] = b"%PDF-1.7 a licence";
const UPLOADS: &str = "specialist-documents";
const COPIES: &str = "reviewed-documents";

/// Olga, who is one of us, Ines, and a document of hers.
fn handed_in(stack: &Stack) -> (AccessToken, UserId, DocumentId) {
    let (ines, _) = stack.member("ines");
    (stack.platform_admin("olga"), ines, stack.hand_in(ines, PDF))
}

async fn start(stack: &Stack, admin: &AccessToken, document: DocumentId) -> OpenedDocument {
    let client = client(stack);
    let call = StartDocumentReview { p_document_id: document, p_context: &client };
    call_as(stack, admin, &call).await
}

async fn record(stack: &Stack, document: DocumentId, opened: &OpenedDocument) -> String {
    let [from, to] = [(UPLOADS, &opened.path), (COPIES, &opened.copy_path)]
        .map(|(bucket, path)| Object { bucket, path });
    stack.copy(from, to, &opened.mime_type).await.unwrap();
    let recorded = RecordReviewedCopy {
        p_document_id: document,
        p_path: &opened.copy_path,
        p_file_hash: &opened.file_hash,
        p_file_size: opened.file_size,
        p_opened_by: opened.opened_by,
    };
    call(stack, &recorded).await
}

fn decision(document: DocumentId, fields: &str) -> DecideRequest {
    let body = format!(r#"{{"document_id":"{document}",{fields}}}"#);
    parse_request(body.as_bytes()).unwrap()
}

pub(crate) async fn specialist_verification_queue(stack: &Stack) -> Vec<Verbatim<QueuePage>> {
    let (olga, ines, _) = handed_in(stack);
    stack.hand_in(ines, PDF);
    let ask = async |query: &str| {
        let request: QueueRequest = parse_request(query.as_bytes()).unwrap();
        call_as(stack, &olga, &VerificationQueue::new(&request)).await
    };
    let first = ask(r#"{"limit":1}"#).await;
    let page = first.read().unwrap();
    assert_eq!(page.items.len(), 1);
    let cursor = page.next_cursor.unwrap();
    let second = ask(&format!(r#"{{"status":"pending","cursor":"{cursor}"}}"#)).await;
    // The platform may have many others that wait, and older ones.
    assert!(!second.read().unwrap().items.is_empty());
    vec![first, second]
}

pub(crate) async fn start_document_review(stack: &Stack) -> Vec<OpenedDocument> {
    let (olga, _, document) = handed_in(stack);
    let first = start(stack, &olga, document).await;
    assert_eq!(first.document.read().unwrap().document.document_id, document);
    assert_eq!((first.file_size, first.mime_type.as_str()), (18, "application/pdf"));
    assert_eq!((&first.differs, &first.reviewed_path), (&None, &None));
    let copy = record(stack, document, &first).await;
    let second = start(stack, &olga, document).await;
    assert_eq!((second.reviewed_path.as_ref(), second.opened_by), (Some(&copy), first.opened_by));
    let client = client(stack);
    let unknown = StartDocumentReview { p_document_id: DocumentId::default(), p_context: &client };
    refused(stack, &olga, &unknown, Code::NotFound).await;
    vec![first, second]
}

pub(crate) async fn record_reviewed_copy(stack: &Stack) -> Vec<String> {
    let (olga, _, document) = handed_in(stack);
    let opened = start(stack, &olga, document).await;
    let copy = record(stack, document, &opened).await;
    assert_eq!(copy, opened.copy_path);
    vec![copy]
}

pub(crate) async fn decide_document(stack: &Stack) -> Vec<Verbatim<DecideResponse>> {
    let (olga, ines, first) = handed_in(stack);
    let second = stack.hand_in(ines, PDF);
    let client = client(stack);
    let approve = decision(first, r#""decision":"approve","expires_on":"2999-12-31""#);
    let approve = DecideDocument::new(&approve, &client);
    refused(stack, &olga, &approve, Code::ReviewNotStarted).await;
    let opened = start(stack, &olga, first).await;
    record(stack, first, &opened).await;
    let reject = decision(second, r#""decision":"reject","reason":"It is illegible.""#);
    let reject = DecideDocument::new(&reject, &client);
    let answers = vec![call_as(stack, &olga, &approve).await, call_as(stack, &olga, &reject).await];
    let [approved, rejected] = [0, 1].map(|n| answers[n].read().unwrap());
    assert_eq!(approved.document.status, DocumentStatus::Verified);
    assert_eq!(approved.specialist_status, SpecialistStatus::Pending);
    assert_eq!(rejected.document.rejection_reason.as_deref(), Some("It is illegible."));
    let again = refused(stack, &olga, &reject, Code::AlreadyDecided).await;
    let made: Decision = json::parse(again.extension().unwrap().as_bytes()).unwrap();
    assert_eq!(made.status, DocumentStatus::Rejected);
    answers
}

pub(crate) async fn orphaned_files(stack: &Stack) -> Vec<Vec<Orphans>> {
    let path = stack.address("gone").as_str().to_owned();
    stack.upload(&path, PDF);
    let found = call(stack, &OrphanedFiles { p_limit: 1_000 }).await;
    let uploads = found.iter().find(|orphans| orphans.bucket == UPLOADS).unwrap();
    assert!(uploads.paths.contains(&path), "{path}");
    assert_eq!(stack.remove(UPLOADS, &[path]).await, Ok(1));
    vec![found]
}
