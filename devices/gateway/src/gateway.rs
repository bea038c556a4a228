//! The gateway as its user sees it: a plan and commands in, observations out.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{sleep, timeout};

use crate::bus::{self, Job, refuse};
use crate::command::{Command, NotSent};
use crate::limits::Limits;
use crate::link::{Door, Line, Manner, Registration, Stream, register};
use crate::meter::{CollectorId, Plan};
use crate::observation::{Observation, Quarantine};
use crate::shared::Shared;
use crate::time::{Chance, Clock};

mod datagrams;
mod uplinks;

/// Everything that happened, in order; polling waits while nobody takes.
pub type Observations = mpsc::Receiver<Observation>;

/// A running collector gateway. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Gateway {
    shared: Arc<Shared>,
    places: Arc<Semaphore>,
}

const DIAL_AGAIN_FIRST: Duration = Duration::from_secs(1);
const DIAL_AGAIN_LAST: Duration = Duration::from_mins(5);
const DIAL_MAX: Duration = Duration::from_secs(10);

impl Gateway {
    /// `seed` decides what is left to chance: when rounds begin within their jitter.
    pub fn new(
        limits: Limits,
        clock: Arc<dyn Clock>,
        seed: u64,
        plan: Plan,
    ) -> (Self, Observations) {
        let places = Arc::new(Semaphore::new(limits.links_max));
        let (shared, observations) = Shared::new(limits, clock, seed, plan);
        let shared = Arc::new(shared);
        (Self { shared, places }, observations)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Takes effect at each bus with its next round. A link whose collector is no longer planned
    /// goes on with its old plan until it is lost.
    pub fn set_plan(&self, plan: Plan) {
        self.shared.set_plan(plan);
    }

    /// The collectors that have a link now.
    pub fn linked(&self) -> Vec<CollectorId> {
        self.shared.linked()
    }

    /// Ends all links; commands that wait are told as not sent.
    pub fn stop(&self) {
        self.shared.stopping.send_replace(true);
    }

    /// Hands a command to its bus, without waiting: whoever takes the observations may call it.
    /// How it ends is told by an observation, in every case and once. To be called within a tokio
    /// runtime.
    pub fn command(&self, command: Command) {
        let refused = if !self.shared.is_new(command.id) {
            Some((command, NotSent::Duplicate))
        } else if command
            .expires_at
            .is_some_and(|until| until <= self.shared.now())
        {
            Some((command, NotSent::Expired))
        } else {
            match self.shared.jobs_of(&command.collector) {
                None => Some((command, NotSent::NoLink)),
                Some(jobs) => match jobs.try_send(Job::Command(Box::new(command))) {
                    Err(mpsc::error::TrySendError::Full(Job::Command(command))) => {
                        Some((*command, NotSent::Busy))
                    }
                    Err(mpsc::error::TrySendError::Closed(Job::Command(command))) => {
                        Some((*command, NotSent::NoLink))
                    }
                    Ok(()) | Err(_) => None,
                },
            }
        };
        if let Some((command, why)) = refused {
            tracing::debug!(id = command.id.0, %why, "command not sent");
            let shared = Arc::clone(&self.shared);
            tokio::spawn(async move {
                refuse(&shared, Job::Command(Box::new(command)), why).await;
            });
        }
    }

    /// Receives collectors that dial in, until the gateway stops.
    pub async fn listen(&self, listener: TcpListener, door: Door) {
        let door = Arc::new(door);
        let mut stopping = self.shared.stopping.subscribe();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stopping.wait_for(|on| *on) => return,
            };
            let Ok((stream, peer)) = accepted else {
                // Out of descriptors, most likely: others must go first.
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            let Some(place) = self.place(&peer.to_string()).await else {
                continue;
            };
            let _ = stream.set_nodelay(true);
            let gateway = self.clone();
            let door = Arc::clone(&door);
            tokio::spawn(async move {
                gateway
                    .receive(Box::new(stream), door, peer.to_string(), place)
                    .await;
            });
        }
    }

    async fn place(&self, peer: &str) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(place);
        }
        self.shared
            .quarantine(peer, None, Quarantine::TooManyLinks)
            .await;
        None
    }

    /// One link from its first byte to its last.
    async fn receive(
        &self,
        stream: Box<dyn Stream>,
        door: Arc<Door>,
        peer: String,
        _place: OwnedSemaphorePermit,
    ) {
        let shared = &self.shared;
        let registration = door.registration.clone();
        let mut line = Line::stream(stream, Manner { door }, shared.limits.write());
        let mut stopping = shared.stopping.subscribe();
        let registered = tokio::select! {
            registered = register(&mut line, &registration, &shared.limits) => registered,
            _ = stopping.wait_for(|on| *on) => return,
        };
        match registered {
            Ok(id) => self.hold(id, line, peer).await,
            Err(Some(why)) => shared.quarantine(&peer, None, why).await,
            Err(None) => {}
        }
    }

    async fn hold(&self, id: CollectorId, line: Line, peer: String) {
        match self.shared.seat(&id, &peer) {
            Ok(seat) => {
                if seat.replaces {
                    tracing::info!(collector = %id, "link replaced");
                }
                bus::run(seat, line, peer, Arc::clone(&self.shared)).await;
            }
            Err(why) => self.shared.quarantine(&peer, Some(id), why).await,
        }
    }

    /// A link that is there already: a serial device, a pipe. Returns when it is lost.
    pub async fn attach(&self, stream: impl Stream, id: CollectorId, door: Door) {
        let Some(place) = self.place(id.as_str()).await else {
            return;
        };
        let peer = id.to_string();
        let door = Arc::new(Door {
            registration: match door.registration {
                Registration::Wrapped => Registration::Wrapped,
                Registration::Text(_) | Registration::Fixed(_) => Registration::Fixed(id),
            },
            ..door
        });
        self.receive(Box::new(stream), door, peer, place).await;
    }

    /// Dials a collector that waits to be called, again and again, until the gateway stops.
    pub async fn dial(&self, to: SocketAddr, id: CollectorId, door: Door) {
        let mut chance = Chance::of(self.shared.seed, id.as_str().as_bytes());
        let mut again = DIAL_AGAIN_FIRST;
        let mut stopping = self.shared.stopping.subscribe();
        loop {
            let dialled = timeout(DIAL_MAX, TcpStream::connect(to)).await;
            if let Ok(Ok(stream)) = dialled {
                let _ = stream.set_nodelay(true);
                again = DIAL_AGAIN_FIRST;
                self.attach(stream, id.clone(), door.clone()).await;
            }
            let wait = again + chance.wait_below(again);
            again = (again * 2).min(DIAL_AGAIN_LAST);
            tokio::select! {
                () = sleep(wait) => {}
                _ = stopping.wait_for(|on| *on) => return,
            }
        }
    }

    /// Receives datagrams of collectors that put their name in each: in letters before the frame,
    /// or as data units do.
    pub async fn listen_datagrams(&self, socket: UdpSocket) {
        datagrams::listen(self, Arc::new(socket)).await;
    }

    /// Takes uplinks of a `LoRa` network server from a stream: one JSON object a line.
    pub async fn take_uplinks(&self, stream: impl Stream, peer: String) -> io::Result<()> {
        uplinks::take(self, stream, &peer).await
    }

    /// Takes one uplink of a `LoRa` network server, however it came.
    pub async fn uplink(&self, object: &[u8], peer: &str) {
        uplinks::one(self, crate::wrapper::lora::read(object), peer).await;
    }
}
