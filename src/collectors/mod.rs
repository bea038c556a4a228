//! The collector gateway at work: what is planned goes in, what is heard becomes commands, and what
//! people ordered goes out, once. What any of it means is decided in the domain.

mod convert;
mod desk;
mod exchanges;
mod forward;
mod gates;
mod intake;
mod links;
mod live;
mod orders;
mod plan;
mod plan_file;
mod relay;
mod rounds;
mod shown;
mod uplinks;

pub use live::LiveFrames;
pub use plan_file::PlanFile;
pub use relay::{DoorError, FrontEnd, FrontEndError, RelayDoor};

use chaobiao_domain::units::MeterProtocol;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chaobiao_devices::Protocol;
use chaobiao_eventstore::{CommandBus, Daemon};
use chaobiao_gateway::{Gateway, MeterAddress};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::config::{CollectorsConfig, ConfigError};
use desk::{Clerk, Desk, Run};
use gates::Gates;
use intake::Intake;
use orders::Dispatcher;
use uplinks::Uplinks;

/// A running gateway of a node, until it is ended.
pub struct Collectors {
    gateway: Gateway,
    intake: JoinHandle<()>,
    others: Vec<JoinHandle<()>>,
    uplinks: Option<Uplinks>,
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
        let run = Run(Uuid::now_v7());
        let clock = Arc::clone(bus.store().clock());
        let Some(gates) = Gates::open(config, clock, run).await? else {
            return Ok(None);
        };
        let clerk = Clerk {
            bus: bus.clone(),
            run,
            node: config.node.clone(),
        };
        let dispatcher = Dispatcher {
            gateway: gates.gateway.clone(),
            clerk: clerk.clone(),
            authority: orders::authority(config)?,
        };
        let pool = bus.store().pool().clone();
        let changes = daemon.watch("collectors");
        let plan = plan::keep(gates.gateway.clone(), pool, changes);
        let orders = dispatcher.run(daemon.watch("device_orders"));
        live.begin();
        let uplinks = Uplinks::open(config, &gates.gateway)?;
        let mut collectors = Self::begin(gates, Desk::Store(Box::new(clerk)), config, live);
        collectors.uplinks = uplinks;
        collectors.others.push(tokio::spawn(plan));
        collectors.others.push(tokio::spawn(orders));
        Ok(Some(collectors))
    }

    fn begin(gates: Gates, desk: Desk, config: &CollectorsConfig, live: &LiveFrames) -> Self {
        let lost_after = Duration::from_secs(config.lost_after_seconds);
        let intake = Intake::new(desk, live.clone(), lost_after);
        Self {
            gateway: gates.gateway,
            intake: tokio::spawn(intake.run(gates.told)),
            others: gates.doors,
            uplinks: None,
            listens: gates.listens,
        }
    }

    /// What is asked of the web server for radios.
    pub fn routes(&self) -> Router {
        let uplinks = self.uplinks.clone();
        uplinks.map_or_else(Router::new, Uplinks::routes)
    }

    /// Ends all links and takes in what was still heard.
    pub async fn stop(self) {
        self.gateway.stop();
        for other in &self.others {
            other.abort();
        }
        drop((self.gateway, self.uplinks));
        if tokio::time::timeout(PATIENCE, self.intake).await.is_err() {
            tracing::warn!("what collectors said last was not taken in");
        }
    }
}

/// A meter as a simulated collector has it; none where it is not known how it speaks.
pub(crate) fn simulated(address: &str, protocol: Option<&str>) -> Option<(MeterAddress, Protocol)> {
    let all = MeterProtocol::ALL.into_iter();
    let mut known = all.filter(|known| protocol == Some(known.as_str()));
    let protocol = convert::protocol(known.next()?);
    Some((convert::meter_address(address)?, protocol))
}
