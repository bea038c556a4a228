use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_domain::meter::{
    AcceptHeldReading, ApproveCorrection, RejectReading, RequestCorrection,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CorrectionId, Index, MeterNo, ReadingId};

use super::Reading;
use crate::meter::reading_of;
use crate::support::{Decimal, UserError, field, may, payloads, run};

#[derive(InputObject)]
pub(super) struct AcceptHeldReadingInput {
    idempotency_key: String,
    meter_no: String,
    reading_id: String,
    note: Option<String>,
    /// The reviewer has seen that the register rolled over (过圈). Without this an index that went
    /// back is never accepted.
    #[graphql(default)]
    rollover: bool,
}

#[derive(InputObject)]
pub(super) struct RejectReadingInput {
    idempotency_key: String,
    meter_no: String,
    reading_id: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct RequestCorrectionInput {
    idempotency_key: String,
    meter_no: String,
    reading_id: String,
    /// What the dial showed.
    index: Decimal,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ApproveCorrectionInput {
    idempotency_key: String,
    meter_no: String,
    correction_id: String,
}

payloads!(
    reading: Reading, |ctx, id: ReadingId| find(ctx, Some(id));
    AcceptHeldReadingPayload,
    RejectReadingPayload,
    ApproveCorrectionPayload
);

#[derive(SimpleObject)]
pub(super) struct RequestCorrectionPayload {
    correction_id: Option<String>,
    reading: Option<Reading>,
    user_errors: Vec<UserError>,
    pending: bool,
}

async fn find(ctx: &Context<'_>, id: Option<&ReadingId>) -> Result<Option<Reading>> {
    match id {
        Some(id) => Ok(reading_of(ctx, id.as_str()).await?.map(Reading)),
        None => Ok(None),
    }
}

#[derive(Default)]
pub struct ReviewMutation;

#[Object]
impl ReviewMutation {
    /// Lets a held reading count; not for whoever took it.
    #[graphql(guard = "may(Permission::ReviewReadings)")]
    async fn accept_held_reading(
        &self,
        ctx: &Context<'_>,
        input: AcceptHeldReadingInput,
    ) -> Result<AcceptHeldReadingPayload> {
        let process = || {
            Ok(AcceptHeldReading {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                reading_id: field("readingId", ReadingId::try_new(&input.reading_id))?,
                note: input.note.clone(),
                rollover: input.rollover,
            })
        };
        let ran = run(ctx, "acceptHeldReading", &input.idempotency_key, process()).await?;
        AcceptHeldReadingPayload::of(ctx, ran.map(|judged| judged.reading_id)).await
    }

    #[graphql(guard = "may(Permission::ReviewReadings)")]
    async fn reject_reading(
        &self,
        ctx: &Context<'_>,
        input: RejectReadingInput,
    ) -> Result<RejectReadingPayload> {
        let process = || {
            Ok(RejectReading {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                reading_id: field("readingId", ReadingId::try_new(&input.reading_id))?,
                reason: input.reason.clone(),
            })
        };
        let ran = run(ctx, "rejectReading", &input.idempotency_key, process()).await?;
        RejectReadingPayload::of(ctx, ran.map(|judged| judged.reading_id)).await
    }

    /// Asks to change an accepted index; nothing changes before another person approves.
    #[graphql(guard = "may(Permission::ReviewReadings)")]
    async fn request_correction(
        &self,
        ctx: &Context<'_>,
        input: RequestCorrectionInput,
    ) -> Result<RequestCorrectionPayload> {
        let process = || {
            Ok(RequestCorrection {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                reading_id: field("readingId", ReadingId::try_new(&input.reading_id))?,
                index: field("index", Index::try_new(input.index.0))?,
                reason: input.reason.clone(),
            })
        };
        let ran = run(ctx, "requestCorrection", &input.idempotency_key, process()).await?;
        let asked = ran.outcome;
        let reading = find(ctx, asked.as_ref().map(|asked| &asked.reading_id)).await?;
        Ok(RequestCorrectionPayload {
            correction_id: asked.map(|asked| asked.correction_id.to_string()),
            reading,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Approves a correction: neither who asked for it nor who read the meter may.
    #[graphql(guard = "may(Permission::ApproveCorrections)")]
    async fn approve_correction(
        &self,
        ctx: &Context<'_>,
        input: ApproveCorrectionInput,
    ) -> Result<ApproveCorrectionPayload> {
        let process = || {
            Ok(ApproveCorrection {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                correction_id: field("correctionId", CorrectionId::try_new(&input.correction_id))?,
            })
        };
        let ran = run(ctx, "approveCorrection", &input.idempotency_key, process()).await?;
        ApproveCorrectionPayload::of(ctx, ran.map(|judged| judged.reading_id)).await
    }
}
