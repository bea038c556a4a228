use std::collections::BTreeSet;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    LossBounds, LossLimits, LossLimitsCommand, LossLimitsSet, MeterTreeError, SubMeter,
    SubMeterCommand, SubMeterLinked, SubMeterRole,
};
use crate::meter::Meter;
use crate::units::{Commodity, MeterNo, business_date};

/// Meters above one; a campus has a handful of levels.
const ANCESTORS_MAX: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeChanged {
    pub meter_no: MeterNo,
}

/// From a day on, a meter is behind another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkSubMeter {
    pub meter_no: MeterNo,
    pub parent_no: MeterNo,
    pub role: SubMeterRole,
    /// Today, when not given.
    pub from: Option<NaiveDate>,
}

impl Process for LinkSubMeter {
    const NAME: &'static str = "meter_tree.link";
    type Outcome = TreeChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<TreeChanged, Stop> {
        let today = business_date(context.at);
        let from = self.from.unwrap_or(today);
        self.check_pair(workspace)?;
        self.check_cycle(from, workspace)?;
        let linked = SubMeterLinked {
            meter_no: self.meter_no.clone(),
            parent_no: self.parent_no.clone(),
            role: self.role,
            from,
        };
        let command = SubMeterCommand::Link { linked, today };
        workspace.execute::<SubMeter>(self.meter_no.as_str(), command)?;
        Ok(TreeChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}

impl LinkSubMeter {
    fn check_pair(&self, workspace: &mut Workspace) -> Result<(), Stop> {
        let below = workspace.get::<Meter>(self.meter_no.as_str())?;
        let commodity = below.registered()?.card().commodity;
        if self.meter_no == self.parent_no {
            return Err(MeterTreeError::OwnParent.into());
        }
        let above = workspace.get::<Meter>(self.parent_no.as_str())?;
        match above.commodity() {
            None => Err(MeterTreeError::ParentNotFound.into()),
            Some(other) if other != commodity => Err(MeterTreeError::OtherCommodity.into()),
            Some(_) => Ok(()),
        }
    }

    /// No meter may be above itself on any day the link holds. The streams looked at are checked
    /// again at the commit, so that two links made at once cannot close a circle either.
    fn check_cycle(&self, from: NaiveDate, workspace: &mut Workspace) -> Result<(), Stop> {
        let mut above = BTreeSet::from([self.parent_no.clone()]);
        let mut next = vec![self.parent_no.clone()];
        while let Some(number) = next.pop() {
            let parents = workspace.get::<SubMeter>(number.as_str())?;
            for parent in parents.parents_since(from) {
                if *parent == self.meter_no {
                    return Err(MeterTreeError::Cycle(self.parent_no.clone()).into());
                }
                if above.insert(parent.clone()) {
                    next.push(parent.clone());
                }
            }
            if above.len() > ANCESTORS_MAX {
                let max = ANCESTORS_MAX;
                return Err(MeterTreeError::TooDeep { max }.into());
            }
        }
        Ok(())
    }
}

/// From a day on, a meter is no longer behind the one above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlinkSubMeter {
    pub meter_no: MeterNo,
    /// Today, when not given.
    pub to: Option<NaiveDate>,
    pub reason: Option<String>,
}

impl Process for UnlinkSubMeter {
    const NAME: &'static str = "meter_tree.unlink";
    type Outcome = TreeChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<TreeChanged, Stop> {
        let today = business_date(context.at);
        let command = SubMeterCommand::Unlink {
            meter_no: self.meter_no.clone(),
            to: self.to.unwrap_or(today),
            reason: self.reason.clone(),
            today,
        };
        workspace.execute::<SubMeter>(self.meter_no.as_str(), command)?;
        Ok(TreeChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}

/// Says which loss is ordinary, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetLossLimits {
    pub commodity: Commodity,
    pub from: NaiveDate,
    pub bounds: LossBounds,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsChanged {
    pub commodity: Commodity,
}

impl Process for SetLossLimits {
    const NAME: &'static str = "meter_tree.set_loss_limits";
    type Outcome = LimitsChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<LimitsChanged, Stop> {
        let limits = LossLimitsSet {
            commodity: self.commodity,
            from: self.from,
            bounds: self.bounds,
            reason: self.reason.clone(),
        };
        let command = LossLimitsCommand::SetBounds(limits);
        workspace.execute::<LossLimits>(self.commodity.as_str(), command)?;
        Ok(LimitsChanged {
            commodity: self.commodity,
        })
    }
}
