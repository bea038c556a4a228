use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::note::by_commodity;
use crate::units::{
    BillNo, BillingMonth, Commodity, Fen, MeterNo, Period, Quantity, ReadingId, TariffId, UnitPrice,
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
    pub price: UnitPrice,
    pub amount: Fen,
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
    pub tiers: Vec<TierCounted>,
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
    /// What is owed for each commodity, in a fixed order, without those that cost nothing.
    pub fn by_commodity(&self) -> Option<Vec<CommodityAmount>> {
        by_commodity(&self.lines)
    }
}
