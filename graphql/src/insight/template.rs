use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_domain::report_template::{
    ColumnLayout, PublishReportTemplate, ReportLayout, RetireReportTemplate, TemplateChanged,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::ReportTemplateId;
use chaobiao_projections::report_templates::query;

use super::report::{ReportColumn, ReportGroup, ReportTemplate};
use crate::support::{Services, field, internal, may, payloads, run};

#[derive(InputObject)]
struct ReportColumnInput {
    column: ReportColumn,
    /// Left out, the column's own name.
    heading: Option<String>,
}

#[derive(InputObject)]
pub(super) struct PublishReportTemplateInput {
    idempotency_key: String,
    template_id: String,
    name: String,
    group: ReportGroup,
    /// A line for every month, or one for all of them.
    monthly: bool,
    columns: Vec<ReportColumnInput>,
}

#[derive(InputObject)]
pub(super) struct RetireReportTemplateInput {
    idempotency_key: String,
    template_id: String,
}

payloads!(
    /// Null once it is retired.
    report_template: ReportTemplate, |ctx, changed: TemplateChanged| find(ctx, changed);
    PublishReportTemplatePayload,
    RetireReportTemplatePayload
);

async fn find(ctx: &Context<'_>, changed: &TemplateChanged) -> Result<Option<ReportTemplate>> {
    let pool = Services::of(ctx)?.store().pool();
    let templates = query::list(pool, Some(&changed.template_id)).await;
    let templates = templates.map_err(|error| internal(ctx, error))?;
    Ok(templates.into_iter().next().map(ReportTemplate::from))
}

#[derive(Default)]
pub struct ReportTemplateMutation;

#[Object]
impl ReportTemplateMutation {
    /// Says how a report is laid out, from now on.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn publish_report_template(
        &self,
        ctx: &Context<'_>,
        input: PublishReportTemplateInput,
    ) -> Result<PublishReportTemplatePayload> {
        let column = |column: ReportColumnInput| ColumnLayout {
            column: column.column.into(),
            heading: column.heading,
        };
        let layout = ReportLayout {
            name: input.name,
            group: input.group.into(),
            monthly: input.monthly,
            columns: input.columns.into_iter().map(column).collect(),
        };
        let template_id = field("templateId", ReportTemplateId::try_new(&input.template_id));
        let process = template_id.map(|template_id| PublishReportTemplate {
            template_id,
            layout,
        });
        let key = &input.idempotency_key;
        let ran = run(ctx, "publishReportTemplate", key, process).await?;
        PublishReportTemplatePayload::of(ctx, ran).await
    }

    /// Takes a report out of use.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn retire_report_template(
        &self,
        ctx: &Context<'_>,
        input: RetireReportTemplateInput,
    ) -> Result<RetireReportTemplatePayload> {
        let template_id = field("templateId", ReportTemplateId::try_new(&input.template_id));
        let process = template_id.map(|template_id| RetireReportTemplate { template_id });
        let key = &input.idempotency_key;
        let ran = run(ctx, "retireReportTemplate", key, process).await?;
        RetireReportTemplatePayload::of(ctx, ran).await
    }
}
