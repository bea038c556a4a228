//! Finding frames in a stream of bytes, however it is cut and whatever lies between them.

use std::mem;

/// Every protocol here begins a frame with this byte, and any byte inside a frame may be it.
pub const START: u8 = 0x68;
/// The last byte of a frame; any byte inside a frame may be it, too.
pub const END: u8 = 0x16;
/// Wakes the receiver; sent before a frame, zero to many times.
pub const PREAMBLE: u8 = 0xFE;

/// Why a start byte did not begin a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nothing that looks like a frame.
    NoFrame,
    /// The line fell silent before it could be told whether this is a frame's head.
    TruncatedHead,
    /// The head is not one: no second start byte, an unknown kind of meter.
    Start,
    /// A length no frame of the protocol has.
    Length,
    /// A good head, but the line fell silent before the end.
    Truncated,
    /// No end byte where the length puts it.
    End,
    /// The sum does not match.
    Checksum,
}

impl Fault {
    /// The stable name used in reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoFrame => "no_frame",
            Self::TruncatedHead | Self::Truncated => "truncated",
            Self::Start => "start",
            Self::Length => "length",
            Self::End => "end",
            Self::Checksum => "checksum",
        }
    }

    /// The fault in words for an operator.
    pub fn message(self) -> &'static str {
        match self {
            Self::NoFrame => "没有报文",
            Self::TruncatedHead | Self::Truncated => "报文不完整",
            Self::Start => "报文头不正确",
            Self::Length => "长度超出规约",
            Self::End => "结束符不正确",
            Self::Checksum => "校验和不符",
        }
    }
}

/// What the bytes from a start byte on are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A whole good frame of this many bytes.
    Complete(usize),
    /// More bytes are needed to tell; the fault it is if none come.
    Incomplete(Fault),
    /// No frame begins here.
    Invalid(Fault),
}

/// The outer form of a protocol's frames.
pub trait Framing {
    /// A good frame, seen where it lies.
    type Frame<'a>;

    /// No frame is longer; nothing more is ever held back.
    const FRAME_BYTES_MAX: usize;

    /// Judges `bytes`, whose first one is [`START`]. A verdict other than `Incomplete` must not
    /// change when more bytes come, and `FRAME_BYTES_MAX` bytes are never incomplete.
    fn judge(&self, bytes: &[u8]) -> Verdict;

    /// The frame in bytes judged complete.
    fn view<'a>(&self, bytes: &'a [u8]) -> Self::Frame<'a>;

    /// The one frame `bytes` are, without anything around it.
    fn parse<'a>(&self, bytes: &'a [u8]) -> Result<Self::Frame<'a>, Fault> {
        if bytes.first() != Some(&START) {
            return Err(Fault::Start);
        }
        match self.judge(bytes) {
            Verdict::Complete(length) if length == bytes.len() => Ok(self.view(bytes)),
            Verdict::Complete(_) => Err(Fault::Length),
            Verdict::Incomplete(fault) | Verdict::Invalid(fault) => Err(fault),
        }
    }
}

/// What a decoder has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Good frames.
    pub frames: u64,
    /// Bytes that are neither preamble nor inside a good frame.
    pub skipped: u64,
    /// Candidates given up because the line fell silent.
    pub truncated: u64,
    /// Candidates with a sum that does not match.
    pub checksum: u64,
    /// The fault of the candidate that came nearest to being a frame.
    gravest: Option<Fault>,
}

impl Tally {
    /// The fault of what came nearest to being a frame.
    pub fn gravest(&self) -> Fault {
        self.gravest.unwrap_or(Fault::NoFrame)
    }

    fn note(&mut self, fault: Fault) {
        match fault {
            Fault::Truncated | Fault::TruncatedHead => self.truncated += 1,
            Fault::Checksum => self.checksum += 1,
            Fault::NoFrame | Fault::Start | Fault::Length | Fault::End => {}
        }
        self.gravest = self.gravest.max(Some(fault));
    }
}

/// How many unfinished candidates may be given up now.
#[derive(Clone, Copy)]
enum Patience {
    Waits,
    GivesUpOne,
    GivesUpAll,
}

/// Turns pieces of a stream into frames. One per connection: it holds back what may become a
/// frame, never more than one frame's length.
///
/// A candidate that turns out bad costs one byte; the search goes on with the next, so that a good
/// frame behind or inside a bad one is found.
#[derive(Debug)]
pub struct FrameDecoder<F> {
    framing: F,
    held: Vec<u8>,
    tally: Tally,
}

impl<F: Framing> FrameDecoder<F> {
    pub fn new(framing: F) -> Self {
        Self {
            framing,
            held: Vec::with_capacity(F::FRAME_BYTES_MAX),
            tally: Tally::default(),
        }
    }

    /// Takes the next piece and hands each frame it completes to `take`.
    pub fn feed(&mut self, piece: &[u8], mut take: impl FnMut(F::Frame<'_>)) {
        let mut rest = piece;
        while !self.held.is_empty() && !rest.is_empty() {
            let before = self.held.len();
            let room = F::FRAME_BYTES_MAX - before;
            let lent = room.min(rest.len());
            self.held.extend_from_slice(&rest[..lent]);
            let used = self.scan_held(Patience::Waits, &mut take);
            if used >= before {
                // What is left lies in the piece: go on there, without copies.
                rest = &rest[used - before..];
                self.held.clear();
            } else {
                rest = &rest[lent..];
            }
        }
        if !rest.is_empty() {
            let used = self.scan(rest, Patience::Waits, &mut take);
            self.held.extend_from_slice(&rest[used..]);
        }
    }

    /// The line has been silent for longer than the gap allowed between two bytes: what waited is
    /// no frame. Gives up its first byte alone and searches on behind it.
    pub fn idle(&mut self, mut take: impl FnMut(F::Frame<'_>)) {
        self.scan_held(Patience::GivesUpOne, &mut take);
    }

    /// Nothing more will come: finds what is left and starts anew.
    pub fn finish(&mut self, mut take: impl FnMut(F::Frame<'_>)) {
        self.scan_held(Patience::GivesUpAll, &mut take);
    }

    /// How many bytes wait for more; at most [`Framing::FRAME_BYTES_MAX`].
    pub fn held(&self) -> usize {
        self.held.len()
    }

    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    fn scan_held(&mut self, patience: Patience, take: &mut impl FnMut(F::Frame<'_>)) -> usize {
        let mut held = mem::take(&mut self.held);
        let used = self.scan(&held, patience, take);
        held.drain(..used);
        self.held = held;
        used
    }

    /// Reads frames from `bytes`; returns how many bytes are done with.
    fn scan(
        &mut self,
        bytes: &[u8],
        mut patience: Patience,
        take: &mut impl FnMut(F::Frame<'_>),
    ) -> usize {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if byte != START {
                self.tally.skipped += u64::from(byte != PREAMBLE);
                at += 1;
                continue;
            }
            match self.framing.judge(&bytes[at..]) {
                Verdict::Complete(length) => {
                    self.tally.frames += 1;
                    take(self.framing.view(&bytes[at..at + length]));
                    at += length;
                    continue;
                }
                Verdict::Invalid(fault) => self.tally.note(fault),
                Verdict::Incomplete(fault) => match patience {
                    Patience::Waits => return at,
                    Patience::GivesUpOne => {
                        self.tally.note(fault);
                        patience = Patience::Waits;
                    }
                    Patience::GivesUpAll => self.tally.note(fault),
                },
            }
            self.tally.skipped += 1;
            at += 1;
        }
        at
    }
}

/// The sum modulo 256 that closes every frame.
pub(crate) fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// The last check, the same for all: sum, then end byte, behind `body`.
pub(crate) fn closed(frame: &[u8]) -> Verdict {
    match frame {
        [body @ .., sum, END] if checksum(body) == *sum => Verdict::Complete(frame.len()),
        [.., END] => Verdict::Invalid(Fault::Checksum),
        _ => Verdict::Invalid(Fault::End),
    }
}
