use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::text;
use super::{
    EquipmentError, EquipmentItemEvent, EquipmentKind, ItemRegistered, ItemRetired, ItemVerified,
};

/// One piece of equipment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EquipmentItem {
    #[default]
    Absent,
    Registered {
        kind: EquipmentKind,
        verified_on: Option<NaiveDate>,
        retired: bool,
    },
}

#[derive(Clone, Debug)]
pub enum EquipmentItemCommand {
    Register {
        registered: ItemRegistered,
        today: NaiveDate,
    },
    Verify {
        verified: ItemVerified,
        today: NaiveDate,
    },
    Retire {
        reason: String,
    },
}

type Decision = Result<EquipmentItemEvent, EquipmentError>;

impl EquipmentItem {
    fn in_use(&self) -> Result<(EquipmentKind, Option<NaiveDate>), EquipmentError> {
        match self {
            Self::Absent => Err(EquipmentError::ItemNotFound),
            Self::Registered { retired: true, .. } => Err(EquipmentError::ItemRetired),
            Self::Registered {
                kind, verified_on, ..
            } => Ok((*kind, *verified_on)),
        }
    }

    fn register(&self, registered: ItemRegistered, today: NaiveDate) -> Decision {
        if *self != Self::Absent {
            return Err(EquipmentError::ItemExists);
        }
        if registered.acquired_on > today {
            let field = "acquiredOn";
            return Err(EquipmentError::InFuture { field });
        }
        Ok(EquipmentItemEvent::Registered(registered))
    }

    fn verify(&self, verified: ItemVerified, today: NaiveDate) -> Decision {
        let (kind, last) = self.in_use()?;
        if kind.commodity().is_none() {
            return Err(EquipmentError::NotAMeter);
        }
        if verified.on > today {
            return Err(EquipmentError::InFuture { field: "on" });
        }
        match last {
            Some(last) if verified.on <= last => Err(EquipmentError::VerifiedBefore { last }),
            _ => Ok(EquipmentItemEvent::Verified(verified)),
        }
    }
}

impl Aggregate for EquipmentItem {
    const TYPE: &'static str = "equipment_item";
    type Command = EquipmentItemCommand;
    type Event = EquipmentItemEvent;
    type Error = EquipmentError;
    type Services = ();

    async fn handle(
        &mut self,
        command: EquipmentItemCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), EquipmentError> {
        let event = match command {
            EquipmentItemCommand::Register { registered, today } => {
                self.register(registered, today)?
            }
            EquipmentItemCommand::Verify { verified, today } => self.verify(verified, today)?,
            EquipmentItemCommand::Retire { reason } => {
                self.in_use()?;
                EquipmentItemEvent::Retired(ItemRetired {
                    reason: text(&reason, "reason", "报废原因")?,
                })
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: EquipmentItemEvent) {
        match (&mut *self, event) {
            (_, EquipmentItemEvent::Registered(registered)) => {
                *self = Self::Registered {
                    kind: registered.kind,
                    verified_on: None,
                    retired: false,
                };
            }
            (Self::Registered { verified_on, .. }, EquipmentItemEvent::Verified(verified)) => {
                *verified_on = Some(verified.on);
            }
            (Self::Registered { retired, .. }, EquipmentItemEvent::Retired(_)) => *retired = true,
            (Self::Absent, _) => {}
        }
    }
}
