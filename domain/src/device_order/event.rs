use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{
    AccountNo, CollectorNo, DeviceAddress, DeviceOrderId, Index, MeterNo, RawFrame,
};

/// What a meter is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderAct {
    /// 召测: show the index now.
    Read,
    /// 拉闸, 关阀
    CutOff,
    /// 合闸, 开阀
    Restore,
    /// 合闸允许: supply is back when somebody presses the button at the meter.
    PermitRestore,
}

impl OrderAct {
    pub const ALL: [Self; 4] = [Self::Read, Self::CutOff, Self::Restore, Self::PermitRestore];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::CutOff => "cut_off",
            Self::Restore => "restore",
            Self::PermitRestore => "permit_restore",
        }
    }

    /// Whether a relay or valve is to move.
    pub const fn is_switching(self) -> bool {
        !matches!(self, Self::Read)
    }
}

/// The prepaid account an order was made for by rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForAccount {
    pub account_no: AccountNo,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRequested {
    pub order_id: DeviceOrderId,
    pub meter_no: MeterNo,
    pub collector_no: CollectorNo,
    pub address: DeviceAddress,
    pub act: OrderAct,
    pub reason: String,
    /// Danger: outside the hours in which supply is cut off otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub emergency: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_account: Option<ForAccount>,
    /// An index that is read becomes a reading that is billed by.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counts: bool,
    pub requested_by: Actor,
    pub requested_at: DateTime<Utc>,
    /// Not sent any more from then on.
    pub expires_at: DateTime<Utc>,
}

/// How an order ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum OrderOutcome {
    Read {
        index: Index,
        read_at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        frame: Option<RawFrame>,
    },
    /// Read back: the relay or valve is where it was to be.
    Confirmed,
    /// Acknowledged, and read back it is not where it was to be.
    NotObeyed,
    /// The meter said no: its word, in hexadecimal.
    Refused { word: String },
    /// A reading that was not answered.
    NoAnswer,
    /// It went out, and nobody knows what became of it.
    Unknown,
    /// It never went out.
    NotSent { reason: String },
}

impl OrderOutcome {
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Read { .. } => "read",
            Self::Confirmed => "confirmed",
            Self::NotObeyed => "not_obeyed",
            Self::Refused { .. } => "refused",
            Self::NoAnswer => "no_answer",
            Self::Unknown => "unknown",
            Self::NotSent { .. } => "not_sent",
        }
    }
}

impl OrderOutcome {
    /// What the end of an order tells of the supply, if it tells anything.
    pub const fn seen_after(&self, act: OrderAct) -> Option<SupplySeen> {
        match (act, self) {
            (OrderAct::CutOff, Self::Confirmed) => Some(SupplySeen::Off),
            (OrderAct::Restore | OrderAct::PermitRestore, Self::Confirmed) => Some(SupplySeen::On),
            _ => None,
        }
    }
}

/// What somebody saw who went to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplySeen {
    On,
    Off,
}

impl SupplySeen {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DeviceOrderEvent {
    Requested(Box<OrderRequested>),
    /// A node takes it on itself to send it, once.
    Dispatched {
        node: String,
        at: DateTime<Utc>,
    },
    Cancelled {
        reason: String,
    },
    Finished {
        #[serde(flatten)]
        outcome: OrderOutcome,
        at: DateTime<Utc>,
    },
    /// Somebody went to look what became of it.
    Settled {
        seen: SupplySeen,
        note: String,
    },
}

impl DomainEvent for DeviceOrderEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Requested(_) => "device_order.requested",
            Self::Dispatched { .. } => "device_order.dispatched",
            Self::Cancelled { .. } => "device_order.cancelled",
            Self::Finished { .. } => "device_order.finished",
            Self::Settled { .. } => "device_order.settled",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
