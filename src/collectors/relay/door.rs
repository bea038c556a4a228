//! The server's side: what front-end machines send is taken in, and each command in it given once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chaobiao_decision::{
    Actor, CommandContext, ErasedProcess, ProcessRegistry, Rejection, UnknownProcess,
};
use chaobiao_domain::collector::{NoteForwarded, NoteLink, NoteOddity, NoteProtocol, TakeRound};
use chaobiao_eventstore::{CommandBus, CommandError, StoreError};
use chaobiao_gateway::relay::{
    self, Check, Cursor, Epoch, Inbox, Reader, Received, Record, RelayError, Sizes,
};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout_at};

use super::message::{Message, RelayKey};
use crate::collectors::gates::listener;
use crate::config::{Config, ConfigError};

/// Where it keeps what came, under the data directory.
const FOLDER: &str = "relay/in";
/// In a sender's folder: the number of the record that is to be given next.
const TAKEN: &str = "taken";
const BATCH_BYTES: usize = 1 << 20;
const LINKS: usize = 64;

/// Why the door stays shut.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Relay(#[from] RelayError),
}

/// Open until it is closed.
pub struct RelayDoor([JoinHandle<()>; 2]);

impl RelayDoor {
    /// Nothing where none is set up.
    pub async fn open(config: &Config, bus: &CommandBus) -> Result<Option<Self>, DoorError> {
        let Some(address) = config.relay.listen else {
            return Ok(None);
        };
        let key = RelayKey::read(&config.relay)?;
        let check = key.clone();
        let check = Check::new(move |sealed| check.open(sealed).is_some());
        let inbox = Inbox::open(&config.data_dir.join(FOLDER), Sizes::default(), check)?;
        let listener = listener(address).await?;
        tracing::info!(%address, "front-end machines are received");
        let taker = Taker {
            inbox: inbox.clone(),
            key,
            bus: bus.clone(),
            known: known(),
            taken: BTreeMap::new(),
        };
        Ok(Some(Self([
            tokio::spawn(receive(listener, inbox)),
            tokio::spawn(taker.run()),
        ])))
    }

    /// What came and was not given yet is given after the next start.
    pub fn close(self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

async fn receive(listener: TcpListener, inbox: Inbox) {
    let places = Arc::new(Semaphore::new(LINKS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let Ok((stream, peer)) = listener.accept().await else {
            continue;
        };
        tracing::info!(%peer, "a front-end machine has come");
        let inbox = inbox.clone();
        tokio::spawn(async move {
            if let Err(error) = relay::receive(&inbox, stream).await {
                tracing::warn!(%peer, %error, "a front-end machine has gone");
            }
            drop(place);
        });
    }
}

/// What collectors say, and nothing else: no front-end machine gives other commands.
fn known() -> ProcessRegistry {
    ProcessRegistry::default()
        .with::<TakeRound>()
        .with::<NoteLink>()
        .with::<NoteOddity>()
        .with::<NoteProtocol>()
        .with::<NoteForwarded>()
}

/// Why what a front-end machine sent cannot be given now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("密钥不符")]
    Key,
    #[error("前置机发来的内容不能识别")]
    Unreadable(#[from] serde_json::Error),
    #[error("前置机的版本比本机新")]
    Newer(#[from] UnknownProcess),
    #[error(transparent)]
    Relay(#[from] RelayError),
    #[error("others kept changing what a command depends on")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Trouble {
    /// Until it is tried again. Nothing is passed over: what is not understood waits for a newer
    /// version of this program.
    const fn pause(&self) -> Duration {
        match self {
            Self::Busy | Self::Store(_) => Duration::from_secs(1),
            _ => Duration::from_mins(1),
        }
    }
}

/// Gives what came, in order for each sender.
struct Taker {
    inbox: Inbox,
    key: RelayKey,
    bus: CommandBus,
    known: ProcessRegistry,
    /// The number each sender's next record has.
    taken: BTreeMap<Epoch, u64>,
}

impl Taker {
    async fn run(mut self) {
        let mut came = self.inbox.watch();
        // Until when a sender is left alone: its trouble is not another's.
        let mut later: BTreeMap<Epoch, Instant> = BTreeMap::new();
        loop {
            came.mark_unchanged();
            for received in self.inbox.senders() {
                let epoch = received.epoch;
                if later
                    .get(&epoch)
                    .is_some_and(|until| *until > Instant::now())
                {
                    continue;
                }
                match self.take(received).await {
                    Ok(()) => {
                        later.remove(&epoch);
                    }
                    Err(trouble) => {
                        let sender = epoch.0;
                        tracing::error!(sender, error = %trouble, "nothing more of it is taken");
                        later.insert(epoch, Instant::now() + trouble.pause());
                    }
                }
            }
            self.count();
            let more = came.changed();
            match later.values().min() {
                Some(until) => {
                    let _ = timeout_at(*until, more).await;
                }
                None if more.await.is_err() => return,
                None => {}
            }
        }
    }

    /// How much is here and not given yet.
    fn count(&self) {
        let waiting = self.inbox.senders().into_iter().map(|received| {
            let next = self.taken.get(&received.epoch).copied();
            received.next - next.unwrap_or(received.first).min(received.next)
        });
        let waiting = u32::try_from(waiting.sum::<u64>()).unwrap_or(u32::MAX);
        metrics::gauge!("chaobiao_relay_waiting_records").set(f64::from(waiting));
    }

    /// All that is there of one sender.
    async fn take(&mut self, received: Received) -> Result<(), Trouble> {
        let folder = self.inbox.folder(received.epoch);
        let taken = self.taken.get(&received.epoch).copied();
        let cursor = Cursor::new(&folder, TAKEN);
        let next = taken.or_else(|| cursor.read()).unwrap_or(received.first);
        let mut reader = Reader::new(&folder, next.max(received.first));
        self.taken.insert(received.epoch, reader.next());
        while reader.next() < received.next {
            let read = spawn_blocking(move || {
                let records = reader.read(received.next, BATCH_BYTES);
                (reader, records)
            });
            let (back, records) = read.await.map_err(|_| RelayError::Broken)?;
            reader = back;
            self.give(&records?).await?;
            self.taken.insert(received.epoch, reader.next());
            // One that is old gives commands again that are known by their ids.
            cursor.note(reader.next()).map_err(RelayError::from)?;
            self.inbox.trim(received.epoch, reader.next())?;
        }
        Ok(())
    }

    async fn give(&self, records: &[Record]) -> Result<(), Trouble> {
        let commands = records.iter().map(|record| self.command(&record.payload));
        let commands: Vec<_> = commands.collect::<Result<_, Trouble>>()?;
        let given = self.bus.execute_batch(commands).await;
        metrics::counter!("chaobiao_relay_records_total").increment(given.len() as u64);
        for result in given {
            match result {
                Ok(_) => {}
                // An answer.
                Err(CommandError::Refused(Rejection { code, .. })) => {
                    tracing::warn!(code, "what a collector said is refused");
                }
                Err(CommandError::KeyReused) => {
                    tracing::error!("two commands of collectors have one id");
                }
                Err(CommandError::Conflict) => return Err(Trouble::Busy),
                Err(CommandError::Fault(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn command(&self, sealed: &[u8]) -> Result<(CommandContext, Box<dyn ErasedProcess>), Trouble> {
        let clear = self.key.open(sealed).ok_or(Trouble::Key)?;
        let Message { id, process, body } = serde_json::from_slice(&clear)?;
        let process = self.known.parse(&process, body)?;
        let actor = Actor::System("relay".to_owned());
        let now = self.bus.store().clock().now();
        Ok((CommandContext::new(id, actor, now), process))
    }
}
