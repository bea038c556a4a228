//! Batches of readings and usages for the charging system.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::reading_export::{CreateReadingBatch, ReadingBatchId};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::CampusId;
use chaobiao_projections::reading_exports::{self, query};
use chrono::{DateTime, Utc};

use crate::support::{
    Connection, Services, YearMonth, connection, field, internal, may, may_any, page, page_size,
    payloads, run,
};

/// A batch as it was closed; it never changes.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReadingBatch {
    batch_id: String,
    month: YearMonth,
    /// Null for all campuses.
    campus_id: Option<String>,
    /// Readings and changes of them.
    row_count: i64,
    created_at: DateTime<Utc>,
    /// Such as `staff:li`.
    created_by: String,
}

impl From<reading_exports::ReadingBatch> for ReadingBatch {
    fn from(row: reading_exports::ReadingBatch) -> Self {
        Self {
            batch_id: row.batch_id.to_string(),
            month: YearMonth(row.month),
            campus_id: row.campus.map(String::from),
            row_count: row.row_count,
            created_at: row.created_at,
            created_by: row.created_by,
        }
    }
}

#[derive(Default)]
pub struct ReadingExportQuery;

#[Object]
impl ReadingExportQuery {
    /// The newest first.
    #[graphql(
        guard = "may_any(&[Permission::RunBilling, Permission::ViewAudit])",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn reading_batches(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<ReadingBatch>> {
        let page = page(ctx, "reading_batches", first, after.as_deref())?;
        let slice = query::batches(Services::of(ctx)?.store().pool(), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "reading_batches", slice, ReadingBatch::from)
    }
}

#[derive(InputObject)]
struct CreateReadingExportInput {
    idempotency_key: String,
    month: YearMonth,
    /// Left out: all campuses.
    campus_id: Option<String>,
}

async fn find(ctx: &Context<'_>, batch_id: ReadingBatchId) -> Result<Option<ReadingBatch>> {
    let found = query::batch(Services::of(ctx)?.store().pool(), batch_id).await;
    let found = found.map_err(|error| internal(ctx, error))?;
    Ok(found.map(ReadingBatch::from))
}

payloads!(
    batch: ReadingBatch, |ctx, batch_id: ReadingBatchId| find(ctx, *batch_id);
    CreateReadingExportPayload
);

async fn create(
    ctx: &Context<'_>,
    input: &CreateReadingExportInput,
) -> Result<Result<CreateReadingBatch, Rejection>> {
    let campus = input.campus_id.as_ref().map(CampusId::try_new).transpose();
    let campus = match field("campusId", campus) {
        Ok(campus) => campus,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let pool = Services::of(ctx)?.store().pool();
    let counted = query::countable(pool, input.month.0, campus.as_ref()).await;
    Ok(Ok(CreateReadingBatch {
        month: input.month.0,
        campus,
        counted: counted.map_err(|error| internal(ctx, error))?,
    }))
}

#[derive(Default)]
pub struct ReadingExportMutation;

#[Object]
impl ReadingExportMutation {
    /// Closes a batch over what was read in the month, or changed of it, and is in no batch yet. The
    /// files are under `/export/readings`.
    #[graphql(guard = "may(Permission::RunBilling)")]
    async fn create_reading_export(
        &self,
        ctx: &Context<'_>,
        input: CreateReadingExportInput,
    ) -> Result<CreateReadingExportPayload> {
        let process = create(ctx, &input).await?;
        let ran = run(ctx, "createReadingExport", &input.idempotency_key, process).await?;
        CreateReadingExportPayload::of(ctx, ran).await
    }
}
