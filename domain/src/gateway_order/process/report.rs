//! What gateways say, and asking them.

use chaobiao_decision::{Actor, ClaimKey, CommandContext, Personal, Process, Stop, Workspace};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{GatewayOrderChanged, changed};
use crate::customer::customer_subject;
use crate::gateway_order::aggregate::GatewayOrder;
use crate::gateway_order::command::GatewayOrderCommand;
use crate::gateway_order::error::GatewayOrderError;
use crate::gateway_order::event::{Finding, GatewayChannel, Report, ReportSource};
use crate::gateway_order::record::{GatewayOrderRecord, OrderStatus};
use crate::units::{Fen, GatewayOrderNo};

/// Which order a gateway's number belongs to.
fn transaction_claim(channel: GatewayChannel, transaction_id: &str) -> ClaimKey {
    let channel = channel.as_str();
    ClaimKey::new("gateway.transaction", format!("{channel}/{transaction_id}"))
}

/// Takes a verified report of money. Any order of arrival is right: again, late, before the order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteReport {
    pub order_no: GatewayOrderNo,
    pub source: ReportSource,
    pub channel: GatewayChannel,
    pub merchant: String,
    pub transaction_id: String,
    pub amount: Fen,
    pub currency: String,
    pub paid_at: Option<DateTime<Utc>>,
    /// What was received, to the byte.
    pub evidence: Option<Personal<String>>,
}

/// Where the order stands now; none where nobody has placed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTaken {
    pub order_no: GatewayOrderNo,
    pub status: Option<OrderStatus>,
}

impl NoteReport {
    /// Under whose key the evidence is kept until the order's payer is known.
    pub fn subject(order_no: &GatewayOrderNo) -> String {
        format!("gateway_order/{order_no}")
    }
}

impl Process for NoteReport {
    const NAME: &'static str = "gateway_order.note_report";
    type Outcome = ReportTaken;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReportTaken, Stop> {
        let order_no = &self.order_no;
        let order = workspace.get::<GatewayOrder>(order_no.as_str())?;
        let payer = order.placed(order_no).ok();
        let payer = payer.map(|order| customer_subject(&order.placed.customer_id));
        let evidence = self
            .evidence
            .clone()
            .map(|evidence| match (payer, evidence) {
                (Some(subject), Personal::Known { value, .. }) => Personal::new(subject, value),
                (_, evidence) => evidence,
            });
        let claim = transaction_claim(self.channel, &self.transaction_id);
        let holder = workspace.holder(&claim)?;
        let reused = holder.is_some_and(|holder| holder != order_no.as_str());
        let report = Report {
            source: self.source.clone(),
            channel: self.channel,
            merchant: self.merchant.clone(),
            transaction_id: self.transaction_id.clone(),
            amount: self.amount,
            currency: self.currency.clone(),
            paid_at: self.paid_at,
            evidence,
        };
        let command = GatewayOrderCommand::Report { report, reused };
        workspace.execute::<GatewayOrder>(order_no.as_str(), command)?;
        if !reused {
            // Lost only to a command at the same moment, after which this one is decided anew.
            let taken = GatewayOrderError::TransactionTaken.into();
            workspace.claim(claim, order_no.as_str(), taken)?;
        }
        let order = workspace.get::<GatewayOrder>(order_no.as_str())?;
        Ok(ReportTaken {
            order_no: order_no.clone(),
            status: order.placed(order_no).ok().map(GatewayOrderRecord::status),
        })
    }
}

/// Asks the gateway about an order that nobody knows the end of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckGatewayOrder {
    pub order_no: GatewayOrderNo,
}

impl Process for CheckGatewayOrder {
    const NAME: &'static str = "gateway_order.check";
    type Outcome = GatewayOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<GatewayOrderChanged, Stop> {
        let order = workspace.get::<GatewayOrder>(self.order_no.as_str())?;
        let payer = &order.placed(&self.order_no)?.placed.customer_id;
        // Customers ask about their own orders; others look as if they were not there.
        if matches!(&context.actor, Actor::Customer(id) if id != payer.as_str()) {
            return Err(GatewayOrderError::Unknown(self.order_no.clone()).into());
        }
        let command = GatewayOrderCommand::AskQuery { at: context.at };
        workspace.execute::<GatewayOrder>(self.order_no.as_str(), command)?;
        changed(&self.order_no, workspace)
    }
}

/// Notes an answer to a query that told of no money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteFinding {
    pub order_no: GatewayOrderNo,
    pub number: u32,
    pub finding: Finding,
}

impl Process for NoteFinding {
    const NAME: &'static str = "gateway_order.note_finding";
    type Outcome = GatewayOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<GatewayOrderChanged, Stop> {
        let command = GatewayOrderCommand::NoteFinding {
            number: self.number,
            finding: self.finding.clone(),
            at: context.at,
        };
        workspace.execute::<GatewayOrder>(self.order_no.as_str(), command)?;
        changed(&self.order_no, workspace)
    }
}

/// Somebody has looked at what was wrong. The gateway is asked once more: only its answer counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResolveDispute {
    pub order_no: GatewayOrderNo,
    pub note: String,
}

impl Process for ResolveDispute {
    const NAME: &'static str = "gateway_order.resolve_dispute";
    type Outcome = GatewayOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<GatewayOrderChanged, Stop> {
        let command = GatewayOrderCommand::ResolveDispute {
            note: self.note.clone(),
            at: context.at,
            by: context.actor.clone(),
        };
        workspace.execute::<GatewayOrder>(self.order_no.as_str(), command)?;
        changed(&self.order_no, workspace)
    }
}
