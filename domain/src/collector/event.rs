use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{BytesHash, CampusId, CollectorNo, DeviceAddress, MeterNo, MeterProtocol};

/// How often one of a meter's indexes becomes a reading it is billed by; the others are intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "every", rename_all = "snake_case")]
pub enum BillingReadings {
    /// 日冻结: the first of each day.
    Day,
    /// 月冻结: the first on or after this day of each month, 1 to 28.
    Month { day: u32 },
}

/// What is asked of all meters behind a collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweeping {
    /// Divides a day.
    pub every_minutes: u32,
    /// How often a question is repeated that was not answered well.
    pub retries: u8,
    pub readings: BillingReadings,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectorRegistered {
    /// What it says when it dials in.
    pub collector_no: CollectorNo,
    pub campus: CampusId,
    /// 安装位置
    pub place: String,
    pub sweeping: Sweeping,
}

/// A meter behind a collector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectedMeter {
    pub meter_no: MeterNo,
    pub address: DeviceAddress,
    /// None: to be found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<MeterProtocol>,
    /// Whether it has a relay or valve that may be ordered from here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub switchable: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterDetached {
    pub meter_no: MeterNo,
    pub address: DeviceAddress,
    pub reason: String,
}

/// What is strange behind a collector and refuses no reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oddity {
    /// Two meters answer to one address.
    TwoAnswers,
    /// It answers without its own address.
    WildcardAddress,
    /// Its clock is wrong.
    Clock,
    /// The index is less than before.
    WentBack,
    /// It was heard behind another collector before.
    Moved,
    /// What it answers has not the length the item has.
    Misfit,
    /// The collector itself was cut off: too much noise, twice of one name.
    Quarantined,
}

impl Oddity {
    pub const ALL: [Self; 7] = [
        Self::TwoAnswers,
        Self::WildcardAddress,
        Self::Clock,
        Self::WentBack,
        Self::Moved,
        Self::Misfit,
        Self::Quarantined,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TwoAnswers => "two_answers",
            Self::WildcardAddress => "wildcard_address",
            Self::Clock => "clock",
            Self::WentBack => "went_back",
            Self::Moved => "moved",
            Self::Misfit => "misfit",
            Self::Quarantined => "quarantined",
        }
    }
}

/// Noticed once a day, however often it is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddityNoticed {
    /// None: of the collector itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter_no: Option<MeterNo>,
    pub oddity: Oddity,
    pub detail: String,
    pub at: DateTime<Utc>,
}

/// 透传: a request of a platform that went to the meters as it was, and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardedExchange {
    pub at: DateTime<Utc>,
    pub request: BytesHash,
    pub request_bytes: u32,
    /// None: no answer came in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<BytesHash>,
    #[serde(default)]
    pub answer_bytes: u32,
}

/// A request that did not go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedRequest {
    pub at: DateTime<Utc>,
    pub request: BytesHash,
    pub request_bytes: u32,
    pub reason: String,
}

/// What went through a collector unread, gathered over a minute at most.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BytesForwarded {
    pub exchanges: Vec<ForwardedExchange>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<BlockedRequest>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CollectorEvent {
    Registered(CollectorRegistered),
    SweepingChanged {
        sweeping: Sweeping,
    },
    MeterAttached(CollectedMeter),
    MeterDetached(MeterDetached),
    /// A meter of which it was not known how it speaks.
    ProtocolDetected {
        meter_no: MeterNo,
        protocol: MeterProtocol,
    },
    LinkOpened {
        peer: String,
        at: DateTime<Utc>,
    },
    LinkLost {
        reason: String,
        at: DateTime<Utc>,
    },
    OddityNoticed(OddityNoticed),
    BytesForwarded(BytesForwarded),
    Retired {
        reason: String,
    },
}

impl DomainEvent for CollectorEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Registered(_) => "collector.registered",
            Self::SweepingChanged { .. } => "collector.sweeping_changed",
            Self::MeterAttached(_) => "collector.meter_attached",
            Self::MeterDetached(_) => "collector.meter_detached",
            Self::ProtocolDetected { .. } => "collector.protocol_detected",
            Self::LinkOpened { .. } => "collector.link_opened",
            Self::LinkLost { .. } => "collector.link_lost",
            Self::OddityNoticed(_) => "collector.oddity_noticed",
            Self::BytesForwarded(_) => "collector.bytes_forwarded",
            Self::Retired { .. } => "collector.retired",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
