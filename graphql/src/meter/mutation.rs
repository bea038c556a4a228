use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::meter::{
    DeviceSpec, InstallDevice, RegisterMeter, ReplaceDevice, ReportFault,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{
    BookNo, CampusId, HardwareNo, Index, MeterNo, Multiplier, Quantity, start_of_business_day,
};
use chrono::{DateTime, Utc};

use super::meter_payloads;
use super::replacement::RemovalReason;
use crate::support::{
    Commodity, Date, Decimal, UserError, customer_or, field, may, named_photo, run,
};

#[derive(InputObject)]
pub(super) struct RegisterMeterInput {
    idempotency_key: String,
    /// The number in the charging system.
    meter_no: String,
    commodity: Commodity,
    campus_id: String,
    building: String,
    room: String,
    book: String,
    #[graphql(default)]
    walk_order: u32,
    /// Whether customers may read it themselves.
    self_read: bool,
}

#[derive(InputObject)]
pub(super) struct InstallDeviceInput {
    idempotency_key: String,
    meter_no: String,
    hardware_no: String,
    /// Whole digits of the register; without them a rollover cannot be told.
    digits: Option<i32>,
    #[graphql(default)]
    decimals: i32,
    /// 1, when not given.
    multiplier: Option<Decimal>,
    /// The most the line can deliver in an hour, in the commodity's unit.
    max_per_hour: Option<Decimal>,
    opening_index: Decimal,
    installed_at: Option<DateTime<Utc>>,
    /// The beginning of that day, where the hour is not known; now, when neither is given.
    installed_on: Option<Date>,
    photo: Option<String>,
}

#[derive(InputObject)]
pub(super) struct ReplaceDeviceInput {
    idempotency_key: String,
    meter_no: String,
    closing_index: Decimal,
    closing_photo: Option<String>,
    reason: RemovalReason,
    hardware_no: String,
    digits: Option<i32>,
    #[graphql(default)]
    decimals: i32,
    multiplier: Option<Decimal>,
    max_per_hour: Option<Decimal>,
    opening_index: Decimal,
    photo: Option<String>,
    /// Now, when not given.
    replaced_at: Option<DateTime<Utc>>,
}

#[derive(InputObject)]
pub(super) struct ReportFaultInput {
    idempotency_key: String,
    meter_no: String,
    description: String,
    photo: Option<String>,
}

meter_payloads!(
    RegisterMeterPayload,
    InstallDevicePayload,
    ReplaceDevicePayload
);

#[derive(SimpleObject)]
pub(super) struct ReportFaultPayload {
    fault_id: Option<String>,
    user_errors: Vec<UserError>,
    pending: bool,
}

/// A count of digits; what does not fit is out of every rule's range.
fn digit_count(count: i32) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

struct DeviceInput<'a> {
    hardware_no: &'a str,
    digits: Option<i32>,
    decimals: i32,
    multiplier: Option<Decimal>,
    max_per_hour: Option<Decimal>,
    opening_index: Decimal,
    photo: Option<&'a str>,
}

impl DeviceInput<'_> {
    async fn read(self, ctx: &Context<'_>) -> Result<std::result::Result<DeviceSpec, Rejection>> {
        let photo = match named_photo(ctx, "photo", self.photo).await? {
            Ok(photo) => photo,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let spec = || {
            let multiplier = self.multiplier.map(|number| Multiplier::try_new(number.0));
            let max_per_hour = self.max_per_hour.map(|number| Quantity::try_new(number.0));
            Ok(DeviceSpec {
                hardware_no: field("hardwareNo", HardwareNo::try_new(self.hardware_no))?,
                digits: self.digits.map(digit_count),
                decimals: digit_count(self.decimals),
                multiplier: field("multiplier", multiplier.unwrap_or(Ok(Multiplier::ONE)))?,
                max_per_hour: field("maxPerHour", max_per_hour.transpose())?,
                opening_index: field("openingIndex", Index::try_new(self.opening_index.0))?,
                photo,
            })
        };
        Ok(spec())
    }
}

#[derive(Default)]
pub struct MeterMutation;

#[Object]
impl MeterMutation {
    /// Enters a metering point.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn register_meter(
        &self,
        ctx: &Context<'_>,
        input: RegisterMeterInput,
    ) -> Result<RegisterMeterPayload> {
        let process = || {
            Ok(RegisterMeter {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                commodity: input.commodity.into(),
                campus: field("campusId", CampusId::try_new(&input.campus_id))?,
                building: input.building.clone(),
                room: input.room.clone(),
                book: field("book", BookNo::try_new(&input.book))?,
                walk_order: input.walk_order,
                self_read: input.self_read,
            })
        };
        let ran = run(ctx, "registerMeter", &input.idempotency_key, process()).await?;
        RegisterMeterPayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }

    /// 新装: puts the first device on a metering point.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn install_device(
        &self,
        ctx: &Context<'_>,
        input: InstallDeviceInput,
    ) -> Result<InstallDevicePayload> {
        let device = DeviceInput {
            hardware_no: &input.hardware_no,
            digits: input.digits,
            decimals: input.decimals,
            multiplier: input.multiplier,
            max_per_hour: input.max_per_hour,
            opening_index: input.opening_index,
            photo: input.photo.as_deref(),
        };
        let began = input.installed_on.map(|day| start_of_business_day(day.0));
        let process = device.read(ctx).await?.and_then(|device| {
            Ok(InstallDevice {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                device,
                installed_at: input.installed_at.or(began),
            })
        });
        let ran = run(ctx, "installDevice", &input.idempotency_key, process).await?;
        InstallDevicePayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }

    /// 换表: takes one device down and puts another up, with the index of each.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn replace_device(
        &self,
        ctx: &Context<'_>,
        input: ReplaceDeviceInput,
    ) -> Result<ReplaceDevicePayload> {
        let device = DeviceInput {
            hardware_no: &input.hardware_no,
            digits: input.digits,
            decimals: input.decimals,
            multiplier: input.multiplier,
            max_per_hour: input.max_per_hour,
            opening_index: input.opening_index,
            photo: input.photo.as_deref(),
        };
        let device = device.read(ctx).await?;
        let closing = named_photo(ctx, "closingPhoto", input.closing_photo.as_deref()).await?;
        let process = device.and_then(|device| {
            let closing_index = Index::try_new(input.closing_index.0);
            Ok(ReplaceDevice {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                closing_index: field("closingIndex", closing_index)?,
                closing_photo: closing?,
                reason: input.reason.into(),
                device,
                replaced_at: input.replaced_at,
            })
        });
        let ran = run(ctx, "replaceDevice", &input.idempotency_key, process).await?;
        ReplaceDevicePayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }

    /// Says that a meter is broken: staff any, customers their own.
    #[graphql(guard = "customer_or(Permission::SubmitReadings)")]
    async fn report_fault(
        &self,
        ctx: &Context<'_>,
        input: ReportFaultInput,
    ) -> Result<ReportFaultPayload> {
        let photo = named_photo(ctx, "photo", input.photo.as_deref()).await?;
        let process = photo.and_then(|photo| {
            Ok(ReportFault {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                description: input.description.clone(),
                photo,
            })
        });
        let ran = run(ctx, "reportFault", &input.idempotency_key, process).await?;
        Ok(ReportFaultPayload {
            fault_id: ran.outcome.map(|filed| filed.fault_id.to_string()),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
