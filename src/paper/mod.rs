//! Papers as PDF: 缴款通知单, 收据, 对账单, 结清证明, 收款日结单, each with a square that leads to its proof (R29, R31, X1).

#![expect(
    clippy::float_arithmetic,
    reason = "where letters stand; amounts are whole fen"
)]

mod capitals;
mod clearance;
mod draw;
mod font;
mod http;
mod notice;
mod proof;
mod receipt;
mod sheet;
mod statement;
mod till;
mod words;

pub use font::{FontError, PaperFont};
pub use http::{PaperRoutes, routes};
