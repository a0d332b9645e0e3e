//! Documents: what is asked for by its name, with a version by which a caller knows whether it has changed.

use sha2::{Digest as _, Sha256};

use super::{Input, Reply};
use crate::{error::Result, ports::HttpMethod, secret::SecretString};

/// The name of a document, the last part of the path, and which version of it the caller has. The path of the
/// operation has it in braces, `/{token}.ics`.
#[derive(Debug)]
pub struct Named<const HEAD: bool>;

/// A document, asked for by its name.
#[derive(Debug)]
pub struct NamedRequest {
    /// Its name, with what ends it. It may be a credential.
    pub name: SecretString,
    /// The versions that the caller has: `If-None-Match`.
    pub known: Option<String>,
}

impl<const HEAD: bool> Input for Named<HEAD> {
    type Request = NamedRequest;
    const METHOD: HttpMethod = if HEAD { HttpMethod::Head } else { HttpMethod::Get };
    const BODY_LIMIT: usize = 0;

    fn is_at(path: &str, asked: &str) -> bool {
        let ending = path.rsplit('}').next().unwrap_or_default();
        let name = asked.strip_prefix('/').and_then(|name| name.strip_suffix(ending));
        name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
    }
}

/// A document that a caller may keep, and ask again whether it has changed (RFC 9110, 13.1.2).
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Document {
    #[cfg_attr(feature = "schema", schemars(skip))]
    version: Version,
    body: String,
}

/// A version of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The media type of the document.
    pub media_type: &'static str,
    /// The same for the same bytes, in quotation marks: `ETag`.
    pub tag: String,
    /// Whether the caller has it, so that nothing has to be sent.
    pub is_known: bool,
}

impl Document {
    /// A document, for whoever has some versions of it.
    pub fn new(media_type: &'static str, body: String, known: Option<&str>) -> Self {
        let digest = Sha256::digest(&body);
        let half = digest.get(..16).unwrap_or_default();
        let tag = ["\"", &hex::encode(half), "\""].concat();
        // What compresses on the way may have made a weak one of ours.
        let same = |one: &str| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag;
        let is_known = known.is_some_and(|list| list.split(',').any(|one| same(one.trim())));
        Self { version: Version { media_type, tag, is_known }, body }
    }
}

impl Reply<Document> for Document {
    fn into_body(self) -> Result<String> {
        Ok(if self.version.is_known { String::new() } else { self.body })
    }

    fn version(&self) -> Option<Version> {
        Some(self.version.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_one_part_between_the_braces() {
        let is_at = |asked| Named::<false>::is_at("/{token}.ics", asked);
        assert!(is_at("/a.ics") && is_at("/a.b-_.ics"));
        for asked in ["/", "/.ics", "/a", "/a.ics/b", "/b/a.ics", "a.ics", "/a.icsx", ""] {
            assert!(!is_at(asked), "{asked}");
        }
    }

    #[test]
    fn a_version_is_its_bytes_and_what_the_caller_has_is_not_sent_again() {
        let document = |known| Document::new("text/plain", "a".to_owned(), known);
        let tag = document(None).version.tag;
        // Of Python: hashlib.sha256(b"a").hexdigest()[:32].
        assert_eq!(tag, r#""ca978112ca1bbdcafac231b39a23dc4d""#);
        assert_ne!(Document::new("text/plain", "b".to_owned(), None).version.tag, tag);
        let (weak, listed) = (["W/", &tag].concat(), ["\"x\", ", &tag, " "].concat());
        for known in [&tag, "*", &weak, &listed] {
            let document = document(Some(known));
            assert!(document.version.is_known, "{known}");
            assert_eq!(document.into_body().unwrap(), "");
        }
        for known in [None, Some(""), Some("ca978112ca1bbdcafac231b39a23dc4d"), Some("\"ca97\"")] {
            assert_eq!(document(known).into_body().unwrap(), "a", "{known:?}");
        }
    }
}
