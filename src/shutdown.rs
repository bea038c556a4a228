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
    /// Listens to SIGTERM and SIGINT of this process.
    pub fn on_signals() -> io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            next(&mut terminate, &mut interrupt).await;
            info!("finishing: a signal asked for it");
            // Nobody may be left to hear it.
            let _ = sender.send(true);
            next(&mut terminate, &mut interrupt).await;
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

async fn next(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
