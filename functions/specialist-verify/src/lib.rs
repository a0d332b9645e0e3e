//! `specialist-verify`: the documents of specialists, and what becomes of them.
//!
//! For platform admins, by their own access token: the database decides. `GET /queue`
//! lists what waits, `POST /open` lets a file be read, `POST /` approves or rejects.

use evenkeel_core::{Error, Result, documents};
use evenkeel_edge::{Answer, Edge, Function, Incoming, Route, Work};

evenkeel_edge::export!(FUNCTION, serve);

static FUNCTION: Function = Function {
    name: "specialist-verify",
    routes: &[Route::post("/"), Route::post("/open"), Route::get("/queue")],
};

async fn serve(edge: &Edge, request: &Incoming) -> Result<Answer> {
    let person = request.require_person()?;
    let client = edge.client(request);
    let body = request.body().await?;
    let work: Work<'_> = match request.path() {
        "/" => Box::pin(async {
            let decided = documents::decide(edge, &person, &body.json()?, &client).await?;
            Ok(Answer::verbatim(&decided))
        }),
        "/open" => Box::pin(async {
            let opened = documents::open(edge, &person, &body.json()?, &client).await?;
            Ok(Answer::verbatim(&opened))
        }),
        "/queue" => Box::pin(async {
            Ok(Answer::verbatim(&documents::queue(edge, &person, &request.query()?).await?))
        }),
        path => return Err(Error::internal(format!("{path} is declared and not served"))),
    };
    work.await
}
