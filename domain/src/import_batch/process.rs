use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::{ImportBatch, ImportRun};
use super::command::ImportBatchCommand;
use super::event::{ImportAdvanced, ImportKind};
use crate::units::{FileHash, ImportBatchId, ValueError};

/// The same file, taken in as the same kind, is the same batch. As many digits of the hash as an
/// id has room for tell files apart.
fn batch_id(kind: ImportKind, file: &FileHash) -> Result<ImportBatchId, ValueError> {
    let digits = file.as_str().get(..22).unwrap_or_default();
    ImportBatchId::try_new(format!("{}-{digits}", kind.as_str()))
}

/// Begins to take a file in, or finds where an interrupted import of it stopped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StartImport {
    pub kind: ImportKind,
    pub file_name: String,
    pub file_hash: FileHash,
    pub row_count: u32,
}

/// Where to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedImport {
    pub batch_id: ImportBatchId,
    /// As far as it has come: at zero when it begins.
    pub run: ImportRun,
}

impl Process for StartImport {
    const NAME: &'static str = "import_batch.start";
    type Outcome = StartedImport;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<StartedImport, Stop> {
        let batch_id = batch_id(self.kind, &self.file_hash)
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let command = ImportBatchCommand::Start {
            batch_id: batch_id.clone(),
            kind: self.kind,
            file_name: self.file_name.clone(),
            file_hash: self.file_hash.clone(),
            row_count: self.row_count,
        };
        workspace.execute::<ImportBatch>(batch_id.as_str(), command)?;
        let batch = workspace.get::<ImportBatch>(batch_id.as_str())?;
        Ok(StartedImport {
            run: batch.run().unwrap_or_default(),
            batch_id,
        })
    }
}

/// Notes that the rows up to one have their verdicts. Refused when somebody else has brought the
/// same file further: two imports of one file must not both report it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdvanceImport {
    pub batch_id: ImportBatchId,
    pub after_row: u32,
    pub step: ImportAdvanced,
    pub last: bool,
}

impl Process for AdvanceImport {
    const NAME: &'static str = "import_batch.advance";
    type Outcome = ();

    fn decide(&self, _context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let command = ImportBatchCommand::Advance {
            after_row: self.after_row,
            step: self.step.clone(),
            last: self.last,
        };
        workspace.execute::<ImportBatch>(self.batch_id.as_str(), command)
    }
}
