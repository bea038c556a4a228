//! 模拟: a seeded campus whose meters are read month after month, some of them wrongly and in known
//! ways, judged by the rules of every reading. It counts how many of the wrong ones the rules find and
//! how many right ones they doubt (X17). Nothing is kept: every meter is decided in memory.

mod billed;
mod books;
mod desk;
mod fault;
mod money;
mod photo;
mod score;
mod world;

pub use billed::simulate_billed;
pub use fault::Fault;
pub use money::Money;
pub use score::{Clean, Flow, Found, Score};
pub use world::{SimulationOptions, simulate};
