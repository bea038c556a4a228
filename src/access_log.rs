//! Writes the access log in batches: logins, refusals, looks at personal data (R98).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chaobiao_decision::{Actor, CommandContext, Rejection};
use chaobiao_domain::access_log::{AccessEntry, AccessKind, RecordAccess};
use chaobiao_eventstore::{CommandBus, CommandObserver};
use chaobiao_graphql::support::AccessRecorder;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Entries of this time share one event.
const GATHER: Duration = Duration::from_millis(200);
const BATCH_MAX: usize = 500;
/// How long to wait after each try that failed.
const RETRIES: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
];

/// Takes entries from anywhere and never makes anybody wait.
#[derive(Debug)]
pub struct AccessJournal {
    entries: mpsc::UnboundedSender<AccessEntry>,
    waiting: Mutex<Option<mpsc::UnboundedReceiver<AccessEntry>>>,
}

impl Default for AccessJournal {
    fn default() -> Self {
        let (entries, waiting) = mpsc::unbounded_channel();
        Self {
            entries,
            waiting: Mutex::new(Some(waiting)),
        }
    }
}

impl AccessJournal {
    /// Starts the writer. It ends when `stop` is told, with everything written.
    pub fn start(&self, bus: CommandBus) -> Option<JournalWriter> {
        let waiting = self
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()?;
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(write(bus, waiting, stopped));
        Some(JournalWriter { stop, task })
    }
}

/// The running writer of a journal.
#[derive(Debug)]
pub struct JournalWriter {
    stop: tokio::sync::oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl JournalWriter {
    pub async fn finish(self) {
        // The writer may have ended by a panic, which has been reported.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

impl AccessRecorder for AccessJournal {
    fn record(&self, entry: AccessEntry) {
        // The writer is gone only when the process ends.
        let _ = self.entries.send(entry);
    }
}

impl CommandObserver for AccessJournal {
    fn refused(&self, context: &CommandContext, process: &'static str, rejection: &Rejection) {
        // Imports and policies report their refusals themselves.
        if matches!(context.actor, Actor::System(_)) {
            return;
        }
        self.record(AccessEntry {
            at: context.at,
            kind: AccessKind::Refused,
            actor: context.actor.clone(),
            what: process.to_owned(),
            subject: None,
            code: Some(rejection.code.clone()),
            origin: context.origin.clone(),
            request_id: context.request_id.clone(),
        });
    }
}

async fn write(
    bus: CommandBus,
    mut waiting: mpsc::UnboundedReceiver<AccessEntry>,
    mut stopped: tokio::sync::oneshot::Receiver<()>,
) {
    let mut stopping = false;
    loop {
        let mut entries = Vec::new();
        if !stopping {
            tokio::select! {
                taken = waiting.recv_many(&mut entries, BATCH_MAX) => {
                    if taken == 0 {
                        return;
                    }
                    // Those that follow at once go along.
                    tokio::time::sleep(GATHER).await;
                }
                _ = &mut stopped => stopping = true,
            }
        }
        while entries.len() < BATCH_MAX
            && let Ok(entry) = waiting.try_recv()
        {
            entries.push(entry);
        }
        if !entries.is_empty() {
            record(&bus, entries).await;
        } else if stopping {
            return;
        }
    }
}

/// Tries again for a while: the database may be on its way back.
async fn record(bus: &CommandBus, entries: Vec<AccessEntry>) {
    let actor = Actor::System("access_log".to_owned());
    let now = bus.store().clock().now();
    // The same command every time, so that a try whose answer was lost does not count twice.
    let context = CommandContext::new(Uuid::now_v7(), actor, now);
    for pause in RETRIES {
        let process = RecordAccess {
            entries: entries.clone(),
        };
        match bus.execute(context.clone(), process).await {
            Ok(_) => return,
            Err(error) => {
                tracing::error!(%error, entries = entries.len(), "the access log waits");
                tokio::time::sleep(pause).await;
            }
        }
    }
    let lost = entries.len();
    tracing::error!(lost, "entries of the access log were not written");
    metrics::counter!("chaobiao_access_entries_lost_total").increment(lost as u64);
}
