//! `company-assign-plan`: gives a company its plan, changes, suspends or cancels it.
//!
//! For platform admins, by their own access token: the database decides.

use evenkeel_core::{Result, plans};
use evenkeel_edge::{Answer, Edge, Function, Incoming, Route};

evenkeel_edge::export!(FUNCTION, serve);

static FUNCTION: Function = Function { name: "company-assign-plan", routes: &[Route::post("/")] };

async fn serve(edge: &Edge, request: &Incoming) -> Result<Answer> {
    let person = request.require_person()?;
    let client = edge.client(request);
    Ok(Answer::verbatim(
        &plans::assign(edge, &person, &request.body().await?.json()?, &client).await?,
    ))
}
