use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::units::{Fen, LinePrice, Quantity};

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
    pub price: LinePrice,
    #[serde(with = "yuan")]
    pub amount: Fen,
    /// Of a line that is free: what it would have cost, which the centre bears.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "yuan_if_any")]
    pub borne: Option<Fen>,
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
    /// 最低消费: the minimum charge that was asked for the period, whether a line had to lift the bill
    /// to it or not.
    #[serde(default, skip_serializing_if = "is_nothing", with = "yuan")]
    pub minimum: Fen,
}

impl RatedBill {
    /// How much of the usage is free.
    pub fn free(&self) -> Option<Quantity> {
        let free = self.lines.iter().filter(|line| line.borne.is_some());
        Quantity::checked_sum(free.map(|line| line.quantity))
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde dictates the signature"
)]
const fn is_nothing(amount: &Fen) -> bool {
    amount.is_zero()
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

mod yuan_if_any {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::units::Fen;

    #[expect(clippy::ref_option, reason = "serde dictates the signature")]
    pub(super) fn serialize<S: Serializer>(
        amount: &Option<Fen>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match amount {
            Some(amount) => serializer.collect_str(amount),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Fen>, D::Error> {
        let text: Option<String> = Option::deserialize(from)?;
        text.map(|text| text.parse().map_err(de::Error::custom))
            .transpose()
    }
}
