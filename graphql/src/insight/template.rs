use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_domain::report_template::{
    ColumnLayout, PublishReportTemplate, ReportLayout, RetireReportTemplate, TemplateChanged,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::ReportTemplateId;
use chaobiao_projections::report_templates::query;

use super::report::{ReportColumn, ReportGroup, ReportTemplate};
use crate::support::{Ran, Services, UserError, field, internal, may, run};

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

macro_rules! payload {
    ($($payload:ident),+) => {$(
        #[derive(SimpleObject)]
        pub(super) struct $payload {
            /// Null once it is retired.
            report_template: Option<ReportTemplate>,
            user_errors: Vec<UserError>,
            /// Done, but what is shown may still be older.
            pending: bool,
        }

        impl $payload {
            async fn of(ctx: &Context<'_>, ran: Ran<TemplateChanged>) -> Result<Self> {
                Ok(Self {
                    report_template: shown(ctx, ran.outcome.as_ref()).await?,
                    user_errors: ran.user_errors,
                    pending: ran.pending,
                })
            }
        }
    )+};
}

payload!(PublishReportTemplatePayload, RetireReportTemplatePayload);

async fn shown(
    ctx: &Context<'_>,
    changed: Option<&TemplateChanged>,
) -> Result<Option<ReportTemplate>> {
    let Some(changed) = changed else {
        return Ok(None);
    };
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
