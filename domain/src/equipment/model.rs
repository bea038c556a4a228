use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::text;
use super::rules::shortfalls;
use super::{
    EquipmentError, EquipmentKind, EquipmentModelEvent, ModelRegistered, ModelSpec, ModelWithdrawn,
};
use crate::units::EquipmentModelId;

/// One model of equipment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EquipmentModel {
    #[default]
    Absent,
    Registered {
        kind: EquipmentKind,
        withdrawn: bool,
    },
}

#[derive(Clone, Debug)]
pub enum EquipmentModelCommand {
    Register {
        model_id: EquipmentModelId,
        spec: Box<ModelSpec>,
    },
    Withdraw {
        reason: String,
    },
}

impl EquipmentModel {
    /// What kind of thing it is, as long as more of it may be entered.
    pub fn in_use(&self) -> Result<EquipmentKind, EquipmentError> {
        match self {
            Self::Absent => Err(EquipmentError::ModelNotFound),
            Self::Registered {
                withdrawn: true, ..
            } => Err(EquipmentError::ModelWithdrawn),
            Self::Registered { kind, .. } => Ok(*kind),
        }
    }
}

fn register(model_id: EquipmentModelId, spec: ModelSpec) -> Decision {
    let shortfalls = shortfalls(&spec);
    // R45: a terminal that falls short is told, never kept out.
    if spec.kind != EquipmentKind::MobileTerminal
        && let Some(first) = shortfalls.first()
    {
        return Err(EquipmentError::RequirementUnmet(*first));
    }
    let spec = ModelSpec {
        maker: text(&spec.maker, "maker", "厂家")?,
        name: text(&spec.name, "name", "型号")?,
        ..spec
    };
    Ok(EquipmentModelEvent::Registered(Box::new(ModelRegistered {
        model_id,
        spec,
        shortfalls,
    })))
}

type Decision = Result<EquipmentModelEvent, EquipmentError>;

impl Aggregate for EquipmentModel {
    const TYPE: &'static str = "equipment_model";
    type Command = EquipmentModelCommand;
    type Event = EquipmentModelEvent;
    type Error = EquipmentError;
    type Services = ();

    async fn handle(
        &mut self,
        command: EquipmentModelCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), EquipmentError> {
        let event = match (&*self, command) {
            (Self::Absent, EquipmentModelCommand::Register { model_id, spec }) => {
                register(model_id, *spec)?
            }
            (_, EquipmentModelCommand::Register { .. }) => return Err(EquipmentError::ModelExists),
            (model, EquipmentModelCommand::Withdraw { reason }) => {
                model.in_use()?;
                EquipmentModelEvent::Withdrawn(ModelWithdrawn {
                    reason: text(&reason, "reason", "停用原因")?,
                })
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: EquipmentModelEvent) {
        match (&mut *self, event) {
            (_, EquipmentModelEvent::Registered(registered)) => {
                *self = Self::Registered {
                    kind: registered.spec.kind,
                    withdrawn: false,
                };
            }
            (Self::Registered { withdrawn, .. }, EquipmentModelEvent::Withdrawn(_)) => {
                *withdrawn = true;
            }
            (Self::Absent, EquipmentModelEvent::Withdrawn(_)) => {}
        }
    }
}
