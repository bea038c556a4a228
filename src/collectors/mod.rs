//! The collector gateway at work: what is planned goes in, what is heard becomes commands, and what
//! people ordered goes out, once. What any of it means is decided in the domain.

mod convert;
mod exchanges;
mod forward;
mod intake;
mod links;
mod live;
mod orders;
mod plan;
mod rounds;
mod shown;

pub use live::LiveFrames;

use chaobiao_domain::units::MeterProtocol;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chaobiao_decision::{Actor, CommandContext};
use chaobiao_devices::Protocol;
use chaobiao_eventstore::{Clock, CommandBus, Daemon};
use chaobiao_gateway::link::{Door, Registration};
use chaobiao_gateway::wrapper::Wrapper;
use chaobiao_gateway::{Gateway, Limits, MeterAddress, Plan};
use chrono::{DateTime, Utc};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::config::{CollectorsConfig, ConfigError};
use intake::Intake;
use orders::Dispatcher;

/// What a part of the gateway needs to give commands.
#[derive(Clone)]
struct Clerk {
    bus: CommandBus,
    /// Of this run of this node, so that no command of an earlier one is taken for one of these.
    run: Uuid,
    node: String,
}

impl Clerk {
    /// For a command that follows from what the gateway did; `about` names it.
    fn context(&self, about: &str) -> CommandContext {
        let id = Uuid::new_v5(&self.run, about.as_bytes());
        let actor = Actor::System("collectors".to_owned());
        CommandContext::new(id, actor, self.bus.store().clock().now())
    }
}

/// The store's clock, for the gateway.
struct GatewayClock(Arc<dyn Clock>);

impl chaobiao_gateway::time::Clock for GatewayClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
}

/// A running gateway of a node, until it is ended.
pub struct Collectors {
    gateway: Gateway,
    intake: JoinHandle<()>,
    others: Vec<JoinHandle<()>>,
    /// Where collectors that say their name in letters are received.
    pub listens: Option<SocketAddr>,
}

/// How long the end may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl Collectors {
    /// Starts what is set up; nothing where no door is.
    pub async fn start(
        config: &CollectorsConfig,
        bus: &CommandBus,
        daemon: &Daemon,
        live: &LiveFrames,
    ) -> Result<Option<Self>, ConfigError> {
        let doors = doors(config)?;
        if doors.is_empty() && config.listen_datagrams.is_none() {
            return Ok(None);
        }
        let authority = orders::authority(config)?;
        let clerk = Clerk {
            bus: bus.clone(),
            run: Uuid::now_v7(),
            node: config.node.clone(),
        };
        let clock = Arc::new(GatewayClock(Arc::clone(bus.store().clock())));
        // Any seed: it spreads rounds over their jitter.
        let seed = clerk.run.as_u64_pair().1;
        let limits = Limits::default();
        let (gateway, told) = Gateway::new(limits, clock, seed, Plan::default());
        let mut others = Vec::new();
        let mut listens = None;
        for (address, door) in doors {
            let listener = TcpListener::bind(address).await;
            let listener = listener.map_err(ConfigError::io(address.to_string()))?;
            if matches!(door.registration, Registration::Text(_)) {
                listens = listener.local_addr().ok();
            }
            let gateway = gateway.clone();
            others.push(tokio::spawn(
                async move { gateway.listen(listener, door).await },
            ));
        }
        if let Some(address) = config.listen_datagrams {
            let socket = UdpSocket::bind(address).await;
            let socket = socket.map_err(ConfigError::io(address.to_string()))?;
            let gateway = gateway.clone();
            others.push(tokio::spawn(async move {
                gateway.listen_datagrams(socket).await;
            }));
        }
        for forward in forward::forwards(config)? {
            let listener = TcpListener::bind(forward.listen).await;
            let listener = listener.map_err(ConfigError::io(forward.listen.to_string()))?;
            others.push(tokio::spawn(forward.run(listener, gateway.clone())));
        }
        let pool = bus.store().pool().clone();
        let changes = daemon.watch("collectors");
        others.push(tokio::spawn(plan::keep(
            gateway.clone(),
            pool.clone(),
            changes,
        )));
        let dispatcher = Dispatcher {
            gateway: gateway.clone(),
            clerk: clerk.clone(),
            authority,
        };
        let changes = daemon.watch("device_orders");
        others.push(tokio::spawn(dispatcher.run(changes)));
        live.begin();
        let lost_after = Duration::from_secs(config.lost_after_seconds);
        let intake = Intake::new(clerk, live.clone(), lost_after);
        let intake = tokio::spawn(intake.run(told));
        Ok(Some(Self {
            gateway,
            intake,
            others,
            listens,
        }))
    }

    /// Ends all links and takes in what was still heard.
    pub async fn stop(self) {
        self.gateway.stop();
        for other in &self.others {
            other.abort();
        }
        drop(self.gateway);
        if tokio::time::timeout(PATIENCE, self.intake).await.is_err() {
            tracing::warn!("what collectors said last was not taken in");
        }
    }
}

/// Waits for a read model's next change, and no longer than a time.
async fn change_within(time: Duration, changes: Option<&mut watch::Receiver<i64>>) {
    let moved = async {
        match changes {
            Some(changes) => drop(changes.changed().await),
            None => std::future::pending().await,
        }
    };
    let _ = tokio::time::timeout(time, moved).await;
}

/// A meter as a simulated collector has it; none where it is not known how it speaks.
pub(crate) fn simulated(address: &str, protocol: Option<&str>) -> Option<(MeterAddress, Protocol)> {
    let all = MeterProtocol::ALL.into_iter();
    let mut known = all.filter(|known| protocol == Some(known.as_str()));
    let protocol = convert::protocol(known.next()?);
    Some((convert::meter_address(address)?, protocol))
}

/// Where collectors come to, and how each kind says who it is.
fn doors(config: &CollectorsConfig) -> Result<Vec<(SocketAddr, Door)>, ConfigError> {
    let heartbeat = hex::decode(&config.heartbeat).map_err(|_| ConfigError::CollectorSetting {
        key: "collectors.heartbeat",
        wanted: "十六进制字节",
    })?;
    let bare = Door {
        registration: Registration::Text(config.registration_prefix.clone()),
        heartbeat,
        ..Door::default()
    };
    let wrapped = |wrapper| Door {
        wrapper,
        registration: Registration::Wrapped,
        ..Door::default()
    };
    let concentrator =
        Wrapper::Concentrator(chaobiao_gateway::wrapper::concentrator::Port::default());
    let doors = [
        (config.listen_bare, bare),
        (config.listen_concentrators, wrapped(concentrator)),
        (config.listen_data_units, wrapped(Wrapper::DataUnit)),
    ];
    Ok(doors
        .into_iter()
        .filter_map(|(address, door)| Some((address?, door)))
        .collect())
}
