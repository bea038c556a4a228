//! One link: bytes of the bus in and out, whatever is around them.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Manner, Stream};
use crate::meter::CollectorId;
use crate::observation::Lost;
use crate::wrapper::{Unwrapped, Unwrapper, data_unit, label};

const CHUNK_BYTES: usize = 512;

/// Where a datagram collector is at the moment: its address may change behind a translator.
pub(crate) type Peer = Arc<Mutex<SocketAddr>>;

/// How datagrams name their collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Labelling {
    Letters,
    DataUnit,
}

enum Io {
    Stream(Box<dyn Stream>),
    Datagrams {
        inbox: mpsc::Receiver<Vec<u8>>,
        socket: Arc<UdpSocket>,
        peer: Peer,
        labelling: Labelling,
        id: CollectorId,
    },
}

/// See the module.
pub(crate) struct Line {
    io: Io,
    unwrapper: Unwrapper,
    manner: Manner,
    chunk: Vec<u8>,
    filled: usize,
    write_max: Duration,
    heard_at: Instant,
}

/// What a piece of the stream was.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// Bytes of the bus.
    pub(crate) inner: Vec<u8>,
    /// Who said that it is there.
    pub(crate) alive: Option<CollectorId>,
}

impl Line {
    pub(crate) fn stream(stream: Box<dyn Stream>, manner: Manner, write_max: Duration) -> Self {
        Self {
            io: Io::Stream(stream),
            unwrapper: Unwrapper::new(&manner.door.wrapper),
            manner,
            chunk: vec![0; CHUNK_BYTES],
            filled: 0,
            write_max,
            heard_at: Instant::now(),
        }
    }

    /// `inbox` brings the bytes of the bus, the label already taken off.
    pub(crate) fn datagrams(
        inbox: mpsc::Receiver<Vec<u8>>,
        socket: Arc<UdpSocket>,
        peer: Peer,
        labelling: Labelling,
        id: CollectorId,
    ) -> Self {
        Self {
            io: Io::Datagrams {
                inbox,
                socket,
                peer,
                labelling,
                id,
            },
            unwrapper: Unwrapper::Bare,
            manner: Manner {
                door: Arc::default(),
            },
            chunk: Vec::new(),
            filled: 0,
            write_max: Duration::from_secs(1),
            heard_at: Instant::now(),
        }
    }

    /// When the last byte came.
    pub(crate) fn heard_at(&self) -> Instant {
        self.heard_at
    }

    /// Waits for the next piece. May be dropped at any time without loss.
    pub(crate) async fn fill(&mut self) -> Result<(), Lost> {
        if self.filled > 0 {
            return Ok(());
        }
        match &mut self.io {
            Io::Stream(stream) => match stream.read(&mut self.chunk).await {
                Ok(0) => return Err(Lost::Closed),
                Ok(count) => self.filled = count,
                Err(error) => return Err(lost(&error)),
            },
            Io::Datagrams { inbox, .. } => {
                let datagram = inbox.recv().await.ok_or(Lost::Closed)?;
                self.filled = datagram.len();
                self.chunk = datagram;
            }
        }
        self.heard_at = Instant::now();
        Ok(())
    }

    /// Takes what [`Line::fill`] brought, and answers what has to be answered at once.
    pub(crate) async fn take(&mut self) -> Result<Taken, Lost> {
        let filled = std::mem::take(&mut self.filled);
        let piece = self.chunk.get(..filled).unwrap_or_default();
        let door = &self.manner.door;
        let mut taken = Taken::default();
        let mut answers: VecDeque<Vec<u8>> = VecDeque::new();
        let mut leaves = false;
        if !door.heartbeat.is_empty() && piece == door.heartbeat {
            answers.push_back(door.heartbeat_answer.clone());
        } else {
            self.unwrapper.feed(piece, |one| match one {
                Unwrapped::Inner(inner) => taken.inner.extend_from_slice(&inner),
                Unwrapped::Alive { id, answer } => {
                    taken.alive = Some(id);
                    answers.push_back(answer);
                }
                Unwrapped::Leaving => leaves = true,
            });
        }
        for answer in answers {
            self.write(&answer).await?;
        }
        if leaves {
            return Err(Lost::Closed);
        }
        Ok(taken)
    }

    /// The bytes of the bus that come next, possibly none of a piece; nothing after `until`.
    pub(crate) async fn next(&mut self, until: Instant) -> Result<Option<Vec<u8>>, Lost> {
        if let Ok(filled) = timeout_at(until, self.fill()).await {
            filled?;
            return self.take().await.map(|taken| Some(taken.inner));
        }
        let mut inner = Vec::new();
        self.unwrapper.idle(|one| {
            if let Unwrapped::Inner(bytes) = one {
                inner.extend_from_slice(&bytes);
            }
        });
        Ok((!inner.is_empty()).then_some(inner))
    }

    /// How many bytes wait to be taken.
    pub(super) fn filled(&self) -> usize {
        self.filled
    }

    /// Puts a piece back that was read too early.
    pub(super) fn put_back(&mut self, piece: &[u8]) {
        self.filled = piece.len();
        self.chunk.clear();
        self.chunk.extend_from_slice(piece);
        self.chunk.resize(CHUNK_BYTES.max(piece.len()), 0);
    }

    /// Takes the raw bytes, wrapper and all; for registrations.
    pub(super) fn take_raw(&mut self) -> Vec<u8> {
        let filled = std::mem::take(&mut self.filled);
        self.chunk.get(..filled).unwrap_or_default().to_vec()
    }

    /// Sends bytes to the bus.
    pub(crate) async fn send(&mut self, inner: &[u8]) -> Result<(), Lost> {
        if let Io::Datagrams {
            socket,
            peer,
            labelling,
            id,
            ..
        } = &self.io
        {
            let datagram = match labelling {
                Labelling::Letters => Some(label::write(id, inner)),
                Labelling::DataUnit => data_unit::down(id, inner),
            };
            let to = *peer.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(datagram) = datagram {
                // A datagram that does not get away is one that gets lost: the answer is missing.
                let sent = timeout(self.write_max, socket.send_to(&datagram, to)).await;
                tracing::trace!(%to, ok = matches!(sent, Ok(Ok(_))), "datagram");
            }
            return Ok(());
        }
        let Some(wrapped) = self.unwrapper.wrap(inner) else {
            return Ok(());
        };
        self.write(&wrapped).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        let Io::Stream(stream) = &mut self.io else {
            return Ok(());
        };
        if bytes.is_empty() {
            return Ok(());
        }
        let all = async {
            stream.write_all(bytes).await?;
            stream.flush().await
        };
        match timeout(self.write_max, all).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(lost(&error)),
            Err(_) => Err(Lost::Stuck),
        }
    }
}

fn lost(error: &io::Error) -> Lost {
    match error.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionAborted => Lost::Closed,
        _ => Lost::Fault,
    }
}
