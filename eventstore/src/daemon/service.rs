//! All background work of one node.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chaobiao_decision::ProcessRegistry;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::bus::CommandBus;
use crate::daemon::consumer::{Consumer, ProjectionConsumer};
use crate::daemon::feed::Feed;
use crate::daemon::job::{self, Job, Node};
use crate::daemon::progress::Progress;
use crate::daemon::runner::ConsumerJob;
use crate::daemon::{Projector, follower, metric, roll};
use crate::due::DueJob;
use crate::forget::follow_destroyed_keys;
use crate::notary::{Notary, NotaryJob, NotaryOptions};
use crate::operate::{VerificationJob, VerificationSchedule};
use crate::outbox::{OutboxJob, Sender};
use crate::policy::{Policy, PolicyConsumer, policy_checkpoint};
use crate::sealer::SealerJob;
use crate::standby::Keeper;

const LEASE_DURATION: Duration = Duration::from_secs(10);

/// What a node runs in the background.
pub struct DaemonBuilder {
    bus: CommandBus,
    projectors: Vec<Arc<dyn Projector>>,
    policies: Vec<Arc<dyn Policy>>,
    processes: ProcessRegistry,
    sender: Option<Arc<dyn Sender>>,
    notary: Option<NotaryOptions>,
    verification: Option<VerificationSchedule>,
    lease_duration: Duration,
}

impl DaemonBuilder {
    #[must_use]
    pub fn projectors(mut self, projectors: Vec<Arc<dyn Projector>>) -> Self {
        self.projectors = projectors;
        self
    }

    #[must_use]
    pub fn policies(mut self, policies: Vec<Arc<dyn Policy>>) -> Self {
        self.policies = policies;
        self
    }

    /// The commands that may be kept in `due`.
    #[must_use]
    pub fn processes(mut self, processes: ProcessRegistry) -> Self {
        self.processes = processes;
        self
    }

    /// Without a sender messages stay queued on this node.
    #[must_use]
    pub fn sender(mut self, sender: Arc<dyn Sender>) -> Self {
        self.sender = Some(sender);
        self
    }

    /// Without a notary the log is not hashed and signed on this node.
    #[must_use]
    pub fn notary(mut self, options: NotaryOptions) -> Self {
        self.notary = Some(options);
        self
    }

    /// Without a schedule read models are compared with their replay by command only.
    #[must_use]
    pub fn verification(mut self, schedule: VerificationSchedule) -> Self {
        self.verification = Some(schedule);
        self
    }

    /// How long other nodes wait for one that has gone silent.
    #[must_use]
    pub fn lease_duration(mut self, duration: Duration) -> Self {
        self.lease_duration = duration;
        self
    }

    /// Starts the work on the current runtime.
    pub fn start(self) -> Daemon {
        let read_models = self
            .projectors
            .iter()
            .map(|p| p.name().to_owned())
            .collect();
        let policies: Vec<String> = self
            .policies
            .iter()
            .map(|p| policy_checkpoint(p.name()))
            .collect();
        let progress = Arc::new(Progress::new(read_models, &policies));
        let stopping = watch::Sender::new(false);
        let store = self.bus.store().clone();
        let node = Node {
            pool: store.pool().clone(),
            id: Uuid::now_v7(),
            lease_duration: self.lease_duration,
            stopping: stopping.subscribe(),
        };
        let committed = Arc::clone(store.committed());
        let mut jobs = Jobs {
            tasks: JoinSet::new(),
            names: Vec::new(),
            node: node.clone(),
        };
        let sealer = SealerJob::new(node.pool.clone(), committed, Arc::clone(&progress));
        jobs.spawn(sealer);
        jobs.tasks
            .spawn(follower::run(node.clone(), Arc::clone(&progress)));
        jobs.tasks
            .spawn(follow_destroyed_keys(node.clone(), store.cipher().clone()));
        let feed = Arc::new(Feed::new(store.clone()));
        let keeper = Keeper {
            store: store.clone(),
            projectors: self.projectors.clone(),
            feed: Arc::clone(&feed),
            progress: Arc::clone(&progress),
            node: node.clone(),
        };
        jobs.tasks.spawn(keeper.run());
        jobs.tasks.spawn(metric::run(store.clone(), node.clone()));
        if let Some(schedule) = self.verification {
            let verification = VerificationJob {
                store: store.clone(),
                projectors: self.projectors.clone(),
                schedule,
                stopping: stopping.subscribe(),
            };
            jobs.spawn(verification);
        }
        for consumer in consumers(&self.bus, self.projectors, self.policies) {
            let (feed, progress) = (Arc::clone(&feed), Arc::clone(&progress));
            let job = ConsumerJob::new(consumer, node.pool.clone(), feed, progress);
            jobs.spawn(job);
        }
        jobs.spawn(DueJob::new(self.bus.clone(), Arc::new(self.processes)));
        if let Some(options) = self.notary {
            let notary = NotaryJob::new(Notary::new(&store, options), progress.sealed());
            jobs.spawn(notary);
        }
        if let Some(sender) = self.sender {
            jobs.spawn(OutboxJob::new(store, sender));
        }
        jobs.tasks.spawn(roll::run(jobs.names, node));
        Daemon(Arc::new(Inner {
            progress,
            bus: self.bus,
            stopping,
            tasks: Mutex::new(jobs.tasks),
        }))
    }
}

/// Everything one node runs, and by what names its leased jobs go.
struct Jobs {
    tasks: JoinSet<()>,
    names: Vec<String>,
    node: Node,
}

impl Jobs {
    fn spawn(&mut self, job: impl Job + 'static) {
        self.names.push(job.lease_name().to_owned());
        self.tasks.spawn(job::run(job, self.node.clone()));
    }
}

fn consumers(
    bus: &CommandBus,
    projectors: Vec<Arc<dyn Projector>>,
    policies: Vec<Arc<dyn Policy>>,
) -> Vec<Arc<dyn Consumer>> {
    let mut consumers: Vec<Arc<dyn Consumer>> = Vec::new();
    for projector in projectors {
        consumers.push(Arc::new(ProjectionConsumer::new(projector)));
    }
    for policy in policies {
        consumers.push(Arc::new(PolicyConsumer::new(policy, bus.clone())));
    }
    consumers
}

/// The background work of one node: sealer, read models, policies, due commands, outbox. Cheap to
/// clone; dropping the last clone stops everything as a kill would.
#[derive(Clone)]
pub struct Daemon(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) progress: Arc<Progress>,
    pub(super) bus: CommandBus,
    stopping: watch::Sender<bool>,
    tasks: Mutex<JoinSet<()>>,
}

impl Daemon {
    pub fn builder(bus: CommandBus) -> DaemonBuilder {
        DaemonBuilder {
            bus,
            projectors: Vec::new(),
            policies: Vec::new(),
            processes: ProcessRegistry::default(),
            sender: None,
            notary: None,
            verification: None,
            lease_duration: LEASE_DURATION,
        }
    }

    /// Lets every job finish its step and give its lease up.
    pub async fn shutdown(&self) {
        self.0.stopping.send_replace(true);
        let tasks = {
            let mut tasks = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        // A job that panicked has been reported by the panic itself.
        let _: Vec<()> = tasks.join_all().await;
    }

    /// Tells how far a read model has come (`policy:<name>` for a policy): the next leaf it wants.
    pub fn watch(&self, name: &str) -> Option<watch::Receiver<i64>> {
        self.0.progress.consumer(name)
    }

    /// Tells how far all read models have come.
    pub fn watch_all(&self) -> watch::Receiver<i64> {
        self.0.progress.lowest()
    }

    /// Tells where the log ends.
    pub fn watch_sealed(&self) -> watch::Receiver<i64> {
        self.0.progress.sealed()
    }
}
