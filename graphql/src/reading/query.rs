use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, CampusId, MeterNo, business_date};
use chaobiao_projections::reading_review::{self, CorrectionFilter, Found, ReadingFilter};
use chaobiao_projections::usage_history;

use super::types::{MonthlyUsage, Rule, Severity};
use super::{Correction, CorrectionStatus, Reading, ReadingStatus};
use crate::meter::{card_of, may_see_reading, reading_of};
use crate::support::{
    Connection, Services, bad_input, connection, customer_or, internal, may, may_any, page,
    page_size, require_account, sorted_page, sorts,
};

/// R53: usage reaches twelve months back.
const MONTHS_MAX: i32 = 120;

sorts! {
    /// What readings may be sorted by.
    ReadingSort by ReadingOrderBy of reading_review::ReadingOrderBy {
        ReadAt,
        SubmittedAt,
        MeterNo,
        /// What was used since the reading before; least where it is not known.
        Usage,
    }
}

#[derive(Default)]
pub struct ReadingQuery;

#[Object]
impl ReadingQuery {
    /// Readings by status: held ones as a queue, the oldest first; others the newest first; unless sorted otherwise.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn reading_review(
        &self,
        ctx: &Context<'_>,
        status: Option<ReadingStatus>,
        campus: Option<String>,
        #[graphql(desc = "Only those in which this rule found something.")] rule: Option<Rule>,
        #[graphql(desc = "Only those with a finding of this severity, by `rule` where given.")]
        severity: Option<Severity>,
        sort: Option<ReadingSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Reading>> {
        // The two orders are two lists: a cursor of one means nothing in the other.
        let held = status == Some(ReadingStatus::Held);
        let list = if held { "held_readings" } else { "readings" };
        let page = sorted_page(ctx, list, sort, first, after.as_deref())?;
        let campus = campus.map(CampusId::try_new).transpose();
        let filter = ReadingFilter {
            status: status.map(Into::into),
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            found: (rule.is_some() || severity.is_some()).then(|| Found {
                rule: rule.map(Into::into),
                severity: severity.map(Into::into),
            }),
            ..ReadingFilter::default()
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = reading_review::query::list(pool, &filter, &page).await;
        let mut slice = slice.map_err(|error| internal(ctx, error))?;
        if held && filter.found.is_none() {
            let total = reading_review::query::held_count(pool, filter.campus.as_ref()).await;
            slice = slice.with_total(total.map_err(|error| internal(ctx, error))?);
        }
        connection(ctx, list, slice, Reading)
    }

    /// One reading; null where there is none, or none for the viewer.
    #[graphql(guard = "customer_or(Permission::ViewMeters)")]
    async fn reading(&self, ctx: &Context<'_>, reading_id: String) -> Result<Option<Reading>> {
        let Some(row) = reading_of(ctx, &reading_id).await? else {
            return Ok(None);
        };
        match card_of(ctx, row.meter_no.as_str()).await? {
            Some(card) if may_see_reading(ctx, &card, &row).await? => Ok(Some(Reading(row))),
            _ => Ok(None),
        }
    }

    /// R3: every reading of a meter that ever came in, the newest first: who took it, when, where
    /// and with what, its photo, and what became of it.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn reading_history(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Reading>> {
        let page = page(ctx, "reading_history", first, after.as_deref())?;
        let meter_no = MeterNo::try_new(&meter_no).map_err(|error| bad_input(error.to_string()))?;
        let filter = ReadingFilter {
            meter_no: Some(meter_no),
            ..ReadingFilter::default()
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = reading_review::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "reading_history", slice, Reading)
    }

    /// Corrections in the order they were asked for; without `status` those that wait.
    #[graphql(
        guard = "may_any(&[Permission::ReviewReadings, Permission::ApproveCorrections, \
                           Permission::ViewAudit])",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn corrections(
        &self,
        ctx: &Context<'_>,
        status: Option<CorrectionStatus>,
        campus: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Correction>> {
        let page = page(ctx, "corrections", first, after.as_deref())?;
        let status = status.unwrap_or(CorrectionStatus::Pending);
        let campus = campus.map(CampusId::try_new).transpose();
        let filter = CorrectionFilter {
            status: Some(status.into()),
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = reading_review::query::corrections(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "corrections", slice, Correction)
    }

    /// What an account used, by meter and month, up to ten years back from today.
    #[graphql(
        guard = "customer_or(Permission::ViewAccounts)",
        complexity = "1 + 2 * usize::try_from(months).unwrap_or(1).clamp(1, 120) * child_complexity"
    )]
    async fn usage(
        &self,
        ctx: &Context<'_>,
        account_no: String,
        #[graphql(default = 12)] months: i32,
    ) -> Result<Vec<MonthlyUsage>> {
        let account_no =
            AccountNo::try_new(&account_no).map_err(|error| bad_input(error.to_string()))?;
        let months = u32::try_from(months)
            .ok()
            .filter(|_| (1..=MONTHS_MAX).contains(&months))
            .ok_or_else(|| bad_input("months 应在 1 到 120 之间"))?;
        require_account(ctx, account_no.as_str()).await?;
        let store = Services::of(ctx)?.store();
        let today = business_date(store.clock().now());
        let rows = usage_history::query::of_account(store.pool(), &account_no, today, months).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(MonthlyUsage::from).collect())
    }
}
