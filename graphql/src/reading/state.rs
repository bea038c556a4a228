//! How a reading was come by: its state, its place, its estimate.

use async_graphql::{Enum, InputObject, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::meter;
use chaobiao_domain::units::GeoPoint;
use chaobiao_domain::validation_rules;

use crate::support::{Decimal, field};

/// 抄见状态. Each fixes what is entered with it, see `readStates`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter::ReadState")]
pub enum ReadState {
    /// 正常
    Normal,
    /// 估表: the dial could not be read.
    Estimated,
    /// 倒装: the meter was fitted backwards, and counts down.
    FittedBackwards,
    /// 推估: after a fault, by what the device put in since uses.
    DerivedEstimate,
    /// 推正: the dial as it is, and the estimates before it in a straight line to it.
    DerivedActual,
    /// 定换: the first reading after a replacement.
    PlannedExchange,
    /// 无量: nothing was used.
    NoUsage,
    /// 延迟: put off.
    Delayed,
    /// 实发估计: estimated, to stand as it is.
    IssuedEstimate,
    /// 溢出: the register has rolled over.
    RolledOver,
    /// 平均估计: by the average of the last periods.
    AverageEstimate,
}

/// What is entered with a state; never a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter::StateInput")]
pub(super) enum ReadStateEntry {
    /// The index, by `submitReading`.
    Index,
    /// Nothing: `estimateReading` computes it.
    Nothing,
    /// The day until which it is put off, by `delayReading`.
    UntilDay,
}

#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ReadStateInfo {
    state: ReadState,
    label: String,
    entry: ReadStateEntry,
}

impl ReadStateInfo {
    pub(super) fn all() -> Vec<Self> {
        let info = |state: meter::ReadState| Self {
            state: state.into(),
            label: state.label().to_owned(),
            entry: state.input().into(),
        };
        meter::ReadState::ALL.map(info).into()
    }
}

/// A place in degrees (WGS 84).
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct Position {
    latitude: Decimal,
    longitude: Decimal,
}

impl From<GeoPoint> for Position {
    fn from(point: GeoPoint) -> Self {
        Self {
            latitude: point.latitude().into(),
            longitude: point.longitude().into(),
        }
    }
}

#[derive(Clone, Copy, Debug, InputObject)]
pub(super) struct PositionInput {
    latitude: Decimal,
    longitude: Decimal,
}

impl PositionInput {
    pub(super) fn point(self) -> Result<GeoPoint, Rejection> {
        let point = GeoPoint::try_new(self.latitude.0, self.longitude.0);
        field("position", point)
    }
}

/// What an index nobody read is estimated from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "validation_rules::EstimationMethod")]
pub enum EstimationMethod {
    /// A reading taken later: a straight line between it and the one before.
    LaterActual,
    /// 去年同期日均
    LastYear,
    /// 前三期日均
    RecentPeriods,
    /// 现装表具日均
    PresentDevice,
    /// 同类表日均
    ClassMean,
    /// 无量
    NoUsage,
}

/// How an index was computed that nobody read.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct Estimate {
    method: EstimationMethod,
    /// The method in Chinese.
    label: String,
    days: u32,
    /// To two decimals; null where a straight line was drawn.
    per_day: Option<Decimal>,
    /// The usage a line was drawn over, and its days.
    drawn_over_usage: Option<Decimal>,
    drawn_over_days: Option<u32>,
    /// To two decimals; the index moved by its whole units.
    usage: Decimal,
}

impl From<meter::Estimate> for Estimate {
    fn from(estimate: meter::Estimate) -> Self {
        Self {
            method: estimate.method.into(),
            label: estimate.method.label().to_owned(),
            days: estimate.days,
            per_day: estimate.per_day.map(Decimal::from),
            drawn_over_usage: estimate.drawn_over.map(|over| over.usage.into()),
            drawn_over_days: estimate.drawn_over.map(|over| over.days),
            usage: estimate.usage.into(),
        }
    }
}
