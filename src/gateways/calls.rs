//! Questions and refunds, one attempt each, out of the outbox. What comes back is a command like any
//! other; what does not come back is noted as unknown, and asked about, never done again blindly.

use std::sync::Arc;

use async_trait::async_trait;
use chaobiao_domain::gateway_order::{
    CallOutcome, Finding, GatewayChannel, NoteFinding, NoteRefundAnswer, ReportSource,
};
use chaobiao_domain::units::{Fen, GatewayOrderNo, GatewayRefundNo};
use chaobiao_eventstore::{CommandError, Delivery, Outgoing, Sender};
use chaobiao_integrations::CallError;
use chaobiao_integrations::unionpay::{Back, Found, OrderKey, UnionPay};
use chaobiao_integrations::wechat_pay::{RefundOrder, WechatPay};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::GatewayDesk;
use super::hand_over::outcome;
use super::http::{refund_outcome, union_pay_report, wechat_report};

/// Messages of this channel are calls to gateways.
pub(crate) const CHANNEL: &str = "gateway";

/// A call to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GatewayCall {
    pub(crate) order_no: GatewayOrderNo,
    pub(crate) channel: GatewayChannel,
    /// `UnionPay` knows an order by number and time.
    pub(crate) placed_at: DateTime<Utc>,
    pub(crate) ask: Ask,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Ask {
    /// How does the order stand? `closing`: let nobody pay it any more, first.
    Order {
        number: u32,
        closing: bool,
    },
    Refund {
        refund: RefundCall,
    },
    /// What became of the refund?
    RefundState {
        refund: RefundCall,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RefundCall {
    pub(crate) refund_no: GatewayRefundNo,
    pub(crate) transaction_id: String,
    pub(crate) amount: Fen,
    pub(crate) reason: String,
    pub(crate) asked_at: DateTime<Utc>,
}

/// Makes the calls to gateways; every other message is somebody else's.
pub struct GatewaySender {
    desk: GatewayDesk,
    others: Arc<dyn Sender>,
}

impl GatewaySender {
    pub fn new(desk: GatewayDesk, others: impl Sender) -> Arc<Self> {
        let others = Arc::new(others);
        Arc::new(Self { desk, others })
    }
}

/// What came of a call, before it is a command.
enum Reply {
    Report(Box<chaobiao_domain::gateway_order::NoteReport>),
    Finding(NoteFinding),
    Refund(NoteRefundAnswer),
}

#[async_trait]
impl Sender for GatewaySender {
    async fn send(&self, outgoing: &Outgoing) -> Delivery {
        if outgoing.channel != CHANNEL {
            return self.others.send(outgoing).await;
        }
        let call: GatewayCall = match serde_json::from_value(outgoing.message.clone()) {
            Ok(call) => call,
            Err(error) => {
                let detail = error.to_string();
                return Delivery::Failed { detail };
            }
        };
        let reply = match self.desk.ask(&call).await {
            Ok(reply) => reply,
            Err(detail) => return Delivery::Failed { detail },
        };
        let unknown = match &reply {
            Reply::Finding(note) => matches!(note.finding, Finding::Unknown { .. }),
            Reply::Refund(note) => matches!(note.outcome, CallOutcome::Unknown { .. }),
            Reply::Report(_) => false,
        };
        match self.desk.tell(outgoing, reply).await {
            Ok(()) if unknown => Delivery::Unknown {
                detail: "the gateway's answer is not known".to_owned(),
            },
            Ok(()) => Delivery::sent(),
            Err(error) => Delivery::Unknown {
                detail: error.to_string(),
            },
        }
    }
}

impl GatewayDesk {
    async fn ask(&self, call: &GatewayCall) -> Result<Reply, String> {
        const OFF: &str = "the gateway is not set up";
        match call.channel {
            GatewayChannel::WechatPay => match &self.gateways.wechat_pay {
                Some(gateway) => Ok(self.ask_wechat(gateway, call).await),
                None => Err(OFF.to_owned()),
            },
            GatewayChannel::UnionPay => match &self.gateways.union_pay {
                Some(gateway) => Ok(self.ask_union_pay(gateway, call).await),
                None => Err(OFF.to_owned()),
            },
        }
    }

    async fn ask_wechat(&self, gateway: &WechatPay, call: &GatewayCall) -> Reply {
        let order_no = call.order_no.as_str();
        match &call.ask {
            Ask::Order { number, closing } => {
                let mut never_more = false;
                if *closing {
                    // Whatever it answers, the question after it tells.
                    never_more = gateway.close(order_no, &self.stamp()).await.is_ok();
                }
                let found = match gateway.query(order_no, &self.stamp()).await {
                    Ok(found) => found,
                    Err(error) => return unanswered(call, *number, &error),
                };
                let appid = &gateway.merchant().appid;
                let paid = found.as_ref().filter(|found| found.is_paid());
                let report =
                    paid.and_then(|paid| wechat_report(paid, appid, ReportSource::Query, None));
                if let Some(report) = report {
                    return Reply::Report(Box::new(report));
                }
                let closed = never_more || found.is_some_and(|found| found.is_closed());
                let finding = if closed {
                    Finding::Closed
                } else {
                    Finding::Open
                };
                finding_of(call, *number, finding)
            }
            Ask::Refund { refund } => {
                let order = RefundOrder {
                    out_trade_no: order_no.to_owned(),
                    out_refund_no: refund.refund_no.to_string(),
                    reason: refund.reason.clone(),
                    refund_fen: refund.amount.value(),
                    total_fen: refund.amount.value(),
                };
                match gateway.refund(&order, &self.stamp()).await {
                    Ok(answer) => {
                        let (outcome, done) = refund_outcome(&answer.status);
                        refund_of(call, refund, outcome, done)
                    }
                    Err(error) => refund_of(call, refund, outcome(&error), false),
                }
            }
            Ask::RefundState { refund } => {
                let number = refund.refund_no.as_str();
                match gateway.query_refund(number, &self.stamp()).await {
                    Ok(Some(answer)) => {
                        let (outcome, done) = refund_outcome(&answer.status);
                        refund_of(call, refund, outcome, done)
                    }
                    // It has never arrived.
                    Ok(None) => {
                        let code = "RESOURCE_NOT_EXISTS".to_owned();
                        refund_of(call, refund, CallOutcome::Refused { code }, false)
                    }
                    Err(error) => refund_unknown(call, refund, &error),
                }
            }
        }
    }

    async fn ask_union_pay(&self, gateway: &UnionPay, call: &GatewayCall) -> Reply {
        let now = self.bus.store().clock().now();
        match &call.ask {
            Ask::Order { number, .. } => {
                let key = OrderKey {
                    order_id: call.order_no.to_string(),
                    txn_time: call.placed_at,
                };
                match gateway.query(&key, now).await {
                    Ok(Found::Paid(paid)) => {
                        match union_pay_report(&paid, ReportSource::Query, None) {
                            Some(report) => Reply::Report(Box::new(report)),
                            None => finding_of(call, *number, Finding::Open),
                        }
                    }
                    Ok(Found::Open) => finding_of(call, *number, Finding::Open),
                    Ok(Found::Failed(code)) => finding_of(call, *number, Finding::Failed { code }),
                    Err(error) => unanswered(call, *number, &error),
                }
            }
            Ask::Refund { refund } => {
                let back = Back {
                    key: refund_key(refund),
                    origin_query_id: refund.transaction_id.clone(),
                    amount_fen: refund.amount.value(),
                    back_url: self.gateways.notify_url(call.channel),
                    undo: false,
                };
                match gateway.give_back(&back, now).await {
                    Ok(()) => refund_of(call, refund, CallOutcome::Accepted, false),
                    Err(error) => refund_of(call, refund, outcome(&error), false),
                }
            }
            Ask::RefundState { refund } => match gateway.query(&refund_key(refund), now).await {
                Ok(Found::Paid(_)) => refund_of(call, refund, CallOutcome::Accepted, true),
                Ok(Found::Open) => refund_of(call, refund, CallOutcome::Accepted, false),
                Ok(Found::Failed(code)) => {
                    refund_of(call, refund, CallOutcome::Refused { code }, false)
                }
                Err(error) => refund_unknown(call, refund, &error),
            },
        }
    }

    async fn tell(&self, outgoing: &Outgoing, reply: Reply) -> Result<(), CommandError> {
        let key = outgoing.id.to_string();
        let context = self.context(self.bus.command_id("gateway/answer", &key));
        let executed = match reply {
            Reply::Report(report) => self.bus.execute(context, *report).await.map(drop),
            Reply::Finding(note) => self.bus.execute(context, note).await.map(drop),
            Reply::Refund(note) => self.bus.execute(context, note).await.map(drop),
        };
        match executed {
            // Known already: a notice was faster.
            Err(CommandError::Refused(_)) => Ok(()),
            other => other,
        }
    }
}

fn refund_key(refund: &RefundCall) -> OrderKey {
    OrderKey {
        order_id: refund.refund_no.to_string(),
        txn_time: refund.asked_at,
    }
}

fn finding_of(call: &GatewayCall, number: u32, finding: Finding) -> Reply {
    Reply::Finding(NoteFinding {
        order_no: call.order_no.clone(),
        number,
        finding,
    })
}

fn unanswered(call: &GatewayCall, number: u32, error: &CallError) -> Reply {
    let detail = error.to_string();
    finding_of(call, number, Finding::Unknown { detail })
}

fn refund_of(call: &GatewayCall, refund: &RefundCall, outcome: CallOutcome, done: bool) -> Reply {
    Reply::Refund(NoteRefundAnswer {
        order_no: call.order_no.clone(),
        refund_no: refund.refund_no.clone(),
        outcome,
        done,
    })
}

/// A question that failed says nothing about the refund, not even when it was refused.
fn refund_unknown(call: &GatewayCall, refund: &RefundCall, error: &CallError) -> Reply {
    let detail = error.to_string();
    refund_of(call, refund, CallOutcome::Unknown { detail }, false)
}
