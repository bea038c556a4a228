//! What is true: values, rules and decisions. Pure: no IO, no clock, no SQL.

pub mod account;
pub mod calendar;
pub mod rating;
pub mod staff;
pub mod units;

#[cfg(test)]
mod desk;
