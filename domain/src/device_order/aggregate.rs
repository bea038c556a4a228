use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{DeviceOrderError, DeviceOrderEvent, OrderOutcome, OrderRequested, SupplySeen};
use crate::units::{DeviceOrderId, written};

pub(super) const TEXT_LENGTH_MAX: usize = 200;

/// One order, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceOrder {
    #[default]
    Absent,
    Requested(Box<OrderRecord>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRecord {
    pub requested: OrderRequested,
    pub state: OrderState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderState {
    Requested,
    Dispatched,
    Cancelled,
    Finished(OrderOutcome),
    /// Looked at, after its outcome was unknown.
    Settled,
}

/// What may be asked of one order.
#[derive(Clone, Debug)]
pub enum DeviceOrderCommand {
    Request(Box<OrderRequested>),
    Dispatch {
        node: String,
        at: DateTime<Utc>,
    },
    Cancel {
        reason: String,
    },
    Finish {
        outcome: OrderOutcome,
        at: DateTime<Utc>,
    },
    /// Its time is over, or nobody told how it ended.
    GiveUp {
        at: DateTime<Utc>,
    },
    Settle {
        seen: SupplySeen,
        note: String,
    },
}

impl DeviceOrder {
    /// The order, or the refusal that it is not known.
    pub fn requested(&self, order_id: &DeviceOrderId) -> Result<&OrderRecord, DeviceOrderError> {
        match self {
            Self::Requested(order) => Ok(order),
            Self::Absent => Err(DeviceOrderError::Unknown(order_id.clone())),
        }
    }
}

pub(super) fn checked_text(text: &str) -> Result<String, DeviceOrderError> {
    written(text, "原因", TEXT_LENGTH_MAX).map_err(|_| DeviceOrderError::ReasonInvalid)
}

impl OrderRecord {
    /// Whether nobody may switch the same meter yet.
    pub fn is_open(&self) -> bool {
        match &self.state {
            OrderState::Requested | OrderState::Dispatched => true,
            OrderState::Finished(outcome) => self.is_unclear(outcome),
            OrderState::Cancelled | OrderState::Settled => false,
        }
    }

    fn is_unclear(&self, outcome: &OrderOutcome) -> bool {
        self.requested.act.is_switching() && *outcome == OrderOutcome::Unknown
    }

    fn finish(
        &self,
        outcome: OrderOutcome,
        at: DateTime<Utc>,
    ) -> Result<Option<DeviceOrderEvent>, DeviceOrderError> {
        match &self.state {
            OrderState::Finished(known) if *known == outcome => Ok(None),
            // What comes late tells more than that nothing had come.
            OrderState::Finished(OrderOutcome::Unknown | OrderOutcome::NoAnswer)
            | OrderState::Dispatched => Ok(Some(DeviceOrderEvent::Finished { outcome, at })),
            OrderState::Requested => match outcome {
                OrderOutcome::NotSent { .. } => {
                    Ok(Some(DeviceOrderEvent::Finished { outcome, at }))
                }
                _ => Err(DeviceOrderError::NotSent),
            },
            OrderState::Cancelled | OrderState::Finished(_) | OrderState::Settled => {
                Err(DeviceOrderError::AlreadyFinished)
            }
        }
    }

    fn give_up(&self, at: DateTime<Utc>) -> Option<DeviceOrderEvent> {
        let outcome = match (&self.state, self.requested.act.is_switching()) {
            (OrderState::Requested, _) => OrderOutcome::NotSent {
                reason: "指令已过期".to_owned(),
            },
            (OrderState::Dispatched, true) => OrderOutcome::Unknown,
            (OrderState::Dispatched, false) => OrderOutcome::NoAnswer,
            _ => return None,
        };
        Some(DeviceOrderEvent::Finished { outcome, at })
    }

    fn decide(
        &self,
        command: DeviceOrderCommand,
    ) -> Result<Option<DeviceOrderEvent>, DeviceOrderError> {
        Ok(Some(match command {
            DeviceOrderCommand::Request(again) => {
                return Err(DeviceOrderError::AlreadyRequested(again.order_id));
            }
            DeviceOrderCommand::Dispatch { node, at } => match self.state {
                OrderState::Requested if at >= self.requested.expires_at => {
                    return Err(DeviceOrderError::Expired);
                }
                OrderState::Requested => DeviceOrderEvent::Dispatched { node, at },
                OrderState::Dispatched => return Err(DeviceOrderError::AlreadySent),
                _ => return Err(DeviceOrderError::AlreadyFinished),
            },
            DeviceOrderCommand::Cancel { reason } => match self.state {
                OrderState::Requested => DeviceOrderEvent::Cancelled {
                    reason: checked_text(&reason)?,
                },
                OrderState::Dispatched => return Err(DeviceOrderError::AlreadySent),
                _ => return Err(DeviceOrderError::AlreadyFinished),
            },
            DeviceOrderCommand::Finish { outcome, at } => return self.finish(outcome, at),
            DeviceOrderCommand::GiveUp { at } => return Ok(self.give_up(at)),
            DeviceOrderCommand::Settle { seen, note } => match &self.state {
                OrderState::Finished(outcome) if self.is_unclear(outcome) => {
                    DeviceOrderEvent::Settled {
                        seen,
                        note: checked_text(&note)?,
                    }
                }
                _ => return Err(DeviceOrderError::NothingToSettle),
            },
        }))
    }
}

impl Aggregate for DeviceOrder {
    const TYPE: &'static str = "device_order";
    type Command = DeviceOrderCommand;
    type Event = DeviceOrderEvent;
    type Error = DeviceOrderError;
    type Services = ();

    async fn handle(
        &mut self,
        command: DeviceOrderCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), DeviceOrderError> {
        let event = match (&*self, command) {
            (Self::Absent, DeviceOrderCommand::Request(mut requested)) => {
                requested.reason = checked_text(&requested.reason)?;
                Some(DeviceOrderEvent::Requested(requested))
            }
            (Self::Absent, _) => return Err(DeviceOrderError::Absent),
            (Self::Requested(order), command) => order.decide(command)?,
        };
        if let Some(event) = event {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: DeviceOrderEvent) {
        match (self, event) {
            (state, DeviceOrderEvent::Requested(requested)) => {
                *state = Self::Requested(Box::new(OrderRecord {
                    requested: *requested,
                    state: OrderState::Requested,
                }));
            }
            (Self::Requested(order), DeviceOrderEvent::Dispatched { .. }) => {
                order.state = OrderState::Dispatched;
            }
            (Self::Requested(order), DeviceOrderEvent::Cancelled { .. }) => {
                order.state = OrderState::Cancelled;
            }
            (Self::Requested(order), DeviceOrderEvent::Finished { outcome, .. }) => {
                order.state = OrderState::Finished(outcome);
            }
            (Self::Requested(order), DeviceOrderEvent::Settled { .. }) => {
                order.state = OrderState::Settled;
            }
            // No stream starts otherwise: `handle` lets nothing but a request through.
            (Self::Absent, _) => {}
        }
    }
}
