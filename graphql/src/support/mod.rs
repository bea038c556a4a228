//! What every capability's resolvers share.

mod connection;
mod error;
mod guard;
mod limits;
mod request;
mod run;
mod scalars;
mod services;
mod shape;
mod viewer;

pub use connection::{Connection, CursorKey, Total, connection, page, page_size};
pub use error::{ErrorCode, UserError, bad_input, coded, field, internal, not_found};
pub use guard::{Guarded, customer_or, customers, may, may_any, public, signed_in, staff};
pub use limits::Limits;
pub use request::RequestInfo;
pub use run::{Ran, caught_up, command_context, fault, run, run_in};
pub use scalars::{Date, Decimal, Fen, YearMonth};
pub use services::{ReadModels, Services};
pub use shape::Shape;
pub use viewer::{CustomerViewer, StaffViewer, Viewer};
