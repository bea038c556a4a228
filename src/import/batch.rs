use chaobiao_decision::CommandContext;
use chaobiao_domain::import_batch::{
    AdvanceImport, ImportAdvanced, RefusedRow, RowCounts, StartImport, StartedImport,
};
use chaobiao_domain::units::{FileHash, ImportBatchId, ValueError};
use chaobiao_eventstore::CommandBus;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::verdict::{RowVerdict, Verdict};
use super::{ImportError, ImportRequest};

/// Keeps in the file's own stream how far it has been taken in.
pub(super) struct BatchLog {
    batch_id: ImportBatchId,
    run: u32,
    through_row: u32,
}

impl BatchLog {
    pub(super) async fn start(
        bus: &CommandBus,
        request: &ImportRequest,
        bytes: &[u8],
        rows: usize,
    ) -> Result<Self, ImportError> {
        let start = StartImport {
            kind: request.kind.kind(),
            file_name: request.file_name.clone(),
            file_hash: hash_of(bytes)?,
            row_count: count(rows),
        };
        let executed = bus.execute(context(request), start).await?;
        let StartedImport { batch_id, run } = executed.outcome;
        Ok(Self {
            batch_id,
            run: run.run,
            through_row: run.through_row,
        })
    }

    pub(super) fn batch_id(&self) -> &ImportBatchId {
        &self.batch_id
    }

    /// The last row that has its verdict; zero when none has.
    pub(super) fn through_row(&self) -> usize {
        self.through_row as usize
    }

    /// Notes verdicts, in the order of their rows.
    pub(super) async fn advance(
        &mut self,
        bus: &CommandBus,
        request: &ImportRequest,
        verdicts: &[RowVerdict],
        last: bool,
    ) -> Result<(), ImportError> {
        let Some(through_row) = verdicts.last().map(|verdict| count(verdict.row)) else {
            return Ok(());
        };
        let mut counts = RowCounts::default();
        let mut refused = Vec::new();
        for verdict in verdicts {
            *match verdict.verdict {
                Verdict::Accepted => &mut counts.accepted,
                Verdict::Held => &mut counts.held,
                Verdict::Unchanged => &mut counts.unchanged,
                Verdict::Refused => &mut counts.refused,
            } += 1;
            if verdict.verdict == Verdict::Refused {
                refused.push(RefusedRow {
                    row: count(verdict.row),
                    subject: verdict.id.clone(),
                    code: verdict.code.clone().unwrap_or_default(),
                });
            }
        }
        let step = ImportAdvanced {
            run: self.run,
            through_row,
            counts,
            refused,
        };
        let advance = AdvanceImport {
            batch_id: self.batch_id.clone(),
            after_row: self.through_row,
            step,
            last,
        };
        bus.execute(context(request), advance).await?;
        self.through_row = through_row;
        Ok(())
    }
}

/// Each note is a command of its own: which one follows which, the stream says.
fn context(request: &ImportRequest) -> CommandContext {
    CommandContext {
        origin: Some(request.origin()),
        ..CommandContext::new(Uuid::now_v7(), request.actor.clone(), request.at)
    }
}

/// By which files are told apart.
pub fn hash_of(bytes: &[u8]) -> Result<FileHash, ValueError> {
    FileHash::try_new(hex::encode(Sha256::digest(bytes)))
}

/// Files are refused long before they have that many rows.
fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
