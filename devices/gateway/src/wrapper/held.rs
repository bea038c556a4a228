//! Frames found in a stream when they do not begin as those of meters do.

/// What the bytes from here on are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// A whole frame of this many bytes.
    Frame(usize),
    /// More bytes are needed to tell.
    More,
    /// No frame begins here.
    No,
}

/// How frames are told.
pub(super) trait Form {
    /// No frame is longer; nothing more is ever held.
    const WHOLE_BYTES_MAX: usize;

    /// Judges `bytes`, never empty. `WHOLE_BYTES_MAX` bytes are never too few to tell.
    fn judge(bytes: &[u8]) -> Judged;
}

/// Bytes that may become a frame. What is none costs one byte, and the search goes on behind it.
#[derive(Debug, Default)]
pub(super) struct Held(Vec<u8>);

impl Held {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes the next piece of the stream and tells of each whole frame.
    pub(super) fn feed<F: Form>(&mut self, piece: &[u8], mut take: impl FnMut(&[u8])) {
        let mut rest = piece;
        // Never more than one frame is held, whatever comes at once.
        while !rest.is_empty() {
            let room = F::WHOLE_BYTES_MAX.saturating_sub(self.0.len()).max(1);
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.0.extend_from_slice(now);
            rest = later;
            self.scan::<F>(false, &mut take);
        }
    }

    /// The line is silent: the first byte of what waits is given up.
    pub(super) fn idle<F: Form>(&mut self, mut take: impl FnMut(&[u8])) {
        self.scan::<F>(true, &mut take);
    }

    fn scan<F: Form>(&mut self, gives_up_one: bool, take: &mut impl FnMut(&[u8])) {
        let mut patience = !gives_up_one;
        let mut at = 0;
        while let Some(bytes) = self.0.get(at..).filter(|bytes| !bytes.is_empty()) {
            match F::judge(bytes) {
                Judged::Frame(whole) => {
                    take(bytes.get(..whole).unwrap_or(bytes));
                    at += whole.max(1);
                }
                Judged::More if patience => break,
                Judged::More => {
                    patience = true;
                    at += 1;
                }
                Judged::No => at += 1,
            }
        }
        self.0.drain(..at.min(self.0.len()));
    }
}
