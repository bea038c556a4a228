use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_domain::report_template;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::CampusId;
use chaobiao_projections::insight::{ReportFilter, ReportLine, report};
use chaobiao_projections::report_templates::{TemplateRow, query};

use super::query::months;
use crate::reading_round::read;
use crate::support::{
    Commodity, Connection, Decimal, Services, YearMonth, connection, internal, may, page, page_size,
};

/// What a line of a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "report_template::ReportGroup")]
pub(super) enum ReportGroup {
    Meter,
    Account,
    Building,
    /// 单位: the accounts of units.
    Department,
    Campus,
}

/// What stands in a column of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "report_template::ReportColumn")]
pub(super) enum ReportColumn {
    Key,
    Campus,
    Building,
    Room,
    AccountNo,
    Commodity,
    Month,
    Usage,
    LastYear,
    Change,
    Meters,
    Readings,
}

/// A column and its heading.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct ReportColumnLayout {
    column: ReportColumn,
    heading: String,
}

/// How a usage report is laid out (报表模板). Its file is at `/export/usage/<templateId>.csv` or
/// `.xlsx`, with `from` and `to` as months, and `campus` where wanted.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct ReportTemplate {
    template_id: String,
    version: i32,
    name: String,
    group: ReportGroup,
    /// A line for every month, or one for all of them.
    monthly: bool,
    columns: Vec<ReportColumnLayout>,
}

impl From<TemplateRow> for ReportTemplate {
    fn from(row: TemplateRow) -> Self {
        let columns = row.layout.columns.iter().map(|column| ReportColumnLayout {
            column: column.column.into(),
            heading: column.heading().to_owned(),
        });
        Self {
            template_id: row.template_id.to_string(),
            version: row.version,
            columns: columns.collect(),
            group: row.layout.group.into(),
            monthly: row.layout.monthly,
            name: row.layout.name,
        }
    }
}

/// A line of a usage report.
#[derive(Clone, Debug, SimpleObject)]
struct UsageReportLine {
    /// The number or name of what it is about.
    key: String,
    campus: Option<String>,
    building: Option<String>,
    room: Option<String>,
    /// Who pays for it now, where that is one.
    account_no: Option<String>,
    commodity: Commodity,
    /// Null where all months are one line.
    month: Option<YearMonth>,
    usage: Decimal,
    /// The same months a year before.
    last_year: Decimal,
    meters: i64,
    readings: i64,
}

impl From<ReportLine> for UsageReportLine {
    fn from(line: ReportLine) -> Self {
        Self {
            key: line.key,
            campus: line.campus,
            building: line.building,
            room: line.room,
            account_no: line.account_no,
            commodity: line.commodity.into(),
            month: line.month.map(YearMonth),
            usage: line.usage.into(),
            last_year: line.last_year.into(),
            meters: line.meters,
            readings: line.readings,
        }
    }
}

#[derive(Default)]
pub struct ReportQuery;

#[Object]
impl ReportQuery {
    /// Usage by meter, account, building, department or campus (R76).
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "50 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each shapes the report")]
    async fn usage_report(
        &self,
        ctx: &Context<'_>,
        group: ReportGroup,
        from: YearMonth,
        to: YearMonth,
        #[graphql(default)] monthly: bool,
        campus: Option<String>,
        commodity: Option<Commodity>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<UsageReportLine>> {
        let page = page(ctx, "usage_report", first, after.as_deref())?;
        let (from, to) = months(from, to)?;
        let filter = ReportFilter {
            group: group.into(),
            monthly,
            from,
            to,
            campus: read(campus, CampusId::try_new)?,
            commodity: commodity.map(Into::into),
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = report::page(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "usage_report", slice, UsageReportLine::from)
    }

    /// Layouts in use.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "20 + 20 * child_complexity"
    )]
    async fn report_templates(&self, ctx: &Context<'_>) -> Result<Vec<ReportTemplate>> {
        let templates = query::list(Services::of(ctx)?.store().pool(), None).await;
        let templates = templates.map_err(|error| internal(ctx, error))?;
        Ok(templates.into_iter().map(ReportTemplate::from).collect())
    }
}
