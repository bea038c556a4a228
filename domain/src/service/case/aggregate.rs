use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::CaseCommand;
use super::error::CaseError;
use super::event::{CaseEvent, CaseKind, CaseOpened, Deadline, TEXT_LENGTH_MAX};
use crate::units::StaffLogin;

pub(super) const PLACE_LENGTH_MAX: usize = 120;
pub(super) const PHOTOS_MAX: usize = 9;

/// One case, from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum ServiceCase {
    #[default]
    Absent,
    Filed(Box<CaseRecord>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseState {
    Open,
    Assigned,
    Resolved,
    Closed,
}

/// What a case that was filed knows about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseRecord {
    pub opened: CaseOpened,
    pub state: CaseState,
    pub assignee: Option<StaffLogin>,
    pub concerned: Option<StaffLogin>,
    pub deadline: Deadline,
    /// When the clock of the deadline began: filed, or opened again.
    pub running_since: DateTime<Utc>,
    answered: bool,
    rated: bool,
}

impl ServiceCase {
    pub fn record(&self) -> Result<&CaseRecord, CaseError> {
        match self {
            Self::Filed(record) => Ok(record),
            Self::Absent => Err(CaseError::Unknown),
        }
    }
}

impl CaseRecord {
    pub fn is_open(&self) -> bool {
        matches!(self.state, CaseState::Open | CaseState::Assigned)
    }

    /// Whether its deadline still means anything.
    pub fn awaits_reply(&self) -> bool {
        self.is_open() && !self.answered
    }

    fn check_open(&self) -> Result<(), CaseError> {
        if self.is_open() {
            Ok(())
        } else {
            Err(CaseError::NotOpen)
        }
    }

    fn check_over(&self) -> Result<(), CaseError> {
        if self.is_open() {
            Err(CaseError::StillOpen)
        } else {
            Ok(())
        }
    }

    /// R65: who is complained about has no hand in it.
    fn check_handler(&self, by: &Actor) -> Result<(), CaseError> {
        match by {
            Actor::Staff(login) => match &self.concerned {
                Some(concerned) if concerned.as_str() == login => Err(CaseError::HandlerConcerned),
                _ => Ok(()),
            },
            Actor::System(_) => Ok(()),
            Actor::Customer(_) | Actor::Anonymous => Err(CaseError::StaffOnly),
        }
    }

    /// The reporter, or whoever may handle it; to others it is not there.
    fn check_party(&self, by: &Actor) -> Result<(), CaseError> {
        if self.opened.reported_by == *by {
            return Ok(());
        }
        match self.check_handler(by) {
            Err(CaseError::StaffOnly) => Err(CaseError::Unknown),
            other => other,
        }
    }

    fn check_running(&self, due_at: DateTime<Utc>) -> Result<(), CaseError> {
        if !self.awaits_reply() {
            Err(CaseError::Answered)
        } else if self.deadline.due_at == due_at {
            Ok(())
        } else {
            Err(CaseError::DeadlineMoved)
        }
    }
}

pub(super) fn text(text: &str) -> Result<String, CaseError> {
    let text = text.trim();
    if (1..=TEXT_LENGTH_MAX).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(CaseError::TextInvalid)
    }
}

/// Nothing, where nothing or only spaces were written.
fn remark(remark: Option<String>) -> Result<Option<String>, CaseError> {
    remark
        .filter(|remark| !remark.trim().is_empty())
        .map(|remark| text(&remark))
        .transpose()
}

fn open(mut opened: CaseOpened) -> Result<CaseEvent, CaseError> {
    opened.place = opened.place.trim().to_owned();
    if !(1..=PLACE_LENGTH_MAX).contains(&opened.place.chars().count()) {
        return Err(CaseError::PlaceInvalid);
    }
    opened.description = text(&opened.description)?;
    if opened.topic.is_some() != (opened.kind == CaseKind::ServiceRequest) {
        return Err(CaseError::TopicMismatch);
    }
    if opened.photos.len() > PHOTOS_MAX {
        return Err(CaseError::TooManyPhotos);
    }
    if opened.concerned.is_some() && opened.kind != CaseKind::Complaint {
        return Err(CaseError::NotAComplaint);
    }
    Ok(CaseEvent::Opened(opened))
}

fn assign(
    record: &CaseRecord,
    to: StaffLogin,
    note: Option<String>,
    by: &Actor,
) -> Result<Option<CaseEvent>, CaseError> {
    record.check_handler(by)?;
    record.check_open()?;
    if record.concerned.as_ref() == Some(&to) {
        return Err(CaseError::HandlerConcerned);
    }
    let note = remark(note)?;
    let changes = record.assignee.as_ref() != Some(&to) || note.is_some();
    Ok(changes.then_some(CaseEvent::Assigned { to, note }))
}

fn name_staff(
    record: &CaseRecord,
    concerned: StaffLogin,
    by: &Actor,
) -> Result<Option<CaseEvent>, CaseError> {
    record.check_handler(by)?;
    if record.opened.kind != CaseKind::Complaint {
        return Err(CaseError::NotAComplaint);
    }
    let changes = record.concerned.as_ref() != Some(&concerned);
    Ok(changes.then_some(CaseEvent::StaffNamed { concerned }))
}

fn rate(
    record: &CaseRecord,
    stars: u8,
    comment: Option<String>,
    by: &Actor,
) -> Result<CaseEvent, CaseError> {
    if record.opened.reported_by != *by {
        return Err(CaseError::Unknown);
    }
    record.check_over()?;
    if record.rated {
        return Err(CaseError::AlreadyRated);
    }
    if !(1..=5).contains(&stars) {
        return Err(CaseError::StarsOutOfRange);
    }
    Ok(CaseEvent::Rated {
        stars,
        comment: remark(comment)?,
    })
}

fn decide(record: &CaseRecord, command: CaseCommand) -> Result<Option<CaseEvent>, CaseError> {
    let event = match command {
        CaseCommand::Open(_) => return Err(CaseError::AlreadyOpened),
        CaseCommand::Assign { to, note, by } => return assign(record, to, note, &by),
        CaseCommand::NameStaff { concerned, by } => return name_staff(record, concerned, &by),
        CaseCommand::Reply { text: reply, by } => {
            record.check_handler(&by)?;
            record.check_open()?;
            CaseEvent::Replied {
                text: text(&reply)?,
            }
        }
        CaseCommand::Resolve { outcome, by } => {
            record.check_handler(&by)?;
            record.check_open()?;
            CaseEvent::Resolved {
                outcome: text(&outcome)?,
            }
        }
        CaseCommand::Close { reason, by } => {
            record.check_party(&by)?;
            if record.state == CaseState::Closed {
                return Err(CaseError::NotOpen);
            }
            CaseEvent::Closed {
                reason: remark(reason)?,
            }
        }
        CaseCommand::Rate { stars, comment, by } => rate(record, stars, comment, &by)?,
        CaseCommand::Reopen {
            reason,
            reopened_at,
            deadline,
            by,
        } => {
            record.check_party(&by)?;
            record.check_over()?;
            CaseEvent::Reopened {
                reason: text(&reason)?,
                reopened_at,
                deadline,
            }
        }
        CaseCommand::Warn { due_at } => {
            record.check_running(due_at)?;
            CaseEvent::DeadlineWarned { due_at }
        }
        CaseCommand::NoteMissed { due_at } => {
            record.check_running(due_at)?;
            CaseEvent::DeadlineMissed { due_at }
        }
        CaseCommand::Replan { deadline, reason } => {
            if !record.awaits_reply() {
                return Err(CaseError::Answered);
            }
            if record.deadline == deadline {
                return Ok(None);
            }
            CaseEvent::Replanned { deadline, reason }
        }
    };
    Ok(Some(event))
}

impl Aggregate for ServiceCase {
    const TYPE: &'static str = "service_case";
    type Command = CaseCommand;
    type Event = CaseEvent;
    type Error = CaseError;
    type Services = ();

    async fn handle(
        &mut self,
        command: CaseCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), CaseError> {
        let event = match (&*self, command) {
            (Self::Absent, CaseCommand::Open(opened)) => Some(open(*opened)?),
            (Self::Absent, _) => return Err(CaseError::Unknown),
            (Self::Filed(record), command) => decide(record, command)?,
        };
        if let Some(event) = event {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: CaseEvent) {
        match (&mut *self, event) {
            (_, CaseEvent::Opened(opened)) => {
                *self = Self::Filed(Box::new(CaseRecord {
                    state: CaseState::Open,
                    assignee: None,
                    concerned: opened.concerned.clone(),
                    deadline: opened.deadline,
                    running_since: opened.filed_at,
                    answered: false,
                    rated: false,
                    opened,
                }));
            }
            (Self::Filed(record), event) => apply(record, event),
            (Self::Absent, _) => {}
        }
    }
}

fn apply(record: &mut CaseRecord, event: CaseEvent) {
    match event {
        CaseEvent::Opened(_)
        | CaseEvent::DeadlineWarned { .. }
        | CaseEvent::DeadlineMissed { .. } => {}
        CaseEvent::Assigned { to, .. } => {
            record.assignee = Some(to);
            record.state = CaseState::Assigned;
        }
        CaseEvent::StaffNamed { concerned } => {
            if record.assignee.as_ref() == Some(&concerned) {
                record.assignee = None;
                if record.state == CaseState::Assigned {
                    record.state = CaseState::Open;
                }
            }
            record.concerned = Some(concerned);
        }
        CaseEvent::Replied { .. } => record.answered = true,
        CaseEvent::Resolved { .. } => {
            record.answered = true;
            record.state = CaseState::Resolved;
        }
        CaseEvent::Closed { .. } => record.state = CaseState::Closed,
        CaseEvent::Rated { .. } => record.rated = true,
        CaseEvent::Reopened {
            reopened_at,
            deadline,
            ..
        } => {
            record.state = match record.assignee {
                Some(_) => CaseState::Assigned,
                None => CaseState::Open,
            };
            record.deadline = deadline;
            record.running_since = reopened_at;
            record.answered = false;
            record.rated = false;
        }
        CaseEvent::Replanned { deadline, .. } => record.deadline = deadline,
    }
}
