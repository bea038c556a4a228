//! A simulated concentrator on the network.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, sleep_until};

use super::Concentrator;
use super::outside::Opener;
use crate::link::Stream;
use crate::shared::locked;
use crate::time::{Clock, on_the_wall};
use crate::wrapper::label;

/// Where it is waited for when nothing is due.
const FAR: Duration = Duration::from_hours(1);

/// Dials the gateway, registers, and answers until the link ends.
pub async fn dial(
    concentrator: Arc<Mutex<Concentrator>>,
    to: SocketAddr,
    clock: Arc<dyn Clock>,
) -> io::Result<()> {
    let stream = TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    serve(concentrator, stream, clock).await
}

/// Registers over a stream, and answers until it ends.
pub async fn serve(
    concentrator: Arc<Mutex<Concentrator>>,
    mut stream: impl Stream,
    clock: Arc<dyn Clock>,
) -> io::Result<()> {
    let (id, outside) = {
        let concentrator = locked(&concentrator);
        (concentrator.id.clone(), concentrator.outside)
    };
    stream.write_all(&outside.hello(&id)).await?;
    stream.flush().await?;
    let mut opener = Opener::new(outside);
    let mut due = Due::default();
    let mut chunk = vec![0; 1024];
    loop {
        tokio::select! {
            count = stream.read(&mut chunk) => {
                let count = count?;
                if count == 0 {
                    return Ok(());
                }
                let inner = opener.open(chunk.get(..count).unwrap_or_default());
                due.hear(&concentrator, &inner, &*clock);
            }
            () = sleep_until(due.next()) => {
                for bytes in due.take() {
                    stream.write_all(&outside.wrap(&id, &bytes)).await?;
                }
                stream.flush().await?;
            }
        }
    }
}

/// The same with a datagram for every message, its name in letters before each.
pub async fn dial_datagrams(
    concentrator: Arc<Mutex<Concentrator>>,
    to: SocketAddr,
    clock: Arc<dyn Clock>,
) -> io::Result<()> {
    let id = locked(&concentrator).id.clone();
    let name: String = id
        .as_str()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let name = name.parse().map_err(io::Error::other)?;
    let socket = UdpSocket::bind((to.ip(), 0)).await?;
    socket.connect(to).await?;
    socket.send(&label::write(&name, &[])).await?;
    let mut due = Due::default();
    let mut chunk = vec![0; 2048];
    loop {
        tokio::select! {
            count = socket.recv(&mut chunk) => {
                let datagram = chunk.get(..count?).unwrap_or_default();
                if let Some((_, inner)) = label::read(datagram) {
                    due.hear(&concentrator, inner, &*clock);
                }
            }
            () = sleep_until(due.next()) => {
                for bytes in due.take() {
                    socket.send(&label::write(&name, &bytes)).await?;
                }
            }
        }
    }
}

/// A silence after which a request is over.
const SILENCE: Duration = Duration::from_millis(20);

/// Answers on their way.
#[derive(Default)]
struct Due {
    at: BTreeMap<(Instant, u64), Vec<u8>>,
    count: u64,
    heard: Option<Instant>,
}

impl Due {
    fn hear(&mut self, concentrator: &Mutex<Concentrator>, inner: &[u8], clock: &dyn Clock) {
        let wall = on_the_wall(clock.now());
        let now = Instant::now();
        let mut concentrator = locked(concentrator);
        if self.heard.is_some_and(|heard| now - heard >= SILENCE) {
            concentrator.fall_silent(wall);
        }
        self.heard = Some(now);
        let replies = concentrator.hear(inner, wall);
        for (after_ms, bytes) in replies {
            self.count += 1;
            let at = now + Duration::from_millis(u64::from(after_ms));
            self.at.insert((at, self.count), bytes);
        }
    }

    fn next(&self) -> Instant {
        let first = self.at.keys().next();
        first.map_or_else(|| Instant::now() + FAR, |(at, _)| *at)
    }

    fn take(&mut self) -> Vec<Vec<u8>> {
        let later = self.at.split_off(&(Instant::now(), u64::MAX));
        std::mem::replace(&mut self.at, later)
            .into_values()
            .collect()
    }
}
