use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::ReadingJudged;
use crate::meter::Meter;
use crate::meter::command::{self, MeterCommand};
use crate::units::{CorrectionId, Index, MeterNo, ReadingId};

fn judged(
    workspace: &mut Workspace,
    meter_no: &MeterNo,
    reading_id: &ReadingId,
) -> Result<ReadingJudged, Stop> {
    let meter = workspace.get::<Meter>(meter_no.as_str())?.registered()?;
    Ok(ReadingJudged::of(meter, reading_id.clone(), false)?)
}

/// A second person lets a held reading count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptHeldReading {
    pub meter_no: MeterNo,
    pub reading_id: ReadingId,
    pub note: Option<String>,
    /// The reviewer has seen that the register rolled over.
    pub rollover: bool,
}

impl Process for AcceptHeldReading {
    const NAME: &'static str = "meter.accept_held_reading";
    type Outcome = ReadingJudged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReadingJudged, Stop> {
        let command = command::AcceptHeldReading {
            reading_id: self.reading_id.clone(),
            note: self.note.clone(),
            rollover: self.rollover,
            reviewed_by: context.actor.clone(),
        };
        let command = MeterCommand::AcceptHeldReading(command);
        workspace.execute::<Meter>(self.meter_no.as_str(), command)?;
        judged(workspace, &self.meter_no, &self.reading_id)
    }
}

/// A held reading will not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectReading {
    pub meter_no: MeterNo,
    pub reading_id: ReadingId,
    pub reason: String,
}

impl Process for RejectReading {
    const NAME: &'static str = "meter.reject_reading";
    type Outcome = ReadingJudged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReadingJudged, Stop> {
        let command = MeterCommand::RejectReading(command::RejectReading {
            reading_id: self.reading_id.clone(),
            reason: self.reason.clone(),
            rejected_by: context.actor.clone(),
        });
        workspace.execute::<Meter>(self.meter_no.as_str(), command)?;
        judged(workspace, &self.meter_no, &self.reading_id)
    }
}

/// The first of the two people a correction takes (R4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestCorrection {
    pub meter_no: MeterNo,
    pub reading_id: ReadingId,
    pub index: Index,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionAsked {
    pub correction_id: CorrectionId,
    pub reading_id: ReadingId,
}

impl Process for RequestCorrection {
    const NAME: &'static str = "meter.request_correction";
    type Outcome = CorrectionAsked;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CorrectionAsked, Stop> {
        let correction_id = CorrectionId::try_new(context.derive_id("correction").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let command = MeterCommand::RequestCorrection(command::RequestCorrection {
            correction_id: correction_id.clone(),
            reading_id: self.reading_id.clone(),
            index: self.index,
            reason: self.reason.clone(),
            requested_by: context.actor.clone(),
        });
        workspace.execute::<Meter>(self.meter_no.as_str(), command)?;
        Ok(CorrectionAsked {
            correction_id,
            reading_id: self.reading_id.clone(),
        })
    }
}

/// The second of the two; neither the one who asked nor the one who read the meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproveCorrection {
    pub meter_no: MeterNo,
    pub correction_id: CorrectionId,
}

impl Process for ApproveCorrection {
    const NAME: &'static str = "meter.approve_correction";
    type Outcome = ReadingJudged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReadingJudged, Stop> {
        let meter = workspace
            .get::<Meter>(self.meter_no.as_str())?
            .registered()?;
        let reading_id = meter.correction(&self.correction_id)?.reading_id.clone();
        let command = MeterCommand::ApproveCorrection(command::ApproveCorrection {
            correction_id: self.correction_id.clone(),
            approved_by: context.actor.clone(),
        });
        workspace.execute::<Meter>(self.meter_no.as_str(), command)?;
        judged(workspace, &self.meter_no, &reading_id)
    }
}
