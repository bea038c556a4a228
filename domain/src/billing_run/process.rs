use std::collections::BTreeSet;

use chaobiao_decision::{CommandContext, Process, Rejection, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::{BillingRun, BillingRunCommand, BillingRunRecord};
use super::error::BillingRunError;
use super::event::{BillingRunAdvanced, BillingRunStarted};
use crate::billing::{BillingError, require_ours};
use crate::billing_month::{open_run, require_open};
use crate::campus::require_campus;
use crate::units::{AccountNo, BillingMonth, BillingRunId, CampusId, business_date};

/// Begins a run over many accounts (开账). Each bill is a fact of its account, issued by a
/// [`crate::billing::IssueBill`] of its own; the run keeps who asked for what and how far it is.
///
/// Over all accounts there is one run of a month and campus at a time. One over named accounts
/// waits for nobody: no account is billed twice, whoever comes first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StartBillingRun {
    pub month: BillingMonth,
    pub campus: Option<CampusId>,
    /// None means every account that may have something to be billed.
    pub accounts: Vec<AccountNo>,
    pub due_on: Option<NaiveDate>,
    /// How many accounts somebody has counted, where none are named. Evidence, not part of what is
    /// asked for: the same request again is the same command.
    #[serde(skip)]
    pub counted: u32,
}

impl Process for StartBillingRun {
    const NAME: &'static str = "billing.start_run";
    type Outcome = BillingRunId;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillingRunId, Stop> {
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
        let run_id = BillingRunId::try_new(context.derive_id("run").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let accounts: BTreeSet<AccountNo> = self.accounts.iter().cloned().collect();
        if accounts.is_empty() {
            self.alone(&run_id, workspace)?;
        }
        let named = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
        let started = BillingRunStarted {
            run_id: run_id.clone(),
            month: self.month,
            campus: self.campus.clone(),
            expected: if named == 0 { self.counted } else { named },
            accounts: accounts.into_iter().collect(),
            due_on: self.due_on,
            started_by: context.actor.clone(),
            started_at: context.at,
        };
        let command = BillingRunCommand::Start(Box::new(started));
        workspace.execute::<BillingRun>(run_id.as_str(), command)?;
        Ok(run_id)
    }
}

impl StartBillingRun {
    fn alone(&self, run_id: &BillingRunId, workspace: &mut Workspace) -> Result<(), Stop> {
        let under_way = || Rejection::from(BillingRunError::UnderWay(self.month));
        if self.campus.is_some() && workspace.holder(&open_run(self.month, None))?.is_some() {
            return Err(Stop::Refused(under_way()));
        }
        let key = open_run(self.month, self.campus.as_ref());
        workspace.claim(key, run_id.as_str(), under_way())
    }
}

/// Notes that the accounts up to one have their verdicts. Refused when somebody else has brought
/// the run further: the same accounts must not be counted twice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdvanceBillingRun {
    pub run_id: BillingRunId,
    pub from: Option<AccountNo>,
    pub step: Option<BillingRunAdvanced>,
    pub last: bool,
}

impl Process for AdvanceBillingRun {
    const NAME: &'static str = "billing_run.advance";
    type Outcome = ();

    fn decide(&self, _context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let command = BillingRunCommand::Advance {
            from: self.from.clone(),
            step: self.step.clone(),
            last: self.last,
        };
        workspace.execute::<BillingRun>(self.run_id.as_str(), command)?;
        if self.last {
            let run = workspace.get::<BillingRun>(self.run_id.as_str())?;
            let BillingRunStarted {
                month,
                campus,
                accounts,
                ..
            } = run.record(&self.run_id)?.started.clone();
            if accounts.is_empty() {
                workspace.release(open_run(month, campus.as_ref()))?;
            }
        }
        Ok(())
    }
}

/// How far a run has come. Decides nothing and writes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LookUpBillingRun {
    pub run_id: BillingRunId,
}

impl Process for LookUpBillingRun {
    const NAME: &'static str = "billing_run.look_up";
    type Outcome = BillingRunRecord;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillingRunRecord, Stop> {
        let run = workspace.get::<BillingRun>(self.run_id.as_str())?;
        Ok(run.record(&self.run_id)?.clone())
    }
}
