//! `auth-password-reset-complete`: sets the password that came with a mailed link.
//!
//! Public: the link's token is the credential. `POST /` takes both.

use evenkeel_core::{Result, password_reset};
use evenkeel_edge::{Answer, Edge, Function, Incoming, Route};

evenkeel_edge::export!(FUNCTION, serve);

static FUNCTION: Function =
    Function { name: "auth-password-reset-complete", routes: &[Route::post("/")] };

async fn serve(edge: &Edge, request: &Incoming) -> Result<Answer> {
    let client = edge.client(request);
    Answer::ok(&password_reset::complete(edge, &request.body().await?.json()?, &client).await?)
}
