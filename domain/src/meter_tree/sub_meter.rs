use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::reason;
use super::{MeterTreeError, SubMeterEvent, SubMeterLinked, SubMeterUnlinked};
use crate::units::MeterNo;

/// One meter, and the meters it has been behind, in the order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubMeter {
    links: Vec<Link>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Link {
    parent_no: MeterNo,
    from: NaiveDate,
    /// Not included.
    to: Option<NaiveDate>,
}

#[derive(Clone, Debug)]
pub enum SubMeterCommand {
    Link {
        linked: SubMeterLinked,
        today: NaiveDate,
    },
    Unlink {
        meter_no: MeterNo,
        to: NaiveDate,
        reason: Option<String>,
        today: NaiveDate,
    },
}

type Decision = Result<SubMeterEvent, MeterTreeError>;

impl SubMeter {
    /// The meters it is or was behind on any day from `day` on.
    pub fn parents_since(&self, day: NaiveDate) -> impl Iterator<Item = &MeterNo> {
        self.links
            .iter()
            .filter(move |link| link.to.is_none_or(|to| day < to))
            .map(|link| &link.parent_no)
    }

    fn active(&self) -> Option<&Link> {
        self.links.last().filter(|link| link.to.is_none())
    }

    fn link(&self, linked: SubMeterLinked, today: NaiveDate) -> Decision {
        if let Some(active) = self.active() {
            return Err(MeterTreeError::AlreadyLinked(active.parent_no.clone()));
        }
        if linked.from > today {
            return Err(MeterTreeError::InFuture { field: "from" });
        }
        let free_from = self.links.iter().filter_map(|link| link.to).max();
        match free_from {
            Some(to) if linked.from < to => Err(MeterTreeError::FromBeforeLast(to)),
            _ => Ok(SubMeterEvent::Linked(linked)),
        }
    }

    fn unlink(
        &self,
        meter_no: MeterNo,
        to: NaiveDate,
        why: Option<&str>,
        today: NaiveDate,
    ) -> Decision {
        let active = self.active().ok_or(MeterTreeError::NotLinked)?;
        if to > today {
            return Err(MeterTreeError::InFuture { field: "to" });
        }
        if to < active.from {
            return Err(MeterTreeError::ToBeforeFrom(active.from));
        }
        Ok(SubMeterEvent::Unlinked(SubMeterUnlinked {
            meter_no,
            parent_no: active.parent_no.clone(),
            to,
            reason: why.map(reason).transpose()?,
        }))
    }
}

impl Aggregate for SubMeter {
    const TYPE: &'static str = "sub_meter";
    type Command = SubMeterCommand;
    type Event = SubMeterEvent;
    type Error = MeterTreeError;
    type Services = ();

    async fn handle(
        &mut self,
        command: SubMeterCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MeterTreeError> {
        let event = match command {
            SubMeterCommand::Link { linked, today } => self.link(linked, today)?,
            SubMeterCommand::Unlink {
                meter_no,
                to,
                reason,
                today,
            } => self.unlink(meter_no, to, reason.as_deref(), today)?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: SubMeterEvent) {
        match event {
            SubMeterEvent::Linked(linked) => self.links.push(Link {
                parent_no: linked.parent_no,
                from: linked.from,
                to: None,
            }),
            SubMeterEvent::Unlinked(unlinked) => {
                if let Some(link) = self.links.last_mut() {
                    link.to = Some(unlinked.to);
                }
            }
        }
    }
}
