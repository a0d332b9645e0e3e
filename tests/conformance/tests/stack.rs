//! The suite against the running platform: `./scripts/start --detach`, then
//! `cargo test -p evenkeel-conformance --features stack --test stack`.

evenkeel_conformance::conformance!(evenkeel_conformance::Stack::open);
