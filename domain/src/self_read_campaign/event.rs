use chrono::NaiveDate;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{CampaignId, CampusId, MeterNo};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignOpened {
    pub campaign_id: CampaignId,
    pub name: String,
    pub campus: CampusId,
    pub meters: Vec<MeterNo>,
    /// Readings from this day on count.
    pub from: NaiveDate,
    /// The last day for the customers.
    pub until: NaiveDate,
    /// Days on which customers who have not read yet are reminded.
    pub remind_on: Vec<NaiveDate>,
}

/// Customers were asked for the readings still missing, for a stretch of the campaign's meters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomersReminded {
    pub remind_on: NaiveDate,
    /// How many of the campaign's meters were looked through.
    pub through: u32,
    /// Whether that was the last stretch.
    pub last: bool,
    /// Those without a reading.
    pub meters: Vec<MeterNo>,
    pub until: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SelfReadCampaignEvent {
    Opened(CampaignOpened),
    Reminded(CustomersReminded),
    Ended { ended_on: NaiveDate },
}

impl DomainEvent for SelfReadCampaignEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened(_) => "self_read_campaign.opened",
            Self::Reminded(_) => "self_read_campaign.reminded",
            Self::Ended { .. } => "self_read_campaign.ended",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
