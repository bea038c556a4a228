use chaobiao_domain::report_template::ReportLayout;
use chaobiao_domain::units::ReportTemplateId;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::rows::field;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRow {
    pub template_id: ReportTemplateId,
    pub version: i32,
    pub layout: ReportLayout,
}

impl FromRow<'_, PgRow> for TemplateRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(layout) = row.try_get("layout")?;
        Ok(Self {
            template_id: field(row, "template_id")?,
            version: row.try_get("version")?,
            layout,
        })
    }
}

/// Templates in use, or the one asked for.
pub async fn list(
    executor: impl PgExecutor<'_>,
    template_id: Option<&ReportTemplateId>,
) -> Result<Vec<TemplateRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT template_id, version, layout FROM read_report_templates \
         WHERE NOT retired AND ($1::text IS NULL OR template_id = $1) \
         ORDER BY template_id LIMIT 200",
    )
    .bind(template_id.map(ReportTemplateId::as_str))
    .fetch_all(executor)
    .await
}
