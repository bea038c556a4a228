//! 自助抄表活动: customers are asked to read their own meters by a day, and reminded until then.
//!
//! Meters whose customers have read them drop out of the reminders, and of the readers' walks;
//! the others fall to the readers when the campaign is over.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{CampaignState, SelfReadCampaign};
pub use command::SelfReadCampaignCommand;
pub use error::SelfReadCampaignError;
pub use event::{CampaignOpened, CustomersReminded, SelfReadCampaignEvent};
pub use process::{CampaignChanged, EndCampaign, OpenCampaign, RemindSelfReaders};
