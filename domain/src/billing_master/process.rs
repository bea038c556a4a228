use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::{BillingMasters, Mastery};
use super::command::BillingMasterCommand;
use super::event::{BillingMaster, BillingMasterSet};
use crate::campus::require_campus;
use crate::units::{BillingMonth, CampusId, business_date};

/// Who bills a campus's month.
pub fn mastery(
    campus: &CampusId,
    month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<Mastery, Stop> {
    let masters = workspace.get::<BillingMasters>(campus.as_str())?;
    Ok(masters.of(month))
}

/// The day up to which the charging system has billed what is billed here in a month.
pub fn ours_since(
    campus: &CampusId,
    month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<Option<NaiveDate>, Stop> {
    let masters = workspace.get::<BillingMasters>(campus.as_str())?;
    Ok(masters.ours_since(month).map(BillingMonth::first_day))
}

/// Says who makes a campus's bills from a month on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetBillingMaster {
    pub campus: CampusId,
    pub master: BillingMaster,
    pub from: BillingMonth,
    pub late_fees_here: bool,
    pub reason: String,
    /// Evidence, not part of what is asked for: bills there are of that month and later ones.
    #[serde(skip)]
    pub billed: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasterChanged {
    pub campus: CampusId,
}

impl Process for SetBillingMaster {
    const NAME: &'static str = "billing_master.set";
    type Outcome = MasterChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MasterChanged, Stop> {
        require_campus(&self.campus, "campusId", workspace)?;
        let command = BillingMasterCommand::Set {
            set: BillingMasterSet {
                campus: self.campus.clone(),
                master: self.master,
                from: self.from,
                late_fees_here: self.late_fees_here,
                reason: self.reason.clone(),
                set_by: context.actor.clone(),
            },
            present: BillingMonth::of(business_date(context.at)),
            billed: self.billed,
        };
        workspace.execute::<BillingMasters>(self.campus.as_str(), command)?;
        Ok(MasterChanged {
            campus: self.campus.clone(),
        })
    }
}
