use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::metering_point;
use chaobiao_projections::metering_points::{CheckRow, ClassMethodRow, LocationRow, MethodRow};
use chrono::{DateTime, Utc};

use crate::meter::{Meter, meter_of};
use crate::support::{Commodity, Date, Decimal};

/// By which way a meter is meant to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "metering_point::ReadingMethod")]
pub(super) enum ReadingMethod {
    /// 自助抄表
    SelfRead,
    /// 现场抄表
    Field,
    /// 掌上机
    Handheld,
    /// 蓝牙抄表
    Bluetooth,
    /// 远传抄表
    Remote,
}

/// What is looked at when a meter is verified on site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "metering_point::CheckedFact")]
pub(super) enum CheckedFact {
    HardwareNo,
    Multiplier,
    Digits,
    Decimals,
    Building,
    Room,
    /// Seal, glass, surroundings: whatever is said of them is amiss.
    Condition,
}

/// R74: where somebody said a meter is.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct MeterLocation {
    /// Degrees (WGS 84).
    latitude: Option<Decimal>,
    longitude: Option<Decimal>,
    /// How far off the phone said it may be, in metres.
    accuracy_m: Option<i64>,
    place: String,
    photo: Option<String>,
    marked_at: DateTime<Utc>,
    /// Such as `staff:li`.
    marked_by: String,
}

impl From<LocationRow> for MeterLocation {
    fn from(row: LocationRow) -> Self {
        Self {
            latitude: row.point.map(|point| point.latitude().into()),
            longitude: row.point.map(|point| point.longitude().into()),
            accuracy_m: row.accuracy_m,
            place: row.place,
            photo: row.photo.map(Into::into),
            marked_at: row.marked_at,
            marked_by: row.marked_by,
        }
    }
}

/// Where what was found is not what is kept.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct MeterMismatch {
    fact: CheckedFact,
    /// As it was kept at that moment; null where nothing was.
    expected: Option<String>,
    found: String,
}

impl From<metering_point::Mismatch> for MeterMismatch {
    fn from(mismatch: metering_point::Mismatch) -> Self {
        Self {
            fact: mismatch.fact.into(),
            expected: mismatch.expected,
            found: mismatch.found,
        }
    }
}

/// R73: one look at a meter.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct MeterCheck {
    verification_id: String,
    meter_no: String,
    checked_at: DateTime<Utc>,
    /// Such as `staff:li`.
    checked_by: String,
    /// What was as it is kept.
    facts: Vec<CheckedFact>,
    mismatches: Vec<MeterMismatch>,
    note: Option<String>,
    photo: Option<String>,
    /// Something is amiss and nothing has been done about it.
    open: bool,
    resolution: Option<String>,
    resolved_by: Option<String>,
    resolved_at: Option<DateTime<Utc>>,
}

#[ComplexObject]
impl MeterCheck {
    async fn meter(&self, ctx: &Context<'_>) -> Result<Option<Meter>> {
        meter_of(ctx, &self.meter_no).await
    }
}

impl From<CheckRow> for MeterCheck {
    fn from(row: CheckRow) -> Self {
        Self {
            verification_id: row.verification_id.into(),
            meter_no: row.meter_no.into(),
            checked_at: row.checked_at,
            checked_by: row.checked_by,
            facts: row.facts.into_iter().map(Into::into).collect(),
            mismatches: row.mismatches.into_iter().map(Into::into).collect(),
            note: row.note,
            photo: row.photo.map(Into::into),
            open: row.open,
            resolution: row.resolution,
            resolved_by: row.resolved_by,
            resolved_at: row.resolved_at,
        }
    }
}

/// R14: how a meter is read.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct MeterReadingMethod {
    /// On the day asked for: its own way, or that of the class of the account that pays for it;
    /// null where neither is set.
    pub(super) method: Option<ReadingMethod>,
    /// What was set for the meter itself, the latest first.
    pub(super) own: Vec<OwnReadingMethod>,
}

#[derive(Clone, Debug, SimpleObject)]
pub(super) struct OwnReadingMethod {
    from: Date,
    method: ReadingMethod,
    set_by: String,
}

impl From<MethodRow> for OwnReadingMethod {
    fn from(row: MethodRow) -> Self {
        Self {
            from: row.from.into(),
            method: row.method.into(),
            set_by: row.set_by,
        }
    }
}

/// How the meters of a class are read from a day on.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ClassReadingMethod {
    /// As in `AccountClass`, in small letters.
    class: String,
    commodity: Commodity,
    from: Date,
    method: ReadingMethod,
    set_by: String,
}

impl From<ClassMethodRow> for ClassReadingMethod {
    fn from(row: ClassMethodRow) -> Self {
        Self {
            class: row.class,
            commodity: row.commodity.into(),
            from: row.from.into(),
            method: row.method.into(),
            set_by: row.set_by,
        }
    }
}
