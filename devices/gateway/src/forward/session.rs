//! A platform's connection.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::screen::{Blocked, Rights, ears, screen};
use crate::bus::{ForwardJob, Job};
use crate::gateway::Gateway;
use crate::link::Stream;
use crate::meter::CollectorId;
use crate::observation::Observation;

/// A request is over after this silence, unless it is whole before.
const REQUEST_GAP: Duration = Duration::from_millis(200);
/// However slowly it is written.
const REQUEST_MAX: Duration = Duration::from_secs(2);
/// How long an answer is waited for.
const WINDOW: Duration = Duration::from_secs(5);
const PIECES_MAX: usize = 8;

/// Serves one platform that speaks to the meters behind one collector, until it goes.
///
/// What it sends goes to the bus unchanged, and what comes back from there to it: one request at a
/// time, no answer after its window. A blocked request is dropped and told; the platform hears
/// nothing, as from a meter that is silent.
pub async fn serve(
    mut stream: impl Stream,
    gateway: &Gateway,
    collector: &CollectorId,
    rights: Rights,
) -> io::Result<()> {
    let shared = gateway.shared();
    let bytes_max = shared.limits.forward_bytes_max;
    let mut stopping = shared.stopping.subscribe();
    loop {
        let request = tokio::select! {
            request = next_request(&mut stream, rights, bytes_max) => request?,
            _ = stopping.wait_for(|on| *on) => return Ok(()),
        };
        let Some(request) = request else {
            return Ok(());
        };
        let blocked = match screen(&request, rights, bytes_max) {
            Ok(()) => pass(&mut stream, gateway, collector, &request).await?,
            Err(why) => Some(why),
        };
        if let Some(why) = blocked {
            let kept = request.len().min(bytes_max);
            let observation = Observation::ForwardBlocked {
                collector: collector.clone(),
                request: request.get(..kept).unwrap_or_default().to_vec(),
                why,
                at: shared.now(),
            };
            shared.tell(observation).await;
        }
    }
}

/// The next request: up to a silence, or to its end where that is plain. `None`: it is gone.
async fn next_request(
    stream: &mut impl Stream,
    rights: Rights,
    bytes_max: usize,
) -> io::Result<Option<Vec<u8>>> {
    let mut request = Vec::new();
    let mut chunk = [0; 512];
    let mut until = None;
    loop {
        let read = stream.read(&mut chunk);
        let count = match until {
            None => read.await?,
            Some(until) => match timeout_at(until, timeout(REQUEST_GAP, read)).await {
                Ok(Ok(count)) => count?,
                Ok(Err(_)) | Err(_) => return Ok(Some(request)),
            },
        };
        if count == 0 {
            return Ok((!request.is_empty()).then_some(request));
        }
        until.get_or_insert_with(|| Instant::now() + REQUEST_MAX);
        request.extend_from_slice(chunk.get(..count).unwrap_or_default());
        let reads = screen(&request, Rights::default(), bytes_max).is_ok();
        let whole = reads || rights.writes && !ears(&request).is_empty();
        if whole || request.len() > bytes_max {
            return Ok(Some(request));
        }
    }
}

async fn pass(
    stream: &mut impl Stream,
    gateway: &Gateway,
    collector: &CollectorId,
    request: &[u8],
) -> io::Result<Option<Blocked>> {
    let Some(jobs) = gateway.shared().jobs_of(collector) else {
        return Ok(Some(Blocked::NoLink));
    };
    let (pieces_in, mut pieces) = mpsc::channel(PIECES_MAX);
    let job = Job::Forward(ForwardJob {
        request: request.to_vec(),
        window: WINDOW,
        pieces: pieces_in,
    });
    if jobs.try_send(job).is_err() {
        return Ok(Some(Blocked::Busy));
    }
    let write = gateway.shared().limits.write();
    while let Some(piece) = pieces.recv().await {
        match timeout(write, stream.write_all(&piece)).await {
            Ok(written) => written?,
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        }
    }
    stream.flush().await?;
    Ok(None)
}
