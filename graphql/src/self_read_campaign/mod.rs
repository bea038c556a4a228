//! Campaigns that ask customers to read their own meters.

mod mutation;
mod query;
mod types;

pub use mutation::SelfReadCampaignMutation;
pub use query::SelfReadCampaignQuery;
