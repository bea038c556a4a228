//! The last frames that went over this node's links, for whoever looks on.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chaobiao_graphql::support::{CollectorLinks, LiveFrame};
use tokio::sync::watch;

/// Kept of all collectors together.
const KEPT: usize = 2_000;
/// Shown at once.
const SHOWN: usize = 100;

/// Cheap to clone; all clones are the same. Knows nothing until a gateway has begun.
#[derive(Clone, Default)]
pub struct LiveFrames(Arc<OnceLock<Kept>>);

struct Kept {
    frames: Mutex<VecDeque<LiveFrame>>,
    count: watch::Sender<i64>,
}

impl LiveFrames {
    pub(super) fn begin(&self) {
        self.0.get_or_init(|| Kept {
            frames: Mutex::default(),
            count: watch::Sender::new(0),
        });
    }

    /// Numbers a frame and shows it.
    pub(super) fn show(&self, mut frame: LiveFrame) {
        let Some(kept) = self.0.get() else { return };
        let mut frames = kept.frames.lock().unwrap_or_else(PoisonError::into_inner);
        kept.count.send_modify(|count| *count += 1);
        frame.number = *kept.count.borrow();
        if frames.len() >= KEPT {
            frames.pop_front();
        }
        frames.push_back(frame);
    }
}

impl CollectorLinks for LiveFrames {
    fn changes(&self) -> Option<watch::Receiver<i64>> {
        self.0.get().map(|kept| kept.count.subscribe())
    }

    fn latest(&self, collector_no: Option<&str>) -> Vec<LiveFrame> {
        let Some(kept) = self.0.get() else {
            return Vec::new();
        };
        let frames = kept.frames.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = |frame: &&LiveFrame| collector_no.is_none_or(|no| frame.collector_no == no);
        frames
            .iter()
            .rev()
            .filter(wanted)
            .take(SHOWN)
            .cloned()
            .collect()
    }
}
