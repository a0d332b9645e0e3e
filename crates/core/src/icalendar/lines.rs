//! The lines of a calendar: RFC 5545, 3.1.

/// The longest line in bytes, without its end.
const WIDTH: usize = 75;

/// Lines, each with its end.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A property whose value has a form of its own. Nothing in it begins another line.
    pub(super) fn line(&mut self, name: &str, value: &str) {
        let characters = name.chars().chain([':']).chain(value.chars());
        let mut width = 0;
        for character in characters.filter(|character| !ends_a_line(*character)) {
            if width + character.len_utf8() > WIDTH {
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(character);
            width += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Those of a list.
    pub(super) fn all(&mut self, lines: &[(&str, &str)]) {
        for (name, value) in lines {
            self.line(name, value);
        }
    }

    /// A property that is text (RFC 5545, 3.3.11).
    pub(super) fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        let mut characters = value.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\r' if characters.peek() == Some(&'\n') => {}
                '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => escaped.push_str("\\n"),
                '\\' | ';' | ',' => escaped.extend(['\\', character]),
                other => escaped.push(other),
            }
        }
        self.line(name, &escaped);
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// For some reader, and so is nowhere.
fn ends_a_line(character: char) -> bool {
    character != '\t' && character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}
