use chaobiao_decision::Actor;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::ImportBatchCommand;
use super::error::ImportBatchError;
use super::event::{ImportAdvanced, ImportBatchEvent, ImportStarted, RowCounts, UndoAdvanced};
use crate::units::written;

const REASON_LENGTH_MAX: usize = 200;

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRun {
    pub run: u32,
    /// Zero before the first step.
    pub through_row: u32,
    pub counts: RowCounts,
}

/// The readings of a file on their way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportUndo {
    pub reason: String,
    pub requested_by: Actor,
    pub approved_by: Actor,
    through: u32,
    withdrawn: u32,
    kept: u32,
}

/// One file's import; its key is the kind and the hash of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportBatch {
    #[default]
    Absent,
    Running(ImportRun),
    Finished(ImportRun),
    /// Somebody wants it undone, and nobody has agreed yet.
    UndoRequested {
        run: ImportRun,
        reason: String,
        requested_by: Actor,
    },
    Undoing(ImportRun, Box<ImportUndo>),
    Undone(ImportRun),
}

impl ImportBatch {
    /// The run under way, or the last one.
    pub const fn run(&self) -> Option<ImportRun> {
        match self {
            Self::Absent => None,
            Self::Running(run)
            | Self::Finished(run)
            | Self::UndoRequested { run, .. }
            | Self::Undoing(run, _)
            | Self::Undone(run) => Some(*run),
        }
    }

    /// A file may be taken in again, but not while what it brought is on its way back.
    fn next_run(&self) -> Result<Option<u32>, ImportBatchError> {
        match self {
            Self::Absent => Ok(Some(1)),
            Self::Running(_) => Ok(None),
            Self::Undoing(..) => Err(ImportBatchError::UndoUnderWay),
            Self::Finished(run) | Self::UndoRequested { run, .. } | Self::Undone(run) => {
                Ok(Some(run.run.saturating_add(1)))
            }
        }
    }

    fn check(&self, after_row: u32, step: &ImportAdvanced) -> Result<(), ImportBatchError> {
        let Self::Running(run) = self else {
            return Err(ImportBatchError::NotRunning);
        };
        let follows = run.run == step.run && run.through_row == after_row;
        if follows && step.through_row > after_row {
            Ok(())
        } else {
            Err(ImportBatchError::MovedOn)
        }
    }

    /// The undo under way, if it has come exactly so far.
    pub(super) fn undo_from(&self, after: u32) -> Result<&ImportUndo, ImportBatchError> {
        match self {
            Self::Undoing(_, undo) if undo.through == after => Ok(undo),
            _ => Err(ImportBatchError::MovedOn),
        }
    }

    fn start(&self, started: ImportStarted) -> Decision {
        if started.row_count == 0 {
            return Err(ImportBatchError::NoRows);
        }
        let run = self.next_run()?;
        let started = run.map(|run| ImportBatchEvent::Started(ImportStarted { run, ..started }));
        Ok(started.into_iter().collect())
    }

    fn advance(&self, after_row: u32, step: ImportAdvanced, last: bool) -> Decision {
        self.check(after_row, &step)?;
        let before = self.run().unwrap_or_default();
        let finished = last.then(|| ImportBatchEvent::Finished {
            run: before.run,
            counts: before.counts.plus(step.counts),
        });
        let advanced = ImportBatchEvent::Advanced(step);
        Ok(std::iter::once(advanced).chain(finished).collect())
    }

    fn request_undo(&self, reason: &str, requested_by: Actor) -> Decision {
        match self {
            Self::Absent | Self::Running(_) => Err(ImportBatchError::NotFinished),
            Self::Undoing(..) | Self::Undone(_) => Err(ImportBatchError::UndoUnderWay),
            // Asked again, the newer reason holds.
            Self::Finished(_) | Self::UndoRequested { .. } => {
                let reason = written(reason, "撤回原因", REASON_LENGTH_MAX)
                    .map_err(ImportBatchError::Reason)?;
                Ok(vec![ImportBatchEvent::UndoRequested {
                    reason,
                    requested_by,
                }])
            }
        }
    }

    fn approve_undo(&self, approved_by: Actor) -> Decision {
        match self {
            Self::UndoRequested { requested_by, .. } if *requested_by == approved_by => {
                Err(ImportBatchError::UndoNeedsAnotherPerson)
            }
            Self::UndoRequested { .. } => Ok(vec![ImportBatchEvent::UndoApproved { approved_by }]),
            Self::Undoing(..) | Self::Undone(_) => Err(ImportBatchError::UndoUnderWay),
            Self::Absent | Self::Running(_) | Self::Finished(_) => {
                Err(ImportBatchError::NoUndoRequested)
            }
        }
    }

    fn advance_undo(&self, after: u32, step: UndoAdvanced, last: bool) -> Decision {
        let undo = self.undo_from(after)?;
        let kept = u32::try_from(step.kept.len()).unwrap_or(u32::MAX);
        let through = after.saturating_add(step.withdrawn).saturating_add(kept);
        let finished = last.then(|| ImportBatchEvent::UndoFinished {
            withdrawn: undo.withdrawn.saturating_add(step.withdrawn),
            kept: undo.kept.saturating_add(kept),
        });
        let advanced = ImportBatchEvent::UndoAdvanced(UndoAdvanced { through, ..step });
        Ok(std::iter::once(advanced).chain(finished).collect())
    }
}

type Decision = Result<Vec<ImportBatchEvent>, ImportBatchError>;

impl Aggregate for ImportBatch {
    const TYPE: &'static str = "import_batch";
    type Command = ImportBatchCommand;
    type Event = ImportBatchEvent;
    type Error = ImportBatchError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ImportBatchCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ImportBatchError> {
        let events = match command {
            ImportBatchCommand::Start {
                batch_id,
                kind,
                file_name,
                file_hash,
                row_count,
            } => self.start(ImportStarted {
                batch_id,
                kind,
                file_name,
                file_hash,
                run: 0,
                row_count,
            })?,
            ImportBatchCommand::Advance {
                after_row,
                step,
                last,
            } => self.advance(after_row, step, last)?,
            ImportBatchCommand::RequestUndo {
                of_readings: false, ..
            } => return Err(ImportBatchError::NotReadings),
            ImportBatchCommand::RequestUndo {
                reason,
                requested_by,
                ..
            } => self.request_undo(&reason, requested_by)?,
            ImportBatchCommand::ApproveUndo { approved_by } => self.approve_undo(approved_by)?,
            ImportBatchCommand::AdvanceUndo { after, step, last } => {
                self.advance_undo(after, step, last)?
            }
        };
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ImportBatchEvent) {
        match event {
            ImportBatchEvent::Started(started) => {
                *self = Self::Running(ImportRun {
                    run: started.run,
                    ..ImportRun::default()
                });
            }
            ImportBatchEvent::Advanced(step) => {
                if let Self::Running(run) = self {
                    run.through_row = step.through_row;
                    run.counts = run.counts.plus(step.counts);
                }
            }
            ImportBatchEvent::Finished { .. } => {
                if let Self::Running(run) = self {
                    *self = Self::Finished(*run);
                }
            }
            ImportBatchEvent::UndoRequested {
                reason,
                requested_by,
            } => {
                if let Some(run) = self.run() {
                    *self = Self::UndoRequested {
                        run,
                        reason,
                        requested_by,
                    };
                }
            }
            ImportBatchEvent::UndoApproved { approved_by } => {
                if let Self::UndoRequested {
                    run,
                    reason,
                    requested_by,
                } = self
                {
                    let undo = ImportUndo {
                        reason: std::mem::take(reason),
                        requested_by: requested_by.clone(),
                        approved_by,
                        through: 0,
                        withdrawn: 0,
                        kept: 0,
                    };
                    *self = Self::Undoing(*run, Box::new(undo));
                }
            }
            ImportBatchEvent::UndoAdvanced(step) => {
                if let Self::Undoing(_, undo) = self {
                    let kept = u32::try_from(step.kept.len()).unwrap_or(u32::MAX);
                    undo.through = step.through;
                    undo.withdrawn = undo.withdrawn.saturating_add(step.withdrawn);
                    undo.kept = undo.kept.saturating_add(kept);
                }
            }
            ImportBatchEvent::UndoFinished { .. } => {
                if let Some(run) = self.run() {
                    *self = Self::Undone(run);
                }
            }
        }
    }
}
