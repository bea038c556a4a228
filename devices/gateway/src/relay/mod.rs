//! The relay between the inner network and the outer one (内外网转发): what is put in on one side
//! comes out on the other, in order, once, whatever is switched off in between.
//!
//! Both sides keep a [`Journal`]: numbered records with a sum each, in files that are cut at a
//! torn tail. A record is durable on this side before [`Outbox::put`] returns, and on the other
//! before it is acknowledged or handed out. Two ways across:
//!
//! - [`Mode::Acknowledged`]: the other side says how far it has got; the sender begins there.
//! - [`Mode::PushOnly`]: not one byte comes back, as through a diode. The sender goes back by more
//!   than any buffer holds whenever the link is made anew, and the other side drops what it has.

mod crc;
mod cursor;
mod inbox;
mod journal;
mod outbox;
mod reader;
mod record;

pub use cursor::Cursor;
pub use inbox::{Check, Inbox, Received, receive};
pub use journal::{Journal, Opened};
pub use outbox::{Outbox, send};
pub use reader::Reader;
pub use record::{RECORD_BYTES_MAX, Record};

use std::io;

/// Names a journal. A sender that begins anew takes a new one, so that its numbers are not
/// mistaken for old ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u128);

/// How records get across.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Acknowledged,
    PushOnly,
}

/// Sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// A file is closed when it is longer.
    pub segment_bytes: u64,
    /// The whole journal; beyond it nothing is taken in, and nothing thrown away.
    pub journal_bytes_max: u64,
    /// Push only: how far to go back when a link is made anew. More than all buffers on the way.
    pub overlap_bytes: u64,
    /// Push only: how much is kept of what was sent.
    pub retain_bytes: u64,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            segment_bytes: 8 << 20,
            journal_bytes_max: 4 << 30,
            overlap_bytes: 32 << 20,
            retain_bytes: 256 << 20,
        }
    }
}

/// What stops a relay.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    #[error("读写失败：{0}")]
    Io(#[from] io::Error),
    /// Good records behind a bad one: no torn tail, so nothing is cut.
    #[error("日志文件 {file} 在 {at} 字节处损坏")]
    Damaged { file: String, at: u64 },
    #[error("日志已满")]
    Full,
    #[error("记录过长")]
    TooLong,
    /// A write failed before; what is on the disk is not known any more.
    #[error("日志写入曾失败，需重新打开")]
    Broken,
    #[error("对方不是转发程序")]
    NotARelay,
    #[error("收到的记录校验不符")]
    Checksum,
    /// A record no sender of ours has made; nothing is kept of it.
    #[error("收到的记录不是本系统的发送方所写")]
    Foreign,
    #[error("缺少记录：应为 {wanted}，收到 {got}")]
    Gap { wanted: u64, got: u64 },
    #[error("对方已有 {theirs} 之前的记录，本方只有 {ours} 之前的")]
    ReceiverAhead { theirs: u64, ours: u64 },
    #[error("对方需要 {wanted} 起的记录，本方只保留 {first} 起的")]
    Gone { wanted: u64, first: u64 },
    #[error("连接结束")]
    Ended,
    /// More senders than an inbox keeps journals for.
    #[error("发送方过多")]
    TooManySenders,
    #[error("对方迟迟不说明身份")]
    TooSlow,
    /// Nothing came for an hour.
    #[error("对方久无音讯")]
    Silent,
}

/// What a sender says first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) epoch: Epoch,
    pub(crate) mode: Mode,
    /// The number of the first record that is coming (push only) or kept (acknowledged).
    pub(crate) first: u64,
}

pub(crate) const HELLO_BYTES: usize = 40;
const HELLO: [u8; 8] = *b"CBRELAY1";

impl Hello {
    pub(crate) fn bytes(&self) -> [u8; HELLO_BYTES] {
        let mut bytes = [0; HELLO_BYTES];
        bytes[..8].copy_from_slice(&HELLO);
        bytes[8..24].copy_from_slice(&self.epoch.0.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first.to_le_bytes());
        bytes[32] = match self.mode {
            Mode::Acknowledged => 1,
            Mode::PushOnly => 2,
        };
        let sum = crc::sum(&bytes[..36]);
        bytes[36..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    pub(crate) fn read(bytes: [u8; HELLO_BYTES]) -> Result<Self, RelayError> {
        let sum = crc::sum(&bytes[..36]).to_le_bytes();
        let mode = match bytes[32] {
            1 => Mode::Acknowledged,
            2 => Mode::PushOnly,
            _ => return Err(RelayError::NotARelay),
        };
        if bytes[..8] != HELLO || bytes[36..] != sum {
            return Err(RelayError::NotARelay);
        }
        let field = |at: usize| bytes.get(at..).and_then(<[u8]>::first_chunk).copied();
        let epoch = field(8).map(u128::from_le_bytes);
        let first = bytes
            .get(24..)
            .and_then(<[u8]>::first_chunk)
            .map(|first| u64::from_le_bytes(*first));
        match (epoch, first) {
            (Some(epoch), Some(first)) => Ok(Self {
                epoch: Epoch(epoch),
                mode,
                first,
            }),
            _ => Err(RelayError::NotARelay),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_is_read_as_it_was_said_and_a_damaged_one_is_none() {
        let hello = Hello {
            epoch: Epoch(7),
            mode: Mode::PushOnly,
            first: 41,
        };
        assert_eq!(Hello::read(hello.bytes()).unwrap(), hello);
        for at in 0..HELLO_BYTES {
            let mut bytes = hello.bytes();
            bytes[at] ^= 1;
            assert!(Hello::read(bytes).is_err(), "{at}");
        }
    }
}
