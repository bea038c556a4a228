#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod bus;
pub mod command;
pub mod forward;
mod gateway;
mod limits;
pub mod link;
pub mod meter;
pub mod observation;
pub mod relay;
mod shared;
pub mod simulator;
pub mod talk;
pub mod time;
pub mod wrapper;

pub use command::{Act, Command, CommandId, Outcome};
pub use gateway::{Gateway, Observations};
pub use limits::Limits;
pub use meter::{CollectorId, CollectorPlan, Meter, MeterAddress, Plan};
pub use observation::Observation;
