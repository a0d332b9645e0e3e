//! The tags of a mail, as events repeat them.

use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// The tag that holds `communication_logs.id`.
pub const MAIL_TAG: &str = "mail";
/// The tag that holds the project: [`super::project`].
pub const PROJECT_TAG: &str = "project";

/// Those that we give our mails.
#[derive(Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Tags {
    /// The mail, by its id in `communication_logs`.
    pub(super) mail: Option<String>,
    /// The project that it is of.
    pub(super) project: Option<String>,
}

impl Tags {
    fn take(&mut self, name: &str, value: String) {
        match name {
            MAIL_TAG => self.mail = Some(value),
            PROJECT_TAG => self.project = Some(value),
            _ => {}
        }
    }
}

impl<'de> Deserialize<'de> for Tags {
    /// Events have an object of them; mails, and earlier events, a list.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyForm)
    }
}

struct AnyForm;

#[derive(Deserialize)]
struct Tag {
    name: String,
    value: String,
}

impl<'de> Visitor<'de> for AnyForm {
    type Value = Tags;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("tags")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Tags, M::Error> {
        let mut tags = Tags::default();
        while let Some(name) = map.next_key::<String>()? {
            if matches!(&*name, MAIL_TAG | PROJECT_TAG) {
                tags.take(&name, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(tags)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Tags, S::Error> {
        let mut tags = Tags::default();
        while let Some(Tag { name, value }) = list.next_element()? {
            tags.take(&name, value);
        }
        Ok(tags)
    }
}
