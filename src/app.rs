//! The parts of one node put together.

use std::sync::Arc;
use std::time::Duration;

use chaobiao_eventstore::access::{Access, SessionLimits};
use chaobiao_eventstore::notary::NotaryOptions;
use chaobiao_eventstore::operate::VerificationSchedule;
use chaobiao_eventstore::{
    BusOptions, Clock, CommandBus, Daemon, EventStore, JsonLinesSender, SnapshotOptions,
};
use chaobiao_graphql::support::{Services, SharedAnswers};
use chrono::TimeDelta;
use object_store::prefix::PrefixStore;
use sqlx::PgPool;

use crate::access_log::AccessJournal;
use crate::checkpoint_store;
use crate::collectors::LiveFrames;
use crate::config::{Config, VerificationConfig};
use crate::erasure::Keepers;
use crate::frames::DeviceFrames;
use crate::gateways::{GatewayDesk, GatewaySender, Gateways};
use crate::objects::{self, Place};
use crate::photos::{PhotoAnalyst, PhotoKey, PhotoLimits, PhotoStore};
use crate::policies;
use crate::sms::SmsSender;
use crate::wechat::{WechatDesk, WechatSender};

/// Why a node cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    #[error(transparent)]
    Photos(#[from] crate::photos::PhotoError),
    #[error(transparent)]
    Store(#[from] chaobiao_eventstore::StoreError),
}

fn verification_schedule(config: &VerificationConfig) -> VerificationSchedule {
    const SHANGHAI: TimeDelta = TimeDelta::hours(8);
    VerificationSchedule {
        every: TimeDelta::hours(i64::from(config.interval_hours)),
        offset: TimeDelta::hours(i64::from(config.hour)) - SHANGHAI,
    }
}

/// Store and command bus: what a command line needs to execute commands beside a server.
#[derive(Clone)]
pub struct Core {
    pub store: EventStore,
    pub bus: CommandBus,
    pub analyst: PhotoAnalyst,
}

impl Core {
    pub async fn open(
        config: &Config,
        pool: PgPool,
        clock: Arc<dyn Clock>,
        options: BusOptions,
    ) -> Result<Self, AppError> {
        let masters = Arc::new(config.master_key_files()?);
        let mut store = EventStore::open_with(pool, masters, clock)
            .await?
            .with_upcasters(chaobiao_domain::upcasters());
        if config.store.snapshot_events > 0 {
            store = store.with_snapshots(SnapshotOptions {
                code: env!("CHAOBIAO_FOLDING_CODE").to_owned(),
                after: usize::try_from(config.store.snapshot_events).unwrap_or(usize::MAX),
            });
        }
        let bus = CommandBus::new(store.clone(), options);
        let photos = Self::open_photos(config, &store)?;
        let analyst = PhotoAnalyst::new(photos, store.pool().clone(), config.photos.workers);
        Ok(Self {
            store,
            bus,
            analyst,
        })
    }

    /// Passwords, codes and sessions.
    pub fn access(&self, config: &Config) -> Result<Access, AppError> {
        let minutes = |minutes: u32| TimeDelta::minutes(i64::from(minutes));
        let sessions = &config.sessions;
        let limits = SessionLimits {
            customer_idle: minutes(sessions.customer_idle_minutes),
            customer_absolute: minutes(sessions.customer_absolute_hours.saturating_mul(60)),
            staff_idle: minutes(sessions.staff_idle_minutes),
            staff_absolute: minutes(sessions.staff_absolute_hours.saturating_mul(60)),
        };
        Ok(Access::new(&self.store, limits)?)
    }

    /// The photos, under the data directory or where the configuration has them.
    fn open_photos(config: &Config, store: &EventStore) -> Result<PhotoStore, AppError> {
        let limits = PhotoLimits::from(&config.photos);
        let key = PhotoKey::derived(&store.hashing_key("blind-index")?);
        if let Some(url) = &config.photos.store {
            let Place { objects, prefix } = objects::open(config, url)?;
            let objects = Arc::new(PrefixStore::new(objects, prefix));
            return Ok(PhotoStore::over(objects, limits, key));
        }
        let folder = config.data_dir.join("photos");
        Ok(PhotoStore::in_folder(&folder, limits, key)?)
    }

    /// What the GraphQL schema works with.
    pub fn services(
        &self,
        config: &Config,
        daemon: &Daemon,
        journal: &Arc<AccessJournal>,
        live: &LiveFrames,
    ) -> Result<Services, AppError> {
        Ok(Services {
            bus: self.bus.clone(),
            read_models: Arc::new(daemon.clone()),
            access: self.access(config)?,
            access_log: Arc::clone(journal) as Arc<_>,
            photos: Arc::new(self.analyst.clone()),
            frames: Arc::new(DeviceFrames),
            gateways: Arc::new(self.gateways(config)?),
            collectors: Arc::new(live.clone()),
            official_account: Arc::new(self.wechat(config)?),
            shared_answers: SharedAnswers::default(),
        })
    }

    /// The payment gateways that are set up.
    pub fn gateways(&self, config: &Config) -> Result<GatewayDesk, AppError> {
        Ok(GatewayDesk {
            gateways: Gateways::open(config)?,
            bus: self.bus.clone(),
        })
    }

    /// The official account, if there is one.
    pub fn wechat(&self, config: &Config) -> Result<WechatDesk, AppError> {
        let access = self.access(config)?;
        Ok(WechatDesk::open(config, self.bus.clone(), access)?)
    }

    /// What is kept of people outside the store.
    pub fn keepers(&self, config: &Config) -> Result<Keepers, AppError> {
        Ok(Keepers {
            store: self.store.clone(),
            access: self.access(config)?,
            photos: self.analyst.photos().clone(),
            outbox: JsonLinesSender::new(config.data_dir.join("outbox.jsonl")),
        })
    }

    /// Starts everything that runs in the background.
    pub fn start_daemon(&self, config: &Config) -> Result<Daemon, AppError> {
        let keepers = self.keepers(config)?;
        let clock = Arc::clone(self.store.clock());
        let texts = SmsSender::open(config, clock, keepers.outbox.clone())?;
        let messages = WechatSender::new(config, self.wechat(config)?, texts);
        let notary = NotaryOptions {
            keys: Arc::new(config.log_key_file()?),
            interval: Duration::from_secs(config.transparency.checkpoint_seconds),
            sinks: checkpoint_store::sinks(config)?,
        };
        let mut daemon = Daemon::builder(self.bus.clone())
            .projectors(chaobiao_projections::all(&self.store))
            .policies(policies::all(keepers, self.analyst.clone()))
            .processes(policies::processes())
            .sender(GatewaySender::new(self.gateways(config)?, messages))
            .notary(notary);
        if config.verification.interval_hours > 0 {
            daemon = daemon.verification(verification_schedule(&config.verification));
        }
        Ok(daemon.start())
    }
}
