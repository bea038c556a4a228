use chaobiao_decision::{CommandContext, ErasedProcess, Workspace};
use serde_json::Value;

use super::batch::Keep;
use super::{BusOptions, CHUNK, CommandBus, CommandError, Executed, execute_chunk};
use crate::{EventStore, StoreError};

/// Streams remembered; past that everything is forgotten, to be loaded again when needed.
const REMEMBERED_MAX: usize = 20_000;

/// Executes batches for a writer that has the store for itself, such as a generator of data: a
/// stream it has loaded is not loaded again.
///
/// Others may write all the same; then a batch that meets them is decided anew from what is stored.
/// A refusal, though, may rest on what it remembers, so this is not for commands of people.
pub struct SoleWriter {
    store: EventStore,
    options: BusOptions,
    workspace: Workspace,
}

impl CommandBus {
    pub fn sole_writer(&self) -> SoleWriter {
        SoleWriter {
            store: self.store.clone(),
            options: self.options.clone(),
            workspace: Workspace::default(),
        }
    }
}

impl SoleWriter {
    /// As [`CommandBus::execute_batch`].
    pub async fn execute_batch(
        &mut self,
        commands: Vec<(CommandContext, Box<dyn ErasedProcess>)>,
    ) -> Vec<Result<Executed<Value>, CommandError>> {
        let mut results = Vec::with_capacity(commands.len());
        let mut commands = commands.into_iter();
        loop {
            let chunk: Vec<_> = commands.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return results;
            }
            if self.workspace.streams() > REMEMBERED_MAX {
                self.workspace = Workspace::default();
            }
            let size = chunk.len();
            let (store, options) = (self.store.clone(), self.options.clone());
            let mut workspace = std::mem::take(&mut self.workspace);
            // Its own task, so that it is not cut in half when the caller goes away.
            let task = tokio::spawn(async move {
                let answers =
                    execute_chunk(&store, &options, chunk, Keep::Every, Some(&mut workspace)).await;
                (answers, workspace)
            });
            match task.await {
                Ok((answers, workspace)) => {
                    self.workspace = workspace;
                    results.extend(answers);
                }
                Err(_) => results.extend((0..size).map(|_| Err(StoreError::Stopped.into()))),
            }
        }
    }
}
