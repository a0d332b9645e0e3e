//! Documents: what is asked for by its name, with a version by which a caller knows whether it has changed.

use core::marker::PhantomData;

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
        is_named(path, asked)
    }
}

/// Whether a path is that of an operation whose last part, but for what surrounds the braces, is a name.
fn is_named(path: &str, asked: &str) -> bool {
    let Some((before, rest)) = path.split_once('{') else { return false };
    let ending = rest.split('}').nth(1).unwrap_or_default();
    let name = asked.strip_prefix(before).and_then(|name| name.strip_suffix(ending));
    name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

/// A JSON body about what the caller may have a version of: of all that there is, or, where the path of the operation has a
/// name in braces at its end, of one.
#[derive(Debug)]
pub struct Asked<T, const NAMED: bool>(PhantomData<T>);

/// What is asked.
#[derive(Debug)]
pub struct AskedRequest<T> {
    /// The last part of the path.
    pub name: String,
    /// The versions that the caller has: `If-None-Match`.
    pub known: Option<String>,
    /// The body.
    pub body: T,
}

impl<T, const NAMED: bool> Input for Asked<T, NAMED> {
    type Request = AskedRequest<T>;
    const METHOD: HttpMethod = HttpMethod::Post;
    const BODY_LIMIT: usize = 64 << 10;

    fn is_at(path: &str, asked: &str) -> bool {
        if NAMED { is_named(path, asked) } else { path == asked }
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

impl<A> Reply<A> for Document {
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
        let is_at = |asked| Asked::<(), true>::is_at("/v1/flags/{key}", asked);
        assert!(is_at("/v1/flags/new-week"));
        for asked in ["/v1/flags", "/v1/flags/", "/v1/flags/a/b", "/v1/flagsa", "/v2/flags/a"] {
            assert!(!is_at(asked), "{asked}");
        }
        assert!(Asked::<(), false>::is_at("/v1/flags", "/v1/flags"));
        assert!(!Asked::<(), false>::is_at("/v1/flags", "/v1/flags/a"));
    }

    #[test]
    fn a_version_is_its_bytes_and_what_the_caller_has_is_not_sent_again() {
        let document = |known| Document::new("text/plain", "a".to_owned(), known);
        let body = |document: Document| Reply::<Document>::into_body(document).unwrap();
        let tag = document(None).version.tag;
        // Of Python: hashlib.sha256(b"a").hexdigest()[:32].
        assert_eq!(tag, r#""ca978112ca1bbdcafac231b39a23dc4d""#);
        assert_ne!(Document::new("text/plain", "b".to_owned(), None).version.tag, tag);
        let (weak, listed) = (["W/", &tag].concat(), ["\"x\", ", &tag, " "].concat());
        for known in [&tag, "*", &weak, &listed] {
            let document = document(Some(known));
            assert!(document.version.is_known, "{known}");
            assert_eq!(body(document), "");
        }
        for known in [None, Some(""), Some("ca978112ca1bbdcafac231b39a23dc4d"), Some("\"ca97\"")] {
            assert_eq!(body(document(known)), "a", "{known:?}");
        }
    }
}
