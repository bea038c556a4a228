//! What campuses owe each other, and settling it.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::clearing::{ClearingId, SettleClearing};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::CampusId;
use chaobiao_projections::campus_clearing::{self, ClearingRow};
use chrono::{DateTime, Utc};

use crate::support::{Fen, Services, UserError, YearMonth, field, internal, may, run};

/// 跨校区往来: what one campus has taken for accounts of another in a month.
#[derive(Clone, Debug, SimpleObject)]
pub struct CampusClearing {
    /// Who has taken the money.
    from_campus: String,
    /// Whose accounts it was for.
    to_campus: String,
    month: YearMonth,
    owed: Fen,
    /// Of payments undone in the month, whenever they were taken.
    relieved: Fen,
    settled: Fen,
    /// Owed less relieved and settled.
    due: Fen,
    settled_by: Option<String>,
    settled_at: Option<DateTime<Utc>>,
}

impl From<ClearingRow> for CampusClearing {
    fn from(row: ClearingRow) -> Self {
        Self {
            from_campus: row.from.into(),
            to_campus: row.to.into(),
            month: YearMonth(row.month),
            owed: row.owed.into(),
            relieved: row.relieved.into(),
            settled: row.settled.into(),
            due: row.due.into(),
            settled_by: row.settled_by,
            settled_at: row.settled_at,
        }
    }
}

#[derive(Default)]
pub struct ClearingQuery;

#[Object]
impl ClearingQuery {
    /// What campuses owe each other for a month; without one, whatever is still due.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "1 + 10 * child_complexity"
    )]
    async fn campus_clearing(
        &self,
        ctx: &Context<'_>,
        month: Option<YearMonth>,
    ) -> Result<Vec<CampusClearing>> {
        let pool = Services::of(ctx)?.store().pool();
        let rows = campus_clearing::query::list(pool, month.map(|month| month.0)).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(CampusClearing::from).collect())
    }
}

#[derive(InputObject)]
struct SettleCampusClearingInput {
    idempotency_key: String,
    from_campus_id: String,
    to_campus_id: String,
    month: YearMonth,
    /// All that is due, as it was seen.
    amount: Fen,
    note: Option<String>,
}

#[derive(SimpleObject)]
struct SettleCampusClearingPayload {
    clearing: Option<CampusClearing>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

fn settlement(input: SettleCampusClearingInput) -> Result<SettleClearing, Rejection> {
    Ok(SettleClearing {
        from: field("fromCampusId", CampusId::try_new(&input.from_campus_id))?,
        to: field("toCampusId", CampusId::try_new(&input.to_campus_id))?,
        month: input.month.0,
        amount: input.amount.0,
        note: input.note,
    })
}

#[derive(Default)]
pub struct ClearingMutation;

#[Object]
impl ClearingMutation {
    /// Says that the money has gone from one campus to the other.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn settle_campus_clearing(
        &self,
        ctx: &Context<'_>,
        input: SettleCampusClearingInput,
    ) -> Result<SettleCampusClearingPayload> {
        let key = input.idempotency_key.clone();
        let process = settlement(input);
        let pair = process.as_ref().ok().map(|settle| ClearingId {
            from: settle.from.clone(),
            to: settle.to.clone(),
            month: settle.month,
        });
        let ran = run(ctx, "settleCampusClearing", &key, process).await?;
        let pool = Services::of(ctx)?.store().pool();
        let row = match pair.filter(|_| ran.outcome.is_some()) {
            Some(pair) => {
                let row =
                    campus_clearing::query::of_pair(pool, &pair.from, &pair.to, pair.month).await;
                row.map_err(|error| internal(ctx, error))?
            }
            None => None,
        };
        Ok(SettleCampusClearingPayload {
            clearing: row.map(CampusClearing::from),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
