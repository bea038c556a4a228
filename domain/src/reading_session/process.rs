use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    ReadingSession, ReadingSessionCommand, ReadingSessionError, SessionFinished, SessionNote,
    SessionStarted,
};
use crate::units::{MeterNo, RoundId, SessionId, StaffLogin, business_date};
use crate::validation_rules::ValidationRules;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionChanged {
    pub session_id: SessionId,
}

/// A reader sets out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartSession {
    /// What the device called it; left out, a new name is made.
    pub session_id: Option<SessionId>,
    pub round: Option<RoundId>,
    /// Now, when not given.
    pub started_at: Option<DateTime<Utc>>,
    pub device: Option<String>,
}

impl Process for StartSession {
    const NAME: &'static str = "reading_session.start";
    type Outcome = SessionChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SessionChanged, Stop> {
        let Actor::Staff(login) = &context.actor else {
            return Err(ReadingSessionError::StaffOnly.into());
        };
        let corrupt = |error: crate::units::ValueError| Stop::Corrupt(error.to_string());
        let started_at = self.started_at.unwrap_or(context.at);
        let minutes = workspace
            .get::<ValidationRules>(ValidationRules::ID)?
            .in_force(business_date(context.at))
            .future_tolerance_minutes;
        if started_at > context.at + TimeDelta::minutes(i64::from(minutes)) {
            return Err(ReadingSessionError::InFuture.into());
        }
        let session_id = match &self.session_id {
            Some(session_id) => session_id.clone(),
            None => {
                SessionId::try_new(context.derive_id("session").to_string()).map_err(corrupt)?
            }
        };
        let started = SessionStarted {
            session_id: session_id.clone(),
            reader: StaffLogin::try_new(login).map_err(corrupt)?,
            started_at,
            round: self.round.clone(),
            device: self.device.clone(),
        };
        let command = ReadingSessionCommand::Start(started);
        workspace.execute::<ReadingSession>(session_id.as_str(), command)?;
        Ok(SessionChanged { session_id })
    }
}

/// Something worth knowing later, about a meter or about the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddSessionNote {
    pub session_id: SessionId,
    pub text: String,
    pub meter_no: Option<MeterNo>,
    pub noted_at: Option<DateTime<Utc>>,
}

impl Process for AddSessionNote {
    const NAME: &'static str = "reading_session.add_note";
    type Outcome = SessionChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SessionChanged, Stop> {
        let note = SessionNote {
            text: self.text.clone(),
            noted_at: self.noted_at.unwrap_or(context.at),
            meter_no: self.meter_no.clone(),
        };
        let by = context.actor.clone();
        let command = ReadingSessionCommand::AddNote { note, by };
        workspace.execute::<ReadingSession>(self.session_id.as_str(), command)?;
        Ok(SessionChanged {
            session_id: self.session_id.clone(),
        })
    }
}

/// The reader is back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishSession {
    pub session_id: SessionId,
    pub finished_at: Option<DateTime<Utc>>,
    pub summary: Option<String>,
}

impl Process for FinishSession {
    const NAME: &'static str = "reading_session.finish";
    type Outcome = SessionChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SessionChanged, Stop> {
        let finished = SessionFinished {
            finished_at: self.finished_at.unwrap_or(context.at),
            summary: self.summary.clone(),
        };
        let by = context.actor.clone();
        let command = ReadingSessionCommand::Finish { finished, by };
        workspace.execute::<ReadingSession>(self.session_id.as_str(), command)?;
        Ok(SessionChanged {
            session_id: self.session_id.clone(),
        })
    }
}
