//! R14: how meters are read unless something else is set for one, by class of account and commodity.

use std::collections::BTreeMap;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};

use super::{MeteringPointError, ReadingMethod};
use crate::account::AccountClass;
use crate::units::Commodity;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassMethodSet {
    /// As accounts name their class.
    pub class: String,
    pub commodity: Commodity,
    pub method: ReadingMethod,
    pub from: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClassMethodEvent {
    Set(ClassMethodSet),
}

impl DomainEvent for ClassMethodEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Set(_) => "class_method.set",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

/// The ways of one class and commodity, by the first day each holds on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassMethod {
    by_day: BTreeMap<NaiveDate, ReadingMethod>,
}

#[derive(Clone, Debug)]
pub enum ClassMethodCommand {
    Set(ClassMethodSet),
}

impl ClassMethod {
    pub fn method_on(&self, day: NaiveDate) -> Option<ReadingMethod> {
        let set = self.by_day.range(..=day).next_back();
        set.map(|(_, method)| *method)
    }
}

impl Aggregate for ClassMethod {
    const TYPE: &'static str = "class_method";
    type Command = ClassMethodCommand;
    type Event = ClassMethodEvent;
    type Error = MeteringPointError;
    type Services = ();

    async fn handle(
        &mut self,
        ClassMethodCommand::Set(set): ClassMethodCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MeteringPointError> {
        match self.by_day.last_key_value() {
            Some((_, method)) if *method == set.method => {
                return Err(MeteringPointError::SameMethod);
            }
            Some((last, _)) if set.from <= *last => {
                return Err(MeteringPointError::MethodNotLater { last: *last });
            }
            _ => {}
        }
        sink.write(ClassMethodEvent::Set(set), self).await;
        Ok(())
    }

    fn apply(&mut self, ClassMethodEvent::Set(set): ClassMethodEvent) {
        self.by_day.insert(set.from, set.method);
    }
}

/// From a day on, the meters of a class are read in another way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetClassMethod {
    pub class: AccountClass,
    pub commodity: Commodity,
    pub method: ReadingMethod,
    pub from: NaiveDate,
}

impl Process for SetClassMethod {
    const NAME: &'static str = "metering_point.set_class_method";
    type Outcome = ();

    fn decide(&self, _context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let class = self.class.as_str();
        let stream = format!("{class}/{}", self.commodity);
        let set = ClassMethodSet {
            class: class.to_owned(),
            commodity: self.commodity,
            method: self.method,
            from: self.from,
        };
        workspace.execute::<ClassMethod>(&stream, ClassMethodCommand::Set(set))
    }
}
