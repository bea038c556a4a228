//! What both editions of DL/T 645 share: the frame, the control byte, addresses, exchanges.

mod exchange;
mod fields;
mod frame;
mod join;
mod refusal;

pub use exchange::Exchange;
pub use fields::{Baud, Operator, Password};
pub use frame::{Frame, Head, Plain, Style, Wire, encode};
pub use join::{Added, Join, JoinError};
pub use refusal::{Reason, Refusal};

/// A meter's address: twelve digits.
pub type Address = crate::address::Address<6>;

/// Marks a frame from the meter.
pub const FROM_METER: u8 = 0x80;
/// Marks a refusal.
pub const ABNORMAL: u8 = 0x40;
/// Marks an answer that goes on in another frame.
pub const MORE: u8 = 0x20;
/// What is left of the control byte.
pub const FUNCTION: u8 = 0x1F;
