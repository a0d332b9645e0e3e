//! `storage-sweep`: removes the files that belong to no row any more.
//!
//! For `pg_cron`, by `CRON_SECRET_KEY`. Runs may overlap: a file that is gone already is
//! nothing to remove.

use evenkeel_core::{
    Result,
    sweep::{SweepRequest, sweep},
};
use evenkeel_edge::{Answer, Edge, Function, Incoming, Route};

evenkeel_edge::export!(FUNCTION, serve);

static FUNCTION: Function = Function { name: "storage-sweep", routes: &[Route::post("/")] };

async fn serve(edge: &Edge, request: &Incoming) -> Result<Answer> {
    request.require_cron_key(edge)?;
    let SweepRequest {} = request.body().await?.json()?;
    Answer::ok(&sweep(edge).await?)
}
