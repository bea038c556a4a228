use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    ReadingPhoto, new_reading_id, outages, require_own_meter, rules_for, stored_instant,
    submit_photo,
};
use crate::meter::check::Plausible;
use crate::meter::command::{self, MeterCommand};
use crate::meter::{
    Channel, Evidence, Finding, Meter, MeterError, MeterState, PhotoVerdict, ReadingStatus, judge,
};
use crate::metering_point::MeteringPoint;
use crate::reading_round::ReadingRound;
use crate::units::{GeoPoint, Index, MeterNo, Quantity, ReadingId, RoundId};

/// An index from whatever source. Usage follows from it; nobody can type one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmitReading {
    pub meter_no: MeterNo,
    pub index: Index,
    /// Now, when not given.
    pub read_at: Option<DateTime<Utc>>,
    pub channel: Channel,
    pub photo: Option<ReadingPhoto>,
    pub round: Option<RoundId>,
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Evidence::is_empty")]
    pub evidence: Evidence,
}

/// What became of a submitted reading, for whoever stands before the meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingJudged {
    pub reading_id: ReadingId,
    pub status: ReadingStatus,
    /// Only of an accepted reading.
    pub usage: Option<Quantity>,
    pub cumulative: Option<Quantity>,
    pub findings: Vec<Finding>,
    /// What the program made of its photo, where it has looked at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoVerdict>,
    /// The same reading had come in before; nothing was written.
    pub duplicate: bool,
}

impl ReadingJudged {
    pub(crate) fn of(
        meter: &MeterState,
        reading_id: ReadingId,
        duplicate: bool,
    ) -> Result<Self, MeterError> {
        let submission = meter
            .submission(&reading_id)
            .ok_or(MeterError::ReadingNotFound)?;
        let accepted = meter.accepted_reading(&reading_id);
        Ok(Self {
            status: submission.status,
            usage: accepted.map(|reading| reading.usage),
            cumulative: accepted.map(|reading| reading.cumulative),
            findings: submission.findings.clone(),
            photo: submission.photo.verdict,
            reading_id,
            duplicate,
        })
    }
}

impl Process for SubmitReading {
    const NAME: &'static str = "meter.submit_reading";
    type Outcome = ReadingJudged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReadingJudged, Stop> {
        let id = self.meter_no.as_str();
        let read_at = stored_instant(self.read_at.unwrap_or(context.at));
        let meter = workspace.get::<Meter>(id)?.registered()?;
        let earlier = meter
            .submitted_at(read_at, self.channel)
            .map(|(reading_id, _)| reading_id.clone());
        self.authorise(&context.actor, workspace)?;
        if let Some(round) = &self.round {
            workspace
                .get::<ReadingRound>(round.as_str())?
                .expects(&self.meter_no)?;
        }
        let rules = rules_for(&self.meter_no, read_at, workspace)?;
        let photo = match earlier {
            Some(_) => self.photo.as_ref().map(|photo| photo.photo.clone()),
            None => submit_photo(workspace, &self.meter_no, self.photo.as_ref())?,
        };
        let reading_id = new_reading_id(context)?;
        let mut command = command::SubmitReading {
            reading_id: reading_id.clone(),
            index: self.index,
            read_at,
            channel: self.channel,
            photo,
            photo_check: self.photo.as_ref().and_then(|photo| photo.check.clone()),
            round: self.round.clone(),
            note: self.note.clone(),
            submitted_by: context.actor.clone(),
            evidence: self.evidence.clone(),
            marked_at: self.marked_at(workspace)?,
            next_door: Vec::new(),
            without_supply: Vec::new(),
            rules,
            now: context.at,
        };
        if self.round.is_some() && earlier.is_none() {
            command.next_door = self.next_door(&command, workspace)?;
        }
        if earlier.is_none() {
            let meter = workspace.get::<Meter>(id)?.registered()?;
            let idle = judge::idle_periods(meter, &command);
            if !idle.is_empty() {
                command.without_supply = outages::without_supply(id, &idle, workspace)?;
            }
        }
        workspace.execute::<Meter>(id, MeterCommand::SubmitReading(Box::new(command)))?;
        let meter = workspace.get::<Meter>(id)?.registered()?;
        let duplicate = earlier.is_some();
        Ok(ReadingJudged::of(
            meter,
            earlier.unwrap_or(reading_id),
            duplicate,
        )?)
    }
}

impl SubmitReading {
    /// V24: where the meter was marked to be, for a reader who says where they stood.
    fn marked_at(&self, workspace: &mut Workspace) -> Result<Option<GeoPoint>, Stop> {
        if self.evidence.position.is_none() {
            return Ok(None);
        }
        let point = workspace.get::<MeteringPoint>(self.meter_no.as_str())?;
        Ok(point.marked().map(|marked| marked.point))
    }

    /// What the neighbours in the walk may show: looked up only when the index is in doubt.
    fn next_door(
        &self,
        command: &command::SubmitReading,
        workspace: &mut Workspace,
    ) -> Result<Vec<(MeterNo, Plausible)>, Stop> {
        let meter = workspace
            .get::<Meter>(self.meter_no.as_str())?
            .registered()?;
        let Some(round) = self
            .round
            .as_ref()
            .filter(|_| judge::is_in_doubt(meter, command))
        else {
            return Ok(Vec::new());
        };
        let neighbours = workspace
            .get::<ReadingRound>(round.as_str())?
            .next_to(&self.meter_no);
        workspace.need::<Meter>(neighbours.iter().map(ToString::to_string))?;
        let mut next_door = Vec::with_capacity(neighbours.len());
        for meter_no in neighbours {
            let meter = workspace.get::<Meter>(meter_no.as_str())?.registered()?;
            let plausible = judge::plausible_now(meter, &command.rules, command.read_at);
            next_door.extend(plausible.map(|plausible| (meter_no, plausible)));
        }
        Ok(next_door)
    }

    /// R15: customers read their own meters, where that is switched on, and by no other channel.
    fn authorise(&self, actor: &Actor, workspace: &mut Workspace) -> Result<(), Stop> {
        let self_read = self.channel == Channel::SelfRead;
        let allowed = match actor {
            Actor::Customer(_) => self_read,
            Actor::Staff(_) => !self_read,
            // Imports and the demo campus replay what people did elsewhere.
            Actor::System(_) => true,
            Actor::Anonymous => false,
        };
        if !allowed {
            return Err(MeterError::ChannelNotAllowed.into());
        }
        let meter = workspace
            .get::<Meter>(self.meter_no.as_str())?
            .registered()?;
        if self_read && !meter.card().self_read {
            return Err(MeterError::SelfReadNotEnabled.into());
        }
        require_own_meter(actor, &self.meter_no, workspace)
    }
}
