use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::OutageError;
use super::event::{OutageArea, OutageEvent, OutagePublished};

pub(super) const TEXT_LENGTH_MAX: usize = 200;

/// One outage notice, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outage {
    #[default]
    Absent,
    Published {
        published: Box<OutagePublished>,
        /// As extended last.
        to: DateTime<Utc>,
        reminded: bool,
        cancelled: bool,
    },
}

/// What may be asked of a notice, `at` a time where that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutageCommand {
    Publish {
        published: Box<OutagePublished>,
        at: DateTime<Utc>,
    },
    Extend {
        to: DateTime<Utc>,
        reason: String,
        at: DateTime<Utc>,
    },
    Cancel {
        reason: String,
        at: DateTime<Utc>,
    },
    Remind {
        at: DateTime<Utc>,
    },
}

impl Outage {
    /// What was announced, and from when to when supply is off by it as it stands; none where it
    /// was called off before it began.
    pub fn without_supply(&self) -> Option<(&OutagePublished, DateTime<Utc>, DateTime<Utc>)> {
        match self {
            Self::Published { published, to, .. } if published.from < *to => {
                Some((published, published.from, *to))
            }
            _ => None,
        }
    }
}

fn text(text: &str, error: OutageError) -> Result<String, OutageError> {
    let text = text.trim();
    if (1..=TEXT_LENGTH_MAX).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(error)
    }
}

fn publish(mut published: OutagePublished, at: DateTime<Utc>) -> Result<OutageEvent, OutageError> {
    if published.commodities.is_empty() {
        return Err(OutageError::NoCommodity);
    }
    if published.from >= published.to {
        return Err(OutageError::TimesInvalid);
    }
    if published.to <= at {
        return Err(OutageError::AlreadyOver);
    }
    published.reason = text(&published.reason, OutageError::ReasonInvalid)?;
    if let OutageArea::Building { building, .. } = &mut published.area {
        *building = text(building, OutageError::BuildingInvalid)?;
    }
    Ok(OutageEvent::Published(published))
}

impl Aggregate for Outage {
    const TYPE: &'static str = "outage";
    type Command = OutageCommand;
    type Event = OutageEvent;
    type Error = OutageError;
    type Services = ();

    async fn handle(
        &mut self,
        command: OutageCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), OutageError> {
        let event = match (&*self, command) {
            (Self::Absent, OutageCommand::Publish { published, at }) => publish(*published, at)?,
            (Self::Absent, _) => return Err(OutageError::Unknown),
            (Self::Published { .. }, OutageCommand::Publish { .. }) => {
                return Err(OutageError::AlreadyPublished);
            }
            (
                Self::Published {
                    cancelled: true, ..
                },
                _,
            ) => return Err(OutageError::Cancelled),
            (Self::Published { to: end, .. }, OutageCommand::Extend { to, reason, at }) => {
                if *end <= at {
                    return Err(OutageError::AlreadyOver);
                }
                if to <= *end {
                    return Err(OutageError::NotLonger);
                }
                let reason = text(&reason, OutageError::ReasonInvalid)?;
                OutageEvent::Extended { to, reason }
            }
            (Self::Published { to, .. }, OutageCommand::Cancel { reason, at }) => {
                if *to <= at {
                    return Err(OutageError::AlreadyOver);
                }
                let reason = text(&reason, OutageError::ReasonInvalid)?;
                OutageEvent::Cancelled {
                    reason,
                    at: Some(at),
                }
            }
            (Self::Published { to, reminded, .. }, OutageCommand::Remind { at }) => {
                if *reminded {
                    return Err(OutageError::AlreadyReminded);
                }
                if *to <= at {
                    return Err(OutageError::AlreadyOver);
                }
                OutageEvent::Reminded
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: OutageEvent) {
        match (&mut *self, event) {
            (_, OutageEvent::Published(published)) => {
                *self = Self::Published {
                    to: published.to,
                    published: Box::new(published),
                    reminded: false,
                    cancelled: false,
                };
            }
            (Self::Published { to, .. }, OutageEvent::Extended { to: later, .. }) => *to = later,
            (
                Self::Published {
                    published,
                    to,
                    cancelled,
                    ..
                },
                OutageEvent::Cancelled { at, .. },
            ) => {
                *cancelled = true;
                // Where it is not said when, nothing is known to have been off.
                *to = at.unwrap_or(published.from);
            }
            (Self::Published { reminded, .. }, OutageEvent::Reminded) => *reminded = true,
            (Self::Absent, _) => {}
        }
    }
}
