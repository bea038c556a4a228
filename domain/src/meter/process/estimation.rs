use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{ReadingJudged, new_reading_id, rules_for, stored_instant};
use crate::meter::command::{self, MeterCommand};
use crate::meter::{Meter, MeterError, ReadState};
use crate::reading_round::ReadingRound;
use crate::units::{MeterNo, RoundId};

/// Only staff say that a meter was not read, and why.
fn require_staff(actor: &Actor) -> Result<(), MeterError> {
    match actor {
        Actor::Staff(_) | Actor::System(_) => Ok(()),
        Actor::Customer(_) | Actor::Anonymous => Err(MeterError::ChannelNotAllowed),
    }
}

fn require_on_walk(
    round: Option<&RoundId>,
    meter_no: &MeterNo,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    if let Some(round) = round {
        workspace
            .get::<ReadingRound>(round.as_str())?
            .expects(meter_no)?;
    }
    Ok(())
}

/// 估抄: an index nobody read. What it is follows from the rules; nobody can type one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstimateReading {
    pub meter_no: MeterNo,
    /// One that takes no index.
    pub state: ReadState,
    /// Now, when not given.
    pub read_at: Option<DateTime<Utc>>,
    pub round: Option<RoundId>,
    pub reason: String,
}

impl Process for EstimateReading {
    const NAME: &'static str = "meter.estimate_reading";
    type Outcome = ReadingJudged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReadingJudged, Stop> {
        require_staff(&context.actor)?;
        let id = self.meter_no.as_str();
        let read_at = stored_instant(self.read_at.unwrap_or(context.at));
        workspace.get::<Meter>(id)?.registered()?;
        require_on_walk(self.round.as_ref(), &self.meter_no, workspace)?;
        let reading_id = new_reading_id(context)?;
        let command = command::EstimateReading {
            reading_id: reading_id.clone(),
            state: self.state,
            read_at,
            round: self.round.clone(),
            reason: self.reason.clone(),
            estimated_by: context.actor.clone(),
            rules: rules_for(&self.meter_no, read_at, workspace)?,
            now: context.at,
        };
        workspace.execute::<Meter>(id, MeterCommand::EstimateReading(Box::new(command)))?;
        let meter = workspace.get::<Meter>(id)?.registered()?;
        Ok(ReadingJudged::of(meter, reading_id, false)?)
    }
}

/// 延迟: puts a reading off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelayReading {
    pub meter_no: MeterNo,
    pub until: NaiveDate,
    pub round: Option<RoundId>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingPutOff {
    pub meter_no: MeterNo,
    pub until: NaiveDate,
}

impl Process for DelayReading {
    const NAME: &'static str = "meter.delay_reading";
    type Outcome = ReadingPutOff;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReadingPutOff, Stop> {
        require_staff(&context.actor)?;
        let id = self.meter_no.as_str();
        workspace.get::<Meter>(id)?.registered()?;
        require_on_walk(self.round.as_ref(), &self.meter_no, workspace)?;
        let command = command::DelayReading {
            until: self.until,
            reason: self.reason.clone(),
            round: self.round.clone(),
            delayed_by: context.actor.clone(),
            now: context.at,
        };
        workspace.execute::<Meter>(id, MeterCommand::DelayReading(command))?;
        Ok(ReadingPutOff {
            meter_no: self.meter_no.clone(),
            until: self.until,
        })
    }
}
