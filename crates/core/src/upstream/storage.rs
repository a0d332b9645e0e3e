//! Supabase Storage: `/storage/v1/object`.

use serde::{Deserialize, Serialize};

use super::supabase_request;
use crate::{
    json,
    ports::{
        Configured, Http, HttpMethod, HttpResponse, ObjectStore, ObjectStoreError, TransportError,
    },
    secret::SecretString,
};

#[derive(Serialize)]
struct SignRequest {
    #[serde(rename = "expiresIn")]
    expires_in: u32,
}

#[derive(Deserialize)]
struct SignAnswer {
    #[serde(rename = "signedURL")]
    signed_url: String,
}

impl<H: Http + Configured> ObjectStore for H {
    async fn read(
        &self,
        bucket: &str,
        path: &str,
        limit: usize,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ObjectStoreError> {
        // As supabase-js downloads.
        let path = ["/storage/v1/object/", &object_path(bucket, path)?].concat();
        let mut request = supabase_request(self, "storage", HttpMethod::Get, &path, None);
        request.answer_limit = limit;
        success(self.receive(&request, take).await).map(drop)
    }

    async fn signed_path(
        &self,
        bucket: &str,
        path: &str,
        seconds: u32,
    ) -> Result<SecretString, ObjectStoreError> {
        let path = ["/storage/v1/object/sign/", &object_path(bucket, path)?].concat();
        let body = serde_json::to_vec(&SignRequest { expires_in: seconds }).ok();
        let request = supabase_request(self, "storage", HttpMethod::Post, &path, body);
        let response = success(self.send(&request).await)?;
        let answer: SignAnswer = json::parse(&response.body)
            .map_err(|_| ObjectStoreError::Unavailable("unreadable answer".to_owned()))?;
        Ok(SecretString::new(["/storage/v1", &answer.signed_url].concat()))
    }
}

/// Percent-encodes everything that is not unreserved (RFC 3986, 2.3) but `/`.
/// Dot segments would leave the bucket: an object of such a name cannot be.
fn object_path(bucket: &str, path: &str) -> Result<String, ObjectStoreError> {
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(ObjectStoreError::NotFound);
    }
    let mut encoded = String::with_capacity(bucket.len() + path.len() + 1);
    for byte in bucket.bytes().chain([b'/']).chain(path.bytes()) {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([byte]));
        }
    }
    Ok(encoded)
}

fn success(answer: Result<HttpResponse, TransportError>) -> Result<HttpResponse, ObjectStoreError> {
    let response = answer.map_err(|error| match error {
        TransportError::TooLarge => ObjectStoreError::TooLarge,
        TransportError::Timeout => ObjectStoreError::Timeout,
        error @ TransportError::Unreachable(_) => ObjectStoreError::Unavailable(error.to_string()),
    })?;
    match response.status {
        200..300 => Ok(response),
        // Storage answers 400 with `"statusCode":"404"` for an unknown object.
        400 | 404 => Err(ObjectStoreError::NotFound),
        status => Err(ObjectStoreError::Unavailable(format!("status {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_path_cannot_leave_its_place_in_the_url() {
        assert_eq!(object_path("docs", "a b/ü?x#y.pdf").unwrap(), "docs/a%20b/%C3%BC%3Fx%23y.pdf");
        assert_eq!(object_path("docs", "../other/a.pdf"), Err(ObjectStoreError::NotFound));
    }

    #[test]
    fn an_object_over_the_limit_is_too_large() {
        assert_eq!(success(Err(TransportError::TooLarge)).unwrap_err(), ObjectStoreError::TooLarge);
    }
}
