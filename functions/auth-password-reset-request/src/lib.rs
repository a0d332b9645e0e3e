//! `auth-password-reset-request`: mails a link to whoever forgot their password.
//!
//! Public. `POST /` takes an address and answers the same for every one.

use evenkeel_core::{Result, password_reset};
use evenkeel_edge::{Answer, Edge, Function, Incoming, Route};

evenkeel_edge::export!(FUNCTION, serve);

static FUNCTION: Function =
    Function { name: "auth-password-reset-request", routes: &[Route::post("/")] };

async fn serve(edge: &Edge, request: &Incoming) -> Result<Answer> {
    let client = edge.client(request);
    Answer::accepted(
        &password_reset::request_link(edge, &request.body().await?.json()?, &client).await?,
    )
}
