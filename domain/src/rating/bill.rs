use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::units::{Fen, Quantity, UnitPrice};

/// One line: a component at one version's price, in one tier unless it is a surcharge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatedLine {
    pub component: String,
    /// The first day of the tariff version, which identifies it within its tariff.
    pub version_from: NaiveDate,
    /// Counted from 1; surcharges have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<u32>,
    pub quantity: Quantity,
    pub price: UnitPrice,
    #[serde(with = "yuan")]
    pub amount: Fen,
}

/// What was counted in one tier period, and where it stands after that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierCount {
    pub tier_period_from: NaiveDate,
    pub quantity: Quantity,
    pub quantity_to_date_after: Quantity,
}

/// A usage with its price, line by line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatedBill {
    pub lines: Vec<RatedLine>,
    #[serde(with = "yuan")]
    pub total: Fen,
    /// Of the last tier period in `counted`.
    pub quantity_to_date_after: Quantity,
    /// In the order of time; one entry unless the period crosses into another tier period.
    pub counted: Vec<TierCount>,
}

/// Files and people write amounts in yuan, "1286.40"; only inside are they fen.
mod yuan {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::units::Fen;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde dictates the signature"
    )]
    pub(super) fn serialize<S: Serializer>(amount: &Fen, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(amount)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Fen, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}
