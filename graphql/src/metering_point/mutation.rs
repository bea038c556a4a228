use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::metering_point::{
    Finding, MarkLocation, Position, ResolveMismatch, SetClassMethod, SetReadingMethod, VerifyPoint,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{GeoPoint, MeterNo, VerificationId};

use super::types::{CheckedFact, MeterMismatch, ReadingMethod};
use crate::account::AccountClass;
use crate::meter::meter_payloads;
use crate::support::{Commodity, Date, Decimal, UserError, field, may, may_any, named_photo, run};

#[derive(InputObject)]
struct MarkMeterLocationInput {
    idempotency_key: String,
    meter_no: String,
    /// Degrees (WGS 84); with a longitude, or not at all.
    latitude: Option<Decimal>,
    longitude: Option<Decimal>,
    accuracy_m: Option<u32>,
    /// In words: 一层楼梯下, 表箱左三.
    #[graphql(default)]
    place: String,
    photo: Option<String>,
}

#[derive(InputObject)]
struct MeterFindingInput {
    fact: CheckedFact,
    /// As it stands there.
    found: String,
}

#[derive(InputObject)]
struct VerifyMeterInput {
    idempotency_key: String,
    meter_no: String,
    findings: Vec<MeterFindingInput>,
    note: Option<String>,
    /// Needed where something is amiss.
    photo: Option<String>,
}

#[derive(InputObject)]
struct ResolveMeterMismatchInput {
    idempotency_key: String,
    meter_no: String,
    verification_id: String,
    resolution: String,
}

#[derive(InputObject)]
struct SetReadingMethodInput {
    idempotency_key: String,
    meter_no: String,
    method: ReadingMethod,
    /// Today, when not given.
    from: Option<Date>,
}

#[derive(InputObject)]
struct SetClassReadingMethodInput {
    idempotency_key: String,
    class: AccountClass,
    commodity: Commodity,
    method: ReadingMethod,
    from: Date,
}

meter_payloads!(
    MarkMeterLocationPayload,
    ResolveMeterMismatchPayload,
    SetReadingMethodPayload
);

#[derive(SimpleObject)]
struct VerifyMeterPayload {
    verification_id: Option<String>,
    /// Empty where all is as it is kept; null where the check was refused.
    mismatches: Option<Vec<MeterMismatch>>,
    user_errors: Vec<UserError>,
    pending: bool,
}

#[derive(SimpleObject)]
struct SetClassReadingMethodPayload {
    user_errors: Vec<UserError>,
    pending: bool,
}

/// Where a phone stood: both degrees, or neither.
pub(crate) fn position(
    latitude: Option<Decimal>,
    longitude: Option<Decimal>,
    accuracy_m: Option<u32>,
) -> std::result::Result<Option<Position>, Rejection> {
    let (latitude, longitude) = match (latitude, longitude) {
        (None, None) => return Ok(None),
        (Some(latitude), Some(longitude)) => (latitude.0, longitude.0),
        (None, Some(_)) => return Err(half("latitude")),
        (Some(_), None) => return Err(half("longitude")),
    };
    // Alone first, so that the refusal names the one that is wrong.
    field(
        "latitude",
        GeoPoint::try_new(latitude, rust_decimal::Decimal::default()),
    )?;
    Ok(Some(Position {
        point: field("longitude", GeoPoint::try_new(latitude, longitude))?,
        accuracy_m,
    }))
}

fn half(name: &str) -> Rejection {
    Rejection::new("METERING_POINT_POSITION_INCOMPLETE", "经度和纬度须同时填写").on(name)
}

#[derive(Default)]
pub struct MeteringPointMutation;

#[Object]
impl MeteringPointMutation {
    /// 表计位置标记
    #[graphql(guard = "may_any(&[Permission::SubmitReadings, Permission::ManageMeters])")]
    async fn mark_meter_location(
        &self,
        ctx: &Context<'_>,
        input: MarkMeterLocationInput,
    ) -> Result<MarkMeterLocationPayload> {
        let photo = named_photo(ctx, "photo", input.photo.as_deref()).await?;
        let process = photo.and_then(|photo| {
            Ok(MarkLocation {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                position: position(input.latitude, input.longitude, input.accuracy_m)?,
                place: input.place.clone(),
                photo,
                marked_at: None,
            })
        });
        let ran = run(ctx, "markMeterLocation", &input.idempotency_key, process).await?;
        MarkMeterLocationPayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }

    /// 表计核对: says what is there; what is kept is compared with it.
    #[graphql(guard = "may_any(&[Permission::SubmitReadings, Permission::ManageMeters])")]
    async fn verify_meter(
        &self,
        ctx: &Context<'_>,
        input: VerifyMeterInput,
    ) -> Result<VerifyMeterPayload> {
        let photo = named_photo(ctx, "photo", input.photo.as_deref()).await?;
        let process = photo.and_then(|photo| {
            let finding = |finding: &MeterFindingInput| Finding {
                fact: finding.fact.into(),
                found: finding.found.clone(),
            };
            Ok(VerifyPoint {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                findings: input.findings.iter().map(finding).collect(),
                note: input.note.clone(),
                photo,
            })
        });
        let ran = run(ctx, "verifyMeter", &input.idempotency_key, process).await?;
        let (id, mismatches) = ran
            .outcome
            .map(|outcome| (outcome.verification_id, outcome.mismatches))
            .unzip();
        Ok(VerifyMeterPayload {
            verification_id: id.map(Into::into),
            mismatches: mismatches.map(|found| found.into_iter().map(Into::into).collect()),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Says what was done about what was amiss.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn resolve_meter_mismatch(
        &self,
        ctx: &Context<'_>,
        input: ResolveMeterMismatchInput,
    ) -> Result<ResolveMeterMismatchPayload> {
        let process = || {
            let id = VerificationId::try_new(&input.verification_id);
            Ok(ResolveMismatch {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                verification_id: field("verificationId", id)?,
                resolution: input.resolution.clone(),
            })
        };
        let ran = run(
            ctx,
            "resolveMeterMismatch",
            &input.idempotency_key,
            process(),
        )
        .await?;
        ResolveMeterMismatchPayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }

    /// How a meter is read from a day on.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn set_reading_method(
        &self,
        ctx: &Context<'_>,
        input: SetReadingMethodInput,
    ) -> Result<SetReadingMethodPayload> {
        let process = || {
            Ok(SetReadingMethod {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                method: input.method.into(),
                from: input.from.map(|from| from.0),
            })
        };
        let ran = run(ctx, "setReadingMethod", &input.idempotency_key, process()).await?;
        SetReadingMethodPayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }

    /// How the meters of a class are read from a day on.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn set_class_reading_method(
        &self,
        ctx: &Context<'_>,
        input: SetClassReadingMethodInput,
    ) -> Result<SetClassReadingMethodPayload> {
        let process = SetClassMethod {
            class: input.class.into(),
            commodity: input.commodity.into(),
            method: input.method.into(),
            from: input.from.0,
        };
        let key = &input.idempotency_key;
        let ran = run(ctx, "setClassReadingMethod", key, Ok(process)).await?;
        Ok(SetClassReadingMethodPayload {
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
