use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::GatewayOrderCommand;
use super::error::GatewayOrderError;
use super::event::{GatewayOrderEvent, OrderPlaced, Report};
use super::record::GatewayOrderRecord;
use crate::units::GatewayOrderNo;

/// One order, from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum GatewayOrder {
    #[default]
    Absent,
    /// Paid, says the gateway, but nobody here has placed it yet.
    Unplaced(Vec<Report>),
    Placed(Box<GatewayOrderRecord>),
}

impl GatewayOrder {
    /// The order, or the refusal that it is not known.
    pub fn placed(
        &self,
        order_no: &GatewayOrderNo,
    ) -> Result<&GatewayOrderRecord, GatewayOrderError> {
        match self {
            Self::Placed(order) => Ok(order),
            _ => Err(GatewayOrderError::Unknown(order_no.clone())),
        }
    }
}

/// Places an order; what was reported before is judged now.
fn place(placed: OrderPlaced, held: &[Report]) -> Vec<GatewayOrderEvent> {
    let mut order = GatewayOrderRecord::new(placed.clone());
    let mut events = vec![GatewayOrderEvent::Placed(placed)];
    for report in held {
        for event in order.judge(report.clone(), false) {
            order.apply(event.clone());
            events.push(event);
        }
    }
    events
}

fn decide(
    order: &GatewayOrderRecord,
    command: GatewayOrderCommand,
) -> Result<Vec<GatewayOrderEvent>, GatewayOrderError> {
    use GatewayOrderCommand as C;
    Ok(match command {
        C::Place(placed) => return Err(GatewayOrderError::AlreadyPlaced(placed.order_no)),
        C::NoteHandOver {
            outcome,
            reference,
            at,
        } => vec![GatewayOrderEvent::HandedOver {
            outcome,
            reference,
            at,
        }],
        C::Report { report, reused } => order.judge(report, reused),
        C::AskQuery { at } => order.ask(at).into_iter().collect(),
        C::NoteFinding {
            number,
            finding,
            at,
        } => order.note_finding(number, finding, at),
        C::Settle { payment_id } => vec![order.settle(payment_id)?],
        C::ResolveDispute { note, at, by } => {
            let resolved = order.resolve(&note, at, by)?;
            let mut later = order.clone();
            later.apply(resolved.clone());
            let asked = later.ask(at);
            [Some(resolved), asked].into_iter().flatten().collect()
        }
        C::AskRefund {
            refund_no,
            reason,
            at,
            by,
        } => vec![order.ask_refund(refund_no, &reason, at, by)?],
        C::AskRefundQuery { at } => order.ask_refund_query(at).into_iter().collect(),
        C::NoteRefund { outcome, done, at } => order.note_refund(outcome, done, at)?,
    })
}

/// Nobody has placed the order: what the gateway says is kept and shown.
fn hold(
    held: &[Report],
    command: GatewayOrderCommand,
) -> Result<Vec<GatewayOrderEvent>, GatewayOrderError> {
    match command {
        GatewayOrderCommand::Place(placed) => Ok(place(placed, held)),
        GatewayOrderCommand::Report { report, .. } => {
            let known = held
                .iter()
                .any(|known| known.transaction_id == report.transaction_id);
            let event = (!known).then_some(GatewayOrderEvent::ReportHeld(report));
            Ok(event.into_iter().collect())
        }
        _ => Err(GatewayOrderError::Absent),
    }
}

impl Aggregate for GatewayOrder {
    const TYPE: &'static str = "gateway_order";
    type Command = GatewayOrderCommand;
    type Event = GatewayOrderEvent;
    type Error = GatewayOrderError;
    type Services = ();

    async fn handle(
        &mut self,
        command: GatewayOrderCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), GatewayOrderError> {
        let events = match &*self {
            Self::Absent => hold(&[], command)?,
            Self::Unplaced(held) => hold(held, command)?,
            Self::Placed(order) => decide(order, command)?,
        };
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: GatewayOrderEvent) {
        match (&mut *self, event) {
            (Self::Placed(order), event) => order.apply(event),
            (_, GatewayOrderEvent::Placed(placed)) => {
                *self = Self::Placed(Box::new(GatewayOrderRecord::new(placed)));
            }
            (Self::Unplaced(held), GatewayOrderEvent::ReportHeld(report)) => held.push(report),
            (Self::Absent, GatewayOrderEvent::ReportHeld(report)) => {
                *self = Self::Unplaced(vec![report]);
            }
            // No stream starts otherwise: `hold` lets nothing else through.
            (Self::Absent | Self::Unplaced(_), _) => {}
        }
    }
}
