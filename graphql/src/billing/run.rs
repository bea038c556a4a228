//! One run over many accounts.

use async_graphql::{Context, Result, SimpleObject};
use chaobiao_decision::{CommandContext, ErasedProcess};
use chaobiao_domain::billing::{BillIssued, IssueBill, StartBillingRun};
use chaobiao_domain::units::{self, AccountNo};
use chaobiao_eventstore::{CommandError, Executed};
use chaobiao_projections::account_statement;
use serde_json::Value;
use uuid::Uuid;

use crate::support::{
    Fen, Ran, RequestInfo, Services, Viewer, YearMonth, caught_up, fault, internal,
};

/// Accounts billed before the next look at whether anybody still waits.
const CHUNK: usize = 500;
/// Refusals that are told one by one.
const REFUSALS_SHOWN: usize = 100;

/// What a run came to.
#[derive(Debug, SimpleObject)]
pub(super) struct BillingRun {
    month: YearMonth,
    /// Bills issued.
    billed: i32,
    total: Fen,
    /// Accounts without new readings.
    nothing_to_bill: i32,
    /// The first hundred of them.
    unread: Vec<String>,
    /// Accounts whose bill for the month was issued before.
    already_billed: i32,
    /// Charged by the reading, not by the month.
    prepaid: i32,
    /// Billed by the charging system (收费系统).
    billed_there: i32,
    /// Accounts that somebody should look at.
    refused: i32,
    /// The first hundred of them.
    refusals: Vec<BillingRefusal>,
}

#[derive(Debug, SimpleObject)]
pub(super) struct BillingRefusal {
    account_no: String,
    code: String,
    message: String,
}

/// Bills every account of the request. Command ids follow from the run, so that a run sent again
/// finds what it has done.
pub(super) async fn run_billing(
    ctx: &Context<'_>,
    run_id: Uuid,
    request: &StartBillingRun,
) -> Result<Ran<BillingRun>> {
    let services = Services::of(ctx)?;
    let accounts = accounts(ctx, request).await?;
    let mut tally = Tally::new(request);
    for chunk in accounts.chunks(CHUNK) {
        let commands = chunk
            .iter()
            .map(|account_no| command(ctx, run_id, request, account_no))
            .collect::<Result<Vec<_>>>()?;
        let answers = services.bus.execute_batch(commands).await;
        for (account_no, answer) in chunk.iter().zip(answers) {
            tally.count(ctx, account_no, answer)?;
        }
    }
    let pending = !caught_up(services, tally.position).await;
    Ok(Ran {
        pending,
        ..Ran::done(tally.run)
    })
}

/// What [`run_billing`] would come to now. Writes nothing.
pub(super) async fn preview_billing(
    ctx: &Context<'_>,
    request: &StartBillingRun,
) -> Result<BillingRun> {
    let services = Services::of(ctx)?;
    let accounts = accounts(ctx, request).await?;
    let mut tally = Tally::new(request);
    // Nothing is kept under these ids, so any will do that nobody has used.
    let run_id = Uuid::now_v7();
    for chunk in accounts.chunks(CHUNK) {
        let commands = chunk
            .iter()
            .map(|account_no| command(ctx, run_id, request, account_no))
            .collect::<Result<Vec<_>>>()?;
        let answers = services.bus.preview_batch(commands).await;
        let answers = answers.map_err(|error| internal(ctx, error))?;
        for (account_no, answer) in chunk.iter().zip(answers) {
            tally.count(ctx, account_no, answer)?;
        }
    }
    Ok(tally.run)
}

async fn accounts(ctx: &Context<'_>, request: &StartBillingRun) -> Result<Vec<AccountNo>> {
    if !request.accounts.is_empty() {
        return Ok(request.accounts.clone());
    }
    let pool = Services::of(ctx)?.store().pool();
    let billable = account_statement::query::billable(pool, request.campus.as_ref()).await;
    billable.map_err(|error| internal(ctx, error))
}

fn command(
    ctx: &Context<'_>,
    run_id: Uuid,
    request: &StartBillingRun,
    account_no: &AccountNo,
) -> Result<(CommandContext, Box<dyn ErasedProcess>)> {
    let services = Services::of(ctx)?;
    let info = ctx.data::<RequestInfo>()?;
    let id = services
        .bus
        .command_id(&format!("runBilling/{run_id}"), account_no.as_str());
    let actor = ctx.data::<Viewer>()?.actor();
    let mut context = CommandContext::new(id, actor, services.store().clock().now());
    context.request_id = Some(info.request_id.clone());
    context.origin.clone_from(&info.origin);
    let process = IssueBill {
        account_no: account_no.clone(),
        month: request.month,
        due_on: request.due_on,
    };
    Ok((context, Box::new(process)))
}

struct Tally {
    run: BillingRun,
    sum: units::Fen,
    position: Option<i64>,
}

impl Tally {
    fn new(request: &StartBillingRun) -> Self {
        let run = BillingRun {
            month: YearMonth(request.month),
            billed: 0,
            total: Fen(units::Fen::ZERO),
            nothing_to_bill: 0,
            unread: Vec::new(),
            already_billed: 0,
            prepaid: 0,
            billed_there: 0,
            refused: 0,
            refusals: Vec::new(),
        };
        Self {
            run,
            sum: units::Fen::ZERO,
            position: None,
        }
    }

    fn count(
        &mut self,
        ctx: &Context<'_>,
        account_no: &AccountNo,
        answer: Result<Executed<Value>, CommandError>,
    ) -> Result<()> {
        let rejection = match answer {
            Ok(executed) => {
                let issued: BillIssued = serde_json::from_value(executed.outcome)
                    .map_err(|error| internal(ctx, error))?;
                self.position = self.position.max(executed.position);
                self.run.billed += 1;
                self.sum = self
                    .sum
                    .checked_add(issued.total)
                    .ok_or_else(|| internal(ctx, "the sum of a billing run overflows"))?;
                self.run.total = Fen(self.sum);
                return Ok(());
            }
            Err(CommandError::Refused(rejection)) => rejection,
            Err(error) => return Err(fault(ctx, error)),
        };
        match rejection.code.as_str() {
            "BILLING_NOTHING_TO_BILL" => {
                self.run.nothing_to_bill += 1;
                if self.run.unread.len() < REFUSALS_SHOWN {
                    self.run.unread.push(account_no.to_string());
                }
            }
            "ACCOUNT_MONTH_ALREADY_BILLED" => self.run.already_billed += 1,
            "ACCOUNT_PREPAID" => self.run.prepaid += 1,
            "BILLING_MASTER_IS_CHARGING_SYSTEM" => self.run.billed_there += 1,
            _ => {
                self.run.refused += 1;
                if self.run.refusals.len() < REFUSALS_SHOWN {
                    self.run.refusals.push(BillingRefusal {
                        account_no: account_no.to_string(),
                        code: rejection.code,
                        message: rejection.message,
                    });
                }
            }
        }
        Ok(())
    }
}
