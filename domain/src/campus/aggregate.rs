use std::collections::BTreeMap;

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::CampusCommand;
use super::error::CampusError;
use super::event::{CampusEvent, CampusOpened};
use crate::calendar::OfficeHours;

pub(super) const TEXT_LENGTH_MAX: usize = 120;

/// One campus, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Campus {
    #[default]
    Absent,
    Open {
        opened: Box<CampusOpened>,
        /// Office hours by the first day they hold on; before that day, those of the opening.
        hours: BTreeMap<NaiveDate, OfficeHours>,
    },
}

impl Campus {
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// The office hours that hold on a day.
    pub fn office_hours(&self, day: NaiveDate) -> Option<&OfficeHours> {
        let Self::Open { opened, hours } = self else {
            return None;
        };
        let changed = hours.range(..=day).next_back().map(|(_, hours)| hours);
        Some(changed.unwrap_or(&opened.office_hours))
    }
}

fn check_text(text: &str, error: CampusError) -> Result<(), CampusError> {
    if (1..=TEXT_LENGTH_MAX).contains(&text.chars().count()) {
        Ok(())
    } else {
        Err(error)
    }
}

fn open(opened: CampusOpened) -> Result<Vec<CampusEvent>, CampusError> {
    check_text(&opened.name, CampusError::NameInvalid)?;
    check_text(&opened.contact, CampusError::ContactInvalid)?;
    Ok(vec![CampusEvent::Opened(opened)])
}

impl Aggregate for Campus {
    const TYPE: &'static str = "campus";
    type Command = CampusCommand;
    type Event = CampusEvent;
    type Error = CampusError;
    type Services = ();

    async fn handle(
        &mut self,
        command: CampusCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), CampusError> {
        let events = match (&*self, command) {
            (Self::Absent, CampusCommand::Open(opened)) => open(opened)?,
            (Self::Absent, _) => return Err(CampusError::Unknown),
            (Self::Open { .. }, CampusCommand::Open(opened)) => {
                return Err(CampusError::AlreadyOpen(opened.campus_id));
            }
            (open, CampusCommand::SetOfficeHours { from, office_hours }) => {
                if open.office_hours(from) == Some(&office_hours) {
                    Vec::new()
                } else {
                    vec![CampusEvent::OfficeHoursSet { from, office_hours }]
                }
            }
        };
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: CampusEvent) {
        match (&mut *self, event) {
            (_, CampusEvent::Opened(opened)) => {
                *self = Self::Open {
                    opened: Box::new(opened),
                    hours: BTreeMap::new(),
                };
            }
            (Self::Open { hours, .. }, CampusEvent::OfficeHoursSet { from, office_hours }) => {
                // What is said later holds from its day on, over anything planned before.
                hours.retain(|day, _| *day < from);
                hours.insert(from, office_hours);
            }
            (Self::Absent, CampusEvent::OfficeHoursSet { .. }) => {}
        }
    }
}
