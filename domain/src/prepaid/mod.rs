//! 预收费: changing how an account pays, and cutting off and restoring its supply (R23, case E3).
//!
//! The balance and what follows from it at once are the account's own; here is what needs the
//! working calendar, and what people do.

mod cut_off;
mod scheme;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use cut_off::may_cut_off;
pub use cut_off::{NoteCutOff, NoteRestoration, OrderCutOff, PlanCutOff, SupplyChanged};
pub use scheme::{ChangeChargeScheme, SchemeChanged, SchemeError};
