//! `company-invitation-accept`: makes somebody a member of the company that invited them.
//!
//! Public: the link's token is the credential. Whoever has an account accepts as
//! themselves, with their own access token. `POST /preview` says who invites and what
//! accepting takes; `POST /` accepts.

use evenkeel_core::{Error, Result, invitations::acceptance};
use evenkeel_edge::{Answer, Edge, Function, Incoming, Route, Work};

evenkeel_edge::export!(FUNCTION, serve);

static FUNCTION: Function = Function {
    name: "company-invitation-accept",
    routes: &[Route::post("/"), Route::post("/preview")],
};

async fn serve(edge: &Edge, request: &Incoming) -> Result<Answer> {
    let client = edge.client(request);
    let body = request.body().await?;
    let work: Work<'_> = match request.path() {
        "/" => Box::pin(async {
            let person = request.person();
            let accepted =
                acceptance::accept(edge, person.as_ref(), &body.json()?, &client).await?;
            Answer::ok(&accepted)
        }),
        "/preview" => Box::pin(async {
            Answer::ok(&acceptance::preview(edge, &body.json()?, &client).await?)
        }),
        path => return Err(Error::internal(format!("{path} is declared and not served"))),
    };
    work.await
}
