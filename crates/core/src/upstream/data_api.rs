//! Supabase's Data API (PostgREST): `POST /rest/v1/rpc/<function>`.

use serde::Deserialize;

use super::supabase_request;
use crate::{
    access_token::AccessToken,
    json,
    ports::{
        Configured, Database, DatabaseError, Http, HttpMethod, HttpRequest, HttpResponse,
        SqlFunction, TransportError,
    },
};

impl<H: Http + Configured> Database for H {
    async fn call<F: SqlFunction>(&self, function: &F) -> Result<F::Output, DatabaseError> {
        let malformed = DatabaseError::Malformed(F::NAME);
        let Ok(arguments) = serde_json::to_vec(function) else { return Err(malformed) };
        let mut request = request(self, F::NAME, arguments);
        request.timeout_ms = request.timeout_ms.min(F::TIMEOUT_MS);
        let answer = rpc(self, request).await?;
        json::parse(&answer).map_err(|_| malformed)
    }

    async fn call_as<F: SqlFunction>(
        &self,
        person: &AccessToken,
        function: &F,
    ) -> Result<F::Output, DatabaseError> {
        let malformed = DatabaseError::Malformed(F::NAME);
        let Ok(arguments) = serde_json::to_vec(function) else { return Err(malformed) };
        let mut request = request(self, F::NAME, arguments);
        act_as(person, &self.config().publishable_key, &mut request);
        let answer = rpc(self, request).await?;
        json::parse(&answer).map_err(|_| malformed)
    }
}

#[inline(never)]
fn request(host: &impl Configured, name: &str, arguments: Vec<u8>) -> HttpRequest {
    let path = ["/rest/v1/rpc/", name].concat();
    supabase_request(host, "database", HttpMethod::Post, &path, Some(arguments))
}

/// A person's JWT, beside the key that a browser has; the service's must not go with it.
fn act_as(person: &AccessToken, publishable_key: &str, request: &mut HttpRequest) {
    request.headers.retain(|(name, _)| *name != "apikey");
    let credentials = [publishable_key.to_owned(), person.authorization()];
    request.headers.extend(["apikey", "authorization"].into_iter().zip(credentials));
}

/// The part that is the same for every function, so that a module holds it once.
async fn rpc<H: Http + Configured>(
    host: &H,
    request: HttpRequest,
) -> Result<Vec<u8>, DatabaseError> {
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
    details: Option<String>,
}

/// Classes and codes of a database that answers again in a moment: going down (57P..), out of
/// resources (53...), a lost connection (08...), a deadlock or a conflict that cost this transaction
/// its life (40P01, 40001), PostgREST without a connection (PGRST00.), or with the functions of
/// before the last migration (PGRST202).
const PASSING: [&str; 7] = ["57P", "53", "08", "40P01", "40001", "PGRST00", "PGRST202"];

/// A statement, or its wait for a lock, ran into the limit of the role: nothing was committed.
const OUT_OF_TIME: [&str; 2] = ["57014", "55P03"];

fn refusal(response: &HttpResponse) -> DatabaseError {
    let Ok(error) = json::parse::<PostgrestError>(&response.body) else {
        return DatabaseError::Unavailable(format!("status {}", response.status));
    };
    let is_of = |classes: &[&str]| classes.iter().any(|class| error.code.starts_with(class));
    if is_of(&OUT_OF_TIME) {
        return DatabaseError::Timeout;
    }
    if is_of(&PASSING) {
        return DatabaseError::Unavailable(error.code);
    }
    DatabaseError::Refused {
        code: error.code,
        status: response.status,
        message: error.message,
        details: error.details,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde::Serialize;

    use super::*;
    use crate::{config::Config, testing::World};

    /// A server that says nothing but `null`.
    struct Gateway {
        world: World,
        asked: RefCell<Vec<HttpRequest>>,
    }

    impl Configured for Gateway {
        fn config(&self) -> &Config {
            self.world.config()
        }
    }

    impl Http for Gateway {
        async fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
            self.asked.borrow_mut().push(request.clone());
            Ok(HttpResponse { status: 204, ..HttpResponse::default() })
        }
    }

    #[derive(Serialize)]
    struct Nothing {}

    impl SqlFunction for Nothing {
        const NAME: &'static str = "nothing";
        type Output = ();
    }

    /// The headers of a call, in the order of their names.
    fn headers(person: Option<&AccessToken>) -> Vec<(&'static str, String)> {
        let gateway = Gateway { world: World::new(), asked: RefCell::default() };
        pollster::block_on(async {
            match person {
                Some(person) => gateway.call_as(person, &Nothing {}).await,
                None => gateway.call(&Nothing {}).await,
            }
        })
        .unwrap();
        let mut headers = gateway.asked.borrow_mut().remove(0).headers;
        headers.sort_unstable();
        headers
    }

    #[test]
    fn a_call_as_somebody_carries_their_token_and_no_secret() {
        let token = "Bearer e30.eyJyb2xlIjoiYXV0aGVudGljYXRlZCJ9.c2ln";
        let person = AccessToken::from_authorization(Some(token)).unwrap();
        let json = ("content-type", "application/json".to_owned());
        let key = |key: &str| ("apikey", key.to_owned());
        assert_eq!(headers(None), [key("sb_secret_default"), json.clone()]);
        let expected = [key("sb_publishable_default"), ("authorization", token.to_owned()), json];
        assert_eq!(headers(Some(&person)), expected);
    }

    fn refused(status: u16, body: &str) -> DatabaseError {
        refusal(&HttpResponse { status, body: body.into(), ..HttpResponse::default() })
    }

    #[test]
    fn refusals_are_told_from_outages() {
        let unavailable = |cause: &str| DatabaseError::Unavailable(cause.to_owned());
        assert_eq!(refused(502, "<html>bad gateway</html>"), unavailable("status 502"));
        assert_eq!(refused(503, r#"{"code":"PGRST002","message":"x"}"#), unavailable("PGRST002"));
        for (status, code) in [
            (503, "57P01"),
            (503, "53300"),
            (500, "40P01"),
            (500, "40001"),
            (504, "PGRST003"),
            (404, "PGRST202"),
        ] {
            let body = format!(r#"{{"code":"{code}","message":"x"}}"#);
            assert_eq!(refused(status, &body), unavailable(code));
        }
        for code in ["57014", "55P03"] {
            let body = format!(r#"{{"code":"{code}","message":"x"}}"#);
            assert_eq!(refused(500, &body), DatabaseError::Timeout);
        }
        assert_eq!(
            refused(409, r#"{"code":"PT409","message":"slot_taken","details":null,"hint":null}"#),
            DatabaseError::Refused {
                code: "PT409".into(),
                status: 409,
                message: "slot_taken".into(),
                details: None,
            }
        );
    }
}
