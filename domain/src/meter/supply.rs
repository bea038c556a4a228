//! Whether a metering point is expected to use anything (在用、空置、停供、销户), by time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::command::{DeactivateMeter, ReactivateMeter};
use super::handle::text;
use super::{MeterError, MeterEvent, MeterState};

const REASON_LENGTH_MAX: usize = 200;

/// Why nothing should flow through a metering point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inactivity {
    /// 空置
    Vacant,
    /// 停供
    CutOff,
    /// 销户
    Closed,
}

impl Inactivity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vacant => "vacant",
            Self::CutOff => "cut_off",
            Self::Closed => "closed",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Vacant => "空置",
            Self::CutOff => "停供",
            Self::Closed => "销户",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterDeactivated {
    pub inactivity: Inactivity,
    pub since: DateTime<Utc>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterReactivated {
    pub since: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The states of a metering point in the order of time; in use before the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supply(Vec<SupplyChange>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SupplyChange {
    since: DateTime<Utc>,
    inactivity: Option<Inactivity>,
}

impl Supply {
    /// Why the point was out of use at an instant; none while it was in use.
    pub fn inactive_at(&self, at: DateTime<Utc>) -> Option<Inactivity> {
        let begun = self.0.partition_point(|change| change.since <= at);
        self.0[..begun].last()?.inactivity
    }

    /// Why nothing could be used between two instants: only where the point was out of use all the
    /// while. The last of several reasons.
    pub fn inactive_throughout(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Option<Inactivity> {
        self.inactive_at(from)?;
        let within = self
            .0
            .iter()
            .filter(|change| from < change.since && change.since < to);
        let mut last = self.inactive_at(from);
        for change in within {
            last = Some(change.inactivity?);
        }
        last
    }

    fn now(&self) -> Option<Inactivity> {
        self.0.last()?.inactivity
    }

    pub(super) fn change(&mut self, since: DateTime<Utc>, inactivity: Option<Inactivity>) {
        self.0.push(SupplyChange { since, inactivity });
    }

    /// A change follows the one before it, and is not told ahead.
    fn check(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), MeterError> {
        if since > now {
            return Err(MeterError::SupplyChangeInFuture);
        }
        match self.0.last() {
            Some(last) if since <= last.since => {
                Err(MeterError::SupplyChangeBeforeLast { last: last.since })
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn deactivate(
    meter: &MeterState,
    command: &DeactivateMeter,
) -> Result<Vec<MeterEvent>, MeterError> {
    if meter.supply.now() == Some(command.inactivity) {
        return Err(MeterError::AlreadyInactive {
            inactivity: command.inactivity,
        });
    }
    meter.supply.check(command.since, command.now)?;
    Ok(vec![MeterEvent::Deactivated(MeterDeactivated {
        inactivity: command.inactivity,
        since: command.since,
        reason: text(&command.reason, "reason", "停用原因", REASON_LENGTH_MAX)?,
    })])
}

pub(super) fn reactivate(
    meter: &MeterState,
    command: &ReactivateMeter,
) -> Result<Vec<MeterEvent>, MeterError> {
    if meter.supply.now().is_none() {
        return Err(MeterError::NotInactive);
    }
    meter.supply.check(command.since, command.now)?;
    let reason = command
        .reason
        .as_deref()
        .map(|reason| text(reason, "reason", "恢复原因", REASON_LENGTH_MAX));
    Ok(vec![MeterEvent::Reactivated(MeterReactivated {
        since: command.since,
        reason: reason.transpose()?,
    })])
}
