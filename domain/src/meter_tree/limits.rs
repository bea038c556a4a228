use std::collections::BTreeMap;

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::error::reason;
use super::{LossLimitsEvent, LossLimitsSet, MeterTreeError};
use crate::units::Percent;

/// What part of the master's usage may get lost before somebody looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossBounds {
    pub low: Percent,
    pub high: Percent,
}

impl LossBounds {
    /// Meters are not exact: a little less than nothing is still nothing. In force until the
    /// centre says otherwise.
    pub fn initial() -> Self {
        Self {
            low: Percent::MINUS_ONE,
            high: Percent::FIVE,
        }
    }

    fn is_sound(self) -> bool {
        let (low, high) = (self.low.value(), self.high.value());
        -Decimal::ONE_HUNDRED <= low && low < high && high <= Decimal::ONE_HUNDRED
    }
}

/// The bounds of one commodity, by the first day they hold on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossLimits {
    by_day: BTreeMap<NaiveDate, LossBounds>,
}

#[derive(Clone, Debug)]
pub enum LossLimitsCommand {
    SetBounds(LossLimitsSet),
}

impl LossLimits {
    pub fn in_force(&self, day: NaiveDate) -> LossBounds {
        let set = self.by_day.range(..=day).next_back();
        set.map_or_else(LossBounds::initial, |(_, bounds)| *bounds)
    }

    fn set(&self, limits: &LossLimitsSet) -> Result<LossLimitsEvent, MeterTreeError> {
        if !limits.bounds.is_sound() {
            return Err(MeterTreeError::BoundsInvalid);
        }
        if let Some((last, _)) = self.by_day.last_key_value()
            && limits.from <= *last
        {
            return Err(MeterTreeError::LimitsNotLater { last: *last });
        }
        let reason = reason(&limits.reason)?;
        Ok(LossLimitsEvent::BoundsSet(LossLimitsSet {
            reason,
            ..limits.clone()
        }))
    }
}

impl Aggregate for LossLimits {
    const TYPE: &'static str = "loss_limits";
    type Command = LossLimitsCommand;
    type Event = LossLimitsEvent;
    type Error = MeterTreeError;
    type Services = ();

    async fn handle(
        &mut self,
        command: LossLimitsCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MeterTreeError> {
        let event = match command {
            LossLimitsCommand::SetBounds(limits) => self.set(&limits)?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: LossLimitsEvent) {
        match event {
            LossLimitsEvent::BoundsSet(limits) => {
                self.by_day.insert(limits.from, limits.bounds);
            }
        }
    }
}
