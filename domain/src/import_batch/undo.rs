//! 撤回导入: what a file of readings brought is taken back as a whole, by two people. What something
//! rests on already stays, and is listed with why.

use chaobiao_decision::{BusinessError as _, CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::ImportBatch;
use super::command::ImportBatchCommand;
use super::event::{ImportKind, KeptReading, UndoAdvanced};
use crate::account::{Account, meter_claim};
use crate::meter::command::{MeterCommand, WithdrawReading};
use crate::meter::{Meter, MeterError};
use crate::units::{AccountNo, ImportBatchId, MeterNo, ReadingId};

/// The batch a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportChanged {
    pub batch_id: ImportBatchId,
}

/// The first of the two says why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestImportUndo {
    pub batch_id: ImportBatchId,
    pub reason: String,
}

impl Process for RequestImportUndo {
    const NAME: &'static str = "import_batch.request_undo";
    type Outcome = ImportChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ImportChanged, Stop> {
        let command = ImportBatchCommand::RequestUndo {
            of_readings: is_of_readings(&self.batch_id),
            reason: self.reason.clone(),
            requested_by: context.actor.clone(),
        };
        workspace.execute::<ImportBatch>(self.batch_id.as_str(), command)?;
        Ok(ImportChanged {
            batch_id: self.batch_id.clone(),
        })
    }
}

/// Whether a batch is of readings: it is named by what its rows are, and by its file.
pub fn is_of_readings(batch_id: &ImportBatchId) -> bool {
    let kinds = [
        ImportKind::HandheldReadings,
        ImportKind::PlatformReadings,
        ImportKind::RemoteReadings,
    ];
    let kind = batch_id.as_str().split('-').next();
    kinds.iter().any(|wanted| Some(wanted.as_str()) == kind)
}

/// The second lets it happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproveImportUndo {
    pub batch_id: ImportBatchId,
}

impl Process for ApproveImportUndo {
    const NAME: &'static str = "import_batch.approve_undo";
    type Outcome = ImportChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ImportChanged, Stop> {
        let command = ImportBatchCommand::ApproveUndo {
            approved_by: context.actor.clone(),
        };
        workspace.execute::<ImportBatch>(self.batch_id.as_str(), command)?;
        Ok(ImportChanged {
            batch_id: self.batch_id.clone(),
        })
    }
}

/// A reading a file brought, and the accounts that pay or paid for its meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedReading {
    pub meter_no: MeterNo,
    pub reading_id: ReadingId,
    pub accounts: Vec<AccountNo>,
}

/// Takes the next readings of a batch back. With the meters' events goes how far it has come, so
/// that it is carried on from there whatever happens, and nothing is taken back twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawImported {
    pub batch_id: ImportBatchId,
    /// How many readings were dealt with before these.
    pub after: u32,
    pub readings: Vec<ImportedReading>,
    pub last: bool,
}

/// As many readings as a command looks up the payers of.
pub const UNDO_STEP: usize = 40;

impl Process for WithdrawImported {
    const NAME: &'static str = "import_batch.withdraw";
    type Outcome = ();

    fn decide(&self, _context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let readings = || self.readings.iter();
        workspace.need::<Meter>(readings().map(|reading| reading.meter_no.to_string()))?;
        let accounts = readings().flat_map(|reading| &reading.accounts);
        workspace.need::<Account>(accounts.map(ToString::to_string))?;
        let batch = workspace.get::<ImportBatch>(self.batch_id.as_str())?;
        let undo = batch.undo_from(self.after)?.clone();
        let mut step = UndoAdvanced::default();
        for reading in readings() {
            if let Some(error) = kept(reading, workspace)? {
                step.kept.push(KeptReading {
                    meter_no: reading.meter_no.clone(),
                    reading_id: reading.reading_id.clone(),
                    code: error.code().to_owned(),
                });
                continue;
            }
            let command = MeterCommand::WithdrawReading(WithdrawReading {
                reading_id: reading.reading_id.clone(),
                batch: Some(self.batch_id.clone()),
                reason: undo.reason.clone(),
                requested_by: undo.requested_by.clone(),
                approved_by: undo.approved_by.clone(),
            });
            workspace.execute::<Meter>(reading.meter_no.as_str(), command)?;
            step.withdrawn = step.withdrawn.saturating_add(1);
        }
        let command = ImportBatchCommand::AdvanceUndo {
            after: self.after,
            step,
            last: self.last,
        };
        workspace.execute::<ImportBatch>(self.batch_id.as_str(), command)
    }
}

/// Why a reading stays; nothing where it can go.
fn kept(reading: &ImportedReading, workspace: &mut Workspace) -> Result<Option<MeterError>, Stop> {
    let meter = match workspace
        .get::<Meter>(reading.meter_no.as_str())?
        .registered()
    {
        Ok(meter) => meter,
        Err(error) => return Ok(Some(error)),
    };
    if let Err(error) = meter.may_withdraw(&reading.reading_id) {
        return Ok(Some(error));
    }
    let Some(read_on) = meter
        .accepted_reading(&reading.reading_id)
        .map(|accepted| accepted.read_on)
    else {
        return Ok(None);
    };
    // Whoever has taken the meter over since the list was made.
    let holder = workspace.holder(&meter_claim(&reading.meter_no))?;
    let accounts = reading.accounts.iter().map(AccountNo::as_str);
    for account_no in accounts.chain(holder.as_deref()) {
        if let Account::Open(account) = workspace.get::<Account>(account_no)?
            && account.rests_on(&reading.meter_no, &reading.reading_id, read_on)
        {
            return Ok(Some(MeterError::ReadingBilled));
        }
    }
    Ok(None)
}
