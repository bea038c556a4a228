//! 抄见状态: what a reader says of a reading in Chinese practice. Each fixes what is entered: an
//! index or nothing, never a quantity (R4).

use serde::{Deserialize, Serialize};

use crate::validation_rules::EstimationMethod;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// What is entered with a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateInput {
    /// The index, and for people the photo.
    Index,
    /// Nothing: what follows is computed.
    Nothing,
    /// The day until which it is put off.
    UntilDay,
}

impl ReadState {
    pub const ALL: [Self; 11] = [
        Self::Normal,
        Self::Estimated,
        Self::FittedBackwards,
        Self::DerivedEstimate,
        Self::DerivedActual,
        Self::PlannedExchange,
        Self::NoUsage,
        Self::Delayed,
        Self::IssuedEstimate,
        Self::RolledOver,
        Self::AverageEstimate,
    ];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Normal => "正常",
            Self::Estimated => "估表",
            Self::FittedBackwards => "倒装",
            Self::DerivedEstimate => "推估",
            Self::DerivedActual => "推正",
            Self::PlannedExchange => "定换",
            Self::NoUsage => "无量",
            Self::Delayed => "延迟",
            Self::IssuedEstimate => "实发估计",
            Self::RolledOver => "溢出",
            Self::AverageEstimate => "平均估计",
        }
    }

    pub const fn input(self) -> StateInput {
        match self {
            Self::Normal
            | Self::FittedBackwards
            | Self::DerivedActual
            | Self::PlannedExchange
            | Self::RolledOver => StateInput::Index,
            Self::Estimated
            | Self::DerivedEstimate
            | Self::NoUsage
            | Self::IssuedEstimate
            | Self::AverageEstimate => StateInput::Nothing,
            Self::Delayed => StateInput::UntilDay,
        }
    }

    /// By what it is estimated; none for the order of the rules.
    pub(super) const fn method(self) -> Option<EstimationMethod> {
        match self {
            Self::DerivedEstimate => Some(EstimationMethod::PresentDevice),
            Self::AverageEstimate => Some(EstimationMethod::RecentPeriods),
            Self::NoUsage => Some(EstimationMethod::NoUsage),
            _ => None,
        }
    }

    /// Whether what is computed stands, whatever the dial shows later.
    pub(super) const fn stands(self) -> bool {
        matches!(self, Self::NoUsage | Self::IssuedEstimate)
    }
}
