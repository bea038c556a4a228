//! Giving back what was taken.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{GatewayOrderChanged, changed};
use crate::gateway_order::aggregate::GatewayOrder;
use crate::gateway_order::command::GatewayOrderCommand;
use crate::gateway_order::event::CallOutcome;
use crate::units::{GatewayOrderNo, GatewayRefundNo};

/// Asks the gateway to give the whole of an order's money back to the payer. The payment is undone
/// when the gateway says that it has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskRefund {
    pub order_no: GatewayOrderNo,
    pub reason: String,
}

impl Process for AskRefund {
    const NAME: &'static str = "gateway_order.ask_refund";
    type Outcome = GatewayOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<GatewayOrderChanged, Stop> {
        let refund_no = context.derive_id("gateway_refund").simple().to_string();
        let refund_no = GatewayRefundNo::try_new(refund_no)
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let command = GatewayOrderCommand::AskRefund {
            refund_no,
            reason: self.reason.clone(),
            at: context.at,
            by: context.actor.clone(),
        };
        workspace.execute::<GatewayOrder>(self.order_no.as_str(), command)?;
        changed(&self.order_no, workspace)
    }
}

/// Asks the gateway what became of a refund, as long as nobody knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckGatewayRefund {
    pub order_no: GatewayOrderNo,
}

impl Process for CheckGatewayRefund {
    const NAME: &'static str = "gateway_order.check_refund";
    type Outcome = GatewayOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<GatewayOrderChanged, Stop> {
        let command = GatewayOrderCommand::AskRefundQuery { at: context.at };
        workspace.execute::<GatewayOrder>(self.order_no.as_str(), command)?;
        changed(&self.order_no, workspace)
    }
}

/// Notes what the gateway says of a refund. `refund_no` tells an answer to an earlier try apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteRefundAnswer {
    pub order_no: GatewayOrderNo,
    pub refund_no: GatewayRefundNo,
    pub outcome: CallOutcome,
    /// The money is back with the payer.
    pub done: bool,
}

/// The number of the refund that was asked last.
fn refund_no_of(order: &GatewayOrder, order_no: &GatewayOrderNo) -> Option<GatewayRefundNo> {
    let order = order.placed(order_no).ok()?;
    let refund = order.refund.as_ref()?;
    Some(refund.asked.refund_no.clone())
}

impl Process for NoteRefundAnswer {
    const NAME: &'static str = "gateway_order.note_refund_answer";
    type Outcome = GatewayOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<GatewayOrderChanged, Stop> {
        let order = workspace.get::<GatewayOrder>(self.order_no.as_str())?;
        if refund_no_of(order, &self.order_no).as_ref() == Some(&self.refund_no) {
            let command = GatewayOrderCommand::NoteRefund {
                outcome: self.outcome.clone(),
                done: self.done,
                at: context.at,
            };
            workspace.execute::<GatewayOrder>(self.order_no.as_str(), command)?;
        }
        changed(&self.order_no, workspace)
    }
}
