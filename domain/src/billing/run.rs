use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::BillingError;
use super::process::require_ours;
use crate::billing_month::require_open;
use crate::campus::require_campus;
use crate::units::{AccountNo, BillingMonth, CampusId, business_date};

/// Settles what a run over many accounts is asked to do, before any of them is billed. It writes
/// no event: each bill is a fact of its account, issued by an [`super::IssueBill`] of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StartBillingRun {
    pub month: BillingMonth,
    pub campus: Option<CampusId>,
    /// None means every account that may have something to be billed.
    pub accounts: Vec<AccountNo>,
    pub due_on: Option<NaiveDate>,
}

impl Process for StartBillingRun {
    const NAME: &'static str = "billing.start_run";
    /// The run, from which the ids of its commands follow.
    type Outcome = Uuid;

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<Uuid, Stop> {
        let today = business_date(context.at);
        if self.month.first_day() > today {
            return Err(BillingError::MonthInFuture(self.month).into());
        }
        if self.due_on.is_some_and(|due_on| due_on < today) {
            return Err(BillingError::DueBeforeIssue.into());
        }
        if let Some(campus) = &self.campus {
            require_campus(campus, "campus", workspace)?;
            require_ours(campus, self.month, workspace)?;
            require_open(campus, self.month, workspace)?;
        }
        Ok(context.command_id)
    }
}
