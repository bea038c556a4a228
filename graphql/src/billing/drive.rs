//! Brings a billing run on: the mutation that began it for some seconds, the server's worker to its
//! end. Both may do so at once, and a driver may die at any moment.

use chaobiao_decision::{Actor, BusinessError, CommandContext, ErasedProcess, Rejection};
use chaobiao_domain::billing::{BillIssued, IssueBill};
use chaobiao_domain::billing_run::{
    AdvanceBillingRun, BILLING_RUN_TOLD_MAX, BillingCounts, BillingRunAdvanced, BillingRunError,
    BillingRunRecord, LookUpBillingRun, RefusedAccount,
};
use chaobiao_domain::units::{AccountNo, BillingMonth, BillingRunId, CampusId};
use chaobiao_eventstore::{CommandBus, CommandError, Executed, StoreError};
use chaobiao_projections::account_statement;
use serde_json::Value;
use uuid::Uuid;

/// Accounts billed between two notes of how far the run is. Their bills share a commit.
pub(super) const CHUNK: usize = 200;

pub(super) type Command = (CommandContext, Box<dyn ErasedProcess>);
pub(super) type Answer = Result<Executed<Value>, CommandError>;

/// As far as a driver has brought a run, or found it brought by others.
#[derive(Debug)]
pub struct Driven {
    pub run: BillingRunRecord,
    /// Position of the last event this driver has written.
    pub position: Option<i64>,
}

/// Bills the accounts of a run, chunk by chunk, until it is finished, `go_on` says no, or somebody
/// else turns out to drive it.
///
/// The command ids follow from the run and the account, and an account's verdict is kept: a chunk
/// that was billed but not noted is billed again without effect, and counted as it was.
pub async fn drive(
    bus: &CommandBus,
    run_id: &BillingRunId,
    go_on: impl Fn() -> bool + Send + Sync,
) -> Result<Driven, CommandError> {
    let mut position = None;
    loop {
        let run = look_up(bus, run_id).await?;
        if run.is_finished || !go_on() {
            return Ok(Driven { run, position });
        }
        let Some(noted) = step(bus, &run).await? else {
            let run = look_up(bus, run_id).await?;
            return Ok(Driven { run, position });
        };
        position = noted.position;
    }
}

async fn look_up(
    bus: &CommandBus,
    run_id: &BillingRunId,
) -> Result<BillingRunRecord, CommandError> {
    let look_up = LookUpBillingRun {
        run_id: run_id.clone(),
    };
    // Nothing is written, so nothing depends on the id.
    let now = bus.store().clock().now();
    let context = CommandContext::new(Uuid::nil(), Actor::Anonymous, now);
    bus.preview(&context, &look_up).await
}

/// Bills the next accounts and notes it; nothing when another driver has noted them.
async fn step(
    bus: &CommandBus,
    run: &BillingRunRecord,
) -> Result<Option<Executed<()>>, CommandError> {
    let accounts = next(bus, run).await?;
    let context = |id| {
        let now = bus.store().clock().now();
        let mut context = CommandContext::new(id, run.started.started_by.clone(), now);
        // Whose bills these are can be told from the audit trail, whoever drove.
        context.request_id = Some(run.started.run_id.to_string());
        context
    };
    let scope = format!("runBilling/{}", run.started.run_id);
    let bill = |account_no: &AccountNo| -> Command {
        let issue = IssueBill {
            account_no: account_no.clone(),
            month: run.started.month,
            due_on: run.started.due_on,
        };
        let id = bus.command_id(&scope, account_no.as_str());
        (context(id), Box::new(issue))
    };
    let answers = bus.execute_batch(accounts.iter().map(bill).collect()).await;
    let mut tally = Tally::default();
    for (account_no, answer) in accounts.iter().zip(answers) {
        tally.count(account_no, answer)?;
    }
    let advance = AdvanceBillingRun {
        run_id: run.started.run_id.clone(),
        from: run.through.clone(),
        step: accounts.last().map(|last| tally.through(last)),
        last: accounts.len() < CHUNK,
    };
    match bus.execute(context(Uuid::now_v7()), advance).await {
        Err(CommandError::Refused(rejection)) if is_elsewhere(&rejection) => Ok(None),
        noted => noted.map(Some),
    }
}

fn is_elsewhere(rejection: &Rejection) -> bool {
    let elsewhere = [BillingRunError::MovedOn, BillingRunError::Finished];
    elsewhere.iter().any(|error| error.code() == rejection.code)
}

async fn next(bus: &CommandBus, run: &BillingRunRecord) -> Result<Vec<AccountNo>, StoreError> {
    let started = &run.started;
    if started.accounts.is_empty() {
        let campus = started.campus.as_ref();
        return billable(bus, started.month, campus, run.through.as_ref()).await;
    }
    let done =
        |account_no: &&AccountNo| run.through.as_ref().is_some_and(|last| *account_no <= last);
    let waiting = started.accounts.iter().skip_while(done);
    Ok(waiting.take(CHUNK).cloned().collect())
}

pub(super) async fn billable(
    bus: &CommandBus,
    month: BillingMonth,
    campus: Option<&CampusId>,
    after: Option<&AccountNo>,
) -> Result<Vec<AccountNo>, StoreError> {
    let pool = bus.store().pool();
    let found = account_statement::query::billable(pool, month, campus, after, CHUNK).await;
    Ok(found?)
}

/// What accounts came to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) counts: BillingCounts,
    pub(super) unread: Vec<AccountNo>,
    pub(super) refusals: Vec<RefusedAccount>,
}

impl Tally {
    /// Fails where an account has no verdict yet, so that it is asked again.
    pub(super) fn count(
        &mut self,
        account_no: &AccountNo,
        answer: Answer,
    ) -> Result<(), CommandError> {
        let mut counts = BillingCounts::default();
        match answer {
            Ok(executed) => {
                let issued: BillIssued =
                    serde_json::from_value(executed.outcome).map_err(StoreError::from)?;
                counts.billed = 1;
                counts.total = issued.total;
            }
            Err(CommandError::Refused(rejection)) => {
                self.refuse(account_no, rejection, &mut counts);
            }
            // It will not be readable next time either, and must not hold the others up.
            Err(CommandError::Fault(StoreError::Corrupt(reason))) => {
                tracing::error!(account = %account_no, reason, "an account cannot be billed");
                self.refuse(
                    account_no,
                    BillingRunError::AccountUnreadable.into(),
                    &mut counts,
                );
            }
            Err(error) => return Err(error),
        }
        let sum = self.counts.plus(counts);
        self.counts = sum.ok_or_else(|| Rejection::from(BillingRunError::Overflow))?;
        Ok(())
    }

    fn refuse(&mut self, account_no: &AccountNo, rejection: Rejection, counts: &mut BillingCounts) {
        match rejection.code.as_str() {
            "BILLING_NOTHING_TO_BILL" => {
                counts.nothing_to_bill = 1;
                if self.unread.len() < BILLING_RUN_TOLD_MAX {
                    self.unread.push(account_no.clone());
                }
            }
            "ACCOUNT_MONTH_ALREADY_BILLED" => counts.already_billed = 1,
            "ACCOUNT_PREPAID" => counts.prepaid = 1,
            "BILLING_MASTER_IS_CHARGING_SYSTEM" => counts.billed_there = 1,
            _ => {
                counts.refused = 1;
                if self.refusals.len() < BILLING_RUN_TOLD_MAX {
                    self.refusals.push(RefusedAccount {
                        account_no: account_no.clone(),
                        code: rejection.code,
                        message: rejection.message,
                    });
                }
            }
        }
    }

    fn through(self, last: &AccountNo) -> BillingRunAdvanced {
        BillingRunAdvanced {
            through: last.clone(),
            counts: self.counts,
            unread: self.unread,
            refusals: self.refusals,
        }
    }
}
