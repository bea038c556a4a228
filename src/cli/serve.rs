use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chaobiao_eventstore::{BusOptions, Daemon, SystemClock};
use chaobiao_graphql::support::{CursorKey, Services};
use chaobiao_graphql::{SchemaOptions, build_schema};
use clap::Args;
use sqlx::{Connection as _, PgPool};
use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::access_log::AccessJournal;
use crate::app::Core;
use crate::billing_runs::BillingRuns;
use crate::calendar;
use crate::collectors::{Collectors, LiveFrames, RelayDoor};
use crate::config::{CollectorsConfig, Config};
use crate::connectors::Connectors;
use crate::database::Database;
use crate::demo::simulate_collectors;
use crate::export;
use crate::gateways;
use crate::http::{self, Operations, Readiness};
use crate::labels;
use crate::paper::{self, PaperFont, PaperRoutes};
use crate::photos::{self, PhotoRoutes};
use crate::shutdown::Shutdown;
use crate::telemetry;
use crate::upkeep;
use crate::sms::{self, ReportDesk};
use crate::wechat;

use super::demo::{self, DemoArguments};
use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// 监听地址，优先于配置
    #[arg(long, value_name = "地址")]
    listen: Option<SocketAddr>,
    /// 首次启动时生成演示校区
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    campus: DemoArguments,
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let mut config = context.config()?;
        config.server.listen = self.listen.unwrap_or(config.server.listen);
        telemetry::install_logging(&config.telemetry)?;
        // Before the database starts, so that an early Ctrl-C stops it properly.
        let shutdown = Shutdown::on_signals()?;
        let database = Database::open_for_server(&config).await?;
        let campus = self.demo.then_some(&self.campus);
        let served = serve(&config, &database, shutdown, campus).await;
        database.close().await;
        served
    }
}

async fn serve(
    config: &Config,
    database: &Database,
    shutdown: Shutdown,
    campus: Option<&DemoArguments>,
) -> Result<(), CommandError> {
    database.prepare_schema().await?;
    // First of all: a demo campus wants an empty store, and has a calendar of its own.
    let campus = match campus {
        Some(arguments) => Some(demo::make(config, database, arguments).await?),
        None => None,
    };
    let clock = Arc::new(SystemClock);
    let journal = Arc::new(AccessJournal::default());
    let options = BusOptions {
        observer: Some(Arc::clone(&journal) as Arc<_>),
        ..BusOptions::default()
    };
    let core = Core::open(config, database.pool().clone(), clock, options).await?;
    let journal_writer = journal.start(core.bus.clone());
    if campus.is_none() {
        calendar::load_shipped(&core.bus).await?;
    }
    let listener = TcpListener::bind(config.server.listen)
        .await
        .map_err(|error| format!("无法监听 {}：{error}", config.server.listen))?;
    let operations = Operations {
        readiness: readiness(database.pool(), &shutdown),
        metrics: telemetry::install_metrics()?,
    };
    let daemon = core.start_daemon(config)?;
    let live = LiveFrames::default();
    let services = core.services(config, &daemon, &journal, &live)?;
    let doors = collector_doors(config, campus.is_some());
    let billing_runs = BillingRuns::start(&core.bus);
    let machines = Machines::start(config, &doors, &core, &daemon, &live).await?;
    let upkeep = upkeep::forget_regularly(services.access.clone(), shutdown.clone());
    let upkeep = tokio::spawn(upkeep);
    let routes = chaobiao_web::router()
        .merge(http::log::routes(database.pool().clone()))
        .merge(photos::routes(PhotoRoutes {
            analyst: core.analyst.clone(),
            services: services.clone(),
        }))
        .merge(export::routes(services.clone()))
        .merge(labels::routes(services.clone()))
        .merge(gateways::routes(core.gateways(config)?))
        .merge(wechat::routes(core.wechat(config)?))
        .merge(sms::routes(ReportDesk::open(&config.sms, core.store.clone())?))
        .merge(machines.routes())
        .merge(graphql(config, services, listener.local_addr()?)?);
    let service = http::compose(routes, operations, &config.server);
    if let Some(campus) = campus {
        show(&daemon, campus.position).await;
        if let Some(doors) = machines.listens() {
            let pool = database.pool();
            simulate_collectors(pool, core.store.clock(), doors).await?;
        }
        output::line(campus.to_string().trim_end())?;
    }
    let address = listener.local_addr()?;
    info!(%address, "ready");
    output::line(&format!("抄表服务已启动：http://{address}"))?;
    let patience = Duration::from_secs(config.server.shutdown_seconds_max);
    let served = http::serve(listener, service, shutdown, patience).await;
    billing_runs.stop().await;
    machines.stop().await;
    if let Some(writer) = journal_writer {
        writer.finish().await;
    }
    daemon.shutdown().await;
    upkeep.abort();
    Ok(served?)
}

/// What is heard of other machines: collectors, front-end machines, platforms.
struct Machines {
    collectors: Option<Collectors>,
    relay: Option<RelayDoor>,
    connectors: Connectors,
}

impl Machines {
    async fn start(
        config: &Config,
        doors: &CollectorsConfig,
        core: &Core,
        daemon: &Daemon,
        live: &LiveFrames,
    ) -> Result<Self, CommandError> {
        Ok(Self {
            collectors: Collectors::start(doors, &core.bus, daemon, live).await?,
            relay: RelayDoor::open(config, &core.bus).await?,
            connectors: Connectors::start(config, &core.bus, daemon)?,
        })
    }

    fn routes(&self) -> Router {
        let collectors = self.collectors.as_ref();
        collectors.map(Collectors::routes).unwrap_or_default()
    }

    /// Where collectors that say their name in letters are received.
    fn listens(&self) -> Option<SocketAddr> {
        self.collectors.as_ref()?.listens
    }

    async fn stop(self) {
        self.connectors.stop();
        if let Some(relay) = self.relay {
            relay.close();
        }
        if let Some(collectors) = self.collectors {
            collectors.stop().await;
        }
    }
}

/// A demo campus has meters that speak for themselves, on this machine alone.
fn collector_doors(config: &Config, demo: bool) -> CollectorsConfig {
    let mut doors = config.collectors.clone();
    if demo && doors.listen_bare.is_none() {
        doors.listen_bare = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    }
    doors
}

/// Waits until the read models show what the demo campus has written.
async fn show(daemon: &Daemon, position: Option<i64>) {
    const PATIENCE: Duration = Duration::from_mins(3);
    const PAUSE: Duration = Duration::from_millis(200);
    let Some(position) = position else { return };
    let caught_up = async {
        while !daemon.wait_for(position, PAUSE).await {
            tokio::time::sleep(PAUSE).await;
        }
    };
    if tokio::time::timeout(PATIENCE, caught_up).await.is_err() {
        warn!("the read models have not caught up with the demo campus yet");
    }
}

/// The schema, by itself and behind the papers that ask it.
fn graphql(
    config: &Config,
    services: Services,
    listens: SocketAddr,
) -> Result<Router, CommandError> {
    let cursors = CursorKey::new(&services.store().hashing_key("cursor")?);
    let options = SchemaOptions {
        introspection: config.development,
        depth_max: config.graphql.depth_max,
        complexity_max: config.graphql.complexity_max,
        document_bytes_max: config.graphql.document_bytes_max,
    };
    let schema = build_schema(services.clone(), cursors, options);
    let limit = config.graphql.document_bytes_max;
    let public_url = config.paper.public_url.clone();
    let papers = paper::routes(PaperRoutes {
        schema: schema.clone(),
        services: services.clone(),
        font: PaperFont::find(config.paper.font_file.as_deref()),
        public_url: public_url.unwrap_or_else(|| format!("http://{listens}")),
    });
    let own = export::own_routes(schema.clone(), services.clone());
    let routes = http::graphql::routes(schema, services, limit, config.development);
    Ok(routes.merge(papers).merge(own))
}

fn readiness(pool: &PgPool, shutdown: &Shutdown) -> Readiness {
    let pool = pool.clone();
    let shutdown = shutdown.clone();
    Readiness::default()
        .with("database", move || {
            let pool = pool.clone();
            async move {
                match pool.acquire().await {
                    Ok(mut connection) => connection.ping().await.is_ok(),
                    Err(_) => false,
                }
            }
        })
        .with("shutdown", move || std::future::ready(!shutdown.is_requested()))
}
