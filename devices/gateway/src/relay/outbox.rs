//! The side that sends.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::cursor::Cursor;
use super::journal::{Journal, Opened};
use super::reader::Reader;
use super::record::Record;
use super::{Epoch, HELLO_BYTES, Hello, Mode, RelayError, Sizes};
use crate::shared::locked;

const WAITING_MAX: usize = 1024;
const BATCH_BYTES: usize = 256 << 10;
const CURSOR: &str = "sent";
/// A link that lasted so long brought across what was missing.
const LASTING: Duration = Duration::from_mins(1);
const SETBACKS_MAX: u32 = 16;

type Reply = oneshot::Sender<Result<u64, RelayError>>;

/// Takes payloads in and keeps them until they are across. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbox {
    journal: Arc<Mutex<Journal>>,
    puts: mpsc::Sender<(Vec<u8>, Reply)>,
    durable: watch::Receiver<u64>,
    folder: PathBuf,
    cursor: Cursor,
    /// Push only: links in a row that did not last.
    setbacks: Arc<AtomicU32>,
    /// Push only: how many links there were. What an old one still has to write down is old.
    links: Arc<AtomicU64>,
}

impl Outbox {
    /// Opens it; `epoch` names a new one, and has to differ from every earlier one.
    pub fn open(folder: &Path, epoch: Epoch, sizes: Sizes) -> Result<(Self, Opened), RelayError> {
        let (journal, opened) = Journal::open(folder, epoch, 1, sizes)?;
        let journal = Arc::new(Mutex::new(journal));
        let (durable_in, durable) = watch::channel(opened.next);
        let (puts, taken) = mpsc::channel(WAITING_MAX);
        tokio::spawn(write(Arc::clone(&journal), taken, durable_in));
        let outbox = Self {
            journal,
            puts,
            durable,
            folder: folder.to_owned(),
            cursor: Cursor::new(folder, CURSOR),
            setbacks: Arc::default(),
            links: Arc::default(),
        };
        Ok((outbox, opened))
    }

    /// Its number, once the payload is durable.
    pub async fn put(&self, payload: Vec<u8>) -> Result<u64, RelayError> {
        let (reply, answered) = oneshot::channel();
        let put = self.puts.send((payload, reply)).await;
        put.map_err(|_| RelayError::Broken)?;
        answered.await.map_err(|_| RelayError::Broken)?
    }

    /// The number after the last durable record.
    pub fn next(&self) -> u64 {
        *self.durable.borrow()
    }

    /// The number of the oldest record kept.
    pub fn first(&self) -> u64 {
        locked(&self.journal).first()
    }
}

/// Writes what waits, together.
async fn write(
    journal: Arc<Mutex<Journal>>,
    mut puts: mpsc::Receiver<(Vec<u8>, Reply)>,
    durable: watch::Sender<u64>,
) {
    loop {
        let mut batch = Vec::new();
        if puts.recv_many(&mut batch, WAITING_MAX).await == 0 {
            return;
        }
        let journal = Arc::clone(&journal);
        let durable = durable.clone();
        let written = spawn_blocking(move || {
            let mut journal = locked(&journal);
            for (payload, reply) in batch_by_size(batch) {
                let first = journal.next();
                let appended = journal.append(payload.iter().map(Vec::as_slice));
                // Before the answers: whoever was told that a record is durable finds it counted.
                durable.send_replace(journal.next());
                for (place, reply) in reply.into_iter().enumerate() {
                    let result = match &appended {
                        Ok(_) => Ok(first + place as u64),
                        Err(RelayError::Full) => Err(RelayError::Full),
                        Err(RelayError::TooLong) => Err(RelayError::TooLong),
                        Err(_) => Err(RelayError::Broken),
                    };
                    // Whoever put it may have gone; the record stands.
                    let _ = reply.send(result);
                }
            }
        });
        // A panic in there was told by its hook; those who wait are told that it broke.
        let _ = written.await;
    }
}

/// An overlong payload is refused alone, not with those beside it.
fn batch_by_size(batch: Vec<(Vec<u8>, Reply)>) -> Vec<(Vec<Vec<u8>>, Vec<Reply>)> {
    let mut groups: Vec<(Vec<Vec<u8>>, Vec<Reply>)> = Vec::new();
    let mut bytes = usize::MAX;
    for (payload, reply) in batch {
        let long = payload.len() > super::RECORD_BYTES_MAX;
        bytes = bytes.saturating_add(payload.len());
        if bytes > 4 * BATCH_BYTES || long {
            groups.push((Vec::new(), Vec::new()));
            bytes = if long { usize::MAX } else { payload.len() };
        }
        if let Some((payloads, replies)) = groups.last_mut() {
            payloads.push(payload);
            replies.push(reply);
        }
    }
    groups
}

/// Sends over a link until it breaks; to be called again with the next one.
pub async fn send(
    outbox: &Outbox,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin,
    mode: Mode,
) -> Result<(), RelayError> {
    match mode {
        Mode::Acknowledged => acknowledged(outbox, stream).await,
        Mode::PushOnly => push(outbox, stream).await,
    }
}

async fn acknowledged(
    outbox: &Outbox,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin,
) -> Result<(), RelayError> {
    let (mut from, mut to) = tokio::io::split(stream);
    let (epoch, first) = {
        let journal = locked(&outbox.journal);
        (journal.epoch(), journal.first())
    };
    let mode = Mode::Acknowledged;
    let hello = Hello { epoch, mode, first };
    to.write_all(&hello.bytes()).await?;
    to.flush().await?;
    let mut answer = [0; HELLO_BYTES];
    from.read_exact(&mut answer).await?;
    let answer = Hello::read(answer)?;
    let (theirs, ours) = (answer.first, outbox.next());
    if theirs > ours {
        return Err(RelayError::ReceiverAhead { theirs, ours });
    }
    if theirs < first {
        return Err(RelayError::Gone {
            wanted: theirs,
            first,
        });
    }
    let forth = pour(outbox, &mut to, theirs, None);
    let back = async {
        loop {
            let mut bytes = [0; 8];
            from.read_exact(&mut bytes).await?;
            let theirs = u64::from_le_bytes(bytes);
            let ours = outbox.next();
            if theirs > ours {
                return Err(RelayError::ReceiverAhead { theirs, ours });
            }
            let journal = Arc::clone(&outbox.journal);
            let trimmed = spawn_blocking(move || locked(&journal).trim(theirs)).await;
            trimmed.map_err(|_| RelayError::Broken)??;
        }
    };
    tokio::select! {
        ended = forth => ended,
        ended = back => ended,
    }
}

/// Not one byte is read from the other side.
///
/// If the other side ends the link soon, records may be missing there that are farther back than
/// thought: each time it is gone back twice as far.
async fn push(outbox: &Outbox, mut to: impl AsyncWrite + Send + Unpin) -> Result<(), RelayError> {
    let began = Instant::now();
    let setbacks = outbox.setbacks.fetch_add(1, Ordering::Relaxed);
    let ended = push_from(outbox, &mut to, setbacks).await;
    if began.elapsed() > LASTING {
        outbox.setbacks.store(0, Ordering::Relaxed);
    }
    ended
}

async fn push_from(
    outbox: &Outbox,
    to: &mut (impl AsyncWrite + Send + Unpin),
    setbacks: u32,
) -> Result<(), RelayError> {
    let (hello, first, link) = {
        let mut journal = locked(&outbox.journal);
        let link = outbox.links.fetch_add(1, Ordering::Relaxed) + 1;
        let overlap = journal.sizes().overlap_bytes;
        let overlap = overlap.saturating_mul(1 << setbacks.min(SETBACKS_MAX));
        let first = match outbox.cursor.read() {
            Some(sent) => journal.back_from(sent, overlap),
            None => journal.first(),
        };
        let hello = Hello {
            epoch: journal.epoch(),
            mode: Mode::PushOnly,
            first,
        };
        journal.need(first);
        (hello, first, link)
    };
    to.write_all(&hello.bytes()).await?;
    pour(outbox, to, first, Some(link)).await
}

/// Everything from `first` on, and what comes later as soon as it is durable.
async fn pour(
    outbox: &Outbox,
    to: &mut (impl AsyncWrite + Send + Unpin),
    first: u64,
    pushes: Option<u64>,
) -> Result<(), RelayError> {
    let mut durable = outbox.durable.clone();
    let mut reader = Reader::new(&outbox.folder, first);
    loop {
        let waited = durable.wait_for(|next| *next > reader.next()).await;
        let end = *waited.map_err(|_| RelayError::Ended)?;
        let read = spawn_blocking(move || {
            let records = reader.read(end, BATCH_BYTES);
            (reader, records)
        });
        let (back, records) = read.await.map_err(|_| RelayError::Broken)?;
        reader = back;
        let mut bytes = Vec::new();
        for Record { seq, payload } in records? {
            Record::write(seq, &payload, &mut bytes);
        }
        to.write_all(&bytes).await?;
        to.flush().await?;
        if let Some(link) = pushes {
            let sent = reader.next();
            let outbox = outbox.clone();
            let noted = spawn_blocking(move || {
                let mut journal = locked(&outbox.journal);
                if outbox.links.load(Ordering::Relaxed) == link {
                    outbox.cursor.note(sent)?;
                    journal.need(sent);
                    journal.retain(sent)?;
                }
                io::Result::Ok(())
            });
            noted.await.map_err(|_| RelayError::Broken)??;
        }
    }
}
