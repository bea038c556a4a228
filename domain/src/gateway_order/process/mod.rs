//! What happens to orders, over an order and what it touches.

mod place;
mod refund;
mod report;
mod settle;

pub use place::{HandOverDetails, NoteHandOver, OrderForCall, PlaceGatewayOrder};
pub use refund::{AskRefund, CheckGatewayRefund, NoteRefundAnswer};
pub use report::{CheckGatewayOrder, NoteFinding, NoteReport, ReportTaken, ResolveDispute};
pub use settle::SettleGatewayOrder;

use chaobiao_decision::{Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::GatewayOrder;
use super::record::OrderStatus;
use crate::units::{Fen, GatewayOrderNo};

/// The order a command was about, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayOrderChanged {
    pub order_no: GatewayOrderNo,
    pub status: OrderStatus,
    pub amount: Fen,
}

fn changed(
    order_no: &GatewayOrderNo,
    workspace: &mut Workspace,
) -> Result<GatewayOrderChanged, Stop> {
    let order = workspace.get::<GatewayOrder>(order_no.as_str())?;
    let order = order.placed(order_no)?;
    Ok(GatewayOrderChanged {
        order_no: order_no.clone(),
        status: order.status(),
        amount: order.placed.amount,
    })
}
