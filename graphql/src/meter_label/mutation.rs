use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::meter_label::{
    DefineLabelTemplate, LabelSize, PrintMeterLabels, ReplaceMeterLabel, VerifyLabelScan,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{LabelTemplateId, MeterNo};

use super::types::{LabelReplacement, ScanCondition};
use crate::meter::meter_payloads;
use crate::support::{UserError, field, may, may_any, run};

#[derive(InputObject)]
struct PrintMeterLabelsInput {
    idempotency_key: String,
    /// At most 500.
    meter_nos: Vec<String>,
    /// The usual size, when not given.
    template_id: Option<String>,
}

#[derive(InputObject)]
struct ReplaceMeterLabelInput {
    idempotency_key: String,
    meter_no: String,
    reason: LabelReplacement,
    note: Option<String>,
}

#[derive(InputObject)]
struct VerifyLabelScanInput {
    idempotency_key: String,
    meter_no: String,
    /// What the scanner read; null where it read nothing.
    scanned: Option<String>,
    condition: ScanCondition,
}

#[derive(InputObject)]
struct DefineLabelTemplateInput {
    idempotency_key: String,
    template_id: String,
    width_mm: u16,
    height_mm: u16,
    dots_per_mm: u16,
    /// Nothing but PET with a resin ribbon lasts beside a meter.
    pet: bool,
    resin_ribbon: bool,
}

#[derive(SimpleObject)]
struct PrintMeterLabelsPayload {
    /// `/export/labels/<batch>.pdf` and `.zpl` have the labels, whenever they are asked for.
    batch_id: Option<String>,
    labels: Option<u64>,
    user_errors: Vec<UserError>,
    pending: bool,
}

#[derive(SimpleObject)]
struct VerifyLabelScanPayload {
    readable: Option<bool>,
    user_errors: Vec<UserError>,
    pending: bool,
}

#[derive(SimpleObject)]
struct DefineLabelTemplatePayload {
    user_errors: Vec<UserError>,
    pending: bool,
}

meter_payloads!(ReplaceMeterLabelPayload);

#[derive(Default)]
pub struct MeterLabelMutation;

#[Object]
impl MeterLabelMutation {
    /// 条码打印: labels for many meters, to be fetched as a file.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn print_meter_labels(
        &self,
        ctx: &Context<'_>,
        input: PrintMeterLabelsInput,
    ) -> Result<PrintMeterLabelsPayload> {
        let process = || {
            let numbers: std::result::Result<Vec<MeterNo>, _> =
                input.meter_nos.iter().map(MeterNo::try_new).collect();
            let template_id = input.template_id.as_deref().map(LabelTemplateId::try_new);
            Ok::<_, Rejection>(PrintMeterLabels {
                meter_nos: field("meterNos", numbers)?,
                template_id: field("templateId", template_id.transpose())?,
            })
        };
        let ran = run(ctx, "printMeterLabels", &input.idempotency_key, process()).await?;
        let (batch, labels) = ran
            .outcome
            .map(|printed| (printed.batch, printed.labels))
            .unzip();
        Ok(PrintMeterLabelsPayload {
            batch_id: batch.map(Into::into),
            labels: labels.and_then(|labels| u64::try_from(labels).ok()),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Lets a new label take the place of a meter's old one; it is to be printed.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn replace_meter_label(
        &self,
        ctx: &Context<'_>,
        input: ReplaceMeterLabelInput,
    ) -> Result<ReplaceMeterLabelPayload> {
        let process = || {
            Ok(ReplaceMeterLabel {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                reason: input.reason.into(),
                note: input.note.clone(),
            })
        };
        let ran = run(ctx, "replaceMeterLabel", &input.idempotency_key, process()).await?;
        ReplaceMeterLabelPayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }

    /// Says what a scanner reads of a meter's label, and what the label has been through.
    #[graphql(guard = "may_any(&[Permission::SubmitReadings, Permission::ManageMeters])")]
    async fn verify_label_scan(
        &self,
        ctx: &Context<'_>,
        input: VerifyLabelScanInput,
    ) -> Result<VerifyLabelScanPayload> {
        let process = || {
            Ok(VerifyLabelScan {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                scanned: input.scanned.clone(),
                condition: input.condition.into(),
            })
        };
        let ran = run(ctx, "verifyLabelScan", &input.idempotency_key, process()).await?;
        Ok(VerifyLabelScanPayload {
            readable: ran.outcome.map(|scan| scan.readable),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Sets up labels for a printer.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn define_label_template(
        &self,
        ctx: &Context<'_>,
        input: DefineLabelTemplateInput,
    ) -> Result<DefineLabelTemplatePayload> {
        let process = || {
            Ok(DefineLabelTemplate {
                template_id: field("templateId", LabelTemplateId::try_new(&input.template_id))?,
                size: LabelSize {
                    width_mm: input.width_mm,
                    height_mm: input.height_mm,
                    dots_per_mm: input.dots_per_mm,
                },
                pet: input.pet,
                resin_ribbon: input.resin_ribbon,
            })
        };
        let ran = run(
            ctx,
            "defineLabelTemplate",
            &input.idempotency_key,
            process(),
        )
        .await?;
        Ok(DefineLabelTemplatePayload {
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
