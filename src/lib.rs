//! Composition root: configuration, roles, HTTP and the wiring of all parts. The only place that
//! knows everything.

// The future of a request nests as deep as the root of the schema does.
#![recursion_limit = "256"]

pub mod access_log;
pub mod app;
pub mod billing_runs;
pub mod calendar;
mod changes;
pub mod checkpoint_store;
pub mod cli;
pub mod collectors;
pub mod config;
pub mod connectors;
pub mod database;
pub mod demo;
pub mod erasure;
pub mod export;
pub mod frames;
pub mod gateways;
pub mod http;
pub mod import;
pub mod labels;
pub mod objects;
pub mod paper;
pub mod photos;
pub mod policies;
mod sealing;
pub mod shutdown;
pub mod sms;
pub mod telemetry;
pub mod upkeep;
pub mod wechat;
