//! One signal asks every part of the server to finish; a second one does not wait.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tracing::{info, warn};

/// Tells its holders when the server is to end.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

/// Exit status of a process ended by a second signal.
const INTERRUPTED: i32 = 130;

impl Shutdown {
    /// Listens to SIGTERM, SIGINT and (a closed terminal) SIGHUP of this process.
    pub fn on_signals() -> io::Result<Self> {
        let mut signals = Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        };
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            signals.next().await;
            info!("finishing: a signal asked for it");
            // Nobody may be left to hear it.
            let _ = sender.send(true);
            signals.next().await;
            warn!("ending at once: a second signal came");
            std::process::exit(INTERRUPTED);
        });
        Ok(Self(receiver))
    }

    /// Returns when the end has been asked for.
    pub async fn requested(&self) {
        // An error means the listener is gone, which only the end of the process does.
        let _ = self.0.clone().wait_for(|requested| *requested).await;
    }

    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
