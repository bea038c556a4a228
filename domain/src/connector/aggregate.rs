use chaobiao_decision::Actor;
use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::ConnectorError;
use super::event::{ConnectorEvent, ConnectorRegistered, RunOutcome};
use super::settings::{ConnectorSettings, next_run};
use crate::units::{ConnectorId, FileHash};

/// A run that has not ended after so long never will: its node is gone.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(1);

/// What may be asked of one connector.
#[derive(Clone, Debug)]
pub enum ConnectorCommand {
    Register(Box<ConnectorRegistered>),
    Change(Box<ConnectorSettings>, Actor, DateTime<Utc>),
    Pause(String, Actor, DateTime<Utc>),
    Resume(Actor, DateTime<Utc>),
    RequestRun(Actor, DateTime<Utc>),
    StartRun(String, DateTime<Utc>),
    EndRun(u32, RunOutcome, DateTime<Utc>),
}

/// One connector, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connector {
    #[default]
    Absent,
    Registered(Box<ConnectorRecord>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectorRecord {
    pub settings: ConnectorSettings,
    /// Why, while it is.
    pub paused: Option<String>,
    /// Somebody does not want to wait until it is due.
    pub requested: bool,
    /// Of the last run there was.
    pub run: u32,
    pub began: Option<DateTime<Utc>>,
    pub running: bool,
    /// In a row.
    pub failures: u32,
    /// When it is due.
    pub next_at: DateTime<Utc>,
    /// The last file that came in whole: the same one again says nothing new.
    pub last_file: Option<FileHash>,
}

impl Connector {
    /// The connector, or the refusal that it is not known.
    pub fn registered(
        &self,
        connector_id: &ConnectorId,
    ) -> Result<&ConnectorRecord, ConnectorError> {
        match self {
            Self::Registered(record) => Ok(record),
            Self::Absent => Err(ConnectorError::Unknown(connector_id.clone())),
        }
    }
}

impl ConnectorRecord {
    /// What an event makes of a connector, for whoever shows it; none before it is registered.
    pub fn after(before: Option<Self>, event: ConnectorEvent) -> Option<Self> {
        let before = before.map(Box::new);
        let mut connector = before.map_or(Connector::Absent, Connector::Registered);
        connector.apply(event);
        match connector {
            Connector::Registered(record) => Some(*record),
            Connector::Absent => None,
        }
    }

    /// A run is under way, as far as is known.
    fn is_running(&self, now: DateTime<Utc>) -> bool {
        self.running && self.began.is_some_and(|began| now < began + GIVEN_UP_AFTER)
    }

    fn decide(&self, command: ConnectorCommand) -> Result<Option<ConnectorEvent>, ConnectorError> {
        Ok(Some(match command {
            ConnectorCommand::Register(registered) => {
                return Err(ConnectorError::AlreadyRegistered(registered.connector_id));
            }
            ConnectorCommand::Change(settings, by, at) => {
                let settings = Box::new(settings.checked()?);
                if *settings == self.settings {
                    return Ok(None);
                }
                ConnectorEvent::Changed { settings, at, by }
            }
            ConnectorCommand::Pause(..)
            | ConnectorCommand::RequestRun(..)
            | ConnectorCommand::StartRun(..)
                if self.paused.is_some() =>
            {
                return Err(ConnectorError::Paused);
            }
            ConnectorCommand::Pause(reason, by, at) => ConnectorEvent::Paused { reason, at, by },
            ConnectorCommand::Resume(..) if self.paused.is_none() => {
                return Err(ConnectorError::NotPaused);
            }
            ConnectorCommand::Resume(by, at) => ConnectorEvent::Resumed { at, by },
            // Asked for already, and not begun yet.
            ConnectorCommand::RequestRun(..) if self.requested => return Ok(None),
            ConnectorCommand::RequestRun(by, at) => ConnectorEvent::RunRequested { at, by },
            ConnectorCommand::StartRun(_, at) if self.is_running(at) => {
                return Err(ConnectorError::Running);
            }
            ConnectorCommand::StartRun(_, at) if !self.requested && at < self.next_at => {
                return Err(ConnectorError::NotDue);
            }
            ConnectorCommand::StartRun(node, at) => ConnectorEvent::RunStarted {
                run: self.run.saturating_add(1),
                node,
                at,
            },
            ConnectorCommand::EndRun(run, outcome, at) if self.running && run == self.run => {
                ConnectorEvent::RunEnded { run, outcome, at }
            }
            ConnectorCommand::EndRun(..) => return Err(ConnectorError::NotRunning),
        }))
    }

    fn take(&mut self, event: ConnectorEvent) {
        match event {
            ConnectorEvent::Registered(_) => {}
            ConnectorEvent::Changed { settings, at, .. } => {
                self.settings = *settings;
                self.last_file = None;
                // What was wrong may be right now.
                self.failures = 0;
                self.next_at = self.settings.schedule.after(at);
            }
            ConnectorEvent::Paused { reason, .. } => {
                self.paused = Some(reason);
                self.requested = false;
            }
            ConnectorEvent::Resumed { at, .. } => {
                self.paused = None;
                self.failures = 0;
                self.next_at = self.settings.schedule.after(at);
            }
            ConnectorEvent::RunRequested { .. } => self.requested = true,
            ConnectorEvent::RunStarted { run, at, .. } => {
                self.run = run;
                self.began = Some(at);
                self.running = true;
                self.requested = false;
            }
            ConnectorEvent::RunEnded { outcome, at, .. } => {
                self.running = false;
                if let RunOutcome::Imported { files } = &outcome {
                    let whole = files.last().filter(|file| file.rows.refused == 0);
                    self.last_file = whole.map(|file| file.file_hash.clone());
                }
                self.failures = match outcome {
                    RunOutcome::Failed { .. } => self.failures.saturating_add(1),
                    RunOutcome::Imported { .. } | RunOutcome::NothingNew => 0,
                };
                let began = self.began.unwrap_or(at);
                self.next_at = next_run(self.settings.schedule, began, self.failures);
            }
        }
    }
}

impl Aggregate for Connector {
    const TYPE: &'static str = "connector";
    type Command = ConnectorCommand;
    type Event = ConnectorEvent;
    type Error = ConnectorError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ConnectorCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ConnectorError> {
        let event = match (&*self, command) {
            (Self::Absent, ConnectorCommand::Register(registered)) => {
                let settings = registered.settings.checked()?;
                Some(ConnectorEvent::Registered(Box::new(ConnectorRegistered {
                    settings,
                    ..*registered
                })))
            }
            (Self::Absent, _) => return Err(ConnectorError::Absent),
            (Self::Registered(record), command) => record.decide(command)?,
        };
        if let Some(event) = event {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ConnectorEvent) {
        match (self, event) {
            (state, ConnectorEvent::Registered(registered)) => {
                *state = Self::Registered(Box::new(ConnectorRecord {
                    next_at: registered.settings.schedule.after(registered.at),
                    settings: registered.settings,
                    paused: None,
                    requested: false,
                    run: 0,
                    began: None,
                    running: false,
                    failures: 0,
                    last_file: None,
                }));
            }
            (Self::Registered(record), event) => record.take(event),
            // No stream starts otherwise: `handle` lets nothing but a registration through.
            (Self::Absent, _) => {}
        }
    }
}
