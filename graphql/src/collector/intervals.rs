use async_graphql::{ComplexObject, Context, Object, Result, SimpleObject};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::CampusId;
use chaobiao_projections::intervals::query::FoundFilter;
use chaobiao_projections::intervals::{self, IntervalsRow};
use chrono::{DateTime, TimeDelta, Utc};

use crate::meter::{Meter, meter_of};
use crate::reading::{Finding, Rule};
use crate::support::{
    Connection, Date, Decimal, Services, bad_input, connection, internal, may, page, page_size,
};

/// How many days may be asked for at once.
const DAYS_MAX: i64 = 62;

/// The intervals of a meter in one day, as far as they have come.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct DayIntervals {
    day: Date,
    collector_no: String,
    step_minutes: i32,
    /// What the register moved by in each interval of the day; null where nothing is known.
    moved: Vec<Option<Decimal>>,
    last_index: Option<Decimal>,
    last_at: Option<DateTime<Utc>>,
    /// What the rules found in them.
    findings: Vec<Finding>,
}

impl From<IntervalsRow> for DayIntervals {
    fn from(row: IntervalsRow) -> Self {
        let decimal = |value: Option<chaobiao_domain::units::Quantity>| {
            value.map(|value| Decimal(value.value()))
        };
        Self {
            day: Date(row.day),
            collector_no: row.collector_no,
            step_minutes: row.step_minutes,
            moved: row.moved.into_iter().map(decimal).collect(),
            last_index: row.last_index.map(|index| Decimal(index.value())),
            last_at: row.last_at,
            findings: row.findings.into_iter().map(Finding::from).collect(),
        }
    }
}

/// A day of a remote meter in which the rules found something.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct IntervalFindings {
    meter_no: String,
    day: Date,
    collector_no: String,
    findings: Vec<Finding>,
}

#[ComplexObject]
impl IntervalFindings {
    async fn meter(&self, ctx: &Context<'_>) -> Result<Option<Meter>> {
        meter_of(ctx, &self.meter_no).await
    }
}

impl From<IntervalsRow> for IntervalFindings {
    fn from(row: IntervalsRow) -> Self {
        Self {
            meter_no: row.meter_no,
            day: Date(row.day),
            collector_no: row.collector_no,
            findings: row.findings.into_iter().map(Finding::from).collect(),
        }
    }
}

#[derive(Default)]
pub struct IntervalQuery;

#[Object]
impl IntervalQuery {
    /// 远传间隔数据: what a meter's register moved by, interval by interval, from a day to before
    /// another; at most 62 days.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "10 * child_complexity"
    )]
    async fn meter_intervals(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
        from: Date,
        to: Date,
    ) -> Result<Vec<DayIntervals>> {
        if to.0 - from.0 > TimeDelta::days(DAYS_MAX) {
            return Err(bad_input(format!("最多查询 {DAYS_MAX} 天")));
        }
        let pool = Services::of(ctx)?.store().pool();
        let rows = intervals::query::of_meter(pool, &meter_no, from.0, to.0).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(DayIntervals::from).collect())
    }

    /// 漏水、爆管及其他: what the rules found in the intervals of remote meters, the latest day first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn interval_findings(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        #[graphql(desc = "Only those in which this rule found something.")] rule: Option<Rule>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<IntervalFindings>> {
        let page = page(ctx, "interval_findings", first, after.as_deref())?;
        let campus = campus.map(CampusId::try_new).transpose();
        let filter = FoundFilter {
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            rule: rule.map(Into::into),
        };
        let slice =
            intervals::query::found(Services::of(ctx)?.store().pool(), &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "interval_findings", slice, IntervalFindings::from)
    }
}
