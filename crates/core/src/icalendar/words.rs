//! What a calendar says, in the languages of our texts. Nothing of what a session is about.

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    /// The name of a calendar.
    pub(super) calendar: &'static str,
    /// The name of a session.
    pub(super) session: &'static str,
    /// Before the address of the page that knows more.
    pub(super) details: &'static str,
}

const ENGLISH: Words = Words {
    calendar: "Appointments",
    session: "Appointment",
    details: "Details, and how to move or cancel it:",
};
const GERMAN: Words = Words {
    calendar: "Termine",
    session: "Termin",
    details: "Näheres, auch zum Verschieben und Absagen:",
};

impl Words {
    /// Those of a locale (BCP 47); English where there are none.
    pub(super) fn of(locale: &str) -> Self {
        match locale.split('-').next() {
            Some("de") => GERMAN,
            _ => ENGLISH,
        }
    }
}
