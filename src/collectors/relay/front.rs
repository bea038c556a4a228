//! The front-end machine (前置机): a gateway without a store.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chaobiao_eventstore::Clock;
use chaobiao_gateway::relay::{self, Epoch, Mode, Outbox, RelayError, Sizes};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::message::RelayKey;
use super::outgoing::Outgoing;
use crate::collectors::desk::{Desk, Run};
use crate::collectors::gates::Gates;
use crate::collectors::{Collectors, LiveFrames, PlanFile, plan};
use crate::config::{Config, ConfigError};

/// Where it keeps what is not across yet, under the data directory.
const FOLDER: &str = "relay/out";
const PAUSE_LEAST: Duration = Duration::from_secs(1);
const PAUSE_MOST: Duration = Duration::from_secs(30);

/// Why a front-end machine does not start.
#[derive(Debug, thiserror::Error)]
pub enum FrontEndError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("没有配置采集器接入（collectors.listen_…） / no door for collectors is set up")]
    NoDoor,
    #[error(
        "{folder} 中待转发的内容是用另一把密钥写的：换回原密钥转发完，或移走该目录 / \
         what waits in {folder} was sealed with another key"
    )]
    OtherKey { folder: String },
    #[error(transparent)]
    Relay(#[from] RelayError),
}

/// What is kept was sealed with this key, or nothing is kept yet.
fn same_key(folder: &Path, key: &RelayKey) -> Result<(), FrontEndError> {
    let path = folder.join("key");
    let ours = key.fingerprint();
    match fs::read_to_string(&path) {
        Ok(noted) if noted.trim() == ours => Ok(()),
        Ok(_) => Err(FrontEndError::OtherKey {
            folder: folder.display().to_string(),
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(ConfigError::io(folder))?;
            Ok(fs::write(&path, ours).map_err(ConfigError::io(path))?)
        }
        Err(error) => Err(ConfigError::io(path)(error).into()),
    }
}

/// Runs until it is stopped.
pub struct FrontEnd {
    collectors: Collectors,
    outbox: Outbox,
    failed: watch::Receiver<bool>,
}

impl FrontEnd {
    pub async fn start(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, FrontEndError> {
        let key = RelayKey::read(&config.relay)?;
        let server = config.relay.server()?.clone();
        let path = config.relay.plan_file()?.clone();
        let first = PlanFile::read(&path)?;
        let run = Run(Uuid::now_v7());
        let gates = Gates::open(&config.collectors, clock, run).await?;
        let gates = gates.ok_or(FrontEndError::NoDoor)?;
        let folder = config.data_dir.join(FOLDER);
        same_key(&folder, &key)?;
        let (outbox, opened) = Outbox::open(&folder, Epoch(run.0.as_u128()), Sizes::default())?;
        if opened.torn_bytes > 0 {
            let bytes = opened.torn_bytes;
            tracing::info!(
                bytes,
                "what was being written when everything stopped is cut"
            );
        }
        let (failed, failing) = watch::channel(false);
        let outgoing = Outgoing {
            outbox: outbox.clone(),
            key,
            run,
            failed,
        };
        let mode = if config.relay.push_only {
            Mode::PushOnly
        } else {
            Mode::Acknowledged
        };
        let followed = plan::follow(gates.gateway.clone(), first, path);
        let desk = Desk::Beyond(outgoing);
        let live = LiveFrames::default();
        let mut collectors = Collectors::begin(gates, desk, &config.collectors, &live);
        collectors.others.push(tokio::spawn(followed));
        let sending = tokio::spawn(send(outbox.clone(), server, mode));
        collectors.others.push(sending);
        Ok(Self {
            collectors,
            outbox,
            failed: failing,
        })
    }

    /// Returns when the disk has failed.
    pub async fn failed(&self) {
        // An error means the one who tells it has gone, which only the end does.
        let _ = self.failed.clone().wait_for(|failed| *failed).await;
    }

    /// How many records are kept here; some of them may be across.
    pub fn kept(&self) -> u64 {
        self.outbox.next() - self.outbox.first()
    }

    /// Ends all links and writes down what was still heard.
    pub async fn stop(self) {
        self.collectors.stop().await;
    }
}

/// One link after the other, for ever.
async fn send(outbox: Outbox, server: String, mode: Mode) {
    let mut pause = PAUSE_LEAST;
    loop {
        let began = Instant::now();
        let ended = match TcpStream::connect(&server).await {
            Ok(stream) => {
                tracing::info!(server, "linked");
                relay::send(&outbox, stream, mode).await
            }
            Err(error) => Err(error.into()),
        };
        if let Err(error) = ended {
            tracing::warn!(server, %error, "not linked");
        }
        pause = if began.elapsed() > PAUSE_MOST {
            PAUSE_LEAST
        } else {
            PAUSE_MOST.min(pause * 2)
        };
        sleep(pause).await;
    }
}
