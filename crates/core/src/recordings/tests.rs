use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    error::{Code, Error},
    ports::{ObjectStoreError, SqlFunction as _},
    refusal::parse_request,
    testing::{MemoryFile, World, signed_in},
};

const MP4: &[u8] = b"\0\0\0\x20ftypisom a session";

fn recording() -> Value {
    json!({ "id": RecordingId::default(), "mime_type": "video/mp4" })
}

/// A world in which these bytes were uploaded of what was announced as a recording.
fn uploaded(bytes: &[u8]) -> World {
    let world = World::new();
    let file = MemoryFile { bytes: bytes.to_owned(), mime_type: "text/html".to_owned() };
    let key = (UPLOADS.to_owned(), "ines/one".to_owned());
    world.files.borrow_mut().objects.insert(key, file);
    world.database.answer::<ReceiveRecording>(json!({
        "path": "ines/one", "copy_path": "ines/one/copy", "file_hash": hex::encode(Sha256::digest(MP4)),
        "mime_type": "video/mp4", "file_size": MP4.len(),
    }));
    world
}

fn copies(world: &World) -> usize {
    world.files.borrow().objects.keys().filter(|(bucket, _)| bucket == RECORDINGS).count()
}

fn completed(world: &World) -> Result<Verbatim<Recording>> {
    let request = RecordingRequest { recording_id: RecordingId::default() };
    pollster::block_on(complete(world, &signed_in("ines"), &request))
}

fn announced(world: &World, fields: &Value) -> Result<Value, Error> {
    let mut body = json!({
        "booking_id": BookingId::default(), "file_hash": "0".repeat(64), "mime_type": "video/mp4", "file_size": 7,
    });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let request: AnnounceRecordingRequest = parse_request(body.to_string().as_bytes())?;
    let answer = pollster::block_on(announce(world, &signed_in("ines"), &request))?;
    Ok(serde_json::from_str(answer.as_str()).unwrap())
}

#[test]
fn what_is_announced_may_be_uploaded_to_one_address() {
    let world = World::new();
    world
        .database
        .answer::<AnnounceRecording>(json!({ "path": "ines/one", "recording": recording() }));
    let url = "/storage/v1/object/upload/sign/recording-uploads/ines/one?token=t";
    let expected = json!({ "recording": recording(), "upload_url": url, "expires_in": 7200 });
    assert_eq!(announced(&world, &json!({})).unwrap(), expected);
    let asked = world.asked::<AnnounceRecording>();
    assert_eq!(asked.person.as_deref(), Some(signed_in("ines").expose()));
    assert_eq!(asked.arguments["p_media_type"], "video/mp4");
}

#[test]
fn what_cannot_be_a_recording_is_not_announced() {
    let world = World::new();
    for fields in [
        json!({ "file_hash": "0".repeat(63) }),
        json!({ "file_hash": "A".repeat(64) }),
        json!({ "mime_type": "" }),
        json!({ "mime_type": "text/html" }),
        json!({ "file_size": 0 }),
        json!({ "file_size": 104_857_601 }),
        json!({ "more": 1 }),
    ] {
        assert_eq!(
            announced(&world, &fields).unwrap_err().code(),
            Code::InvalidRequest,
            "{fields}"
        );
    }
    assert!(world.calls().is_empty());
}

#[test]
fn a_file_that_is_what_was_announced_is_copied_and_recorded() {
    let world = uploaded(MP4);
    world.database.answer::<RecordRecording>(recording());
    assert_eq!(completed(&world).unwrap().as_str(), recording().to_string());
    let record = world.asked::<RecordRecording>();
    assert_eq!((record.person, &record.arguments["p_path"]), (None, &json!("ines/one/copy")));
    let steps = ["receive_recording", "storage.copy", "storage.read", "record_recording"];
    assert_eq!(world.calls(), steps);
}

#[test]
fn a_file_that_is_another_is_not_recorded() {
    let longer = [MP4, b"!"].concat();
    let others: [(&[u8], Code); 4] = [
        (b"", Code::FileMismatch),
        (&longer, Code::FileMismatch),
        (b"\0\0\0\x20ftypisom a Session", Code::FileMismatch),
        (b"<script>alert(1)</script> ", Code::FileTypeMismatch),
    ];
    for (stored, code) in others {
        let mut stored = stored.to_owned();
        if code == Code::FileTypeMismatch {
            stored.truncate(MP4.len());
        }
        let world = uploaded(&stored);
        assert_eq!(completed(&world).unwrap_err().code(), code, "{stored:?}");
        assert!(!world.calls().contains(&"record_recording"));
        assert_eq!(copies(&world), 0, "nothing is left of its copy");
    }
    let world = uploaded(MP4);
    world.files.borrow_mut().fault = Some(("copy", ObjectStoreError::NotFound));
    assert_eq!(completed(&world).unwrap_err().code(), Code::FileMissing);
}

#[test]
fn a_copy_that_comes_to_nothing_is_removed() {
    let world = uploaded(MP4);
    world.files.borrow_mut().fault = Some(("read", ObjectStoreError::Timeout));
    assert_eq!(completed(&world).unwrap_err().code(), Code::UpstreamTimeout);
    assert_eq!(copies(&world), 0, "one that could not be read");
    let world = uploaded(MP4);
    world.database.refuse::<RecordRecording>(Code::Conflict, None);
    assert_eq!(completed(&world).unwrap_err().code(), Code::Conflict);
    assert_eq!(copies(&world), 0, "one that was refused");
    let world = uploaded(MP4);
    world.database.fail::<RecordRecording>(DatabaseError::Timeout);
    assert_eq!(completed(&world).unwrap_err().code(), Code::UpstreamTimeout);
    assert_eq!(copies(&world), 1, "but not one that may have been recorded");
}

#[test]
fn a_copy_that_cannot_be_removed_changes_no_answer() {
    let world = uploaded(b"another");
    world.files.borrow_mut().fault = Some(("remove", ObjectStoreError::Timeout));
    assert_eq!(completed(&world).unwrap_err().code(), Code::FileMismatch);
    assert_eq!(copies(&world), 1, "which the sweep takes");
}

#[test]
fn a_recording_is_opened_by_an_address_of_minutes() {
    let world = World::new();
    let file = MemoryFile { bytes: MP4.to_owned(), mime_type: "video/mp4".to_owned() };
    let key = (RECORDINGS.to_owned(), "ines/one/copy".to_owned());
    world.files.borrow_mut().objects.insert(key, file);
    world
        .database
        .answer::<OpenRecording>(json!({ "path": "ines/one/copy", "file_name": "session.mp4" }));
    let request = RecordingRequest { recording_id: RecordingId::default() };
    let opened = pollster::block_on(open(&world, &signed_in("erin"), &request)).unwrap();
    let url =
        "/storage/v1/object/sign/meeting-recordings/ines/one/copy?for=300&download=session.mp4";
    assert_eq!((opened.file_url.as_str(), opened.expires_in), (url, 300));
    assert_eq!(world.calls(), ["open_recording", "storage.sign"], "written down first");
}

#[test]
fn what_the_database_refuses_is_passed_on() {
    for word in ReceiveRecording::REFUSES {
        let world = World::new();
        world.database.refuse::<ReceiveRecording>(*word, None);
        assert_eq!(completed(&world).unwrap_err().code(), *word);
    }
    for word in RecordRecording::REFUSES {
        let world = uploaded(MP4);
        world.database.refuse::<RecordRecording>(*word, None);
        assert_eq!(completed(&world).unwrap_err().code(), *word);
    }
    for word in AnnounceRecording::REFUSES {
        let world = World::new();
        world.database.refuse::<AnnounceRecording>(*word, None);
        assert_eq!(announced(&world, &json!({})).unwrap_err().code(), *word);
    }
}
