//! One run over many accounts, as it is shown.

use std::time::{Duration, Instant};

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_decision::CommandContext;
use chaobiao_domain::billing::IssueBill;
use chaobiao_domain::billing_run::{
    BillingCounts, BillingRunRecord, RefusedAccount, StartBillingRun,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, BillingRunId, CampusId};
use chaobiao_eventstore::CommandError;
use chaobiao_projections::account_statement;
use chaobiao_projections::billing_runs::{self, BillingRunFilter};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::drive::{CHUNK, Command, Tally, billable, drive};
use crate::support::{
    Connection, Date, Fen, Ran, Services, Viewer, YearMonth, bad_input, caught_up, connection,
    fault, internal, may, page, page_size,
};

/// How long a mutation drives the run it began; what is left then is the server's.
const DRIVES: Duration = Duration::from_secs(5);

/// What accounts came to.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct BillingFigures {
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

#[derive(Clone, Debug, SimpleObject)]
pub(super) struct BillingRefusal {
    account_no: String,
    code: String,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum BillingRunState {
    /// It goes on by itself, also when nobody looks, and after a restart.
    Running,
    Finished,
}

/// A run over the accounts of a month (开账), as far as it has come.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct BillingRun {
    run_id: String,
    state: BillingRunState,
    month: YearMonth,
    /// Null for all campuses.
    campus_id: Option<String>,
    /// How many accounts were named; 0 for all there are.
    named: i32,
    due_on: Option<Date>,
    started_at: DateTime<Utc>,
    /// Such as `staff:li`: the author of the bills too.
    started_by: String,
    /// Accounts that have their verdict.
    done: i32,
    /// How many accounts there were when it began; some may come or go while it runs.
    expected: i32,
    #[graphql(flatten)]
    figures: BillingFigures,
}

/// What a run would come to.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct PreviewedBillingRun {
    month: YearMonth,
    #[graphql(flatten)]
    figures: BillingFigures,
}

fn shown(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl BillingFigures {
    fn new(counts: BillingCounts, unread: Vec<AccountNo>, refusals: Vec<RefusedAccount>) -> Self {
        let refusals = refusals.into_iter().map(|refused| BillingRefusal {
            account_no: refused.account_no.into(),
            code: refused.code,
            message: refused.message,
        });
        Self {
            billed: shown(counts.billed),
            total: counts.total.into(),
            nothing_to_bill: shown(counts.nothing_to_bill),
            unread: unread.into_iter().map(String::from).collect(),
            already_billed: shown(counts.already_billed),
            prepaid: shown(counts.prepaid),
            billed_there: shown(counts.billed_there),
            refused: shown(counts.refused),
            refusals: refusals.collect(),
        }
    }
}

impl BillingRunState {
    fn of(finished: bool) -> Self {
        if finished {
            Self::Finished
        } else {
            Self::Running
        }
    }
}

impl From<BillingRunRecord> for BillingRun {
    fn from(run: BillingRunRecord) -> Self {
        let started = run.started;
        Self {
            run_id: started.run_id.into(),
            state: BillingRunState::of(run.is_finished),
            month: YearMonth(started.month),
            campus_id: started.campus.map(String::from),
            named: i32::try_from(started.accounts.len()).unwrap_or(i32::MAX),
            due_on: started.due_on.map(Date),
            started_at: started.started_at,
            started_by: started.started_by.to_string(),
            done: shown(run.counts.accounts()),
            expected: shown(started.expected),
            figures: BillingFigures::new(run.counts, run.unread, run.refusals),
        }
    }
}

impl From<billing_runs::BillingRunRow> for BillingRun {
    fn from(row: billing_runs::BillingRunRow) -> Self {
        Self {
            run_id: row.run_id.into(),
            state: BillingRunState::of(row.finished),
            month: YearMonth(row.month),
            campus_id: row.campus.map(String::from),
            named: row.named,
            due_on: row.due_on.map(Date),
            started_at: row.started_at,
            started_by: row.started_by,
            done: shown(row.counts.accounts()),
            expected: row.expected,
            figures: BillingFigures::new(row.counts, row.unread, row.refusals),
        }
    }
}

/// Counts the accounts a run would look at, where none are named.
pub(super) async fn counted(
    ctx: &Context<'_>,
    request: StartBillingRun,
) -> Result<StartBillingRun> {
    if !request.accounts.is_empty() {
        return Ok(request);
    }
    let pool = Services::of(ctx)?.store().pool();
    let campus = request.campus.as_ref();
    let counted = account_statement::query::count_billable(pool, request.month, campus).await;
    Ok(StartBillingRun {
        counted: counted.map_err(|error| internal(ctx, error))?,
        ..request
    })
}

/// Brings a run on for some seconds.
pub(super) async fn run_billing(
    ctx: &Context<'_>,
    run_id: &BillingRunId,
    start_pending: bool,
) -> Result<Ran<BillingRun>> {
    let services = Services::of(ctx)?;
    let begun = Instant::now();
    let driven = drive(&services.bus, run_id, || begun.elapsed() < DRIVES).await;
    let driven = match driven {
        Ok(driven) => driven,
        Err(CommandError::Refused(rejection)) => return Ok(Ran::refused(rejection)),
        Err(error) => return Err(fault(ctx, error)),
    };
    let behind = match driven.position {
        None => start_pending,
        position => !caught_up(services, position).await,
    };
    Ok(Ran {
        pending: !driven.run.is_finished || behind,
        ..Ran::done(driven.run.into())
    })
}

/// What [`run_billing`] would come to now. Writes nothing.
pub(super) async fn preview_billing(
    ctx: &Context<'_>,
    request: &StartBillingRun,
) -> Result<PreviewedBillingRun> {
    let services = Services::of(ctx)?;
    let mut tally = Tally::default();
    let mut after: Option<AccountNo> = None;
    let named = &request.accounts;
    let mut waiting = named.chunks(CHUNK);
    loop {
        let accounts = if named.is_empty() {
            let campus = request.campus.as_ref();
            let next = billable(&services.bus, request.month, campus, after.as_ref()).await;
            next.map_err(|error| internal(ctx, error))?
        } else {
            waiting.next().map(<[_]>::to_vec).unwrap_or_default()
        };
        let Some(last) = accounts.last() else {
            break;
        };
        after = Some(last.clone());
        let commands = accounts
            .iter()
            .map(|account_no| preview(ctx, request, account_no))
            .collect::<Result<Vec<_>>>()?;
        let answers = services.bus.preview_batch(commands).await;
        let answers = answers.map_err(|error| internal(ctx, error))?;
        for (account_no, answer) in accounts.iter().zip(answers) {
            let counted = tally.count(account_no, answer);
            counted.map_err(|error| fault(ctx, error))?;
        }
    }
    Ok(PreviewedBillingRun {
        month: YearMonth(request.month),
        figures: BillingFigures::new(tally.counts, tally.unread, tally.refusals),
    })
}

/// Nothing is kept of it, so any id will do that nobody has used.
fn preview(
    ctx: &Context<'_>,
    request: &StartBillingRun,
    account_no: &AccountNo,
) -> Result<Command> {
    let now = Services::of(ctx)?.store().clock().now();
    let actor = ctx.data::<Viewer>()?.actor();
    let issue = IssueBill {
        account_no: account_no.clone(),
        month: request.month,
        due_on: request.due_on,
    };
    let context = CommandContext::new(Uuid::now_v7(), actor, now);
    Ok((context, Box::new(issue)))
}

#[derive(Default)]
pub struct BillingRunQuery;

#[Object]
impl BillingRunQuery {
    /// How far a run has come.
    #[graphql(guard = "may(Permission::RunBilling)")]
    async fn billing_run(&self, ctx: &Context<'_>, run_id: String) -> Result<Option<BillingRun>> {
        let Ok(run_id) = BillingRunId::try_new(&run_id) else {
            return Ok(None);
        };
        let pool = Services::of(ctx)?.store().pool();
        let run = billing_runs::query::by_id(pool, &run_id).await;
        let run = run.map_err(|error| internal(ctx, error))?;
        Ok(run.map(BillingRun::from))
    }

    /// Runs, the newest first; of a campus also those over all campuses.
    #[graphql(
        guard = "may(Permission::RunBilling)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn billing_runs(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        month: Option<YearMonth>,
        campus: Option<String>,
    ) -> Result<Connection<BillingRun>> {
        let campus = campus.map(CampusId::try_new).transpose();
        let filter = BillingRunFilter {
            month: month.map(|month| month.0),
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
        };
        let page = page(ctx, "billing_runs", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = billing_runs::query::runs(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "billing_runs", slice, BillingRun::from)
    }
}
