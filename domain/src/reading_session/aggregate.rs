use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{
    ReadingSessionCommand, ReadingSessionError, ReadingSessionEvent, SessionFinished, SessionNote,
};
use crate::units::StaffLogin;

pub(super) const TEXT_LENGTH: usize = 500;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadingSession {
    #[default]
    Absent,
    Running {
        reader: StaffLogin,
        started_at: DateTime<Utc>,
    },
    Finished,
}

impl ReadingSession {
    /// When it began, if `by` may still write into it.
    fn begun_for(&self, by: &Actor) -> Result<DateTime<Utc>, ReadingSessionError> {
        match self {
            Self::Absent => Err(ReadingSessionError::NotFound),
            Self::Finished => Err(ReadingSessionError::Finished),
            Self::Running { reader, started_at } => match by {
                Actor::Staff(login) if login == reader.as_str() => Ok(*started_at),
                Actor::System(_) => Ok(*started_at),
                _ => Err(ReadingSessionError::NotYours),
            },
        }
    }
}

impl Aggregate for ReadingSession {
    const TYPE: &'static str = "reading_session";
    type Command = ReadingSessionCommand;
    type Event = ReadingSessionEvent;
    type Error = ReadingSessionError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ReadingSessionCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ReadingSessionError> {
        let event = match command {
            ReadingSessionCommand::Start(started) => {
                if *self != Self::Absent {
                    return Err(ReadingSessionError::AlreadyStarted);
                }
                ReadingSessionEvent::Started(started)
            }
            ReadingSessionCommand::AddNote { note, by } => {
                let begun = self.begun_for(&by)?;
                if note.noted_at < begun {
                    return Err(ReadingSessionError::BeforeStart);
                }
                let text = text(&note.text)?;
                ReadingSessionEvent::NoteAdded(SessionNote { text, ..note })
            }
            ReadingSessionCommand::Finish { finished, by } => {
                let begun = self.begun_for(&by)?;
                if finished.finished_at < begun {
                    return Err(ReadingSessionError::BeforeStart);
                }
                let summary = finished.summary.as_deref().map(text).transpose()?;
                ReadingSessionEvent::Finished(SessionFinished {
                    summary,
                    ..finished
                })
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: ReadingSessionEvent) {
        match event {
            ReadingSessionEvent::Started(started) => {
                *self = Self::Running {
                    reader: started.reader,
                    started_at: started.started_at,
                };
            }
            ReadingSessionEvent::NoteAdded(_) => {}
            ReadingSessionEvent::Finished(_) => *self = Self::Finished,
        }
    }
}

fn text(text: &str) -> Result<String, ReadingSessionError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_LENGTH {
        Err(ReadingSessionError::TextInvalid)
    } else {
        Ok(text.to_owned())
    }
}
