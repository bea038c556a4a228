//! What all links of a gateway share.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::bus::{Job, Memory};
use crate::command::CommandId;
use crate::limits::Limits;
use crate::meter::{CollectorId, CollectorPlan, MeterAddress, Plan};
use crate::observation::{Observation, Quarantine};
use crate::time::Clock;

/// Meters remembered with where they were heard.
const HEARD_MAX: usize = 1 << 20;
/// Commands remembered so that none is carried out twice.
const COMMANDS_MAX: usize = 100_000;

/// See the module.
pub(crate) struct Shared {
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: u64,
    pub(crate) stopping: watch::Sender<bool>,
    out: mpsc::Sender<Observation>,
    plan: Mutex<Arc<Plan>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    links: BTreeMap<CollectorId, LinkEntry>,
    link_serial: u64,
    /// What is known of a bus while it has no link.
    memories: HashMap<CollectorId, Memory>,
    /// Until when a collector is not let in from where it flooded. Others may have used its name.
    banned: HashMap<(CollectorId, String), Instant>,
    /// Behind which collector a meter was heard.
    heard: HashMap<MeterAddress, CollectorId>,
    seen: HashSet<CommandId>,
    seen_order: VecDeque<CommandId>,
    told: Told,
}

struct LinkEntry {
    serial: u64,
    jobs: mpsc::Sender<Job>,
    sends_away: watch::Sender<bool>,
    alive: Arc<Mutex<Instant>>,
}

/// How many quarantines were told in this minute.
#[derive(Default)]
struct Told {
    since: Option<Instant>,
    count: u32,
    untold: u64,
}

/// A link's place among the others.
pub(crate) struct Seat {
    pub(crate) id: CollectorId,
    pub(crate) serial: u64,
    pub(crate) jobs: mpsc::Receiver<Job>,
    pub(crate) replaced: watch::Receiver<bool>,
    /// To be set whenever something was heard.
    pub(crate) alive: Arc<Mutex<Instant>>,
    pub(crate) memory: Memory,
    /// The link before this one was sent away.
    pub(crate) replaces: bool,
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A peer without its port, which changes with every link.
fn host(peer: &str) -> String {
    match peer.parse::<SocketAddr>() {
        Ok(address) => address.ip().to_string(),
        Err(_) => peer.to_owned(),
    }
}

impl Shared {
    pub(crate) fn new(
        limits: Limits,
        clock: Arc<dyn Clock>,
        seed: u64,
        plan: Plan,
    ) -> (Self, mpsc::Receiver<Observation>) {
        let (out, observations) = mpsc::channel(limits.observations_max.max(1));
        let shared = Self {
            limits,
            clock,
            seed,
            stopping: watch::Sender::new(false),
            out,
            plan: Mutex::new(Arc::new(plan)),
            state: Mutex::default(),
        };
        (shared, observations)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Waits until there is room: who takes observations slowly is polled for slowly.
    pub(crate) async fn tell(&self, observation: Observation) {
        if self.out.send(observation).await.is_err() {
            // Nobody listens any more.
            self.stopping.send_replace(true);
        }
    }

    pub(crate) fn plan_of(&self, id: &CollectorId) -> Option<Arc<CollectorPlan>> {
        locked(&self.plan).collectors.get(id).map(Arc::clone)
    }

    pub(crate) fn set_plan(&self, plan: Plan) {
        *locked(&self.plan) = Arc::new(plan);
    }

    /// Tells of somebody cut off, but not of each in a storm of them.
    pub(crate) async fn quarantine(
        &self,
        peer: &str,
        collector: Option<CollectorId>,
        why: Quarantine,
    ) {
        let untold = {
            let told = &mut locked(&self.state).told;
            let now = Instant::now();
            if told.since.is_none_or(|since| now - since >= ONE_MINUTE) {
                told.since = Some(now);
                told.count = 0;
            }
            if told.count >= self.limits.tells_per_minute_max {
                told.untold += 1;
                return;
            }
            told.count += 1;
            std::mem::take(&mut told.untold)
        };
        tracing::warn!(peer, ?collector, %why, untold, "quarantined");
        let at = self.now();
        let peer = peer.to_owned();
        self.tell(Observation::Quarantined {
            peer,
            collector,
            why,
            untold,
            at,
        })
        .await;
    }

    /// Gives a caller its place, or says why it gets none.
    pub(crate) fn seat(&self, id: &CollectorId, peer: &str) -> Result<Seat, Quarantine> {
        if self.plan_of(id).is_none() {
            return Err(Quarantine::Unknown);
        }
        let mut state = locked(&self.state);
        let now = Instant::now();
        state.banned.retain(|_, until| *until > now);
        if state.banned.contains_key(&(id.clone(), host(peer))) {
            return Err(Quarantine::Flooding);
        }
        let mut second = false;
        if let Some(entry) = state.links.get(id) {
            if now - *locked(&entry.alive) < self.limits.alive() {
                return Err(Quarantine::ClaimedTwice);
            }
            entry.sends_away.send_replace(true);
            second = true;
        }
        let (jobs_in, jobs) = mpsc::channel(self.limits.jobs_max.max(1));
        let sends_away = watch::Sender::new(false);
        let replaced = sends_away.subscribe();
        let alive = Arc::new(Mutex::new(now));
        state.link_serial += 1;
        let serial = state.link_serial;
        let entry = LinkEntry {
            serial,
            jobs: jobs_in,
            sends_away,
            alive: Arc::clone(&alive),
        };
        state.links.insert(id.clone(), entry);
        let memory = state.memories.remove(id).unwrap_or_default();
        Ok(Seat {
            id: id.clone(),
            serial,
            jobs,
            replaced,
            alive,
            memory,
            replaces: second,
        })
    }

    /// Gives the place back; `banned`: from there it is not to have it again for a while.
    pub(crate) fn leave(
        &self,
        id: &CollectorId,
        serial: u64,
        memory: Memory,
        banned: Option<&str>,
    ) {
        let mut state = locked(&self.state);
        if state
            .links
            .get(id)
            .is_some_and(|link| link.serial == serial)
        {
            state.links.remove(id);
            state.memories.insert(id.clone(), memory);
        }
        if let Some(peer) = banned {
            let until = Instant::now() + self.limits.quarantine();
            state.banned.insert((id.clone(), host(peer)), until);
        }
    }

    pub(crate) fn jobs_of(&self, id: &CollectorId) -> Option<mpsc::Sender<Job>> {
        let state = locked(&self.state);
        state.links.get(id).map(|link| link.jobs.clone())
    }

    pub(crate) fn linked(&self) -> Vec<CollectorId> {
        locked(&self.state).links.keys().cloned().collect()
    }

    /// Notes where a meter was heard; the collector it was heard behind before, if another.
    pub(crate) fn heard(&self, meter: MeterAddress, behind: &CollectorId) -> Option<CollectorId> {
        let mut state = locked(&self.state);
        match state.heard.get(&meter) {
            Some(before) if before == behind => None,
            Some(_) => state.heard.insert(meter, behind.clone()),
            None if state.heard.len() < HEARD_MAX => state.heard.insert(meter, behind.clone()),
            None => None,
        }
    }

    /// Whether this command is new; it is not any more afterwards.
    pub(crate) fn is_new(&self, id: CommandId) -> bool {
        let mut state = locked(&self.state);
        if !state.seen.insert(id) {
            return false;
        }
        state.seen_order.push_back(id);
        if state.seen_order.len() > COMMANDS_MAX
            && let Some(oldest) = state.seen_order.pop_front()
        {
            state.seen.remove(&oldest);
        }
        true
    }

    /// An order that never went out may come again under its name.
    pub(crate) fn forget(&self, id: CommandId) {
        locked(&self.state).seen.remove(&id);
    }
}

const ONE_MINUTE: Duration = Duration::from_mins(1);
