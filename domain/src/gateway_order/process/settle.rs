//! The payment of a confirmed order.

use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{GatewayOrderChanged, changed};
use crate::gateway_order::aggregate::GatewayOrder;
use crate::gateway_order::command::GatewayOrderCommand;
use crate::gateway_order::event::DisputeCause;
use crate::gateway_order::record::OrderStatus;
use crate::payment::BookOnline;
use crate::units::{Fen, GatewayOrderNo};

/// Books the money of a confirmed order: exactly one payment, in the commit that says so.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettleGatewayOrder {
    pub order_no: GatewayOrderNo,
}

impl Process for SettleGatewayOrder {
    const NAME: &'static str = "gateway_order.settle";
    type Outcome = GatewayOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<GatewayOrderChanged, Stop> {
        let order_no = self.order_no.as_str();
        let order = workspace.get::<GatewayOrder>(order_no)?;
        let order = order.placed(&self.order_no)?.clone();
        if order.status() != OrderStatus::Confirmed {
            return changed(&self.order_no, workspace);
        }
        let amount = order.transaction().map_or(Fen::ZERO, |(_, amount)| amount);
        let placed = &order.placed;
        let booking = BookOnline {
            amount,
            campus: &placed.campus,
            accounts: &placed.accounts,
            bills: &placed.bills,
            paid_at: context.at,
            taken_by: Actor::System(format!("gateway/{}", placed.channel.as_str())),
        };
        let command = match booking.book(context, workspace) {
            Ok(booked) => GatewayOrderCommand::Settle {
                payment_id: booked.payment_id,
            },
            // With one account nothing is staged by then; with several it stays to be settled, and
            // is shown as that.
            Err(Stop::Refused(_)) if placed.accounts.len() == 1 => GatewayOrderCommand::Dispute {
                cause: DisputeCause::NotBookable,
            },
            Err(stop) => return Err(stop),
        };
        workspace.execute::<GatewayOrder>(order_no, command)?;
        changed(&self.order_no, workspace)
    }
}
