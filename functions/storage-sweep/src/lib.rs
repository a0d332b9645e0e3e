//! `storage-sweep`: removes the files that belong to no row any more.
//!
//! For `pg_cron`, by `CRON_SECRET_KEY`. Runs may overlap: a file that is gone already is
//! nothing to remove.

use evenkeel_core::sweep::{operations, sweep};

evenkeel_edge::function! {
    operations::SWEEP => |edge, _call| sweep(edge),
}
