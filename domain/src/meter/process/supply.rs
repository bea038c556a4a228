use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{MeterChanged, stored_instant};
use crate::meter::command::{self, MeterCommand};
use crate::meter::{Inactivity, Meter};
use crate::units::MeterNo;

/// 停用: from now on nothing should be used here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeactivateMeter {
    pub meter_no: MeterNo,
    pub inactivity: Inactivity,
    /// Now, when not given.
    pub since: Option<DateTime<Utc>>,
    pub reason: String,
}

impl Process for DeactivateMeter {
    const NAME: &'static str = "meter.deactivate";
    type Outcome = MeterChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MeterChanged, Stop> {
        let command = command::DeactivateMeter {
            inactivity: self.inactivity,
            since: stored_instant(self.since.unwrap_or(context.at)),
            reason: self.reason.clone(),
            now: context.at,
        };
        workspace.execute::<Meter>(self.meter_no.as_str(), MeterCommand::Deactivate(command))?;
        Ok(MeterChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}

/// 恢复使用
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactivateMeter {
    pub meter_no: MeterNo,
    /// Now, when not given.
    pub since: Option<DateTime<Utc>>,
    pub reason: Option<String>,
}

impl Process for ReactivateMeter {
    const NAME: &'static str = "meter.reactivate";
    type Outcome = MeterChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MeterChanged, Stop> {
        let command = command::ReactivateMeter {
            since: stored_instant(self.since.unwrap_or(context.at)),
            reason: self.reason.clone(),
            now: context.at,
        };
        workspace.execute::<Meter>(self.meter_no.as_str(), MeterCommand::Reactivate(command))?;
        Ok(MeterChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}
