//! 网上支付订单: money asked for at a payment gateway, and what the gateway says became of it.
//!
//! Nothing counts as paid but by a report that was verified: a signed notice, or the answer to a
//! query of ours.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
mod record;
#[cfg(test)]
pub(crate) mod tests;

pub use aggregate::GatewayOrder;
pub use command::GatewayOrderCommand;
pub use error::GatewayOrderError;
pub use event::{
    CallOutcome, DisputeCause, Finding, GatewayChannel, GatewayOrderEvent, OrderPlaced, QueryAsked,
    RefundAsked, Report, ReportSource,
};
pub use process::{
    AskRefund, CheckGatewayOrder, CheckGatewayRefund, GatewayOrderChanged, HandOverDetails,
    NoteFinding, NoteHandOver, NoteRefundAnswer, NoteReport, OrderForCall, PlaceGatewayOrder,
    ReportTaken, ResolveDispute, SettleGatewayOrder,
};
pub use record::{GatewayOrderRecord, OrderStatus, RefundRecord, RefundStatus};
