//! DL/T 645-2007.

mod message;
mod request;
mod table;

pub use message::{Answer, Message, REASONS};
pub use request::{Order, Request};
pub use table::ITEMS;

use crate::dlt645::{Frame, Join, JoinError, Reason, Refusal, Wire};
use crate::item::Item;

/// A data identifier: `DI3 DI2 DI1 DI0`.
pub type Di = crate::item::Di<4>;

/// The standard's frame.
pub const WIRE: Wire = Wire::new(4);

/// Begins a long answer with its first frame (`91` or `B1`).
pub fn join(first: &Frame<'_>, wire: Wire) -> Result<Join, JoinError> {
    Join::begin(first, wire, request::READ, true)
}

/// What to send for the next part of a long answer; nothing if it is complete.
pub fn next_part(join: &Join) -> Option<Request> {
    Some(Request::ReadFollowUp {
        di: Di::from_wire(join.di_wire().try_into().ok()?),
        seq: join.wanted()?,
    })
}

/// The reasons a refusal names.
pub fn reasons(refusal: &Refusal) -> impl Iterator<Item = &'static Reason> {
    refusal.named(&REASONS)
}

/// The row of the standard's table for an identifier.
pub fn item(di: Di) -> Option<&'static Item> {
    crate::item::find(&ITEMS, di.number())
}
