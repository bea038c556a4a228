//! One bus: one request at a time, rounds over its meters, commands between them.

mod exchange;
mod memory;
mod probe;
mod read;
mod sweep;
mod switch;
mod through;
mod uplink;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

pub(crate) use memory::Memory;
pub(crate) use uplink::read_any;

use crate::command::{Act, Command, CommandId, NotSent, Outcome};
use crate::link::Line;
use crate::meter::{CollectorId, CollectorPlan, MeterAddress};
use crate::observation::{Lost, Observation, Oddity};
use crate::shared::{Seat, Shared, locked};
use crate::talk::Sorter;
use crate::time::Chance;

/// What a bus is asked to do between its rounds.
pub(crate) enum Job {
    Command(Box<Command>),
    Forward(ForwardJob),
}

/// Bytes to be sent as they are, and where what comes back goes.
pub(crate) struct ForwardJob {
    pub(crate) request: Vec<u8>,
    pub(crate) window: Duration,
    pub(crate) pieces: mpsc::Sender<Vec<u8>>,
}

/// The request before, so that late answers to it are known.
struct Previous {
    meter: MeterAddress,
    sorter: Sorter,
    answer: Option<Vec<u8>>,
    /// How often it was asked: a slow meter answers each time.
    asked: u32,
    /// Told once each time.
    told: bool,
}

/// Counts of the round under way.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    strangers: u32,
    doubled: u32,
    noise_bytes: u64,
}

/// See the module.
pub(crate) struct Bus {
    id: CollectorId,
    line: Line,
    shared: Arc<Shared>,
    memory: Memory,
    plan: Arc<CollectorPlan>,
    alive: Arc<std::sync::Mutex<Instant>>,
    previous: Option<Previous>,
    counts: Counts,
    /// What nobody had asked for, in the window that began then.
    unasked: (Instant, u64),
    late_bytes: u64,
    /// The command being carried out, and how it has ended if it goes no further.
    under_way: Option<(CommandId, Outcome)>,
}

/// Holds a link's place until it is lost, and tells of both.
pub(crate) async fn run(seat: Seat, line: Line, peer: String, shared: Arc<Shared>) {
    let Seat {
        id,
        serial,
        mut jobs,
        mut replaced,
        alive,
        memory,
        ..
    } = seat;
    let Some(plan) = shared.plan_of(&id) else {
        shared.leave(&id, serial, memory, None);
        return;
    };
    let at = shared.now();
    tracing::info!(collector = %id, peer, "collector seen");
    let collector = id.clone();
    let from = peer.clone();
    shared
        .tell(Observation::CollectorSeen {
            collector,
            peer,
            at,
        })
        .await;
    let mut bus = Bus {
        id: id.clone(),
        line,
        shared: Arc::clone(&shared),
        memory,
        plan,
        alive,
        previous: None,
        counts: Counts::default(),
        unasked: (Instant::now(), 0),
        late_bytes: 0,
        under_way: None,
    };
    let mut stopping = shared.stopping.subscribe();
    let why = tokio::select! {
        biased;
        () = turned(&mut stopping) => Lost::Stopped,
        () = turned(&mut replaced) => Lost::Replaced,
        why = bus.serve(&mut jobs) => why,
    };
    if let Some((command, outcome)) = bus.under_way.take() {
        bus.tell_done(command, outcome).await;
    }
    shared.leave(
        &id,
        serial,
        bus.memory,
        (why == Lost::Flood).then_some(&*from),
    );
    jobs.close();
    while let Ok(job) = jobs.try_recv() {
        refuse(&shared, job, NotSent::LinkLost).await;
    }
    tracing::info!(collector = %id, %why, "collector lost");
    let at = shared.now();
    let collector = id;
    shared
        .tell(Observation::CollectorLost { collector, why, at })
        .await;
}

async fn turned(switch: &mut watch::Receiver<bool>) {
    // An owner that is gone has turned it, too.
    let _ = switch.wait_for(|on| *on).await;
}

/// Ends a job that never began.
pub(crate) async fn refuse(shared: &Shared, job: Job, why: NotSent) {
    if let Job::Command(command) = job {
        if why != NotSent::Duplicate {
            shared.forget(command.id);
        }
        let at = shared.now();
        shared
            .tell(Observation::CommandDone {
                id: command.id,
                collector: command.collector,
                outcome: Outcome::NotSent(why),
                at,
            })
            .await;
    }
}

impl Bus {
    /// Goes on until the link is lost.
    async fn serve(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Lost {
        loop {
            if let Err(why) = self.once(jobs).await {
                return why;
            }
        }
    }

    /// The next thing that is to be done.
    async fn once(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Result<(), Lost> {
        let dead_at = self.line.heard_at() + self.shared.limits.idle();
        let sweep_at = self.sweep_at();
        tokio::select! {
            biased;
            job = jobs.recv() => match job {
                Some(job) => self.job(job, jobs).await,
                None => Err(Lost::Replaced),
            },
            filled = self.line.fill() => {
                filled?;
                self.note_alive();
                let taken = self.line.take().await?;
                self.overhear(&taken.inner).await
            }
            () = sleep_until(dead_at) => Err(Lost::Idle),
            () = sleep_until(sweep_at) => self.sweep(jobs).await,
        }
    }

    /// When the next round begins, or goes on: the first one soon, so that not all begin at once.
    fn sweep_at(&mut self) -> Instant {
        if self.memory.unfinished.is_some() {
            return Instant::now();
        }
        let plan = &self.plan;
        let name = self.id.as_str().as_bytes();
        let mut chance = Chance::of(self.shared.seed ^ self.memory.sweeps, name);
        let jitter = || chance.wait_below(plan.jitter_max);
        *self
            .memory
            .next_sweep
            .get_or_insert_with(|| Instant::now() + { jitter }())
    }

    /// Everything that waits, before the next request of a round.
    async fn jobs_waiting(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Result<(), Lost> {
        while let Ok(job) = jobs.try_recv() {
            Box::pin(self.job_in_sweep(job)).await?;
        }
        Ok(())
    }

    async fn job(&mut self, job: Job, jobs: &mut mpsc::Receiver<Job>) -> Result<(), Lost> {
        match job {
            Job::Command(command) if matches!(command.act, Act::Sweep) => {
                let swept = self.sweep(jobs).await;
                let cut_short = Outcome::NotSent(NotSent::LinkLost);
                let outcome = if swept.is_ok() {
                    Outcome::Swept
                } else {
                    cut_short
                };
                self.tell_done(command.id, outcome).await;
                swept
            }
            other => self.job_in_sweep(other).await,
        }
    }

    async fn job_in_sweep(&mut self, job: Job) -> Result<(), Lost> {
        match job {
            Job::Forward(forward) => self.through(forward).await,
            Job::Command(command) => {
                let expired = command
                    .expires_at
                    .is_some_and(|until| until <= self.shared.now());
                if expired {
                    refuse(&self.shared, Job::Command(command), NotSent::Expired).await;
                    return Ok(());
                }
                self.command(&command).await
            }
        }
    }

    /// Carries a command out. A link that is lost meanwhile leaves `under_way` to be told.
    async fn command(&mut self, command: &Command) -> Result<(), Lost> {
        let at_first = match &command.act {
            Act::Switch { .. } | Act::Sweep => Outcome::NotSent(NotSent::LinkLost),
            Act::Read { .. } | Act::Probe => Outcome::NoAnswer,
        };
        self.under_way = Some((command.id, at_first));
        match &command.act {
            // One is under way. Where the plan has changed since, another follows at once.
            Act::Sweep => {
                let planned = self.shared.plan_of(&self.id);
                if planned.is_some_and(|planned| planned != self.plan) {
                    self.memory.next_sweep = Some(Instant::now());
                }
                self.done(command, Outcome::Swept).await;
                Ok(())
            }
            Act::Probe => self.probe(command).await,
            Act::Read { meter, item } => self.read_now(command, meter, *item).await,
            Act::Switch {
                meter,
                to,
                authority,
            } => self.switch(command, meter, *to, *authority).await,
        }
    }

    async fn done(&mut self, command: &Command, outcome: Outcome) {
        self.under_way = None;
        self.tell_done(command.id, outcome).await;
    }

    async fn tell_done(&self, id: CommandId, outcome: Outcome) {
        let observation = Observation::CommandDone {
            id,
            collector: self.id.clone(),
            outcome,
            at: self.shared.now(),
        };
        self.shared.tell(observation).await;
    }

    async fn odd(&self, meter: MeterAddress, what: Oddity) {
        let observation = Observation::Odd {
            collector: self.id.clone(),
            meter: Some(meter),
            what,
            at: self.shared.now(),
        };
        self.shared.tell(observation).await;
    }

    fn note_alive(&self) {
        *locked(&self.alive) = Instant::now();
    }

    /// Bytes nobody asked for, good frames or not: beyond the limit they are a flood.
    fn note_unasked(&mut self, bytes: u64) -> Result<(), Lost> {
        let limits = &self.shared.limits;
        let now = Instant::now();
        if now - self.unasked.0 > limits.noise_window() {
            self.unasked = (now, 0);
        }
        self.unasked.1 += bytes;
        if self.unasked.1 > limits.noise_bytes_max {
            Err(Lost::Flood)
        } else {
            Ok(())
        }
    }
}
