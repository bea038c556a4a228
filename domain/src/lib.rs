//! What is true: values, rules and decisions. Pure: no IO, no clock, no SQL.

pub mod access_log;
pub mod account;
pub mod bank_line;
pub mod bill_reconciliation;
pub mod billing;
pub mod billing_master;
pub mod billing_month;
pub mod billing_run;
pub mod bulletin;
pub mod calendar;
pub mod campus;
pub mod clearing;
pub mod collection_round;
pub mod collector;
pub mod connector;
pub mod customer;
pub mod delay_reasons;
pub mod device_order;
pub mod equipment;
pub mod field_work;
pub mod gateway_order;
pub mod gateway_statement;
pub mod historic_usage;
pub mod import_batch;
pub mod import_profile;
pub mod ledger;
pub mod message;
pub mod meter;
pub mod meter_label;
pub mod meter_mapping;
pub mod meter_tree;
pub mod metering_point;
pub mod payment;
pub mod payment_export;
pub mod payroll;
pub mod prepaid;
pub mod rating;
pub mod reading_book;
pub mod reading_export;
pub mod reading_round;
pub mod reading_session;
pub mod receipt;
pub mod receipt_stock;
pub mod refund;
pub mod report_template;
pub mod self_read_campaign;
pub mod service;
pub mod shared_allocation;
pub mod staff;
pub mod tariff;
pub mod till;
pub mod transfer_claim;
pub mod units;
pub mod validation_rules;
pub mod waiver;
pub mod work_calendar;

/// For whoever handles aggregates and events without caring which.
pub use cqrs_es::{Aggregate, DomainEvent};

#[cfg(test)]
mod desk;

/// How events in older forms become present ones. Every event still has its first form, so there
/// is nothing to do yet; a capability whose event gets a second one chains its upcasters here
/// (`docs/adding-an-event.md`).
pub fn upcasters() -> chaobiao_decision::Upcasters {
    chaobiao_decision::Upcasters::default()
}
