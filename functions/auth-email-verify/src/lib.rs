//! `auth-email-verify`: confirms the e-mail address of an account.
//!
//! Public. `POST /` takes the token of a mailed link; `POST /resend` asks for
//! another mail and answers the same for every address.

use evenkeel_core::{Error, Result, verification};
use evenkeel_edge::{Answer, Edge, Function, Incoming, Route, Work};

evenkeel_edge::export!(FUNCTION, serve);

static FUNCTION: Function =
    Function { name: "auth-email-verify", routes: &[Route::post("/"), Route::post("/resend")] };

async fn serve(edge: &Edge, request: &Incoming) -> Result<Answer> {
    let client = edge.client(request);
    let body = request.body().await?;
    let work: Work<'_> = match request.path() {
        "/" => Box::pin(async {
            Answer::ok(&verification::verify(edge, &body.json()?, &client).await?)
        }),
        "/resend" => Box::pin(async {
            Answer::accepted(&verification::request_link(edge, &body.json()?, &client).await?)
        }),
        path => return Err(Error::internal(format!("{path} is declared and not served"))),
    };
    work.await
}
