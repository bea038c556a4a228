use super::event::TariffDefined;
use crate::rating::{LateFeeTerms, TariffVersion};

/// What may be asked of one tariff.
#[derive(Clone, Debug)]
pub enum TariffCommand {
    Define(TariffDefined),
    PublishVersion(TariffVersion),
    SetLateFee(LateFeeTerms),
}
