use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::ImportBatchCommand;
use super::error::ImportBatchError;
use super::event::{ImportAdvanced, ImportBatchEvent, ImportStarted, RowCounts};

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRun {
    pub run: u32,
    /// Zero before the first step.
    pub through_row: u32,
    pub counts: RowCounts,
}

/// One file's import; its key is the kind and the hash of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportBatch {
    #[default]
    Absent,
    Running(ImportRun),
    Finished(ImportRun),
}

impl ImportBatch {
    /// The run under way, or the last one.
    pub const fn run(&self) -> Option<ImportRun> {
        match self {
            Self::Absent => None,
            Self::Running(run) | Self::Finished(run) => Some(*run),
        }
    }

    fn next_run(&self) -> Option<u32> {
        match self {
            Self::Absent => Some(1),
            Self::Running(_) => None,
            Self::Finished(run) => Some(run.run.saturating_add(1)),
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
}

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
        match command {
            ImportBatchCommand::Start {
                batch_id,
                kind,
                file_name,
                file_hash,
                row_count,
            } => {
                if row_count == 0 {
                    return Err(ImportBatchError::NoRows);
                }
                let Some(run) = self.next_run() else {
                    return Ok(());
                };
                let started = ImportStarted {
                    batch_id,
                    kind,
                    file_name,
                    file_hash,
                    run,
                    row_count,
                };
                sink.write(ImportBatchEvent::Started(started), self).await;
            }
            ImportBatchCommand::Advance {
                after_row,
                step,
                last,
            } => {
                self.check(after_row, &step)?;
                sink.write(ImportBatchEvent::Advanced(step), self).await;
                if last && let Some(done) = self.run() {
                    let finished = ImportBatchEvent::Finished {
                        run: done.run,
                        counts: done.counts,
                    };
                    sink.write(finished, self).await;
                }
            }
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
        }
    }
}
