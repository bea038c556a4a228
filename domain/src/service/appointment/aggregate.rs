use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::AppointmentError;
use super::event::{AppointmentEvent, AppointmentRequested};
use crate::service::roster::BookedSlot;

pub(super) const TEXT_LENGTH_MAX: usize = 200;

/// One appointment, from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Appointment {
    #[default]
    Absent,
    Made(Box<AppointmentRecord>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppointmentState {
    Requested,
    Scheduled,
    Confirmed,
    Finished,
    Cancelled,
}

/// What an appointment that was asked for knows about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppointmentRecord {
    pub requested: AppointmentRequested,
    pub state: AppointmentState,
    pub slot: Option<BookedSlot>,
}

/// What may be asked of an appointment, by whom where that matters.
#[derive(Clone, Debug, PartialEq)]
pub enum AppointmentCommand {
    Request(Box<AppointmentRequested>),
    Schedule {
        slot: BookedSlot,
        by: Actor,
    },
    Confirm {
        by: Actor,
    },
    Finish {
        result: String,
        at: DateTime<Utc>,
        by: Actor,
    },
    Cancel {
        reason: String,
        by: Actor,
    },
}

fn is_staff(by: &Actor) -> bool {
    matches!(by, Actor::Staff(_) | Actor::System(_))
}

impl Appointment {
    pub fn record(&self) -> Result<&AppointmentRecord, AppointmentError> {
        match self {
            Self::Made(record) => Ok(record),
            Self::Absent => Err(AppointmentError::Unknown),
        }
    }
}

impl AppointmentRecord {
    /// Whoever asked, or staff; to others it is not there.
    fn check_party(&self, by: &Actor) -> Result<(), AppointmentError> {
        if is_staff(by) || self.requested.requested_by == *by {
            Ok(())
        } else {
            Err(AppointmentError::Unknown)
        }
    }

    fn check_coming(&self) -> Result<(), AppointmentError> {
        match self.state {
            AppointmentState::Finished | AppointmentState::Cancelled => Err(AppointmentError::Over),
            _ => Ok(()),
        }
    }
}

fn text(text: &str, error: AppointmentError) -> Result<String, AppointmentError> {
    let text = text.trim();
    if (1..=TEXT_LENGTH_MAX).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(error)
    }
}

fn request(mut requested: AppointmentRequested) -> Result<AppointmentEvent, AppointmentError> {
    requested.place = text(&requested.place, AppointmentError::PlaceInvalid)?;
    let note = requested.note.filter(|note| !note.trim().is_empty());
    requested.note = note
        .map(|note| text(&note, AppointmentError::TextInvalid))
        .transpose()?;
    Ok(AppointmentEvent::Requested(requested))
}

fn decide(
    record: &AppointmentRecord,
    command: AppointmentCommand,
) -> Result<AppointmentEvent, AppointmentError> {
    Ok(match command {
        AppointmentCommand::Request(_) => return Err(AppointmentError::AlreadyRequested),
        AppointmentCommand::Schedule { slot, by } => {
            record.check_party(&by)?;
            record.check_coming()?;
            let confirmed = is_staff(&by);
            match record.slot {
                None => AppointmentEvent::Scheduled { slot, confirmed },
                Some(_) => AppointmentEvent::Rescheduled { slot, confirmed },
            }
        }
        AppointmentCommand::Confirm { by } => {
            if !is_staff(&by) {
                return Err(AppointmentError::StaffOnly);
            }
            record.check_coming()?;
            match record.state {
                AppointmentState::Requested => return Err(AppointmentError::NotScheduled),
                AppointmentState::Confirmed => return Err(AppointmentError::AlreadyConfirmed),
                _ => AppointmentEvent::Confirmed,
            }
        }
        AppointmentCommand::Finish { result, at, by } => {
            if !is_staff(&by) {
                return Err(AppointmentError::StaffOnly);
            }
            record.check_coming()?;
            let slot = record.slot.as_ref().ok_or(AppointmentError::NotScheduled)?;
            if at < slot.from {
                return Err(AppointmentError::TooEarly);
            }
            AppointmentEvent::Finished {
                result: text(&result, AppointmentError::TextInvalid)?,
            }
        }
        AppointmentCommand::Cancel { reason, by } => {
            record.check_party(&by)?;
            record.check_coming()?;
            AppointmentEvent::Cancelled {
                reason: text(&reason, AppointmentError::TextInvalid)?,
            }
        }
    })
}

impl Aggregate for Appointment {
    const TYPE: &'static str = "appointment";
    type Command = AppointmentCommand;
    type Event = AppointmentEvent;
    type Error = AppointmentError;
    type Services = ();

    async fn handle(
        &mut self,
        command: AppointmentCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), AppointmentError> {
        let event = match (&*self, command) {
            (Self::Absent, AppointmentCommand::Request(requested)) => request(*requested)?,
            (Self::Absent, _) => return Err(AppointmentError::Unknown),
            (Self::Made(record), command) => decide(record, command)?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: AppointmentEvent) {
        match (&mut *self, event) {
            (_, AppointmentEvent::Requested(requested)) => {
                *self = Self::Made(Box::new(AppointmentRecord {
                    requested,
                    state: AppointmentState::Requested,
                    slot: None,
                }));
            }
            (Self::Made(record), event) => apply(record, event),
            (Self::Absent, _) => {}
        }
    }
}

fn apply(record: &mut AppointmentRecord, event: AppointmentEvent) {
    match event {
        AppointmentEvent::Requested(_) => {}
        AppointmentEvent::Scheduled { slot, confirmed }
        | AppointmentEvent::Rescheduled { slot, confirmed } => {
            record.slot = Some(slot);
            record.state = if confirmed {
                AppointmentState::Confirmed
            } else {
                AppointmentState::Scheduled
            };
        }
        AppointmentEvent::Confirmed => record.state = AppointmentState::Confirmed,
        AppointmentEvent::Finished { .. } => record.state = AppointmentState::Finished,
        AppointmentEvent::Cancelled { .. } => record.state = AppointmentState::Cancelled,
    }
}
