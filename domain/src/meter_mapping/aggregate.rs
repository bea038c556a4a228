use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{MeterMappingError, MeterMappingEvent, NumberLinked, NumberUnlinked};
use crate::units::{MeterNo, written};

const REASON_LENGTH_MAX: usize = 200;

/// One number of another system, and the meters it has meant, in the order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterMapping {
    links: Vec<Link>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Link {
    meter_no: MeterNo,
    from: NaiveDate,
    /// Not included.
    to: Option<NaiveDate>,
}

/// What may be asked of one number.
#[derive(Clone, Debug)]
pub enum MeterMappingCommand {
    Link {
        linked: NumberLinked,
        today: NaiveDate,
    },
    Unlink {
        unlinked: NumberUnlinked,
        today: NaiveDate,
    },
}

impl MeterMapping {
    /// The meter the number means on a day.
    pub fn meter_on(&self, day: NaiveDate) -> Option<&MeterNo> {
        let holds = |link: &&Link| link.from <= day && link.to.is_none_or(|to| day < to);
        self.links
            .iter()
            .rev()
            .find(holds)
            .map(|link| &link.meter_no)
    }

    /// Whether it ever meant a meter.
    pub const fn was_linked(&self) -> bool {
        !self.links.is_empty()
    }

    fn active(&self) -> Option<&Link> {
        self.links.last().filter(|link| link.to.is_none())
    }

    fn link(&self, linked: NumberLinked, today: NaiveDate) -> Decision {
        if let Some(active) = self.active() {
            return Err(MeterMappingError::NumberTaken(active.meter_no.clone()));
        }
        if linked.from > today {
            return Err(MeterMappingError::InFuture { field: "from" });
        }
        let free_from = self.links.iter().filter_map(|link| link.to).max();
        match free_from {
            Some(to) if linked.from < to => Err(MeterMappingError::FromBeforeLast(to)),
            _ => Ok(MeterMappingEvent::Linked(linked)),
        }
    }

    fn unlink(&self, unlinked: NumberUnlinked, today: NaiveDate) -> Decision {
        let active = self
            .active()
            .filter(|link| link.meter_no == unlinked.meter_no)
            .ok_or(MeterMappingError::NotLinked)?;
        if unlinked.to > today {
            return Err(MeterMappingError::InFuture { field: "to" });
        }
        if unlinked.to < active.from {
            return Err(MeterMappingError::ToBeforeFrom(active.from));
        }
        let reason = written(&unlinked.reason, "解除原因", REASON_LENGTH_MAX)
            .map_err(MeterMappingError::Reason)?;
        Ok(MeterMappingEvent::Unlinked(NumberUnlinked {
            reason,
            ..unlinked
        }))
    }
}

type Decision = Result<MeterMappingEvent, MeterMappingError>;

impl Aggregate for MeterMapping {
    const TYPE: &'static str = "meter_mapping";
    type Command = MeterMappingCommand;
    type Event = MeterMappingEvent;
    type Error = MeterMappingError;
    type Services = ();

    async fn handle(
        &mut self,
        command: MeterMappingCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MeterMappingError> {
        let event = match command {
            MeterMappingCommand::Link { linked, today } => self.link(linked, today)?,
            MeterMappingCommand::Unlink { unlinked, today } => self.unlink(unlinked, today)?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: MeterMappingEvent) {
        match event {
            MeterMappingEvent::Linked(linked) => self.links.push(Link {
                meter_no: linked.meter_no,
                from: linked.from,
                to: None,
            }),
            MeterMappingEvent::Unlinked(unlinked) => {
                if let Some(link) = self.links.last_mut() {
                    link.to = Some(unlinked.to);
                }
            }
        }
    }
}
