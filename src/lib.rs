//! Composition root: configuration, roles, HTTP and the wiring of all parts. The only place that
//! knows everything.

pub mod config;
pub mod telemetry;
