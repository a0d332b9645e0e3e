//! `company-invite-employee`: invites people to a company.
//!
//! For admins of the company, by their own access token: the database decides.
//! `POST /` invites up to 100, each with a result of their own; `POST /resend` mails
//! one again, and `POST /revoke` takes one back.

use evenkeel_core::{Error, Result, invitations};
use evenkeel_edge::{Answer, Edge, Function, Incoming, Route, Work};

evenkeel_edge::export!(FUNCTION, serve);

static FUNCTION: Function = Function {
    name: "company-invite-employee",
    routes: &[Route::post("/").up_to(256 << 10), Route::post("/resend"), Route::post("/revoke")],
};

async fn serve(edge: &Edge, request: &Incoming) -> Result<Answer> {
    let person = request.require_person()?;
    let client = edge.client(request);
    let body = request.body().await?;
    let work: Work<'_> = match request.path() {
        "/" => Box::pin(async {
            let invited = invitations::invite(edge, &person, &body.json()?, &client).await?;
            Answer::ok(&invited)
        }),
        "/resend" => Box::pin(async {
            let change = invitations::resend(edge, &person, &body.json()?, &client).await?;
            Ok(Answer::verbatim(&change))
        }),
        "/revoke" => Box::pin(async {
            let change = invitations::revoke(edge, &person, &body.json()?, &client).await?;
            Ok(Answer::verbatim(&change))
        }),
        path => return Err(Error::internal(format!("{path} is declared and not served"))),
    };
    work.await
}
