use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use clap::Args;
use sqlx::{Connection as _, PgPool};
use tokio::net::TcpListener;
use tracing::info;

use crate::config::Config;
use crate::database::Database;
use crate::http::{self, Operations, Readiness};
use crate::shutdown::Shutdown;
use crate::telemetry;

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// 监听地址，优先于配置
    #[arg(long, value_name = "地址")]
    listen: Option<SocketAddr>,
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let mut config = context.config()?;
        config.server.listen = self.listen.unwrap_or(config.server.listen);
        telemetry::install_logging(&config.telemetry)?;
        // Before the database starts, so that an early Ctrl-C stops it properly.
        let shutdown = Shutdown::on_signals()?;
        let database = Database::open_for_server(&config).await?;
        let served = serve(&config, &database, shutdown).await;
        database.close().await;
        served
    }
}

async fn serve(
    config: &Config,
    database: &Database,
    shutdown: Shutdown,
) -> Result<(), CommandError> {
    database.prepare_schema().await?;
    config.master_key()?;
    let listener = TcpListener::bind(config.server.listen)
        .await
        .map_err(|error| format!("无法监听 {}：{error}", config.server.listen))?;
    let operations = Operations {
        readiness: readiness(database.pool(), &shutdown),
        metrics: telemetry::install_metrics()?,
    };
    let router = http::compose(Router::new(), operations, &config.server);
    let address = listener.local_addr()?;
    info!(%address, "ready");
    output::line(&format!("抄表服务已启动：http://{address}"))?;
    let patience = Duration::from_secs(config.server.shutdown_seconds_max);
    http::serve(listener, router, shutdown, patience).await?;
    Ok(())
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
