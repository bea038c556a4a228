//! Field work (外业): what readers bring home from a day without a network, and which way they walk.
//!
//! It keeps no history of its own: a piece of offline work becomes a fact of the meter, the round
//! or the session it is about, and a route is worked out whenever it is asked for.

mod route;
mod sync;
#[cfg(test)]
mod tests;

pub use route::{Place, Stop as RouteStop, Walk as RouteWalk, on_one_map, plan};
pub use sync::{SettleFieldConflict, SyncReading, SyncedReading};
