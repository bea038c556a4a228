//! Bytes of a platform that decodes itself: out as they are, and back as they come.

use chaobiao_devices::content::Sort;
use tokio::time::Instant;

use super::{Bus, ForwardJob};
use crate::forward;
use crate::observation::{Lost, Observation};
use crate::talk::{Heard, Pending};

impl Bus {
    /// One request; nothing else is on the bus until its answer is whole or its window over.
    pub(super) async fn through(&mut self, job: ForwardJob) -> Result<(), Lost> {
        let ForwardJob {
            request,
            window,
            pieces,
        } = job;
        let late_bytes = std::mem::take(&mut self.late_bytes);
        self.line.send(&request).await?;
        let limits = &self.shared.limits;
        let bytes_max = limits.forward_bytes_max;
        let until = Instant::now() + window;
        let mut ears = forward::ears(&request);
        let mut heard: Vec<Heard> = Vec::new();
        let mut answer = Vec::new();
        let ended = loop {
            match self.line.next(until).await {
                Ok(Some(piece)) => {
                    self.note_alive();
                    let room = bytes_max.saturating_sub(answer.len());
                    let part = piece.get(..room.min(piece.len())).unwrap_or_default();
                    if part.len() < piece.len() {
                        self.late_bytes += (piece.len() - part.len()) as u64;
                    }
                    answer.extend_from_slice(part);
                    let gone = !part.is_empty() && pieces.send(part.to_vec()).await.is_err();
                    for ear in &mut ears {
                        Pending::feed(ear, part, &mut heard);
                    }
                    let whole = heard.drain(..).any(|one| one.sort == Sort::Answer);
                    if whole || gone || answer.len() >= bytes_max {
                        break Ok(());
                    }
                    if Instant::now() >= until {
                        break Ok(());
                    }
                }
                Ok(None) => break Ok(()),
                Err(why) => break Err(why),
            }
        };
        // The platform may go on once it has all of it.
        drop(pieces);
        let observation = Observation::Forwarded {
            collector: self.id.clone(),
            request,
            answer,
            late_bytes,
            at: self.shared.now(),
        };
        self.shared.tell(observation).await;
        ended
    }
}
