//! What is true: values, rules and decisions. Pure: no IO, no clock, no SQL.

pub mod access_log;
pub mod account;
pub mod billing;
pub mod calendar;
pub mod campus;
pub mod customer;
pub mod import_batch;
pub mod meter;
pub mod payment;
pub mod payment_export;
pub mod rating;
pub mod reading_round;
pub mod receipt;
pub mod staff;
pub mod tariff;
pub mod units;
pub mod validation_rules;
pub mod work_calendar;

/// For whoever handles events without caring which.
pub use cqrs_es::DomainEvent;

#[cfg(test)]
mod desk;
