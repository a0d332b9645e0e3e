//! The access token of whoever asks.
//!
//! It is read only to tell people from keys, and never believed: it is handed on
//! to the Data API, which checks its signature, and the database asks for its
//! session (`private.user_id()`).

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::Deserialize;

use crate::{
    error::{Code, Error, Result},
    json,
    secret::SecretString,
};

/// The access token that Auth gives to whoever signs in: a JWT of the role `authenticated`.
#[derive(Clone, Debug)]
pub struct AccessToken(SecretString);

#[derive(Deserialize)]
struct Claims {
    role: String,
}

impl AccessToken {
    /// Reads the header `Authorization`.
    ///
    /// # Errors
    /// `unauthenticated` without a person's token: the gateway puts the JWT of the
    /// role `anon` where a caller has nothing but the publishable key.
    pub fn from_authorization(header: Option<&str>) -> Result<Self> {
        header.and_then(bearer).filter(|token| is_of_a_person(token)).map_or_else(
            || Err(Error::new(Code::Unauthenticated, "Please sign in first.")),
            |token| Ok(Self(SecretString::new(token))),
        )
    }

    /// The header `Authorization` upstream.
    pub(crate) fn authorization(&self) -> String {
        [SCHEME, self.0.expose()].concat()
    }

    /// The token itself, for those that check it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

const SCHEME: &str = "Bearer ";

/// RFC 6750, 2.1; the name of the scheme is read in any case (RFC 9110, 11.1).
fn bearer(header: &str) -> Option<&str> {
    let scheme = header.get(..SCHEME.len())?;
    scheme.eq_ignore_ascii_case(SCHEME).then(|| header.get(SCHEME.len()..).map(str::trim))?
}

fn is_of_a_person(token: &str) -> bool {
    let mut parts = token.split('.');
    let (Some(_), Some(payload), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    // As tokens of links are decoded, so that a module that has both decodes in one way.
    let mut bytes = vec![0; payload.len()];
    let claims = Base64UrlUnpadded::decode(payload, &mut bytes).unwrap_or_default();
    json::parse::<Claims>(claims).is_ok_and(|claims| claims.role == "authenticated")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jwt(claims: &str) -> String {
        ["e30", &Base64UrlUnpadded::encode_string(claims.as_bytes()), "c2ln"].join(".")
    }

    fn taken(header: &str) -> Option<String> {
        let token = AccessToken::from_authorization(Some(header)).ok()?;
        Some(token.authorization())
    }

    #[test]
    fn the_token_of_a_person_is_handed_on_as_it_is() {
        let token =
            jwt(r#"{"aal":"aal1","amr":[{"method":"password"}],"role":"authenticated","exp":1}"#);
        let expected = Some(format!("Bearer {token}"));
        for scheme in ["Bearer ", "bearer ", "BEARER  "] {
            assert_eq!(taken(&format!("{scheme}{token}")), expected, "{scheme}");
        }
    }

    #[test]
    fn keys_and_whatever_else_are_nobody() {
        let person = jwt(r#"{"role":"authenticated"}"#);
        let headers = [
            String::new(),
            "Bearer ".to_owned(),
            person.clone(),
            format!("Basic {person}"),
            format!("Bearer {person}.x"),
            "Bearer sb_publishable_abc".to_owned(),
            "Bearer a.b.c".to_owned(),
            format!("Bearer {}", jwt(r#"{"role":"anon"}"#)),
            format!("Bearer {}", jwt(r#"{"role":"service_role"}"#)),
            format!("Bearer {}", jwt("{}")),
            format!("Bearer {}", jwt("[]")),
        ];
        for header in headers {
            assert_eq!(taken(&header), None, "{header}");
        }
        let refused = AccessToken::from_authorization(None).unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated);
    }

    #[test]
    fn debug_output_never_shows_the_token() {
        let token = jwt(r#"{"role":"authenticated"}"#);
        let parsed = AccessToken::from_authorization(Some(&format!("Bearer {token}"))).unwrap();
        assert!(!format!("{parsed:?}").contains(&token));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(header in "(Bearer )?\\PC{0,60}") {
            let _ = AccessToken::from_authorization(Some(&header));
        }
    }
}
