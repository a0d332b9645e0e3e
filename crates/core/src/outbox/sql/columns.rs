//! The mails of a batch on the wire: a list for each column, which the database
//! writes, and this side reads, in half the time of an object for each mail.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::{QueuedMail, QueuedToken};

/// Lists of one length. A mail with a token is alone.
#[derive(Default, Serialize, Deserialize)]
struct Columns {
    ids: Vec<i64>,
    to: Vec<String>,
    template_ids: Vec<i64>,
    variables: Vec<BTreeMap<String, Value>>,
    locales: Vec<String>,
    time_zones: Vec<String>,
    categories: Vec<String>,
    unsubscribe: Vec<Option<String>>,
    token: Option<QueuedToken>,
}

pub(super) fn serialize<S: Serializer>(
    mails: &[QueuedMail],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut columns = Columns::default();
    for mail in mails.iter().cloned() {
        columns.ids.push(mail.id);
        columns.to.push(mail.to);
        columns.template_ids.push(mail.template_id);
        columns.variables.push(mail.variables);
        columns.locales.push(mail.locale);
        columns.time_zones.push(mail.time_zone);
        columns.categories.push(mail.category);
        columns.unsubscribe.push(mail.unsubscribe);
        columns.token = mail.token;
    }
    columns.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<QueuedMail>, D::Error> {
    let columns = Columns::deserialize(deserializer)?;
    let count = columns.ids.len();
    let lengths = [
        columns.to.len(),
        columns.template_ids.len(),
        columns.variables.len(),
        columns.locales.len(),
        columns.time_zones.len(),
        columns.categories.len(),
        columns.unsubscribe.len(),
    ];
    if lengths != [count; 7] || (columns.token.is_some() && count != 1) {
        return Err(de::Error::custom("the columns of a batch are not of one length"));
    }
    let mut to = columns.to.into_iter();
    let mut template_ids = columns.template_ids.into_iter();
    let mut variables = columns.variables.into_iter();
    let mut locales = columns.locales.into_iter();
    let mut time_zones = columns.time_zones.into_iter();
    let mut categories = columns.categories.into_iter();
    let mut unsubscribe = columns.unsubscribe.into_iter();
    let mails = columns.ids.into_iter().map_while(|id| {
        Some(QueuedMail {
            id,
            to: to.next()?,
            template_id: template_ids.next()?,
            variables: variables.next()?,
            locale: locales.next()?,
            time_zone: time_zones.next()?,
            category: categories.next()?,
            unsubscribe: unsubscribe.next()?,
            token: columns.token.clone(),
        })
    });
    Ok(mails.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::outbox::Batch;

    fn batch(to: &[&str], token: &serde_json::Value) -> Result<Batch, serde_json::Error> {
        serde_json::from_value(json!({
            "id": uuid::Uuid::nil(), "lease": uuid::Uuid::nil(), "attempt": 1, "age_seconds": 0, "shared": true,
            "mails": {
                "ids": [1, 2], "to": to, "template_ids": [3, 3], "variables": [{"a": 1}, {}],
                "locales": ["en", "de"], "time_zones": ["UTC", "Europe/Berlin"],
                "categories": ["booking", "reminder"], "unsubscribe": [null, "AmZh"], "token": token,
            },
        }))
    }

    #[test]
    fn columns_become_mails_and_mails_columns() {
        let read = batch(&["a@example.com", "b@example.com"], &json!(null)).unwrap();
        assert_eq!(read.mails[1].to, "b@example.com");
        assert_eq!(read.mails[1].time_zone, "Europe/Berlin");
        assert_eq!(read.mails[0].variables["a"], json!(1));
        assert_eq!(
            read.mails.iter().map(|mail| mail.unsubscribe.as_deref()).collect::<Vec<_>>(),
            [None, Some("AmZh")]
        );
        let again: Batch = serde_json::from_value(json!(read)).unwrap();
        assert_eq!(json!(again), json!(read));
    }

    #[test]
    fn a_mail_gets_no_address_of_another() {
        assert!(batch(&["a@example.com"], &json!(null)).is_err());
        let token = json!({ "purpose": "sign_up", "id": uuid::Uuid::nil(), "token_hash": null });
        assert!(batch(&["a@example.com", "b@example.com"], &token).is_err());
    }
}
