//! The functions of the notes of sessions.

use evenkeel_conformance::Stack;
use evenkeel_core::{
    AccessToken, Code,
    id::BookingId,
    json::Verbatim,
    session_notes::{NoteState, ReadSessionNote, SealedNote, WriteSessionNote},
};

use crate::{call_as, refused};

/// A session of somebody, under their own id, with Ines.
pub(crate) const BOOK: &str = "
    with specialist as (
      insert into public.specialists (user_id, display_name, status, verified_at)
      select i.id, 'Ines', 'verified', now()
      from public.profiles e join public.profiles i on i.email = 'ines@' || split_part(e.email, '@', 2)
      where e.id = $1 returning id
    )
    insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
    select $1, $1, m.company_id, s.id, t.id, now() + interval '2 days', now() + interval '2 days 50 minutes', 'confirmed'
    from specialist s, (select company_id from public.company_members where user_id = $1) m,
      (select id from public.session_types where is_active limit 1) t";
const SHARE: &str =
    "update public.session_notes set shared_version = 1, shared_at = now() where booking_id = $1";
const SEALED: &str = "0123456789abcdef.c2VhbGVk";

/// Ines, Erin, and a session of theirs.
pub(crate) fn booked(stack: &Stack) -> (AccessToken, AccessToken, BookingId) {
    let ((_, ines), (employee, erin)) = (stack.member("ines"), stack.member("erin"));
    stack.company(employee, 5);
    stack.change(BOOK, employee.0);
    (ines, erin, BookingId(employee.0))
}

async fn write(stack: &Stack, ines: &AccessToken, booking: BookingId) -> Verbatim<NoteState> {
    let function = WriteSessionNote { p_booking_id: booking, p_note_version: 1, p_sealed: SEALED };
    call_as(stack, ines, &function).await
}

pub(crate) async fn write_session_note(stack: &Stack) -> Vec<Verbatim<NoteState>> {
    let (ines, erin, booking) = booked(stack);
    let written = write(stack, &ines, booking).await;
    assert_eq!(written.read().unwrap().version, 1);
    let again = WriteSessionNote { p_booking_id: booking, p_note_version: 1, p_sealed: SEALED };
    refused(stack, &ines, &again, Code::Conflict).await;
    refused(stack, &erin, &again, Code::Forbidden).await;
    let plain = WriteSessionNote { p_booking_id: booking, p_note_version: 2, p_sealed: "a text" };
    refused(stack, &ines, &plain, Code::InvalidRequest).await;
    let other = WriteSessionNote {
        p_booking_id: BookingId::default(),
        p_note_version: 1,
        p_sealed: SEALED,
    };
    refused(stack, &ines, &other, Code::NotFound).await;
    vec![written]
}

pub(crate) async fn read_session_note(stack: &Stack) -> Vec<SealedNote> {
    let (ines, erin, booking) = booked(stack);
    write(stack, &ines, booking).await;
    let function = ReadSessionNote { p_booking_id: booking, p_note_version: None };
    refused(stack, &erin, &function, Code::NotFound).await;
    let own = call_as(stack, &ines, &function).await;
    let details = own.note.read().unwrap();
    assert_eq!((own.sealed.as_str(), details.versions.len(), details.seen_at), (SEALED, 1, None));
    stack.change(SHARE, booking.0);
    let shared = call_as(stack, &erin, &function).await;
    let details = shared.note.read().unwrap();
    assert_eq!((details.shared_version, details.seen_at.is_some()), (Some(1), true));
    vec![own, shared]
}
