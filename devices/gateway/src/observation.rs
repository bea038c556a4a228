//! What the gateway tells: everything that happened, and nothing decided about it.

use chaobiao_devices::Protocol;
use chaobiao_devices::quantity::Quantity;
use chrono::{DateTime, NaiveDateTime, Utc};

use crate::command::{CommandId, Outcome};
use crate::forward::Blocked;
use crate::meter::{CollectorId, MeterAddress};
use crate::talk::MeterReading;

/// Something that happened, in the order it did on its link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    CollectorSeen {
        collector: CollectorId,
        peer: String,
        at: DateTime<Utc>,
    },
    CollectorLost {
        collector: CollectorId,
        why: Lost,
        at: DateTime<Utc>,
    },
    Reading(Box<MeterReading>),
    /// Asked for, repeatedly, and not had.
    Missing {
        collector: CollectorId,
        meter: MeterAddress,
        item: u32,
        why: Silence,
        attempts: u8,
        at: DateTime<Utc>,
    },
    /// A meter of which it was not known how it speaks.
    MeterFound {
        collector: CollectorId,
        meter: MeterAddress,
        protocol: Protocol,
        at: DateTime<Utc>,
    },
    Odd {
        collector: CollectorId,
        meter: Option<MeterAddress>,
        what: Oddity,
        at: DateTime<Utc>,
    },
    /// Somebody was cut off or not let in.
    Quarantined {
        peer: String,
        collector: Option<CollectorId>,
        why: Quarantine,
        /// Others before it that were not told one by one.
        untold: u64,
        at: DateTime<Utc>,
    },
    /// On its way to the meter now.
    CommandSent {
        id: CommandId,
        collector: CollectorId,
        meter: MeterAddress,
        frame: Vec<u8>,
        at: DateTime<Utc>,
    },
    CommandDone {
        id: CommandId,
        collector: CollectorId,
        outcome: Outcome,
        at: DateTime<Utc>,
    },
    /// Bytes that went through unread.
    Forwarded {
        collector: CollectorId,
        request: Vec<u8>,
        answer: Vec<u8>,
        /// What came too late for this request, or nobody had asked for; dropped.
        late_bytes: u64,
        at: DateTime<Utc>,
    },
    ForwardBlocked {
        collector: CollectorId,
        request: Vec<u8>,
        why: Blocked,
        at: DateTime<Utc>,
    },
    SweepDone {
        collector: CollectorId,
        sweep: Sweep,
        at: DateTime<Utc>,
    },
}

/// The sum of one round over a bus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    pub number: u64,
    pub answered: u32,
    pub missing: u32,
    /// Meters left out because they did not answer before.
    pub backed_off: u32,
    /// Items left out because the meter said it has none such.
    pub unsupported: u32,
    /// Good frames nobody waited for.
    pub strangers: u32,
    /// The same answer once more.
    pub doubled: u32,
    pub noise_bytes: u64,
    pub took_ms: u64,
}

/// Why a link is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    #[error("对方关闭了连接")]
    Closed,
    #[error("连接出错")]
    Fault,
    #[error("长时间没有数据")]
    Idle,
    #[error("对方不接收数据")]
    Stuck,
    #[error("干扰数据过多")]
    Flood,
    #[error("同一采集器建立了新连接")]
    Replaced,
    #[error("网关停止")]
    Stopped,
}

/// Why there is no reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nothing came.
    NoAnswer,
    /// Something came, but no good frame.
    Damaged,
    /// A good answer that does not say what was asked for.
    Unreadable,
    /// The meter said why not; `unsupported`: it has no such item and is not asked again.
    Refused { word: Vec<u8>, unsupported: bool },
    /// A later part of a long answer did not come.
    Incomplete,
    /// The link was lost while it was asked; the round goes on with the meter after it.
    LinkLost,
    /// No protocol was found that it speaks.
    NotFound,
    /// The profile can not ask for this.
    NotAskable,
}

/// What is strange about a meter and harms nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// Two different answers to one question: two meters have one address.
    TwoAnswers,
    /// It answers without its own address.
    WildcardAddress,
    /// Its clock is this, or no time at all.
    Clock { shown: Option<NaiveDateTime> },
    /// The index is less than before.
    WentBack {
        item: u32,
        before: Quantity,
        now: Quantity,
    },
    /// It was heard behind another collector before.
    MovedFrom { collector: CollectorId },
    /// What the meter answers has not the length the item has: it needs a profile.
    Misfit { item: u32 },
}

/// Why somebody was cut off or not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Quarantine {
    #[error("连接数已满")]
    TooManyLinks,
    #[error("注册包过长")]
    RegistrationTooLong,
    #[error("注册超时")]
    RegistrationTooSlow,
    #[error("注册包无法识别")]
    RegistrationUnreadable,
    #[error("未登记的采集器")]
    Unknown,
    #[error("采集器已有连接")]
    ClaimedTwice,
    #[error("干扰数据过多，暂不接入")]
    Flooding,
    #[error("数据报文无法识别")]
    Datagram,
}
