//! Campaigns for self-reading (自助抄表活动), and how far they have come.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::SelfReadCampaignsProjector;
pub use query::CampaignRow;
