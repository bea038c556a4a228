//! A campus that does not exist, with fourteen months of history, made through commands only.
//!
//! The same seed, day and size give the same commands with the same ids: started again on the
//! same data, nothing is repeated, and an interrupted start is carried on where it stopped.

mod almanac;
mod anomalies;
mod cast;
mod collectors;
mod devices;
mod dial;
mod draw;
mod error;
mod exports;
mod field;
mod generate;
mod money;
mod names;
mod people;
mod plan;
mod points;
mod readings;
mod register;
mod runner;
mod service;
mod setup;
mod simulator;
mod staff;
mod start;
mod tariffs;
mod trees;
mod usage;

pub use anomalies::{Anomaly, Subject, anomalies};
pub use collectors::simulate_collectors;
pub use error::DemoError;
pub use runner::Progress;
pub use simulator::{
    Clean, Fault, Flow, Found, Money, Score, SimulationOptions, simulate, simulate_billed,
};
pub use start::{DemoLogin, DemoOptions, DemoParts, DemoReport, ensure};
