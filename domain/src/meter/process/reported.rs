//! V18: a system that names multiplier and unit with its index has to mean ours.

use std::fmt;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{ReadingJudged, SubmitReading, stored_instant};
use crate::meter::{Meter, MeterError};
use crate::units::{Commodity, Multiplier, normalise_digits};

/// A unit as somebody else writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedUnit(String);

impl ReportedUnit {
    pub fn new(text: &str) -> Self {
        Self(normalise_digits(text))
    }

    /// Whether it is what we count in; a thousand of it is not.
    fn is_of(&self, commodity: Commodity) -> bool {
        let ours: &[&str] = match commodity {
            Commodity::Water => &["m³", "m3", "立方米", "立方", "方", "吨", "t"],
            Commodity::Electricity => &["kwh", "kw·h", "kw.h", "度", "千瓦时"],
        };
        ours.contains(&self.0.to_lowercase().as_str())
    }
}

impl fmt::Display for ReportedUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A reading with what its source believes of the device. Nothing is converted: whoever is wrong
/// has to be put right first, the source or the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmitReportedReading {
    pub reading: SubmitReading,
    pub multiplier: Option<Multiplier>,
    pub unit: Option<ReportedUnit>,
}

impl Process for SubmitReportedReading {
    const NAME: &'static str = "meter.submit_reported_reading";
    type Outcome = ReadingJudged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReadingJudged, Stop> {
        let read_at = stored_instant(self.reading.read_at.unwrap_or(context.at));
        let meter = workspace
            .get::<Meter>(self.reading.meter_no.as_str())?
            .registered()?;
        if let (Some(reported), Some(installed)) = (self.multiplier, meter.multiplier_at(read_at))
            && reported.value() != installed.value()
        {
            return Err(MeterError::MultiplierDiffers {
                reported,
                installed,
            }
            .into());
        }
        let commodity = meter.card().commodity;
        if let Some(unit) = &self.unit
            && !unit.is_of(commodity)
        {
            return Err(MeterError::UnitDiffers {
                reported: unit.to_string(),
                ours: commodity.unit(),
            }
            .into());
        }
        self.reading.decide(context, workspace)
    }
}
