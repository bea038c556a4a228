use std::collections::BTreeMap;

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::CampusCommand;
use super::error::CampusError;
use super::event::{CampusEvent, CampusOpened, OfficeContact};
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
        #[serde(default, skip_serializing_if = "Option::is_none")]
        office: Option<Box<OfficeContact>>,
    },
}

impl Campus {
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// The office hours that hold on a day.
    pub fn office_hours(&self, day: NaiveDate) -> Option<&OfficeHours> {
        let Self::Open { opened, hours, .. } = self else {
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

fn set_contact(
    office: Option<&OfficeContact>,
    contact: OfficeContact,
) -> Result<Vec<CampusEvent>, CampusError> {
    check_text(&contact.place, CampusError::PlaceInvalid)?;
    check_text(&contact.contact, CampusError::ContactInvalid)?;
    if let Some(person) = contact.person_in_charge.value() {
        check_text(person, CampusError::PersonInvalid)?;
    }
    Ok(if office == Some(&contact) {
        Vec::new()
    } else {
        vec![CampusEvent::ContactSet(contact)]
    })
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
            (Self::Open { office, .. }, CampusCommand::SetContact(contact)) => {
                set_contact(office.as_deref(), contact)?
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
                    office: None,
                };
            }
            (Self::Open { hours, .. }, CampusEvent::OfficeHoursSet { from, office_hours }) => {
                // What is said later holds from its day on, over anything planned before.
                hours.retain(|day, _| *day < from);
                hours.insert(from, office_hours);
            }
            (Self::Open { office, .. }, CampusEvent::ContactSet(contact)) => {
                *office = Some(Box::new(contact));
            }
            (Self::Absent, CampusEvent::OfficeHoursSet { .. } | CampusEvent::ContactSet(_)) => {}
        }
    }
}
