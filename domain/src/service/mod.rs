//! What people ask of the centre: service cases (诉求、投诉、报修、上报) and visits (上门预约), and
//! how soon they are answered.

pub mod appointment;
pub mod case;
mod contact;
pub mod roster;
pub mod rules;
#[cfg(test)]
mod tests;

pub use contact::{Contact, ContactGiven};
