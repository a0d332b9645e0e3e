//! Supabase's Data API (PostgREST): `POST /rest/v1/rpc/<function>`.

use serde::Deserialize;

use super::supabase_request;
use crate::json;
use crate::ports::{
    Configured, Database, DatabaseError, Http, HttpMethod, HttpResponse, SqlFunction,
    TransportError,
};

impl<H: Http + Configured> Database for H {
    async fn call<F: SqlFunction>(&self, function: &F) -> Result<F::Output, DatabaseError> {
        let malformed = DatabaseError::Malformed(F::NAME);
        let Ok(arguments) = serde_json::to_vec(function) else { return Err(malformed) };
        let answer = rpc(self, F::NAME, arguments).await?;
        json::parse(&answer).map_err(|_| malformed)
    }
}

/// The part that is the same for every function, so that a module holds it once.
async fn rpc<H: Http + Configured>(
    host: &H,
    name: &str,
    arguments: Vec<u8>,
) -> Result<Vec<u8>, DatabaseError> {
    let path = ["/rest/v1/rpc/", name].concat();
    let request = supabase_request(host, "database", HttpMethod::Post, &path, Some(arguments));
    let response = host.send(&request).await.map_err(|error| match error {
        TransportError::Timeout => DatabaseError::Timeout,
        error => DatabaseError::Unavailable(error.to_string()),
    })?;
    if !response.is_success() {
        return Err(refusal(&response));
    }
    // A function that returns void answers 204 without a body.
    Ok(if response.body.is_empty() { b"null".to_vec() } else { response.body })
}

#[derive(Deserialize)]
struct PostgrestError {
    code: String,
    #[serde(default)]
    message: String,
}

fn refusal(response: &HttpResponse) -> DatabaseError {
    match json::parse::<PostgrestError>(&response.body) {
        // 57P.. is the server going down, 53... out of resources, 08... a lost connection,
        // PGRST0.. PostgREST without a connection.
        Ok(error)
            if ["57P", "53", "08", "PGRST00"].iter().any(|class| error.code.starts_with(class)) =>
        {
            DatabaseError::Unavailable(error.code)
        }
        Ok(error) => DatabaseError::Refused {
            code: error.code,
            status: response.status,
            message: error.message,
        },
        Err(_) => DatabaseError::Unavailable(format!("status {}", response.status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> DatabaseError {
        refusal(&HttpResponse { status, body: body.into(), ..HttpResponse::default() })
    }

    #[test]
    fn refusals_are_told_from_outages() {
        let unavailable = |cause: &str| DatabaseError::Unavailable(cause.to_owned());
        assert_eq!(refused(502, "<html>bad gateway</html>"), unavailable("status 502"));
        assert_eq!(refused(503, r#"{"code":"PGRST002","message":"x"}"#), unavailable("PGRST002"));
        assert_eq!(refused(500, r#"{"code":"57P01","message":"x"}"#), unavailable("57P01"));
        assert_eq!(
            refused(409, r#"{"code":"PT409","message":"slot_taken","details":null,"hint":null}"#),
            DatabaseError::Refused {
                code: "PT409".into(),
                status: 409,
                message: "slot_taken".into()
            }
        );
    }
}
