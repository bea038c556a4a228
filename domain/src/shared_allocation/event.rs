use chrono::NaiveDate;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{
    AccountNo, Area, BillNo, BillingMonth, Commodity, Fen, MeterNo, Period, Quantity, ReadingId,
    TariffId,
};

/// What a usage is shared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllocationKey {
    /// 按户均摊
    Equal,
    /// 按面积
    Area,
    /// 按人数: the days each occupant was there, else the size of the household.
    Persons,
    /// 按用量: what each was billed for of the same commodity in the month.
    Usage,
}

impl AllocationKey {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Area => "area",
            Self::Persons => "persons",
            Self::Usage => "usage",
        }
    }
}

/// What of a meter is shared.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AllocationSource {
    /// 公共用量: all it shows.
    #[default]
    Usage,
    /// 损耗: what it shows beyond the meters behind it, up to the limit of ordinary loss. The centre
    /// bears the rest.
    Loss,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationMember {
    pub account_no: AccountNo,
    /// What counts where it is shared by area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
}

/// From a day on, these accounts pay for what a common meter shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationAgreed {
    pub meter_no: MeterNo,
    pub commodity: Commodity,
    /// What the common usage costs.
    pub tariff_id: TariffId,
    pub from: NaiveDate,
    #[serde(default)]
    pub source: AllocationSource,
    pub key: AllocationKey,
    /// By account number.
    pub members: Vec<AllocationMember>,
    /// The meter's count where the agreement begins.
    pub cumulative: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<ReadingId>,
}

/// One account's part of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationShare {
    pub account_no: AccountNo,
    /// None where the part costs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill_no: Option<BillNo>,
    pub quantity: Quantity,
    pub amount: Fen,
}

/// A month of an agreement was shared out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharesPosted {
    /// Names the agreement: the day it began.
    pub agreed_from: NaiveDate,
    pub month: BillingMonth,
    pub period: Period,
    pub to_reading: ReadingId,
    /// What was shared.
    pub usage: Quantity,
    /// What of a loss is beyond the limit, and was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_limit: Option<Quantity>,
    /// The meter's count at `to_reading`, where the next month goes on.
    pub cumulative: Quantity,
    /// What the usage costs: exactly the sum of the shares.
    pub amount: Fen,
    /// By account number.
    pub shares: Vec<AllocationShare>,
}

/// The shares of a month were not to be charged; their bills are void.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharesCancelled {
    pub agreed_from: NaiveDate,
    pub month: BillingMonth,
    pub on: NaiveDate,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SharedAllocationEvent {
    Agreed(AllocationAgreed),
    /// The last agreement holds no more from this day on.
    Ended {
        on: NaiveDate,
    },
    SharesPosted(SharesPosted),
    SharesCancelled(SharesCancelled),
}

impl DomainEvent for SharedAllocationEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Agreed(_) => "shared_allocation.agreed",
            Self::Ended { .. } => "shared_allocation.ended",
            Self::SharesPosted(_) => "shared_allocation.shares_posted",
            Self::SharesCancelled(_) => "shared_allocation.shares_cancelled",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
