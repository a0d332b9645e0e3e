//! The operations of this domain.

use crate::{
    error::Code,
    operation::{Anybody, Document, Named, Operation, Step, operations},
};

const FUNCTION: &str = "calendar-feed";
const PATH: &str = "/{token}.ics";
const MEDIA: &str = "text/calendar";
const LIMITED: &[Step] = &[Step::of(&[Code::RateLimited])];

operations! {
    /// Reads a feed.
    READ: Operation<Anybody, Named<false>, Document> =
        Operation::new(FUNCTION, PATH).document(MEDIA)
            .about(
                "Read a calendar feed",
                "The sessions of whoever made the address by `make_calendar_feed()`, from 90 days ago on, as iCalendar (RFC 5545). \
                 Needs no session: who has the address reads it. It says when there is a session and nothing of what it is about. \
                 An address that was replaced or revoked, or never made, is answered like any other that leads nowhere.",
            )
            .steps(LIMITED);

    /// Asks whether it has changed.
    HEAD: Operation<Anybody, Named<true>, Document> =
        Operation::new(FUNCTION, PATH).document(MEDIA)
            .about("Ask about a calendar feed", "As reading it, without its text.")
            .steps(LIMITED);
}
