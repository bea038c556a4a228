//! The side that receives.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::journal::Journal;
use super::record::{HEAD_BYTES, Head, Record};
use super::{Epoch, HELLO_BYTES, Hello, Mode, RelayError, Sizes};
use crate::shared::locked;

const BATCH_BYTES: usize = 256 << 10;
/// A sender that begins anew is another one; strangers must not fill the disk with names.
const SENDERS_MAX: usize = 64;
const HELLO_MAX: Duration = Duration::from_secs(10);
/// A link over which nothing came for so long may have no other end any more. A sender that is there
/// makes a new one.
const SILENT_MAX: Duration = Duration::from_hours(1);

type Asked = dyn Fn(&[u8]) -> bool + Send + Sync;

/// Says whether a payload is one of ours, before anything is kept or acknowledged.
#[derive(Clone)]
pub struct Check(Arc<Asked>);

impl Check {
    pub fn new(check: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(check))
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Check")
    }
}

/// How far one sender's records have got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub epoch: Epoch,
    /// The number of the oldest record kept.
    pub first: u64,
    /// The number of the first record that is not here yet.
    pub next: u64,
}

/// Keeps what came across, a journal for each sender's. Cheap to clone.
///
/// Whoever takes records out ([`super::Reader`] over [`Inbox::folder`]) remembers how far it got
/// together with what it did with them: epoch and number name a record for ever.
#[derive(Clone, Debug)]
pub struct Inbox {
    folder: PathBuf,
    sizes: Sizes,
    check: Check,
    journals: Arc<Mutex<BTreeMap<Epoch, Journal>>>,
    received: watch::Sender<Option<Received>>,
}

impl Inbox {
    /// `check` is asked of every payload; one it does not know ends the link.
    pub fn open(folder: &Path, sizes: Sizes, check: Check) -> Result<Self, RelayError> {
        fs::create_dir_all(folder)?;
        let mut journals = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name();
            let epoch = name
                .to_str()
                .and_then(|name| u128::from_str_radix(name, 16).ok());
            if let Some(epoch) = epoch.map(Epoch) {
                let (journal, _) = Journal::open(&of(folder, epoch), epoch, 1, sizes)?;
                journals.insert(epoch, journal);
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            sizes,
            check,
            journals: Arc::new(Mutex::new(journals)),
            received: watch::Sender::new(None),
        })
    }

    /// Where the records of a sender are.
    pub fn folder(&self, epoch: Epoch) -> PathBuf {
        of(&self.folder, epoch)
    }

    /// How far each sender's records have got.
    pub fn senders(&self) -> Vec<Received> {
        let journals = locked(&self.journals);
        let shown = |(epoch, journal): (&Epoch, &Journal)| Received {
            epoch: *epoch,
            first: journal.first(),
            next: journal.next(),
        };
        journals.iter().map(shown).collect()
    }

    /// Changes whenever something came.
    pub fn watch(&self) -> watch::Receiver<Option<Received>> {
        self.received.subscribe()
    }

    /// Removes files whose records, all below `seq`, have been taken out.
    pub fn trim(&self, epoch: Epoch, seq: u64) -> Result<(), RelayError> {
        match locked(&self.journals).get_mut(&epoch) {
            Some(journal) => Ok(journal.trim(seq)?),
            None => Ok(()),
        }
    }

    /// The number wanted next from this sender; a new one begins with the first it still has. It is
    /// kept nowhere before its first record: a stranger leaves nothing behind.
    fn wanted(&self, hello: Hello) -> Result<u64, RelayError> {
        let journals = locked(&self.journals);
        match journals.get(&hello.epoch) {
            Some(journal) => Ok(journal.next()),
            None if journals.len() >= SENDERS_MAX => Err(RelayError::TooManySenders),
            None => Ok(hello.first),
        }
    }

    /// Makes durable what is new of a batch; the number wanted next.
    fn keep(&self, hello: Hello, records: &[Record]) -> Result<u64, RelayError> {
        if records
            .iter()
            .any(|record| !(self.check.0)(&record.payload))
        {
            return Err(RelayError::Foreign);
        }
        let epoch = hello.epoch;
        let mut journals = locked(&self.journals);
        if !journals.contains_key(&epoch) {
            if journals.len() >= SENDERS_MAX {
                return Err(RelayError::TooManySenders);
            }
            let folder = of(&self.folder, epoch);
            let (journal, _) = Journal::open(&folder, epoch, hello.first, self.sizes)?;
            journals.insert(epoch, journal);
        }
        let journal = journals.get_mut(&epoch).ok_or(RelayError::Broken)?;
        let mut wanted = journal.next();
        let mut fresh = Vec::new();
        let mut gap = None;
        for record in records {
            if record.seq == wanted {
                fresh.push(record.payload.as_slice());
                wanted += 1;
            } else if record.seq > wanted {
                gap = Some(record.seq);
                break;
            }
        }
        if !fresh.is_empty() {
            journal.append(fresh)?;
            let received = Received {
                epoch,
                first: journal.first(),
                next: wanted,
            };
            self.received.send_replace(Some(received));
        }
        match gap {
            Some(got) => Err(RelayError::Gap { wanted, got }),
            None => Ok(wanted),
        }
    }
}

fn of(folder: &Path, epoch: Epoch) -> PathBuf {
    folder.join(format!("{:032x}", epoch.0))
}

/// Receives over a link until it ends. Records that are here already are dropped; one too far
/// ahead ends the link, and the sender goes back.
pub async fn receive(
    inbox: &Inbox,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin,
) -> Result<(), RelayError> {
    let (from, mut to) = tokio::io::split(stream);
    let mut from = BufReader::with_capacity(BATCH_BYTES, from);
    let mut hello = [0; HELLO_BYTES];
    let said = timeout(HELLO_MAX, from.read_exact(&mut hello)).await;
    said.map_err(|_| RelayError::TooSlow)??;
    let hello = Hello::read(hello)?;
    let wanted = inbox.wanted(hello)?;
    let answers = hello.mode == Mode::Acknowledged;
    if answers {
        let answer = Hello {
            first: wanted,
            ..hello
        };
        to.write_all(&answer.bytes()).await?;
        to.flush().await?;
    }
    loop {
        let came = timeout(SILENT_MAX, next_record(&mut from)).await;
        let mut records = vec![came.map_err(|_| RelayError::Silent)??];
        let mut bytes = 0;
        let mut ended = Ok(());
        // Whatever is here already becomes durable together.
        while bytes < BATCH_BYTES && is_whole(from.buffer()) {
            match next_record(&mut from).await {
                Ok(record) => {
                    bytes += record.payload.len();
                    records.push(record);
                }
                Err(error) => {
                    ended = Err(error);
                    break;
                }
            }
        }
        let wanted = blocking(inbox, move |inbox| inbox.keep(hello, &records)).await?;
        if answers {
            to.write_all(&wanted.to_le_bytes()).await?;
            to.flush().await?;
        }
        ended?;
    }
}

async fn blocking<T: Send + 'static>(
    inbox: &Inbox,
    work: impl FnOnce(Inbox) -> Result<T, RelayError> + Send + 'static,
) -> Result<T, RelayError> {
    let inbox = inbox.clone();
    spawn_blocking(move || work(inbox))
        .await
        .map_err(|_| RelayError::Broken)?
}

/// Whether the buffer begins with a whole record.
fn is_whole(buffer: &[u8]) -> bool {
    let head = buffer.first_chunk().and_then(|head| Head::read(*head));
    head.is_some_and(|head| buffer.len() >= HEAD_BYTES + head.bytes)
}

async fn next_record(from: &mut (impl AsyncRead + Unpin)) -> Result<Record, RelayError> {
    let mut head = [0; HEAD_BYTES];
    from.read_exact(&mut head).await?;
    let head = Head::read(head).ok_or(RelayError::Checksum)?;
    // Grows with what comes: a length alone costs nothing.
    let mut payload = Vec::new();
    from.take(head.bytes as u64)
        .read_to_end(&mut payload)
        .await?;
    if !head.fits(&payload) {
        return Err(RelayError::Checksum);
    }
    Ok(Record {
        seq: head.seq,
        payload,
    })
}
