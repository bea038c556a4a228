//! The schema as its callers use it, in process, over a real store: one program, so that the
//! crate and what it stands on are linked once.

// The future of a request nests as deep as the root of the schema does.
#![recursion_limit = "256"]

mod allocations;
mod arrears;
mod audit;
mod billing_runs;
mod bindings;
mod cash_desk;
mod class_rules;
mod collection_rounds;
mod corrections;
mod equipment;
mod field_work;
mod foreign;
mod held_money;
mod imports;
mod insight;
mod leaks;
mod lists;
mod live;
mod matrix;
mod meters;
mod money;
mod move_out;
mod online_payments;
mod outages;
mod payroll;
mod people;
mod photo_checks;
mod prepaid;
mod reach;
mod roles;
mod schema;
mod second_factor;
mod service;
mod shares;
mod statements;
mod support;
mod time_of_use;
mod time_travel;
mod validation;
mod visits;
mod who_bills;
