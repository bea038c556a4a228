//! DL/T 645-1997.

mod message;
mod request;
mod table;

pub use message::{Answer, Message, REASONS};
pub use request::Request;
pub use table::ITEMS;

use crate::dlt645::{Frame, Join, JoinError, Reason, Refusal, Wire};
use crate::item::Item;

/// A data identifier: `DI1 DI0`.
pub type Di = crate::item::Di<2>;

/// The standard's frame.
pub const WIRE: Wire = Wire::new(2);

/// Begins a long answer with its first frame (`81` or `A1`). The parts of this edition are not
/// numbered: one that got lost can not be told, so a read that had to be repeated begins anew.
pub fn join(first: &Frame<'_>, wire: Wire) -> Result<Join, JoinError> {
    Join::begin(first, wire, request::READ, false)
}

/// What to send for the next part of a long answer; nothing if it is complete.
pub fn next_part(join: &Join) -> Option<Request> {
    join.wanted()?;
    Some(Request::ReadFollowUp {
        di: Di::from_wire(join.di_wire().try_into().ok()?),
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
