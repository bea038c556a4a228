use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tracing::warn;

use crate::shutdown::Shutdown;

/// Answers requests until the end is asked for, then finishes those it has.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: Shutdown,
    patience: Duration,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let asked = shutdown.clone();
    let server = axum::serve(listener, service)
        .with_graceful_shutdown(async move { asked.requested().await });
    let overdue = async {
        shutdown.requested().await;
        sleep(patience).await;
    };
    tokio::select! {
        finished = server => finished,
        // Open sockets of subscriptions would otherwise keep the server for ever.
        () = overdue => {
            warn!("connections still open were cut: their time was over");
            Ok(())
        }
    }
}
