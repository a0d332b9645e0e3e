//! The suite against the ports in memory.

evenkeel_conformance::conformance!(evenkeel_conformance::memory);
