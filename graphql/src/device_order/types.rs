use async_graphql::{Enum, SimpleObject};
use chaobiao_domain::device_order;
use chaobiao_projections::device_orders::DeviceOrderRow;
use chrono::{DateTime, Utc};

use crate::support::Decimal;

/// What a meter is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "device_order::OrderAct")]
pub(super) enum DeviceOrderAct {
    /// 召测
    Read,
    /// 拉闸, 关阀
    CutOff,
    /// 合闸, 开阀
    Restore,
    /// 合闸允许: supply is back when somebody presses the button at the meter.
    PermitRestore,
}

/// What somebody saw who went to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "device_order::SupplySeen")]
pub(super) enum SupplySeen {
    /// 通
    On,
    /// 断
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum DeviceOrderState {
    /// Recorded; waits for its collector.
    Requested,
    /// On its way.
    Dispatched,
    Cancelled,
    Finished,
    /// Looked at, after its outcome was unknown.
    Settled,
}

impl DeviceOrderState {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Dispatched => "dispatched",
            Self::Cancelled => "cancelled",
            Self::Finished => "finished",
            Self::Settled => "settled",
        }
    }

    fn of(stored: &str) -> Self {
        match stored {
            "dispatched" => Self::Dispatched,
            "cancelled" => Self::Cancelled,
            "finished" => Self::Finished,
            "settled" => Self::Settled,
            _ => Self::Requested,
        }
    }
}

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum DeviceOrderOutcome {
    /// The index was read.
    Read,
    /// Read back: the relay or valve is where it was to be.
    Confirmed,
    /// Acknowledged, and read back it is not where it was to be.
    NotObeyed,
    /// The meter said no.
    Refused,
    /// A reading that was not answered.
    NoAnswer,
    /// It went out, and nobody knows what became of it: somebody has to look.
    Unknown,
    /// It never went out.
    NotSent,
}

impl DeviceOrderOutcome {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Confirmed => "confirmed",
            Self::NotObeyed => "not_obeyed",
            Self::Refused => "refused",
            Self::NoAnswer => "no_answer",
            Self::Unknown => "unknown",
            Self::NotSent => "not_sent",
        }
    }

    fn of(stored: &str) -> Self {
        match stored {
            "read" => Self::Read,
            "confirmed" => Self::Confirmed,
            "not_obeyed" => Self::NotObeyed,
            "refused" => Self::Refused,
            "no_answer" => Self::NoAnswer,
            "not_sent" => Self::NotSent,
            _ => Self::Unknown,
        }
    }
}

/// 设备指令
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct DeviceOrder {
    order_id: String,
    meter_no: String,
    collector_no: String,
    /// 通信地址
    address: String,
    act: DeviceOrderAct,
    reason: String,
    /// 紧急
    emergency: bool,
    /// The prepaid account it was made for by rule.
    account_no: Option<String>,
    /// Such as `staff:li`.
    requested_by: String,
    requested_at: DateTime<Utc>,
    /// Not sent any more from then on.
    expires_at: DateTime<Utc>,
    state: DeviceOrderState,
    dispatched_at: Option<DateTime<Utc>>,
    outcome: Option<DeviceOrderOutcome>,
    finished_at: Option<DateTime<Utc>>,
    /// What was read.
    index: Option<Decimal>,
    read_at: Option<DateTime<Utc>>,
    /// Why it was cancelled, refused or not sent, or what was found.
    note: Option<String>,
    seen: Option<SupplySeen>,
}

impl From<DeviceOrderRow> for DeviceOrder {
    fn from(row: DeviceOrderRow) -> Self {
        let acts = device_order::OrderAct::ALL.into_iter();
        let act = acts.into_iter().find(|act| act.as_str() == row.act);
        let seen = row.seen.as_deref().map(|seen| match seen {
            "off" => SupplySeen::Off,
            _ => SupplySeen::On,
        });
        Self {
            act: act.unwrap_or(device_order::OrderAct::Read).into(),
            state: DeviceOrderState::of(&row.state),
            outcome: row.outcome.as_deref().map(DeviceOrderOutcome::of),
            order_id: row.order_id,
            meter_no: row.meter_no,
            collector_no: row.collector_no,
            address: row.address,
            reason: row.reason,
            emergency: row.emergency,
            account_no: row.account_no,
            requested_by: row.requested_by,
            requested_at: row.requested_at,
            expires_at: row.expires_at,
            dispatched_at: row.dispatched_at,
            finished_at: row.finished_at,
            index: row.index.map(|index| Decimal(index.value())),
            read_at: row.read_at,
            note: row.note,
            seen,
        }
    }
}
