//! What follows from orders at payment gateways: the payment of a confirmed one, questions about
//! those nobody knows the end of, refunds (R27).

use async_trait::async_trait;
use chaobiao_domain::gateway_order::{
    CheckGatewayOrder, CheckGatewayRefund, GatewayOrderEvent, OrderPlaced, RefundAsked,
    SettleGatewayOrder,
};
use chaobiao_domain::payment::ReversePayment;
use chaobiao_domain::units::GatewayOrderNo;
use chaobiao_eventstore::{
    EventStore, OutboxMessage, Policy, PolicyError, Reaction, RecordedEvent,
};
use chrono::{DateTime, TimeDelta, Utc};

use super::read_models::{history, later};
use crate::gateways::{Ask, CHANNEL, GatewayCall, RefundCall};

pub(super) struct GatewayOrders(pub(super) EventStore);

/// Most payers are done by then, and the gateway has told.
const FIRST_QUESTION: TimeDelta = TimeDelta::minutes(1);

#[async_trait]
impl Policy for GatewayOrders {
    fn name(&self) -> &'static str {
        "gateway_orders"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["gateway_order"]
    }

    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let order_no = GatewayOrderNo::try_new(&event.stream.aggregate_id)
            .map_err(|error| PolicyError::Invalid(error.to_string()))?;
        Ok(match event.decode()? {
            GatewayOrderEvent::Placed(placed) => {
                vec![check_at(placed.placed_at + FIRST_QUESTION, order_no)]
            }
            GatewayOrderEvent::QueryAsked(asked) => vec![check_at(asked.next_at, order_no)],
            GatewayOrderEvent::Confirmed(_) => vec![
                withdraw(&order_no),
                Reaction::Run {
                    process: Box::new(SettleGatewayOrder { order_no }),
                    label: "settle".to_owned(),
                },
            ],
            GatewayOrderEvent::DisputeResolved { .. } => vec![Reaction::Run {
                process: Box::new(SettleGatewayOrder { order_no }),
                label: "settle".to_owned(),
            }],
            GatewayOrderEvent::Closed { .. } | GatewayOrderEvent::RefundFailed { .. } => {
                vec![withdraw(&order_no)]
            }
            GatewayOrderEvent::RefundAsked(asked) => {
                vec![check_refund_at(asked.at + FIRST_QUESTION, order_no)]
            }
            GatewayOrderEvent::RefundQueryAsked(asked) => {
                vec![check_refund_at(asked.next_at, order_no)]
            }
            GatewayOrderEvent::Refunded { payment_id, .. } => {
                let reverse = payment_id.map(|payment_id| Reaction::Run {
                    process: Box::new(ReversePayment {
                        payment_id,
                        reason: "支付平台已退款".to_owned(),
                    }),
                    label: "reverse".to_owned(),
                });
                [Some(withdraw(&order_no)), reverse]
                    .into_iter()
                    .flatten()
                    .collect()
            }
            GatewayOrderEvent::HandedOver { .. }
            | GatewayOrderEvent::ReportHeld(_)
            | GatewayOrderEvent::QueryAnswered { .. }
            | GatewayOrderEvent::Disputed { .. }
            | GatewayOrderEvent::Settled { .. }
            | GatewayOrderEvent::RefundAnswered { .. } => Vec::new(),
        })
    }

    /// Calls say what the order is, which stands at the beginning of its history.
    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let mut reactions = self.react(event)?;
        let ask = match event.decode()? {
            GatewayOrderEvent::QueryAsked(asked) => Ask::Order {
                number: asked.number,
                closing: asked.closing,
            },
            GatewayOrderEvent::RefundAsked(asked) => Ask::Refund {
                refund: refund_call(asked),
            },
            GatewayOrderEvent::RefundQueryAsked(_) => Ask::RefundState {
                refund: refund_call(self.refund_before(event).await?),
            },
            _ => return Ok(reactions),
        };
        let placed = self.placed_before(event).await?;
        let call = GatewayCall {
            order_no: placed.order_no,
            channel: placed.channel,
            placed_at: placed.placed_at,
            ask,
        };
        let message =
            serde_json::to_value(call).map_err(|error| PolicyError::Invalid(error.to_string()))?;
        reactions.push(Reaction::Tell {
            message: OutboxMessage {
                channel: CHANNEL.to_owned(),
                message,
            },
            label: "call".to_owned(),
        });
        Ok(reactions)
    }
}

impl GatewayOrders {
    async fn placed_before(&self, event: &RecordedEvent) -> Result<OrderPlaced, PolicyError> {
        for earlier in history(&self.0, event).await? {
            if let GatewayOrderEvent::Placed(placed) = earlier.decode()? {
                return Ok(placed);
            }
        }
        Err(later("the order is not sealed"))
    }

    async fn refund_before(&self, event: &RecordedEvent) -> Result<RefundAsked, PolicyError> {
        let mut last = None;
        for earlier in history(&self.0, event).await? {
            if let GatewayOrderEvent::RefundAsked(asked) = earlier.decode()? {
                last = Some(asked);
            }
        }
        last.ok_or_else(|| later("the refund is not sealed"))
    }
}

fn refund_call(asked: RefundAsked) -> RefundCall {
    RefundCall {
        refund_no: asked.refund_no,
        transaction_id: asked.transaction_id,
        amount: asked.amount,
        reason: asked.reason,
        asked_at: asked.at,
    }
}

fn subject(order_no: &GatewayOrderNo) -> String {
    format!("gateway_order/{order_no}")
}

fn withdraw(order_no: &GatewayOrderNo) -> Reaction {
    Reaction::Withdraw {
        subject: subject(order_no),
    }
}

fn check_at(at: DateTime<Utc>, order_no: GatewayOrderNo) -> Reaction {
    Reaction::Due {
        at,
        subject: subject(&order_no),
        process: Box::new(CheckGatewayOrder { order_no }),
        label: "check".to_owned(),
    }
}

fn check_refund_at(at: DateTime<Utc>, order_no: GatewayOrderNo) -> Reaction {
    Reaction::Due {
        at,
        subject: subject(&order_no),
        process: Box::new(CheckGatewayRefund { order_no }),
        label: "check_refund".to_owned(),
    }
}
