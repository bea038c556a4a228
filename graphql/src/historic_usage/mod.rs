//! Months from before, as the charging system kept them.

use async_graphql::{Context, Object, Result, SimpleObject};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::MeterNo;
use chaobiao_projections::historic_usage::{HistoricMonth, query};

use crate::support::{Decimal, Services, YearMonth, internal, may};

/// A month migrated from the charging system (历史用量). It is shown and compared, never billed.
#[derive(Clone, Debug, SimpleObject)]
struct MigratedUsage {
    month: YearMonth,
    usage: Decimal,
    /// The import it came with.
    batch_id: Option<String>,
}

impl From<HistoricMonth> for MigratedUsage {
    fn from(month: HistoricMonth) -> Self {
        Self {
            month: YearMonth(month.month),
            usage: month.usage.into(),
            batch_id: month.batch.map(|batch| batch.to_string()),
        }
    }
}

#[derive(Default)]
pub struct HistoricUsageQuery;

#[Object]
impl HistoricUsageQuery {
    /// What a meter used before this system knew it, month by month (R88).
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "10 + 60 * child_complexity"
    )]
    async fn migrated_usage(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
    ) -> Result<Vec<MigratedUsage>> {
        let Ok(meter_no) = MeterNo::try_new(&meter_no) else {
            return Ok(Vec::new());
        };
        let months = query::of_meter(Services::of(ctx)?.store().pool(), &meter_no).await;
        let months = months.map_err(|error| internal(ctx, error))?;
        Ok(months.into_iter().map(MigratedUsage::from).collect())
    }
}
