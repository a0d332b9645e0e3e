//! The SQL functions of this domain.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{SaveRequest, request::Draft};
use crate::{client::ClientContext, error::Code, id::UserId, json::Verbatim, ports::SqlFunction};

/// What a mail is for, as a platform admin.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct EmailKindFor<'a> {
    pub p_key: &'a str,
}

impl SqlFunction for EmailKindFor<'_> {
    const NAME: &'static str = "email_kind";
    type Output = EmailKind;
    const REFUSES: &'static [Code] = &[Code::Unauthenticated, Code::Forbidden, Code::NotFound];
}

/// A kind of mail: what its texts may say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EmailKind {
    /// Its name.
    pub key: String,
    /// Whether it carries a link of its own.
    pub has_link: bool,
    /// Whether its reader may refuse mails like it: the variable `unsubscribe_url`.
    pub is_refusable: bool,
    /// The pages that it may link to.
    pub pages: Vec<String>,
    /// Its variables, each with an example.
    pub samples: BTreeMap<String, serde_json::Value>,
    /// Those that may be nothing.
    pub optional: Vec<String>,
    /// Who asks.
    pub admin_id: UserId,
}

/// Keeps a text that was found to be in order.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct SaveEmailTemplate<'a> {
    pub p_admin_id: UserId,
    pub p_key: &'a str,
    pub p_locale: &'a str,
    pub p_subject: &'a str,
    pub p_html: &'a str,
    pub p_text: &'a str,
    pub p_after_version: u32,
    pub p_publish: bool,
    pub p_context: &'a ClientContext,
}

impl<'a> SaveEmailTemplate<'a> {
    pub(super) fn new(
        kind: &EmailKind,
        draft: Draft<'a>,
        request: &SaveRequest,
        client: &'a ClientContext,
    ) -> Self {
        Self {
            p_admin_id: kind.admin_id,
            p_key: draft.key,
            p_locale: draft.locale,
            p_subject: draft.source.subject,
            p_html: draft.source.html,
            p_text: draft.source.text,
            p_after_version: request.after_version,
            p_publish: request.publish,
            p_context: client,
        }
    }
}

impl SqlFunction for SaveEmailTemplate<'_> {
    const NAME: &'static str = "save_email_template";
    type Output = Verbatim<SavedTemplate>;
    const REFUSES: &'static [Code] =
        &[Code::Forbidden, Code::NotFound, Code::Conflict, Code::RateLimited];
}

/// Answer of `POST /email-templates/save`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SavedTemplate {
    /// Its id.
    pub id: i64,
    /// Its number among those of its key and language.
    pub version: u32,
    /// Whether it is in force.
    pub is_published: bool,
}
