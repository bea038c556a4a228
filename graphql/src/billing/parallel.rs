//! 并行核对: what would be billed here beside what the charging system has billed. Writes nothing.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_decision::{CommandContext, ErasedProcess, Rejection};
use chaobiao_domain::billing::{self, BillCompared, CompareBill};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{self, AccountNo, CampusId};
use chaobiao_eventstore::CommandError;
use chaobiao_projections::account_statement;
use uuid::Uuid;

use super::BillLine;
use crate::support::{Fen, Services, UserError, Viewer, YearMonth, fault, field, internal, may};

/// Accounts compared before the next are read.
const CHUNK: usize = 500;
/// Differences that are told one by one; the file has them all.
const SHOWN: usize = 500;

/// How two bills of an account and month differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::BillDifference")]
pub(super) enum BillDifference {
    /// To the fen.
    None,
    MissingHere,
    MissingThere,
    /// A meter's usage is another.
    Usage,
    /// The same usage costs something else.
    Price,
}

/// One side's bill.
#[derive(Clone, Debug, SimpleObject)]
struct ComparedSide {
    /// Null for one that is not issued.
    bill_no: Option<String>,
    total: Fen,
    lines: Vec<BillLine>,
}

impl From<billing::ComparedSide> for ComparedSide {
    fn from(side: billing::ComparedSide) -> Self {
        Self {
            bill_no: side.bill_no.map(String::from),
            total: side.total.into(),
            lines: side.lines.into_iter().map(BillLine::from).collect(),
        }
    }
}

/// An account whose two bills do not agree.
#[derive(Clone, Debug, SimpleObject)]
struct ComparedAccount {
    account_no: String,
    kind: BillDifference,
    /// What would be billed here beyond what the charging system has billed.
    difference: Fen,
    here: Option<ComparedSide>,
    there: Option<ComparedSide>,
    /// Why there is no bill to be made here.
    refusal_code: Option<String>,
    refusal: Option<String>,
}

impl From<BillCompared> for ComparedAccount {
    fn from(compared: BillCompared) -> Self {
        let refusal = compared.refusal.map(|it| (it.code, it.message));
        let (refusal_code, refusal) = refusal.unzip();
        Self {
            account_no: compared.account_no.into(),
            kind: compared.kind.into(),
            difference: compared.difference.into(),
            here: compared.here.map(ComparedSide::from),
            there: compared.there.map(ComparedSide::from),
            refusal_code,
            refusal,
        }
    }
}

/// What a month's bills come to on both sides.
#[derive(Debug, SimpleObject)]
pub(super) struct ParallelRun {
    month: YearMonth,
    /// Accounts with a bill on either side.
    accounts: i32,
    agreed: i32,
    differing: i32,
    here: Fen,
    there: Fen,
    /// `here` less `there`.
    difference: Fen,
    /// The first five hundred, by account number.
    differences: Vec<ComparedAccount>,
}

#[derive(SimpleObject)]
pub(super) struct ParallelRunPayload {
    run: Option<ParallelRun>,
    /// Why nothing was compared.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct ParallelQuery;

struct Wanted {
    month: units::BillingMonth,
    accounts: Vec<AccountNo>,
    campus: Option<CampusId>,
}

fn wanted(
    month: YearMonth,
    campus: Option<String>,
    account_nos: Option<Vec<String>>,
) -> Result<Wanted, Rejection> {
    let accounts = account_nos.into_iter().flatten().map(AccountNo::try_new);
    Ok(Wanted {
        month: month.0,
        accounts: field("accountNos", accounts.collect())?,
        campus: field("campus", campus.map(CampusId::try_new).transpose())?,
    })
}

#[derive(Default)]
struct Tally {
    accounts: i32,
    agreed: i32,
    here: units::Fen,
    there: units::Fen,
    differences: Vec<ComparedAccount>,
}

impl Tally {
    fn count(&mut self, compared: BillCompared) -> Option<()> {
        if compared.here.is_none() && compared.there.is_none() {
            return Some(());
        }
        let total =
            |side: Option<&billing::ComparedSide>| side.map_or(units::Fen::ZERO, |side| side.total);
        self.accounts += 1;
        self.here = self.here.checked_add(total(compared.here.as_ref()))?;
        self.there = self.there.checked_add(total(compared.there.as_ref()))?;
        if compared.kind == billing::BillDifference::None {
            self.agreed += 1;
        } else if self.differences.len() < SHOWN {
            self.differences.push(compared.into());
        }
        Some(())
    }
}

async fn compare(ctx: &Context<'_>, wanted: Wanted) -> Result<Result<ParallelRun, Rejection>> {
    let services = Services::of(ctx)?;
    let accounts = if wanted.accounts.is_empty() {
        let pool = services.store().pool();
        let campus = wanted.campus.as_ref();
        let found = account_statement::query::comparable(pool, campus, wanted.month).await;
        found.map_err(|error| internal(ctx, error))?
    } else {
        wanted.accounts
    };
    let actor = ctx.data::<Viewer>()?.actor();
    let at = services.store().clock().now();
    let mut tally = Tally::default();
    for chunk in accounts.chunks(CHUNK) {
        let commands = chunk.iter().map(|account_no| {
            // Nothing is kept under these ids, so any will do that nobody has used.
            let context = CommandContext::new(Uuid::now_v7(), actor.clone(), at);
            let process: Box<dyn ErasedProcess> = Box::new(CompareBill {
                account_no: account_no.clone(),
                month: wanted.month,
            });
            (context, process)
        });
        let answers = services.bus.preview_batch(commands.collect()).await;
        for answer in answers.map_err(|error| internal(ctx, error))? {
            let executed = match answer {
                Ok(executed) => executed,
                Err(CommandError::Refused(rejection)) => return Ok(Err(rejection)),
                Err(error) => return Err(fault(ctx, error)),
            };
            let compared = serde_json::from_value(executed.outcome);
            let counted = tally.count(compared.map_err(|error| internal(ctx, error))?);
            counted.ok_or_else(|| internal(ctx, "the sums of a parallel run overflow"))?;
        }
    }
    let difference = tally.here.checked_sub(tally.there);
    let difference = difference.ok_or_else(|| internal(ctx, "a difference overflows"))?;
    Ok(Ok(ParallelRun {
        month: YearMonth(wanted.month),
        accounts: tally.accounts,
        agreed: tally.agreed,
        differing: tally.accounts - tally.agreed,
        here: tally.here.into(),
        there: tally.there.into(),
        difference: difference.into(),
        differences: tally.differences,
    }))
}

#[Object]
impl ParallelQuery {
    /// What would be billed here for a month beside what the charging system has billed for it
    /// (并行核对), with the lines of both where they differ. Writes nothing.
    #[graphql(
        guard = "may(Permission::RunBilling)",
        complexity = "200 + child_complexity"
    )]
    async fn parallel_run(
        &self,
        ctx: &Context<'_>,
        month: YearMonth,
        campus: Option<String>,
        account_nos: Option<Vec<String>>,
    ) -> Result<ParallelRunPayload> {
        let compared = match wanted(month, campus, account_nos) {
            // On the heap: nested in the root's future it would be deeper than the compiler goes.
            Ok(wanted) => Box::pin(compare(ctx, wanted)).await?,
            Err(rejection) => Err(rejection),
        };
        Ok(match compared {
            Ok(run) => ParallelRunPayload {
                run: Some(run),
                user_errors: Vec::new(),
            },
            Err(rejection) => ParallelRunPayload {
                run: None,
                user_errors: vec![rejection.into()],
            },
        })
    }
}
