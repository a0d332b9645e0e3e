//! `booking-reminders-dispatch`: sends the reminders that are due.
//!
//! For `pg_cron`, by `CRON_SECRET_KEY`. Runs may overlap: each claims
//! its own batches.

use evenkeel_core::{
    Result,
    outbox::{DispatchRequest, Stream, drain},
};
use evenkeel_edge::{Answer, Edge, Function, Incoming, Route};

evenkeel_edge::export!(FUNCTION, serve);

static FUNCTION: Function =
    Function { name: "booking-reminders-dispatch", routes: &[Route::post("/")] };

async fn serve(edge: &Edge, request: &Incoming) -> Result<Answer> {
    request.require_cron_key(edge)?;
    let DispatchRequest {} = request.body().await?.json()?;
    Answer::ok(&edge.monitored(drain(edge, Stream::Reminder)).await?)
}
