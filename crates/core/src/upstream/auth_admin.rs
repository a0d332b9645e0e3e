//! Supabase Auth's admin API (GoTrue): `/auth/v1/admin/users`.

use std::{future::Future, pin::Pin};

use serde::{Deserialize, Serialize};

use super::supabase_request;
use crate::{
    email_address::EmailAddress,
    id::UserId,
    json,
    ports::{
        Configured, Http, HttpMethod, HttpResponse, Identity, IdentityError, NewUser,
        TransportError,
    },
    secret::SecretString,
};

#[derive(Default, Serialize)]
struct UserChange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_confirm: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

#[derive(Deserialize)]
struct User {
    id: UserId,
}

impl<H: Http + Configured> Identity for H {
    async fn confirm_email(&self, user: UserId) -> Result<(), IdentityError> {
        let change = UserChange { email_confirm: Some(true), ..UserChange::default() };
        admin(self, HttpMethod::Put, Some(user), Some(&change)).await.map(drop)
    }

    async fn set_password_and_confirm(
        &self,
        user: UserId,
        password: &SecretString,
    ) -> Result<(), IdentityError> {
        let change = UserChange {
            password: Some(password.expose()),
            email_confirm: Some(true),
            ..UserChange::default()
        };
        let answer = admin(self, HttpMethod::Put, Some(user), Some(&change)).await;
        answer.map(drop).map_err(|error| match error {
            // Of these two fields Auth validates one: the length of the password.
            IdentityError::Refused(code) if code == "validation_failed" => {
                IdentityError::PasswordTooLong
            }
            error => error,
        })
    }

    async fn change_email(
        &self,
        user: UserId,
        address: &EmailAddress,
    ) -> Result<(), IdentityError> {
        let change = UserChange {
            email: Some(address.as_str()),
            email_confirm: Some(true),
            ..UserChange::default()
        };
        admin(self, HttpMethod::Put, Some(user), Some(&change)).await.map(drop)
    }

    async fn create_user(&self, user: &NewUser) -> Result<UserId, IdentityError> {
        let change = UserChange {
            id: user.id,
            email: Some(user.email.as_str()),
            email_confirm: Some(user.email_confirmed),
            password: Some(user.password.expose()),
        };
        let response = admin(self, HttpMethod::Post, None, Some(&change)).await?;
        let user: User = json::parse(&response.body)
            .map_err(|_| IdentityError::Unavailable("unreadable answer".to_owned()))?;
        Ok(user.id)
    }

    async fn delete_user(&self, user: UserId) -> Result<(), IdentityError> {
        admin(self, HttpMethod::Delete, Some(user), None).await.map(drop)
    }
}

/// Boxed, so that it stays a function of its own: the runtime compiles a function when it is first
/// called, and most requests never get as far as Auth.
fn admin<'a, H: Http + Configured>(
    host: &'a H,
    method: HttpMethod,
    user: Option<UserId>,
    change: Option<&'a UserChange<'a>>,
) -> Pin<Box<dyn Future<Output = Result<HttpResponse, IdentityError>> + 'a>> {
    Box::pin(send(host, method, user, change))
}

async fn send<H: Http + Configured>(
    host: &H,
    method: HttpMethod,
    user: Option<UserId>,
    change: Option<&UserChange<'_>>,
) -> Result<HttpResponse, IdentityError> {
    let path = user.map_or_else(
        || "/auth/v1/admin/users".to_owned(),
        |user| format!("/auth/v1/admin/users/{user}"),
    );
    let body = change.map(serde_json::to_vec).transpose();
    let body = body.map_err(|_| IdentityError::Refused("unserialisable".to_owned()))?;
    let request = supabase_request(host, "auth", method, &path, body);
    let response = host.send(&request).await.map_err(|error| match error {
        TransportError::Timeout => IdentityError::Timeout,
        error => IdentityError::Unavailable(error.to_string()),
    })?;
    if response.is_success() { Ok(response) } else { Err(refusal(&response)) }
}

/// Auth answers errors in three shapes: its own, where `code` is the HTTP
/// status; its own under API version 2024-01-01, where `code` is the error code;
/// and PostgreSQL's passed through, where it is the SQLSTATE.
#[derive(Deserialize)]
struct AuthError {
    error_code: Option<String>,
    weak_password: Option<WeakPassword>,
}

#[derive(Deserialize)]
struct CodedError {
    code: String,
}

#[derive(Deserialize)]
struct WeakPassword {
    #[serde(default)]
    reasons: Vec<String>,
}

fn refusal(response: &HttpResponse) -> IdentityError {
    let Ok(error) = json::parse::<AuthError>(&response.body) else {
        return match response.status {
            404 => IdentityError::NotFound,
            status => IdentityError::Unavailable(format!("status {status}")),
        };
    };
    let coded = || json::parse::<CodedError>(&response.body).ok();
    let code = error.error_code.or_else(|| coded().map(|error| error.code));
    match (response.status, code.as_deref()) {
        (_, Some("user_not_found")) | (404, None) => IdentityError::NotFound,
        // A unique violation: two requests made an account of one address at the same time.
        (_, Some("email_exists" | "user_already_exists" | "23505")) => IdentityError::EmailExists,
        (_, Some("weak_password")) => IdentityError::WeakPassword(
            error.weak_password.map_or_else(Vec::new, |weak| weak.reasons),
        ),
        (429 | 500.., code) => IdentityError::Unavailable(format!(
            "status {} {}",
            response.status,
            code.unwrap_or_default()
        )),
        (status, code) => {
            IdentityError::Refused(code.map_or_else(|| status.to_string(), str::to_owned))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> IdentityError {
        refusal(&HttpResponse { status, body: body.into(), ..HttpResponse::default() })
    }

    #[test]
    fn every_error_shape_of_auth_is_read() {
        use IdentityError::*;
        let cases = [
            (404, r#"{"code":404,"error_code":"user_not_found","msg":"User not found"}"#, NotFound),
            (404, r#"{"code":"user_not_found","message":"User not found"}"#, NotFound),
            (404, "not found", NotFound),
            (422, r#"{"code":422,"error_code":"email_exists","msg":"x"}"#, EmailExists),
            (422, r#"{"code":"email_exists","message":"x"}"#, EmailExists),
            (
                422,
                r#"{"code":422,"error_code":"weak_password","msg":"x","weak_password":{"reasons":["length"]}}"#,
                WeakPassword(vec!["length".to_owned()]),
            ),
            (
                400,
                r#"{"code":400,"error_code":"validation_failed","msg":"x"}"#,
                Refused("validation_failed".into()),
            ),
            (401, r#"{"message":"no key"}"#, Refused("401".into())),
            (500, r#"{"code":"23505","message":"duplicate key"}"#, EmailExists),
            (
                500,
                r#"{"code":"40001","message":"could not serialize"}"#,
                Unavailable("status 500 40001".into()),
            ),
            (
                429,
                r#"{"code":429,"error_code":"over_request_rate_limit","msg":"x"}"#,
                Unavailable("status 429 over_request_rate_limit".into()),
            ),
            (502, "<html>", Unavailable("status 502".into())),
        ];
        for (status, body, expected) in cases {
            assert_eq!(refused(status, body), expected, "{status} {body}");
        }
    }
}
