use chaobiao_decision::{ClaimKey, CommandContext, Process, Rejection, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    MeterMapping, MeterMappingCommand, MeterMappingError, NumberKind, NumberLinked, NumberUnlinked,
};
use crate::meter::Meter;
use crate::units::{ExternalMeterNo, MeterNo, business_date};

pub(super) fn stream(kind: NumberKind, number: &ExternalMeterNo) -> String {
    format!("{}/{number}", kind.as_str())
}

/// A meter has one number of a kind at a time.
fn of_meter(kind: NumberKind, meter_no: &MeterNo) -> ClaimKey {
    ClaimKey::new(
        "meter_mapping.of_meter",
        format!("{}/{meter_no}", kind.as_str()),
    )
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingChanged {
    pub meter_no: MeterNo,
}

/// R81: from a day on, another system's number means this meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkMeterNumber {
    pub meter_no: MeterNo,
    pub kind: NumberKind,
    pub number: ExternalMeterNo,
    /// Today, when not given.
    pub from: Option<NaiveDate>,
}

impl Process for LinkMeterNumber {
    const NAME: &'static str = "meter_mapping.link";
    type Outcome = MappingChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MappingChanged, Stop> {
        let today = business_date(context.at);
        workspace
            .get::<Meter>(self.meter_no.as_str())?
            .registered()?;
        let linked = NumberLinked {
            kind: self.kind,
            number: self.number.clone(),
            meter_no: self.meter_no.clone(),
            from: self.from.unwrap_or(today),
        };
        let stream = stream(self.kind, &self.number);
        let command = MeterMappingCommand::Link { linked, today };
        workspace.execute::<MeterMapping>(&stream, command)?;
        workspace.claim(
            of_meter(self.kind, &self.meter_no),
            self.number.as_str(),
            Rejection::from(MeterMappingError::MeterHasOne(self.kind)),
        )?;
        Ok(MappingChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}

/// From a day on, the number no longer means this meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlinkMeterNumber {
    pub meter_no: MeterNo,
    pub kind: NumberKind,
    pub number: ExternalMeterNo,
    /// Today, when not given.
    pub to: Option<NaiveDate>,
    pub reason: String,
}

impl Process for UnlinkMeterNumber {
    const NAME: &'static str = "meter_mapping.unlink";
    type Outcome = MappingChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MappingChanged, Stop> {
        let today = business_date(context.at);
        let unlinked = NumberUnlinked {
            kind: self.kind,
            number: self.number.clone(),
            meter_no: self.meter_no.clone(),
            to: self.to.unwrap_or(today),
            reason: self.reason.clone(),
        };
        let stream = stream(self.kind, &self.number);
        let command = MeterMappingCommand::Unlink { unlinked, today };
        workspace.execute::<MeterMapping>(&stream, command)?;
        workspace.release(of_meter(self.kind, &self.meter_no))?;
        Ok(MappingChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}
