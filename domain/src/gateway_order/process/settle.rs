//! The payment of a confirmed order.

use std::collections::BTreeSet;

use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{GatewayOrderChanged, changed};
use crate::account::Account;
use crate::gateway_order::aggregate::GatewayOrder;
use crate::gateway_order::command::GatewayOrderCommand;
use crate::gateway_order::event::{GatewayChannel, OrderPlaced};
use crate::gateway_order::record::OrderStatus;
use crate::payment::{Booking, PaymentError, PaymentMethod, book};
use crate::units::{BillNo, Fen, GatewayOrderNo};

/// How a gateway's money stands among payments.
pub(super) const fn method(channel: GatewayChannel) -> PaymentMethod {
    match channel {
        GatewayChannel::WechatPay => PaymentMethod::WechatPay,
        GatewayChannel::UnionPay => PaymentMethod::Unionpay,
    }
}

/// Books the money of a confirmed order: exactly one payment, in the commit that says so.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettleGatewayOrder {
    pub order_no: GatewayOrderNo,
}

/// The chosen bills that are open still. None where all were paid meanwhile: the oldest of the
/// accounts are paid then, and what is over is kept as credit.
fn still_open(placed: &OrderPlaced, workspace: &mut Workspace) -> Result<Vec<BillNo>, Stop> {
    workspace.need::<Account>(placed.accounts.iter().map(ToString::to_string))?;
    let mut open = BTreeSet::new();
    for account_no in &placed.accounts {
        let account = workspace.get::<Account>(account_no.as_str())?;
        let account = account
            .opened(account_no)
            .map_err(|_| PaymentError::AccountUnknown(account_no.clone()))?;
        let bills = account.ledger().open_bills().into_iter();
        open.extend(bills.map(|bill| bill.bill_no.clone()));
    }
    let chosen = placed
        .bills
        .iter()
        .filter(|bill_no| open.contains(*bill_no));
    Ok(chosen.cloned().collect())
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
        let booking = Booking {
            bills: still_open(placed, workspace)?,
            ..Booking::new(method(placed.channel), amount, placed.accounts.clone())
        };
        // The gateway has taken it: whoever undoes the payment is somebody else.
        let taker = Actor::System(format!("gateway/{}", placed.channel.as_str()));
        let booked = book(booking, &context.follow_up("payment", taker), workspace)?;
        let command = GatewayOrderCommand::Settle {
            payment_id: booked.payment_id,
        };
        workspace.execute::<GatewayOrder>(order_no, command)?;
        changed(&self.order_no, workspace)
    }
}
