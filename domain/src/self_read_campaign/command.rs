use chrono::NaiveDate;

use super::{CampaignOpened, CustomersReminded};

#[derive(Clone, Debug)]
pub enum SelfReadCampaignCommand {
    Open(Box<CampaignOpened>),
    Remind {
        /// Where the stretch begins.
        after: u32,
        reminded: CustomersReminded,
    },
    End(NaiveDate),
}
