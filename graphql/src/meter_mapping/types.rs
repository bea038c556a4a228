use async_graphql::{Enum, SimpleObject};
use chaobiao_domain::meter_mapping::NumberKind as Linked;
use chaobiao_projections::meter_mappings::{self, MappingRow};

use crate::support::Date;

/// Whose number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter_mappings::MappingKind")]
pub(super) enum MeterNumberKind {
    /// 表计硬件号: stamped on a device; linked by installing it, unlinked by taking it down.
    Hardware,
    /// 掌机表号
    Handheld,
    /// 平台表号
    Platform,
}

/// The numbers that are linked and unlinked by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Linked")]
pub(super) enum ExternalNumberKind {
    /// 掌机表号
    Handheld,
    /// 平台表号
    Platform,
}

/// A number that means a meter from a day on, until another.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct MeterMapping {
    kind: MeterNumberKind,
    number: String,
    /// The number in the charging system.
    meter_no: String,
    from: Date,
    /// Not included; null while it still means the meter.
    to: Option<Date>,
    /// Such as `staff:li`.
    linked_by: String,
    /// Why it was unlinked.
    reason: Option<String>,
}

impl From<MappingRow> for MeterMapping {
    fn from(row: MappingRow) -> Self {
        Self {
            kind: row.kind.into(),
            number: row.number,
            meter_no: row.meter_no.into(),
            from: row.from.into(),
            to: row.to.map(Date::from),
            linked_by: row.linked_by,
            reason: row.reason,
        }
    }
}
