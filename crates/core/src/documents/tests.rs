use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    error::{Code, Error},
    id::{RequestId, UserId},
    ports::{ObjectStoreError, SqlFunction as _},
    refusal::parse_request,
    testing::{MemoryFile, World, client, signed_in},
};

const PDF: &[u8] = b"%PDF-1.7 a licence";
const FIRST_LOOK: [&str; 5] = [
    "start_document_review",
    "storage.copy",
    "storage.read",
    "record_reviewed_copy",
    "storage.sign",
];

/// What the database says of a document that has no copy yet.
fn opened() -> Value {
    json!({
        "document": item(), "reviewed_path": null, "path": "ines/licence",
        "file_hash": hex::encode(Sha256::digest(PDF)), "mime_type": "application/pdf",
        "file_size": PDF.len(), "differs": null, "copy_path": "ines/copy",
        "file_name": "license.pdf", "opened_by": UserId::default(),
    })
}

fn item() -> Value {
    json!({ "document_id": DocumentId::default(), "document_number": "No. 1" })
}

fn put(world: &World, bucket: &str, path: &str, bytes: &[u8]) {
    let file = MemoryFile { bytes: bytes.to_owned(), mime_type: "text/html".to_owned() };
    world.files.borrow_mut().objects.insert((bucket.to_owned(), path.to_owned()), file);
}

fn copies(world: &World) -> Vec<MemoryFile> {
    let files = world.files.borrow();
    let copies = files.objects.iter().filter(|((bucket, _), _)| bucket == COPIES);
    copies.map(|(_, file)| file.clone()).collect()
}

/// A world in which this was uploaded, and a document is opened.
fn uploaded(bytes: &[u8]) -> World {
    let world = World::new();
    put(&world, UPLOADS, "ines/licence", bytes);
    world.database.answer::<StartDocumentReview>(opened());
    world
}

fn look(world: &World) -> Result<Value, Error> {
    let request = OpenRequest { document_id: DocumentId::default() };
    let answer = pollster::block_on(open(world, &signed_in("olga"), &request, &client()))?;
    Ok(serde_json::from_str(answer.as_str()).unwrap())
}

/// The code of a look that fails after so many of the steps of a first one.
fn refused_after(world: &World, steps: usize) -> Code {
    let code = look(world).unwrap_err().code();
    assert_eq!(world.calls(), FIRST_LOOK[..steps], "{code:?}");
    code
}

fn decided(world: &World, fields: &Value) -> Result<Verbatim<DecideResponse>> {
    let mut body = json!({ "document_id": DocumentId::default() });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let request: DecideRequest = parse_request(body.to_string().as_bytes())?;
    pollster::block_on(decide(world, &signed_in("olga"), &request, &client()))
}

fn asked_for(world: &World, query: &Value) -> Result<Verbatim<QueuePage>> {
    let request: QueueRequest = parse_request(query.to_string().as_bytes())?;
    pollster::block_on(queue(world, &signed_in("olga"), &request))
}

#[test]
fn the_first_look_copies_the_file_and_records_the_copy() {
    let world = uploaded(PDF);
    world.database.answer::<RecordReviewedCopy>(json!("ines/copy"));
    let path = "/storage/v1/object/sign/reviewed-documents/ines/copy?for=300&download=license.pdf";
    let expected = json!({ "document": item(), "file_url": path, "expires_in": 300 });
    assert_eq!(look(&world).unwrap(), expected);
    let start = world.asked::<StartDocumentReview>();
    assert_eq!(start.person.as_deref(), Some(signed_in("olga").expose()));
    let record = world.asked::<RecordReviewedCopy>();
    let expected = json!({
        "p_document_id": DocumentId::default(), "p_path": "ines/copy",
        "p_file_hash": opened()["file_hash"], "p_file_size": PDF.len(),
        "p_opened_by": UserId::default(),
    });
    assert_eq!((record.arguments, record.person), (expected, None));
    assert_eq!(world.latest("storage.read").arguments["limit"], PDF.len());
    assert_eq!(world.calls(), FIRST_LOOK);
    let copy = MemoryFile { bytes: PDF.to_owned(), mime_type: "application/pdf".to_owned() };
    assert_eq!(copies(&world), [copy], "as the type that was announced");
}

#[test]
fn the_copy_that_counts_may_be_anothers() {
    let world = uploaded(PDF);
    put(&world, COPIES, "pauls/copy", PDF);
    world.database.answer::<RecordReviewedCopy>(json!("pauls/copy"));
    let answer = look(&world).unwrap();
    assert!(answer["file_url"].as_str().unwrap().contains("/pauls/copy?"), "{answer}");
}

#[test]
fn a_later_look_shows_the_copy_that_there_is() {
    let world = World::new();
    put(&world, UPLOADS, "ines/licence", b"<script>alert(1)</script>");
    put(&world, COPIES, "ines/before", PDF);
    let mut again = opened();
    again["reviewed_path"] = json!("ines/before");
    world.database.answer::<StartDocumentReview>(again);
    let answer = look(&world).unwrap();
    assert!(answer["file_url"].as_str().unwrap().contains("/ines/before?"), "{answer}");
    assert_eq!(world.calls(), [FIRST_LOOK[0], FIRST_LOOK[4]]);
}

#[test]
fn a_file_that_is_another_is_not_recorded() {
    let others: [(&[u8], Code); 5] = [
        (b"", Code::FileMismatch),
        (b"%PDF-1.7 a licencE", Code::FileMismatch),
        (b"%PDF-1.7", Code::FileMismatch),
        (b"%PDF-1.7 a licence!", Code::FileMismatch),
        (b"<script>a licence.", Code::FileTypeMismatch),
    ];
    for (stored, code) in others {
        assert_eq!(refused_after(&uploaded(stored), 3), code, "{stored:?}");
    }
}

#[test]
fn what_storage_says_is_another_is_not_even_copied() {
    for (differs, code, said) in [
        ("type", Code::FileTypeMismatch, "announced type"),
        ("length", Code::FileMismatch, "longer or shorter"),
    ] {
        let world = World::new();
        let mut answer = opened();
        answer["differs"] = json!(differs);
        world.database.answer::<StartDocumentReview>(answer);
        let error = look(&world).unwrap_err();
        assert_eq!((error.code(), world.calls()), (code, FIRST_LOOK[..1].into()));
        assert!(error.detail().contains(said), "{}", error.detail());
    }
}

#[test]
fn a_storage_that_fails_ends_the_look_and_only_an_upload_can_be_missing() {
    let unavailable = ObjectStoreError::Unavailable("502".to_owned());
    for (steps, call, when_missing) in [
        (2, "copy", Code::FileMissing),
        (3, "read", Code::UpstreamUnavailable),
        (5, "sign", Code::UpstreamUnavailable),
    ] {
        for (fault, code) in [
            (unavailable.clone(), Code::UpstreamUnavailable),
            (ObjectStoreError::Timeout, Code::UpstreamTimeout),
            (ObjectStoreError::NotFound, when_missing),
        ] {
            let world = uploaded(PDF);
            if call == "sign" {
                world.database.answer::<RecordReviewedCopy>(json!("ines/copy"));
            }
            world.files.borrow_mut().fault = Some((call, fault));
            assert_eq!(refused_after(&world, steps), code, "{call}");
        }
    }
}

#[test]
fn what_the_database_refuses_is_passed_on_and_ends_the_look() {
    for word in StartDocumentReview::REFUSES {
        let world = World::new();
        world.database.refuse::<StartDocumentReview>(*word, None);
        assert_eq!(refused_after(&world, 1), *word);
    }
    for word in RecordReviewedCopy::REFUSES {
        let world = uploaded(PDF);
        world.database.refuse::<RecordReviewedCopy>(*word, None);
        assert_eq!(refused_after(&world, 4), *word);
    }
}

#[test]
fn a_decision_is_made_as_the_person_and_answered_as_the_database_has_it() {
    let world = World::new();
    let answer = json!({ "document": item(), "specialist_status": "verified" });
    world.database.answer::<DecideDocument>(answer.clone());
    let fields =
        json!({ "decision": "approve", "reason": "It is good.", "expires_on": "2027-01-31" });
    assert_eq!(decided(&world, &fields).unwrap().as_str(), answer.to_string());
    let asked = world.asked::<DecideDocument>();
    let expected = json!({
        "p_document_id": DocumentId::default(), "p_decision": "approve", "p_reason": "It is good.",
        "p_expires_on": "2027-01-31", "p_context": client(),
    });
    assert_eq!(asked.arguments, expected);
    assert_eq!(asked.person.as_deref(), Some(signed_in("olga").expose()));
    assert_eq!(world.kicks.get(), 1, "the specialist is mailed");
}

#[test]
fn a_decision_that_is_refused_tells_nobody() {
    for word in DecideDocument::REFUSES {
        let world = World::new();
        world.database.refuse::<DecideDocument>(*word, None);
        let error = decided(&world, &json!({ "decision": "approve" })).unwrap_err();
        assert_eq!((error.code(), world.kicks.get()), (*word, 0));
    }
}

#[test]
fn who_comes_second_learns_what_was_decided() {
    let world = World::new();
    let made = r#"{"decided_at":"2026-05-04T08:00:00+00:00","reason":"No.","status":"rejected"}"#;
    let told = serde_json::from_str(made).unwrap();
    world.database.refuse::<DecideDocument>(Code::AlreadyDecided, Some(told));
    let error = decided(&world, &json!({ "decision": "approve" })).unwrap_err();
    let body = error.body(RequestId::default());
    assert!(body.ends_with(&format!(r#""decision":{made}}}"#)), "{body}");
}

#[test]
fn a_decision_that_cannot_be_meant_is_refused_before_anything_is_called() {
    let world = World::new();
    for fields in [
        json!({ "decision": "reject", "reason": " no " }),
        json!({ "decision": "shred" }),
        json!({ "decision": "approve", "expires_on": "2026-02-30" }),
    ] {
        assert_eq!(decided(&world, &fields).unwrap_err().code(), Code::InvalidRequest);
    }
    assert!(world.calls().is_empty());
}

#[test]
fn the_queue_is_asked_for_in_words_that_it_has() {
    let cursor = "1764000000000000_6f1c2c1e-0000-4000-8000-000000000001";
    for (query, status, cursor, limit) in [
        (json!({}), "pending", json!(null), 20),
        (json!({ "status": "verified", "limit": 1 }), "verified", json!(null), 1),
        (json!({ "cursor": cursor, "limit": 100 }), "pending", json!(cursor), 100),
    ] {
        let world = World::new();
        let page = json!({ "items": [], "next_cursor": null });
        world.database.answer::<VerificationQueue>(page.clone());
        assert_eq!(asked_for(&world, &query).unwrap().as_str(), page.to_string());
        let asked = world.asked::<VerificationQueue>();
        let expected = json!({ "p_status": status, "p_cursor": cursor, "p_limit": limit });
        assert_eq!(asked.arguments, expected);
        assert_eq!(asked.person.as_deref(), Some(signed_in("olga").expose()));
    }
    let world = World::new();
    for query in [
        json!({ "status": "lost" }),
        json!({ "limit": 0 }),
        json!({ "limit": 101 }),
        json!({ "cursor": "x" }),
        json!({ "limit": "ten" }),
        json!({ "order": "newest" }),
    ] {
        assert_eq!(asked_for(&world, &query).unwrap_err().code(), Code::InvalidRequest, "{query}");
    }
    assert!(world.calls().is_empty());
    for word in VerificationQueue::REFUSES {
        world.database.refuse::<VerificationQueue>(*word, None);
        assert_eq!(asked_for(&world, &json!({})).unwrap_err().code(), *word);
    }
}
