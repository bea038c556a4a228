//! 透传: platforms that decode by themselves speak to the meters behind a collector (R35).

use std::net::SocketAddr;
use std::sync::Arc;

use chaobiao_gateway::forward::{Rights, serve};
use chaobiao_gateway::{CollectorId, Gateway};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::config::{CollectorsConfig, ConfigError};

/// Connections to one collector's meters at a time; they take turns on its bus anyway.
const CONNECTIONS: usize = 4;

/// Where a platform comes to, for which collector, and what it may.
pub(super) struct Forward {
    pub(super) listen: SocketAddr,
    collector: CollectorId,
    rights: Rights,
}

pub(super) fn forwards(config: &CollectorsConfig) -> Result<Vec<Forward>, ConfigError> {
    config.forwards.iter().map(|text| forward(text)).collect()
}

fn forward(text: &str) -> Result<Forward, ConfigError> {
    let wrong = || ConfigError::CollectorSetting {
        key: "collectors.forwards",
        wanted: "采集器编号、监听地址，可写时再加 writes",
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let (collector, listen, writes) = match words.as_slice() {
        [collector, listen] => (collector, listen, false),
        [collector, listen, "writes"] => (collector, listen, true),
        _ => return Err(wrong()),
    };
    Ok(Forward {
        listen: listen.parse().map_err(|_| wrong())?,
        collector: collector.parse().map_err(|_| wrong())?,
        rights: Rights { writes },
    })
}

impl Forward {
    /// Until the program ends.
    pub(super) async fn run(self, listener: TcpListener, gateway: Gateway) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            // A platform beyond the places waits to be accepted.
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            let Ok((stream, peer)) = listener.accept().await else {
                continue;
            };
            let (gateway, collector) = (gateway.clone(), self.collector.clone());
            let rights = self.rights;
            tokio::spawn(async move {
                let ended = serve(stream, &gateway, &collector, rights).await;
                tracing::info!(%collector, %peer, ?ended, "a platform has gone");
                drop(place);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platforms_place_is_read_or_refused() {
        assert!(!forward("DCU-01 127.0.0.1:7001").unwrap().rights.writes);
        assert!(
            forward(" DCU-01  127.0.0.1:7001 writes")
                .unwrap()
                .rights
                .writes
        );
        for bad in [
            "",
            "DCU-01",
            "DCU-01 here",
            "D 127.0.0.1:1 write",
            "D 127.0.0.1:1 writes x",
        ] {
            assert!(forward(bad).is_err(), "{bad}");
        }
    }
}
