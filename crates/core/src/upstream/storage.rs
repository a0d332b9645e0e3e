//! Supabase Storage: `/storage/v1/object`.

use serde::{Deserialize, Serialize, de::IgnoredAny};

use super::supabase_request;
use crate::{
    json,
    ports::{
        Configured, Http, HttpMethod, HttpResponse, Object, ObjectStore, ObjectStoreError,
        TransportError,
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

#[derive(Serialize)]
struct SignUploadRequest {}

#[derive(Deserialize)]
struct SignUploadAnswer {
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CopyRequest<'a> {
    bucket_id: &'a str,
    source_key: &'a str,
    destination_bucket: &'a str,
    destination_key: &'a str,
    copy_metadata: bool,
    metadata: CopyMetadata<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CopyMetadata<'a> {
    mimetype: &'a str,
    cache_control: &'static str,
}

#[derive(Serialize)]
struct RemoveRequest<'a> {
    prefixes: &'a [String],
}

/// The answer of Storage in place of an object: nearly always with status 400, whatever it is.
#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "statusCode")]
    status: String,
    error: String,
}

impl<H: Http + Configured> ObjectStore for H {
    async fn read(
        &self,
        object: Object<'_>,
        limit: usize,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ObjectStoreError> {
        // As supabase-js downloads.
        let path = ["/storage/v1/object/", &object_path(object)?].concat();
        let mut request = supabase_request(self, "storage", HttpMethod::Get, &path, None);
        request.answer_limit = limit;
        success(self.receive(&request, take).await).map(drop)
    }

    async fn signed_path(
        &self,
        object: Object<'_>,
        seconds: u32,
        file_name: &str,
    ) -> Result<SecretString, ObjectStoreError> {
        let path = ["/storage/v1/object/sign/", &object_path(object)?].concat();
        let request = SignRequest { expires_in: seconds };
        let answer = ask(self, HttpMethod::Post, &path, &request).await?;
        let SignAnswer { signed_url } = parse(&answer)?;
        let parts = ["/storage/v1", &signed_url, "&download=", &percent_encoded(file_name)];
        Ok(SecretString::new(parts.concat()))
    }

    async fn signed_upload(&self, object: Object<'_>) -> Result<SecretString, ObjectStoreError> {
        let path = ["/storage/v1/object/upload/sign/", &object_path(object)?].concat();
        let answer = ask(self, HttpMethod::Post, &path, &SignUploadRequest {}).await?;
        let SignUploadAnswer { url } = parse(&answer)?;
        Ok(SecretString::new(["/storage/v1", &url].concat()))
    }

    async fn copy(
        &self,
        from: Object<'_>,
        to: Object<'_>,
        mime_type: &str,
    ) -> Result<(), ObjectStoreError> {
        let request = CopyRequest {
            bucket_id: from.bucket,
            source_key: from.path,
            destination_bucket: to.bucket,
            destination_key: to.path,
            copy_metadata: false,
            metadata: CopyMetadata { mimetype: mime_type, cache_control: "no-store" },
        };
        ask(self, HttpMethod::Post, "/storage/v1/object/copy", &request).await.map(drop)
    }

    async fn remove(&self, bucket: &str, paths: &[String]) -> Result<usize, ObjectStoreError> {
        let path = ["/storage/v1/object/", bucket].concat();
        let request = RemoveRequest { prefixes: paths };
        let answer = ask(self, HttpMethod::Delete, &path, &request).await?;
        let removed: Vec<IgnoredAny> = parse(&answer)?;
        Ok(removed.len())
    }
}

async fn ask(
    host: &(impl Http + Configured),
    method: HttpMethod,
    path: &str,
    body: &impl Serialize,
) -> Result<HttpResponse, ObjectStoreError> {
    let body = serde_json::to_vec(body).ok();
    let request = supabase_request(host, "storage", method, path, body);
    success(host.send(&request).await)
}

fn parse<T: serde::de::DeserializeOwned>(response: &HttpResponse) -> Result<T, ObjectStoreError> {
    json::parse(&response.body)
        .map_err(|_| ObjectStoreError::Unavailable("unreadable answer".to_owned()))
}

/// Dot segments would leave the bucket: an object of such a name cannot be.
fn object_path(Object { bucket, path }: Object<'_>) -> Result<String, ObjectStoreError> {
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(ObjectStoreError::NotFound);
    }
    Ok(percent_encoded(&[bucket, "/", path].concat()))
}

/// Percent-encodes everything that is not unreserved (RFC 3986, 2.3) but `/`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([byte]));
        }
    }
    encoded
}

fn success(answer: Result<HttpResponse, TransportError>) -> Result<HttpResponse, ObjectStoreError> {
    let response = answer.map_err(|error| match error {
        TransportError::TooLarge => ObjectStoreError::TooLarge,
        TransportError::Timeout => ObjectStoreError::Timeout,
        error @ TransportError::Unreachable(_) => ObjectStoreError::Unavailable(error.to_string()),
    })?;
    if response.is_success() { Ok(response) } else { Err(refusal(&response)) }
}

/// That there is no such object is said by the body alone. Also 404 is a bucket that is missing,
/// a file that Storage's own backend has lost (`error` is another then), and whatever a gateway
/// does not know; a key that is refused is 403.
fn refusal(response: &HttpResponse) -> ObjectStoreError {
    let status = response.status;
    match json::parse::<Refusal>(&response.body) {
        Ok(said) if status < 500 && said.status == "404" && said.error == "not_found" => {
            ObjectStoreError::NotFound
        }
        // A statement of Storage's that its database ended.
        Ok(said) if said.status == "544" => ObjectStoreError::Timeout,
        Ok(said) => ObjectStoreError::Unavailable(format!("status {status}, says {}", said.status)),
        Err(_) => ObjectStoreError::Unavailable(format!("status {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_path_cannot_leave_its_place_in_the_url() {
        let path_of = |path| object_path(Object { bucket: "docs", path });
        assert_eq!(path_of("a b/ü?x#y.pdf").unwrap(), "docs/a%20b/%C3%BC%3Fx%23y.pdf");
        assert_eq!(path_of("../other/a.pdf"), Err(ObjectStoreError::NotFound));
    }

    #[test]
    fn an_object_over_the_limit_is_too_large() {
        assert_eq!(success(Err(TransportError::TooLarge)).unwrap_err(), ObjectStoreError::TooLarge);
    }

    /// Bodies of storage-api: `src/internal/errors/codes.ts` and `src/http/error-handler.ts`;
    /// before 1.20 without `code`.
    #[test]
    fn an_object_is_missing_only_where_storage_itself_says_so() {
        let missing = [
            (400, r#"{"statusCode":"404","error":"not_found","message":"Object not found"}"#),
            (
                400,
                r#"{"statusCode":"404","code":"NoSuchKey","error":"not_found","message":"Object not found"}"#,
            ),
            (
                404,
                r#"{"statusCode":"404","code":"NoSuchKey","error":"not_found","message":"Object not found"}"#,
            ),
        ];
        for (status, body) in missing {
            assert_eq!(found_in(status, body), ObjectStoreError::NotFound, "{status} {body}");
        }
        let broken = [
            (
                400,
                r#"{"statusCode":"403","code":"AccessDenied","error":"Unauthorized","message":"new row violates row-level security policy"}"#,
            ),
            (
                400,
                r#"{"statusCode":"403","code":"InvalidJWT","error":"Unauthorized","message":"jwt expired"}"#,
            ),
            (
                400,
                r#"{"statusCode":"404","code":"NoSuchBucket","error":"Bucket not found","message":"Bucket not found"}"#,
            ),
            (
                400,
                r#"{"statusCode":"404","code":"S3Error","error":"The specified key does not exist.","message":"NoSuchKey"}"#,
            ),
            (
                400,
                r#"{"statusCode":"409","code":"KeyAlreadyExists","error":"Duplicate","message":"The resource already exists"}"#,
            ),
            (
                400,
                r#"{"statusCode":"423","code":"ResourceLocked","error":"ResourceLocked","message":"The resource is locked"}"#,
            ),
            (
                400,
                r#"{"statusCode":"503","code":"S3Error","error":"SlowDown","message":"SlowDown"}"#,
            ),
            (
                429,
                r#"{"statusCode":"429","code":"SlowDown","error":"too_many_connections","message":"Too many connections issued to the database"}"#,
            ),
            (500, r#"{"statusCode":"404","error":"not_found","message":"Object not found"}"#),
            (404, r#"{"message":"no Route matched with those values"}"#),
            (404, r#"{"statusCode":404,"error":"Not Found","message":"Route GET:/x not found"}"#),
            (404, "<html>not here</html>"),
            (400, ""),
            (401, r#"{"message":"Invalid API key"}"#),
            (502, ""),
        ];
        for (status, body) in broken {
            let error = found_in(status, body);
            assert!(matches!(error, ObjectStoreError::Unavailable(_)), "{status} {body}: {error}");
            assert_eq!(crate::Error::from(error).code(), crate::Code::UpstreamUnavailable);
        }
        let late = r#"{"statusCode":"544","code":"DatabaseTimeout","error":"DatabaseTimeout","message":"The connection to the database timed out"}"#;
        assert_eq!(found_in(544, late), ObjectStoreError::Timeout);
    }

    fn found_in(status: u16, body: &str) -> ObjectStoreError {
        let response =
            HttpResponse { status, body: body.as_bytes().to_vec(), ..Default::default() };
        success(Ok(response)).unwrap_err()
    }
}
