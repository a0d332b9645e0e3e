//! The functions of the recordings of sessions.

use evenkeel_conformance::Stack;
use evenkeel_core::{
    AccessToken, Code,
    id::{BookingId, RecordingId},
    json::Verbatim,
    recordings::{
        AnnounceRecording, AnnouncedRecording, AwaitedRecording, OpenRecording, ReceiveRecording,
        RecordRecording, Recording, RecordingFile,
    },
};

use crate::{call, call_as, refused, session_notes::booked};

const TAKES_PLACE: &str = "update public.bookings set starts_at = now() - interval '10 minutes', ends_at = now() + interval '40 minutes' where id = $1";
const CONSENTS: [&str; 2] = [
    "insert into public.recording_consents (booking_id, party, version) values ($1, 'employee', '2026-11')",
    "insert into public.recording_consents (booking_id, party, version) values ($1, 'specialist', '2026-11')",
];
const UPLOAD: &str = "insert into storage.objects (bucket_id, name) select 'recording-uploads', upload_path from public.meeting_recordings where id = $1";
const COPY: &str = "insert into storage.objects (bucket_id, name) select 'meeting-recordings', upload_path || '/copy' from public.meeting_recordings where id = $1";
const HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn announcement(booking: BookingId) -> AnnounceRecording<'static> {
    AnnounceRecording {
        p_booking_id: booking,
        p_file_hash: HASH,
        p_media_type: "video/mp4",
        p_file_size: 7,
    }
}

/// Ines, Erin, and a recording of theirs that is waited for.
async fn announced(stack: &Stack) -> (AccessToken, AccessToken, AnnouncedRecording, RecordingId) {
    let (ines, erin, booking) = booked(stack);
    stack.change(TAKES_PLACE, booking.0);
    refused(stack, &ines, &announcement(booking), Code::Conflict).await;
    for consent in CONSENTS {
        stack.change(consent, booking.0);
    }
    refused(stack, &erin, &announcement(booking), Code::Forbidden).await;
    let announced = call_as(stack, &ines, &announcement(booking)).await;
    let id = announced.recording.read().unwrap().id;
    (ines, erin, announced, id)
}

pub(crate) async fn announce_recording(stack: &Stack) -> Vec<AnnouncedRecording> {
    let (_, _, announced, _) = announced(stack).await;
    assert!(announced.recording.read().unwrap().recorded_at.is_none());
    vec![announced]
}

/// As often as one file is compared with what was announced.
const COMPARISONS: usize = 5;

pub(crate) async fn receive_recording(stack: &Stack) -> Vec<AwaitedRecording> {
    let (ines, _, announced, id) = announced(stack).await;
    let function = ReceiveRecording { p_recording_id: id };
    refused(stack, &ines, &function, Code::FileMissing).await;
    stack.change(UPLOAD, id.0);
    let awaited = call_as(stack, &ines, &function).await;
    assert_eq!((&awaited.path, awaited.file_size), (&announced.path, 7));
    for _ in 1..COMPARISONS {
        let again = call_as(stack, &ines, &function).await;
        assert_ne!(again.copy_path, awaited.copy_path);
    }
    refused(stack, &ines, &function, Code::RuleViolation).await;
    vec![awaited]
}

async fn record(stack: &Stack, path: &str, id: RecordingId) -> Verbatim<Recording> {
    stack.change(COPY, id.0);
    let p_path = &[path, "/copy"].concat();
    let function =
        RecordRecording { p_recording_id: id, p_path, p_file_hash: HASH, p_file_size: 7 };
    call(stack, &function).await
}

pub(crate) async fn record_recording(stack: &Stack) -> Vec<Verbatim<Recording>> {
    let (_, _, announced, id) = announced(stack).await;
    let recorded = record(stack, &announced.path, id).await;
    assert!(recorded.read().unwrap().recorded_at.is_some());
    vec![recorded]
}

pub(crate) async fn open_recording(stack: &Stack) -> Vec<RecordingFile> {
    let (_, erin, announced, id) = announced(stack).await;
    let function = OpenRecording { p_recording_id: id };
    refused(stack, &erin, &function, Code::NotFound).await;
    record(stack, &announced.path, id).await;
    let opened = call_as(stack, &erin, &function).await;
    let extension = opened.file_name.rsplit_once('.').map(|(_, extension)| extension);
    assert_eq!(extension, Some("mp4"), "{}", opened.file_name);
    vec![opened]
}
