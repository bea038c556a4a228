//! Usage reports as files: `GET /export/usage/<template>.csv?from=2026-01&to=2026-06`, or `.xlsx`.

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use chaobiao_domain::report_template::{ReportColumn, ReportLayout};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BillingMonth, CampusId, Commodity, Quantity, ReportTemplateId};
use chaobiao_graphql::support::Services;
use chaobiao_projections::insight::{ReportFilter, ReportLine, report};
use chaobiao_projections::report_templates::{TemplateRow, query};
use serde::Deserialize;

use super::ExportError;
use super::download::{Download, Export, wanted};
use super::table::{Cell, Table};
use crate::http::{Caller, internal_error, refused};

static EXPORT: Export = Export {
    what: "export.usage",
    right: Permission::ViewMeters,
    absent: "未找到报表模板",
};

/// The months of a report, the last one included, and where.
#[derive(Debug, Deserialize)]
pub(super) struct Span {
    from: String,
    to: String,
    campus: Option<String>,
}

impl Span {
    fn filter(&self, layout: &ReportLayout) -> Option<ReportFilter> {
        let (from, to): (BillingMonth, BillingMonth) =
            (self.from.parse().ok()?, self.to.parse().ok()?);
        let campus = self.campus.as_deref().map(CampusId::try_new).transpose();
        Some(ReportFilter {
            group: layout.group,
            monthly: layout.monthly,
            from,
            to,
            campus: campus.ok()?,
            commodity: None,
        })
        .filter(|filter| filter.from <= filter.to)
    }
}

pub(super) async fn usage(
    State(services): State<Services>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
    Query(span): Query<Span>,
) -> Response {
    let admitted = match EXPORT.admit(&services, &caller).await {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    let Some((template_id, format)) = wanted(&file, |id| ReportTemplateId::try_new(id).ok()) else {
        return admitted.absent();
    };
    let pool = admitted.pool();
    let template = match query::list(pool, Some(&template_id)).await {
        Ok(templates) => templates.into_iter().next(),
        Err(error) => return internal_error(&error, "an export"),
    };
    let Some(template) = template else {
        return admitted.absent();
    };
    let Some(filter) = span.filter(&template.layout) else {
        let message = "from 和 to 应为月份，且 from 不晚于 to";
        return refused(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message);
    };
    let written = async {
        let lines = report::all(pool, &filter).await?;
        Ok::<_, ExportError>(Some(Download {
            name: format!(
                "{}-{}-{}.{}",
                template.layout.name,
                filter.from,
                filter.to,
                format.extension()
            ),
            media_type: format.media_type(),
            bytes: table(&template, &lines).file(format)?,
            personal: None,
        }))
    };
    admitted.answer(&file, written.await)
}

fn table(template: &TemplateRow, lines: &[ReportLine]) -> Table {
    let columns = &template.layout.columns;
    Table {
        name: template.layout.name.clone(),
        headings: columns
            .iter()
            .map(|column| column.heading().to_owned())
            .collect(),
        rows: lines
            .iter()
            .map(|line| {
                let cells = columns.iter().map(|column| cell(column.column, line));
                cells.collect()
            })
            .collect(),
        created_at: None,
    }
}

fn cell(column: ReportColumn, line: &ReportLine) -> Cell {
    let text = |text: Option<&String>| Cell::Text(text.cloned().unwrap_or_default());
    let quantity = |quantity: Quantity| Cell::Number(quantity.value());
    match column {
        ReportColumn::Key => Cell::Text(line.key.clone()),
        ReportColumn::Campus => text(line.campus.as_ref()),
        ReportColumn::Building => text(line.building.as_ref()),
        ReportColumn::Room => text(line.room.as_ref()),
        ReportColumn::AccountNo => text(line.account_no.as_ref()),
        ReportColumn::Commodity => Cell::Text(
            match line.commodity {
                Commodity::Water => "水",
                Commodity::Electricity => "电",
            }
            .to_owned(),
        ),
        ReportColumn::Month => Cell::Text(
            line.month
                .map(|month| month.to_string())
                .unwrap_or_default(),
        ),
        ReportColumn::Usage => quantity(line.usage),
        ReportColumn::LastYear => quantity(line.last_year),
        ReportColumn::Change => Cell::Number(line.usage.value() - line.last_year.value()),
        ReportColumn::Meters => Cell::Number(line.meters.into()),
        ReportColumn::Readings => Cell::Number(line.readings.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_run_forwards() {
        let layout = ReportLayout {
            name: "月报".to_owned(),
            group: chaobiao_domain::report_template::ReportGroup::Campus,
            monthly: true,
            columns: Vec::new(),
        };
        let span = |from: &str, to: &str| Span {
            from: from.to_owned(),
            to: to.to_owned(),
            campus: None,
        };
        assert!(span("2026-01", "2026-01").filter(&layout).is_some());
        assert!(span("2026-02", "2026-01").filter(&layout).is_none());
        assert!(span("2026-02", "二月").filter(&layout).is_none());
    }
}
