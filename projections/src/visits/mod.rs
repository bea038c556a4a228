//! Appointments for whoever asked and whoever comes, and the slots that are free.

mod projector;
mod query;
#[cfg(test)]
mod tests;

pub use projector::VisitsProjector;
pub use query::{
    RequesterKey, SlotFilter, SlotKey, SlotRow, VisitFilter, VisitKey, VisitRow, by_id, by_ids,
    requested_by, slots, visits,
};
