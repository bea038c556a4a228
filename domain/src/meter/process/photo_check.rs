use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::ReadingJudged;
use crate::meter::command::{self, MeterCommand};
use crate::meter::{Meter, PhotoCheck, PhotoDecision};
use crate::units::{MeterNo, ReadingId};

/// The program comes to see a photo after its reading was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordPhotoCheck {
    pub meter_no: MeterNo,
    pub reading_id: ReadingId,
    pub check: PhotoCheck,
}

impl Process for RecordPhotoCheck {
    const NAME: &'static str = "meter.record_photo_check";
    type Outcome = ();

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let command = command::RecordPhotoCheck {
            reading_id: self.reading_id.clone(),
            check: self.check.clone(),
        };
        let command = MeterCommand::RecordPhotoCheck(Box::new(command));
        workspace.execute::<Meter>(self.meter_no.as_str(), command)?;
        Ok(())
    }
}

/// Another person than the reader looks at the photo of a reading that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewPhoto {
    pub meter_no: MeterNo,
    pub reading_id: ReadingId,
    pub decision: PhotoDecision,
    pub note: Option<String>,
}

impl Process for ReviewPhoto {
    const NAME: &'static str = "meter.review_photo";
    type Outcome = ReadingJudged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReadingJudged, Stop> {
        let id = self.meter_no.as_str();
        let command = MeterCommand::ReviewPhoto(command::ReviewPhoto {
            reading_id: self.reading_id.clone(),
            decision: self.decision,
            note: self.note.clone(),
            reviewed_by: context.actor.clone(),
        });
        workspace.execute::<Meter>(id, command)?;
        let meter = workspace.get::<Meter>(id)?.registered()?;
        Ok(ReadingJudged::of(meter, self.reading_id.clone(), false)?)
    }
}
