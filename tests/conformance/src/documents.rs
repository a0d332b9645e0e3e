//! The review of documents, as platform admins, with their files.

use evenkeel_core::{
    AccessToken, Code, Error,
    decision::{Decision, DocumentStatus},
    documents::{self, DecideRequest, OpenRequest, OpenResponse, QueueRequest},
    id::{DocumentId, UserId},
    json, parse_request,
};

use crate::{
    subject::{Steps as _, Subject},
    verification::client,
};

const PDF: &[u8] = b"%PDF-1.7 a licence";

/// Olga and Paul are of us, Ines is a specialist.
struct Scene {
    olga: AccessToken,
    paul: AccessToken,
    ines: UserId,
}

async fn scene(subject: &impl Subject) -> Scene {
    let [olga, paul] = [subject.member("olga").await, subject.member("paul").await];
    for admin in [olga, paul] {
        subject.appoint(admin);
    }
    let [olga, paul] = [(olga, "olga"), (paul, "paul")].map(|(id, name)| subject.sign_in(id, name));
    Scene { olga, paul, ines: subject.member("ines").await }
}

async fn open(
    subject: &impl Subject,
    admin: &AccessToken,
    document_id: DocumentId,
) -> Result<u32, Code> {
    let client = client(subject);
    let answer = documents::open(subject, admin, &OpenRequest { document_id }, &client).await;
    let file_size = |opened: OpenResponse| opened.document.document.file_size;
    answer.map(|opened| file_size(opened.read().unwrap())).map_err(|error| error.code())
}

async fn decide(
    subject: &impl Subject,
    admin: &AccessToken,
    document: DocumentId,
    fields: &str,
) -> Result<DocumentStatus, Error> {
    let body = format!(r#"{{"document_id":"{document}",{fields}}}"#);
    let request: DecideRequest = parse_request(body.as_bytes()).unwrap();
    let decided = documents::decide(subject, admin, &request, &client(subject)).await?;
    Ok(decided.read().unwrap().document.status)
}

const APPROVE: &str = r#""decision":"approve""#;
const REJECT: &str = r#""decision":"reject","reason":"It is illegible.""#;

async fn approve(
    subject: &impl Subject,
    admin: &AccessToken,
    document: DocumentId,
) -> Result<DocumentStatus, Code> {
    decide(subject, admin, document, APPROVE).await.map_err(|error| error.code())
}

pub(crate) async fn what_was_opened_and_is_as_announced_is_approved(subject: &impl Subject) {
    let scene = scene(subject).await;
    let document = subject.hand_in(scene.ines, PDF, Some(PDF));
    assert_eq!(approve(subject, &scene.olga, document).await, Err(Code::ReviewNotStarted));
    assert_eq!(open(subject, &scene.olga, document).await, Ok(18));
    assert_eq!(approve(subject, &scene.paul, document).await, Err(Code::ReviewNotStarted));
    assert_eq!(approve(subject, &scene.olga, document).await, Ok(DocumentStatus::Verified));
}

pub(crate) async fn a_file_that_is_another_is_not_approved(subject: &impl Subject) {
    let scene = scene(subject).await;
    for stored in [b"%PDF-1.7 a licencE".as_slice(), b"%PDF-1.7", b"%PDF-1.7 a licence!"] {
        let document = subject.hand_in(scene.ines, PDF, Some(stored));
        assert_eq!(open(subject, &scene.olga, document).await, Err(Code::FileMismatch));
        assert_eq!(approve(subject, &scene.olga, document).await, Err(Code::ReviewNotStarted));
        let rejected = decide(subject, &scene.olga, document, REJECT).await.unwrap();
        assert_eq!(rejected, DocumentStatus::Rejected, "nothing was decided before");
    }
}

pub(crate) async fn a_file_that_never_came_is_not_opened(subject: &impl Subject) {
    let scene = scene(subject).await;
    let document = subject.hand_in(scene.ines, PDF, None);
    assert_eq!(open(subject, &scene.olga, document).await, Err(Code::FileMissing));
    assert_eq!(approve(subject, &scene.olga, document).await, Err(Code::FileMissing));
    let unknown = DocumentId::default();
    assert_eq!(open(subject, &scene.olga, unknown).await, Err(Code::NotFound));
    assert_eq!(approve(subject, &scene.olga, unknown).await, Err(Code::NotFound));
}

pub(crate) async fn who_comes_second_learns_what_was_decided(subject: &impl Subject) {
    let scene = scene(subject).await;
    let document = subject.hand_in(scene.ines, PDF, Some(PDF));
    assert!(decide(subject, &scene.olga, document, REJECT).await.is_ok());
    let error = decide(subject, &scene.paul, document, APPROVE).await.unwrap_err();
    assert_eq!(error.code(), Code::AlreadyDecided);
    let decision: Decision = json::parse(error.extension().unwrap().as_bytes()).unwrap();
    assert_eq!(decision.status, DocumentStatus::Rejected);
    assert_eq!(decision.reason.as_deref(), Some("It is illegible."));
}

pub(crate) async fn only_platform_admins_review_and_never_their_own(subject: &impl Subject) {
    let scene = scene(subject).await;
    let document = subject.hand_in(scene.ines, PDF, Some(PDF));
    let ines = subject.sign_in(scene.ines, "ines");
    let asked = || async {
        let request: QueueRequest = parse_request(b"{}").unwrap();
        let page = documents::queue(subject, &ines, &request).await;
        page.map(|page| page.read().unwrap()).map_err(|error| error.code())
    };
    assert_eq!(asked().await, Err(Code::Forbidden));
    assert_eq!(open(subject, &ines, document).await, Err(Code::Forbidden));
    assert_eq!(approve(subject, &ines, document).await, Err(Code::Forbidden));
    subject.appoint(scene.ines);
    let page = asked().await.unwrap();
    assert!(!page.items.is_empty());
    open(subject, &ines, document).await.unwrap();
    assert_eq!(approve(subject, &ines, document).await, Err(Code::OwnDocument));
}
