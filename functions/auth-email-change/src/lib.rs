//! `auth-email-change`: gives an account another address.
//!
//! `POST /` is for whoever is signed in, and answers the same for every address.
//! `POST /confirm` takes the token of the link to the new address, `POST /cancel`
//! that of the link to the old one; both are public.

use evenkeel_core::{Result, email_change, token::Purpose};
use evenkeel_edge::{Answer, Edge, Function, Incoming, Route};

evenkeel_edge::export!(FUNCTION, serve);

static FUNCTION: Function = Function {
    name: "auth-email-change",
    routes: &[Route::post("/"), Route::post("/confirm"), Route::post("/cancel")],
};

async fn serve(edge: &Edge, request: &Incoming) -> Result<Answer> {
    let client = edge.client(request);
    let purpose = match request.path() {
        "/confirm" => Purpose::EmailChange,
        "/cancel" => Purpose::EmailChangeCancel,
        _ => {
            let person = request.require_person()?;
            let body = request.body().await?;
            let asked = email_change::request(edge, &person, &body.json()?, &client).await?;
            return Answer::accepted(&asked);
        }
    };
    let link = request.body().await?.json()?;
    Answer::ok(&email_change::use_link(edge, purpose, &link, &client).await?)
}
