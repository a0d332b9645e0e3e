use super::*;
use crate::{
    decision::DocumentStatus,
    id::{DocumentId, UserId},
    refusal::parse_request,
    testing::{MemoryFile, World},
};

const PDF: &[u8] = b"%PDF-1.7 a licence";

/// Olga and Paul are of us, Ines is a specialist.
struct Scene {
    world: World,
    olga: AccessToken,
    paul: AccessToken,
    ines: UserId,
}

fn scene() -> Scene {
    let world = World::new();
    let [olga, paul, ines] = ["olga", "paul", "ines"].map(|name| world.settle(name, true));
    world.companies.borrow_mut().platform_admins.extend([olga, paul]);
    let [olga, paul] = [olga, paul].map(|admin| world.sign_in(admin));
    Scene { world, olga, paul, ines }
}

fn client() -> ClientContext {
    ClientContext::new(crate::id::RequestId::default(), None, None)
}

impl Scene {
    fn open(&self, admin: &AccessToken, document_id: DocumentId) -> Result<OpenResponse, Code> {
        let request = OpenRequest { document_id };
        let client = client();
        let answer = open(&self.world, admin, &request, &client);
        pollster::block_on(answer)
            .map(|opened| opened.read().unwrap())
            .map_err(|error| error.code())
    }

    fn decide(
        &self,
        admin: &AccessToken,
        document: DocumentId,
        fields: &str,
    ) -> Result<DecideResponse, Error> {
        let body = format!(r#"{{"document_id":"{document}",{fields}}}"#);
        let request: DecideRequest = parse_request(body.as_bytes())?;
        let client = client();
        let decided = decide(&self.world, admin, &request, &client);
        pollster::block_on(decided).map(|decided| decided.read().unwrap())
    }

    fn approve(&self, admin: &AccessToken, document: DocumentId) -> Result<DocumentStatus, Code> {
        let decided = self.decide(admin, document, r#""decision":"approve""#);
        decided.map(|decided| decided.document.status).map_err(|error| error.code())
    }

    fn status(&self) -> DocumentStatus {
        self.world.documents.borrow().rows[0].status
    }
}

#[test]
fn what_was_opened_and_is_as_announced_is_approved() {
    let scene = scene();
    let document = scene.world.hand_in(scene.ines, PDF, Some(PDF));
    assert_eq!(scene.approve(&scene.olga, document), Err(Code::ReviewNotStarted));
    let opened = scene.open(&scene.olga, document).unwrap();
    assert_eq!((opened.expires_in, opened.document.document.file_size), (300, 18));
    assert!(opened.file_url.starts_with("/storage/v1/object/sign/reviewed-documents/"));
    assert!(opened.file_url.ends_with("&download=license.pdf"), "{}", opened.file_url);
    assert_eq!(scene.approve(&scene.paul, document), Err(Code::ReviewNotStarted), "nor by another");
    assert_eq!(scene.world.kicks.get(), 0);
    assert_eq!(scene.approve(&scene.olga, document), Ok(DocumentStatus::Verified));
    assert_eq!(scene.world.kicks.get(), 1, "the specialist is mailed");
}

#[test]
fn a_file_that_is_another_is_not_approved_and_nothing_changes() {
    let others: [&[u8]; 5] =
        [b"", b"%PDF-1.7 a licencE", b"%PDF-1.7", b"%PDF-1.7 a licence!", b"<script>a licence"];
    for stored in others {
        let scene = scene();
        let document = scene.world.hand_in(scene.ines, PDF, Some(stored));
        let refused = scene.open(&scene.olga, document).err();
        assert_eq!(refused, Some(Code::FileMismatch), "{stored:?}");
        assert_eq!(scene.approve(&scene.olga, document), Err(Code::ReviewNotStarted), "{stored:?}");
        assert_eq!(scene.status(), DocumentStatus::Pending);
        assert!(scene.world.documents.borrow().rows[0].reviewed_path.is_none());
    }
    let scene = scene();
    let page = b"<script>alert(1)</script>";
    let document = scene.world.hand_in(scene.ines, page, Some(page));
    assert_eq!(scene.open(&scene.olga, document).err(), Some(Code::FileMismatch), "it is no PDF");
}

#[test]
fn what_storage_says_is_another_is_not_even_copied() {
    let scene = scene();
    let document = scene.world.hand_in(scene.ines, PDF, Some(PDF));
    let upload = scene.world.documents.borrow().rows[0].upload();
    let file = MemoryFile { bytes: PDF.to_owned(), mime_type: "text/html".to_owned() };
    scene.world.documents.borrow_mut().files.insert(upload, file);
    let request = OpenRequest { document_id: document };
    let client = client();
    let refused = pollster::block_on(open(&scene.world, &scene.olga, &request, &client));
    let error = refused.unwrap_err();
    let problem = error.problem(crate::id::RequestId::default());
    assert_eq!(
        (problem.code, problem.detail),
        (
            Code::FileMismatch,
            "It is not of the announced type. Reject it, or ask for another upload."
        )
    );
    assert_eq!(scene.world.documents.borrow().files.len(), 1);
}

#[test]
fn what_is_uploaded_after_a_look_changes_neither_look_nor_decision() {
    let scene = scene();
    let document = scene.world.hand_in(scene.ines, PDF, Some(PDF));
    let first = scene.open(&scene.olga, document).unwrap().file_url;
    let replace = |bytes: &[u8], mime_type: &str| {
        let mut documents = scene.world.documents.borrow_mut();
        let upload = documents.rows[0].upload();
        let (bytes, mime_type) = (bytes.to_owned(), mime_type.to_owned());
        documents.files.insert(upload, MemoryFile { bytes, mime_type });
    };
    replace(b"<script>alert(1)</script>", "text/html");
    assert_eq!(scene.open(&scene.paul, document).unwrap().file_url, first);
    assert_eq!(scene.approve(&scene.olga, document), Ok(DocumentStatus::Verified));
    replace(b"another licence", "text/html");
    assert_eq!(scene.open(&scene.olga, document).unwrap().file_url, first);
    let documents = scene.world.documents.borrow();
    let copies: Vec<_> =
        documents.files.iter().filter(|((bucket, _), _)| bucket == COPIES).collect();
    assert_eq!(copies.len(), 1, "one is enough");
    assert_eq!((copies[0].1.bytes.as_slice(), &*copies[0].1.mime_type), (PDF, "application/pdf"));
}

#[test]
fn who_opened_it_when_there_was_no_copy_to_see_does_not_approve_it() {
    let scene = scene();
    let document = scene.world.hand_in(scene.ines, PDF, Some(b"%PDF-1.7"));
    assert_eq!(scene.open(&scene.olga, document).err(), Some(Code::FileMismatch));
    let upload = scene.world.documents.borrow().rows[0].upload();
    let file = MemoryFile { bytes: PDF.to_owned(), mime_type: "application/pdf".to_owned() };
    scene.world.documents.borrow_mut().files.insert(upload, file);
    let shown = scene.open(&scene.paul, document).unwrap().file_url;
    assert_eq!(scene.approve(&scene.olga, document), Err(Code::ReviewNotStarted));
    assert_eq!(scene.open(&scene.olga, document).unwrap().file_url, shown);
    assert_eq!(scene.approve(&scene.olga, document), Ok(DocumentStatus::Verified));
}

#[test]
fn who_comes_second_learns_what_was_decided() {
    let scene = scene();
    let document = scene.world.hand_in(scene.ines, PDF, Some(PDF));
    for admin in [&scene.olga, &scene.paul] {
        scene.open(admin, document).unwrap();
    }
    let fields = r#""decision":"reject","reason":"It is illegible.""#;
    assert!(scene.decide(&scene.olga, document, fields).is_ok());
    let error = scene.decide(&scene.paul, document, r#""decision":"approve""#).unwrap_err();
    let body = error.body(crate::id::RequestId::default());
    let decision = r#""decision":{"decided_at":"2026-05-04T08:00:00+00:00","reason":"It is illegible.","status":"rejected"}}"#;
    assert!(body.ends_with(decision), "{body}");
}

#[test]
fn a_document_is_rejected_with_a_reason_whatever_its_file() {
    let scene = scene();
    let document = scene.world.hand_in(scene.ines, PDF, None);
    assert_eq!(scene.open(&scene.olga, document).err(), Some(Code::FileMissing));
    let refusal = |fields: &str| scene.decide(&scene.olga, document, fields).unwrap_err().code();
    assert_eq!(refusal(r#""decision":"reject""#), Code::ReasonRequired);
    assert_eq!(refusal(r#""decision":"reject","reason":" no ""#), Code::InvalidRequest);
    assert_eq!(refusal(r#""decision":"shred""#), Code::InvalidRequest);
    assert_eq!(refusal(r#""decision":"approve","expires_on":"2026-02-30""#), Code::InvalidRequest);
    let fields = r#""decision":"reject","reason":"It never came.""#;
    let decided = scene.decide(&scene.olga, document, fields).unwrap();
    assert_eq!(decided.document.rejection_reason.as_deref(), Some("It never came."));
}

#[test]
fn nobody_but_admins_reviews_and_no_admin_themselves() {
    let scene = scene();
    let document = scene.world.hand_in(scene.ines, PDF, Some(PDF));
    let ines = scene.world.sign_in(scene.ines);
    assert_eq!(scene.open(&ines, document).err(), Some(Code::Forbidden));
    assert_eq!(scene.approve(&ines, document), Err(Code::Forbidden));
    scene.world.companies.borrow_mut().platform_admins.push(scene.ines);
    scene.open(&ines, document).unwrap();
    assert_eq!(scene.approve(&ines, document), Err(Code::OwnDocument));
    assert_eq!(scene.open(&scene.olga, DocumentId::default()).err(), Some(Code::NotFound));
}

#[test]
fn a_storage_that_fails_leaves_a_document_that_can_be_decided_and_never_says_that_it_is_missing() {
    let faults = [
        (ObjectStoreError::Unavailable("502".to_owned()), Code::UpstreamUnavailable),
        (ObjectStoreError::Timeout, Code::UpstreamTimeout),
    ];
    for call in ["copy", "read", "sign"] {
        for (fault, code) in faults.clone() {
            let scene = scene();
            let document = scene.world.hand_in(scene.ines, PDF, Some(PDF));
            scene.world.documents.borrow_mut().fault = Some((call, fault));
            assert_eq!(scene.open(&scene.olga, document).err(), Some(code), "{call}");
            assert_eq!(scene.status(), DocumentStatus::Pending);
            assert!(scene.open(&scene.olga, document).is_ok(), "{call}");
            assert_eq!(scene.approve(&scene.olga, document), Ok(DocumentStatus::Verified));
        }
    }
}

#[test]
fn only_an_upload_can_be_missing_a_copy_cannot() {
    let cases = [
        ("copy", Code::FileMissing),
        ("read", Code::UpstreamUnavailable),
        ("sign", Code::UpstreamUnavailable),
    ];
    for (call, code) in cases {
        let scene = scene();
        let document = scene.world.hand_in(scene.ines, PDF, Some(PDF));
        scene.world.documents.borrow_mut().fault = Some((call, ObjectStoreError::NotFound));
        assert_eq!(scene.open(&scene.olga, document).err(), Some(code), "{call}");
    }
}

#[test]
fn the_queue_is_asked_for_in_words_that_it_has() {
    let scene = scene();
    scene.world.hand_in(scene.ines, PDF, Some(PDF));
    scene.world.hand_in(scene.ines, PDF, None);
    let ask = |query: &str| {
        let request: QueueRequest = parse_request(query.as_bytes())?;
        pollster::block_on(queue(&scene.world, &scene.olga, &request))
            .map(|page| page.read().unwrap())
    };
    assert_eq!(ask("{}").unwrap().items.len(), 1, "only what has its file");
    assert_eq!(ask(r#"{"status":"verified","limit":1}"#).unwrap().items.len(), 0);
    for query in [
        r#"{"status":"lost"}"#,
        r#"{"limit":0}"#,
        r#"{"limit":101}"#,
        r#"{"cursor":"x"}"#,
        r#"{"limit":"ten"}"#,
        r#"{"order":"newest"}"#,
    ] {
        assert_eq!(ask(query).unwrap_err().code(), Code::InvalidRequest, "{query}");
    }
}
