use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::meter_label::{self, LabelSize};
use chaobiao_projections::meter_labels::{self, LabelRow, ScanRow};
use chrono::{DateTime, Utc};

use crate::meter::{Meter, meter_of};

/// What a label has been through when it is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter_label::ScanCondition")]
pub(super) enum ScanCondition {
    /// As it was put up.
    Fresh,
    /// 防水
    AfterWater,
    /// 防油
    AfterOil,
    /// 耐高温
    AfterHeat,
    /// As it hangs, some time later.
    InService,
}

/// Why a label gives way to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter_label::LabelReplacement")]
pub(super) enum LabelReplacement {
    /// 破损
    Damaged,
    /// 丢失
    Lost,
    /// 无法扫描
    Unreadable,
    /// 贴错
    Misplaced,
}

/// What is to be done about a meter's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter_labels::LabelState")]
pub(super) enum LabelState {
    /// There is none, or the new one is not printed yet.
    ToPrint,
    /// Printed, and never scanned.
    ToScan,
    /// The last scan read nothing.
    Unreadable,
    Good,
}

/// A meter with its label.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct MeterLabel {
    meter_no: String,
    state: LabelState,
    /// Counts the labels this meter has had; null where it has had none.
    serial: Option<i64>,
    /// `/export/labels/<batch>.pdf` and `.zpl` print it, with those of its batch.
    batch_id: Option<String>,
    printed_at: Option<DateTime<Utc>>,
    printed_by: Option<String>,
    scanned_at: Option<DateTime<Utc>>,
    scan_condition: Option<ScanCondition>,
}

#[ComplexObject]
impl MeterLabel {
    async fn meter(&self, ctx: &Context<'_>) -> Result<Option<Meter>> {
        meter_of(ctx, &self.meter_no).await
    }
}

impl From<LabelRow> for MeterLabel {
    fn from(row: LabelRow) -> Self {
        Self {
            state: row.state().into(),
            meter_no: row.meter_no.into(),
            serial: row.serial,
            batch_id: row.batch_id.map(Into::into),
            printed_at: row.printed_at,
            printed_by: row.printed_by,
            scanned_at: row.scanned_at,
            scan_condition: row.scan_condition.map(Into::into),
        }
    }
}

/// One look of a scanner at a label.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct LabelScan {
    serial: i64,
    condition: ScanCondition,
    readable: bool,
    scanned_at: DateTime<Utc>,
    scanned_by: String,
}

impl From<ScanRow> for LabelScan {
    fn from(row: ScanRow) -> Self {
        Self {
            serial: row.serial,
            condition: row.condition.into(),
            readable: row.readable,
            scanned_at: row.scanned_at,
            scanned_by: row.scanned_by,
        }
    }
}

/// The labels a printer is set up for: PET, with a resin ribbon.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct LabelTemplate {
    /// Null for what is printed while no template is named.
    template_id: Option<String>,
    width_mm: u16,
    height_mm: u16,
    dots_per_mm: u16,
}

impl LabelTemplate {
    pub(super) fn new(template_id: Option<String>, size: LabelSize) -> Self {
        Self {
            template_id,
            width_mm: size.width_mm,
            height_mm: size.height_mm,
            dots_per_mm: size.dots_per_mm,
        }
    }
}
