//! 内外网转发 (R37): a front-end machine in the inner network has the gateway and no store. What its
//! collectors say becomes the same commands as on a server; they are sealed, kept on its disk and
//! sent, and the server beyond gives each of them once.

mod door;
mod front;
mod message;
mod outgoing;

pub use door::{DoorError, RelayDoor};
pub use front::{FrontEnd, FrontEndError};
pub(super) use outgoing::Outgoing;
