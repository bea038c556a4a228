//! The schema as its callers use it, in process, over a real store: one program, so that the
//! crate and what it stands on are linked once.

mod arrears;
mod cash_desk;
mod corrections;
mod equipment;
mod field_work;
mod held_money;
mod imports;
mod insight;
mod matrix;
mod meters;
mod money;
mod online_payments;
mod people;
mod prepaid;
mod schema;
mod service;
mod statements;
mod support;
mod time_travel;
mod validation;
mod visits;
