use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::note::by_commodity;
use super::occupants::OccupantShare;
use crate::units::{
    BillNo, BillingMonth, ChargeBillNo, Commodity, Fen, ImportBatchId, LinePrice, MeterNo, Period,
    Quantity, RateQuantities, ReadingId, TariffId,
};

/// A bill (账单) as it was issued; it never changes after that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    pub bill_no: BillNo,
    pub month: BillingMonth,
    pub issued_on: NaiveDate,
    pub lines: Vec<BillLine>,
    /// The sum of the lines.
    pub total: Fen,
    pub meters: Vec<ChargedMeter>,
    /// Of a bill that the charging system made; none of one made here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<BillOrigin>,
    /// 公摊: of a bill that is a share of a common meter's usage, that meter. It is none of the account's
    /// own meters, and no bill of its month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_of: Option<MeterNo>,
}

/// What the charging system's (收费系统) file says of a bill beside its lines, and what follows here.
/// The lines of such a bill name the tariff their meter has here and the average price.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillOrigin {
    /// Its own numbers of the bill, one or several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bill_nos: Vec<ChargeBillNo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<ImportBatchId>,
    /// Whether the tariffs kept here say what paying it late costs.
    #[serde(default)]
    pub late_fees_here: bool,
    /// What its usages add to the tiers of bills made here later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<UsageCounted>,
}

/// A usage in the tier period it counts in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageCounted {
    pub tariff_id: TariffId,
    pub tier_period_from: NaiveDate,
    pub usage: Quantity,
}

/// One component at one version's price, in one tier unless it is a surcharge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillLine {
    pub meter_no: MeterNo,
    pub commodity: Commodity,
    pub component: String,
    pub tariff_id: TariffId,
    pub version_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<u32>,
    pub quantity: Quantity,
    pub price: LinePrice,
    pub amount: Fen,
    /// Of a line that is free (免费额度): what it would have cost, which the centre bears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub borne: Option<Fen>,
    /// The readings between which the quantity was used.
    pub readings: Vec<ReadingId>,
}

/// How far one meter has been billed, and from which readings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargedMeter {
    pub meter_no: MeterNo,
    /// Tells two assignments of the same meter apart.
    pub assigned_from: NaiveDate,
    pub commodity: Commodity,
    pub tariff_id: TariffId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_reading: Option<ReadingId>,
    pub to_reading: ReadingId,
    pub period: Period,
    pub usage: Quantity,
    /// The meter's count at `to_reading`, where the next bill goes on.
    pub cumulative: Quantity,
    /// 分时电量: what was used in the hours of each rate, where the meter tells.
    #[serde(default, skip_serializing_if = "RateQuantities::is_empty")]
    pub rates: RateQuantities,
    /// What its registers had counted at `to_reading`.
    #[serde(default, skip_serializing_if = "RateQuantities::is_empty")]
    pub rates_cumulative: RateQuantities,
    pub tiers: Vec<TierCounted>,
    /// Who shares what the meter's lines come to; none where the account knows no occupants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occupants: Option<Vec<OccupantShare>>,
}

/// What the account has used under a tariff in one tier period, this bill included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierCounted {
    pub tier_period_from: NaiveDate,
    pub quantity_to_date_after: Quantity,
}

/// Money that is for one commodity, so that receipts can keep water and electricity apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommodityAmount {
    pub commodity: Commodity,
    pub amount: Fen,
}

/// Money put against one bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillShare {
    pub bill_no: BillNo,
    pub month: BillingMonth,
    pub amount: Fen,
    /// `amount` by commodity, less what is for the late fee.
    pub parts: Vec<CommodityAmount>,
    /// 滞纳金: what of `amount` is for the bill's late fee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_fee: Option<Fen>,
}

impl BillShare {
    pub(super) fn late_fee(&self) -> Fen {
        self.late_fee.unwrap_or_default()
    }
}

impl Bill {
    /// Whether the tariffs kept here ask for nothing when it is paid late.
    pub(super) fn is_fee_free(&self) -> bool {
        let origin = self.origin.as_ref();
        origin.is_some_and(|origin| !origin.late_fees_here)
    }

    /// What is owed for each commodity, in a fixed order, without those that cost nothing.
    pub fn by_commodity(&self) -> Option<Vec<CommodityAmount>> {
        by_commodity(&self.lines)
    }
}
