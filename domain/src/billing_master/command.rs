use super::event::BillingMasterSet;
use crate::units::BillingMonth;

/// What may be asked of a campus's setting.
#[derive(Clone, Debug)]
pub enum BillingMasterCommand {
    Set {
        set: BillingMasterSet,
        /// The month it is.
        present: BillingMonth,
        /// Bills there are already of the months it is to hold for.
        billed: u32,
    },
}
