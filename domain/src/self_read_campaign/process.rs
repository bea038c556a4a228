use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    CampaignOpened, CustomersReminded, SelfReadCampaign, SelfReadCampaignCommand,
    SelfReadCampaignError,
};
use crate::campus::require_campus;
use crate::meter::Meter;
use crate::units::{CampaignId, CampusId, MeterNo, business_date, start_of_business_day};

/// How many meters one command looks at: it has to read the history of each.
const STRETCH: u32 = 100;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignChanged {
    pub campaign_id: CampaignId,
}

/// Asks customers to read their own meters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCampaign {
    pub campaign_id: CampaignId,
    pub name: String,
    pub campus: CampusId,
    pub meters: Vec<MeterNo>,
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub remind_on: Vec<NaiveDate>,
}

impl Process for OpenCampaign {
    const NAME: &'static str = "self_read_campaign.open";
    type Outcome = CampaignChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CampaignChanged, Stop> {
        require_campus(&self.campus, "campusId", workspace)?;
        let opened = CampaignOpened {
            campaign_id: self.campaign_id.clone(),
            name: self.name.clone(),
            campus: self.campus.clone(),
            meters: self.meters.clone(),
            from: self.from,
            until: self.until,
            remind_on: self.remind_on.clone(),
        };
        let command = SelfReadCampaignCommand::Open(Box::new(opened));
        workspace.execute::<SelfReadCampaign>(self.campaign_id.as_str(), command)?;
        Ok(CampaignChanged {
            campaign_id: self.campaign_id.clone(),
        })
    }
}

/// Reminds those who have not read their meter, a stretch of the campaign's meters at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemindSelfReaders {
    pub campaign_id: CampaignId,
    pub remind_on: NaiveDate,
    /// Where the stretch begins.
    pub after: u32,
}

impl Process for RemindSelfReaders {
    const NAME: &'static str = "self_read_campaign.remind";
    type Outcome = CampaignChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CampaignChanged, Stop> {
        let id = self.campaign_id.as_str();
        let campaign = workspace.get::<SelfReadCampaign>(id)?.running()?;
        if campaign.reminder(self.remind_on) != Some(self.after) || self.is_early(context) {
            return Err(SelfReadCampaignError::NotDue.into());
        }
        let from = usize::try_from(self.after).unwrap_or(usize::MAX);
        let rest = campaign.meters.get(from..).unwrap_or_default();
        let stretch: Vec<MeterNo> = rest.iter().take(STRETCH as usize).cloned().collect();
        let last = stretch.len() == rest.len();
        let (begun, until) = (start_of_business_day(campaign.from), campaign.until);
        workspace.need::<Meter>(stretch.iter().map(ToString::to_string))?;
        let looked_at = u32::try_from(stretch.len()).unwrap_or(STRETCH);
        let mut meters = Vec::new();
        for meter_no in stretch {
            let meter = workspace.get::<Meter>(meter_no.as_str())?;
            if !meter.has_reading_since(begun) {
                meters.push(meter_no);
            }
        }
        let reminded = CustomersReminded {
            remind_on: self.remind_on,
            through: self.after.saturating_add(looked_at),
            last,
            meters,
            until,
        };
        let command = SelfReadCampaignCommand::Remind {
            after: self.after,
            reminded,
        };
        workspace.execute::<SelfReadCampaign>(id, command)?;
        Ok(CampaignChanged {
            campaign_id: self.campaign_id.clone(),
        })
    }
}

impl RemindSelfReaders {
    fn is_early(&self, context: &CommandContext) -> bool {
        business_date(context.at) < self.remind_on
    }
}

/// Ends a campaign before its time, or after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndCampaign {
    pub campaign_id: CampaignId,
}

impl Process for EndCampaign {
    const NAME: &'static str = "self_read_campaign.end";
    type Outcome = CampaignChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CampaignChanged, Stop> {
        let command = SelfReadCampaignCommand::End(business_date(context.at));
        workspace.execute::<SelfReadCampaign>(self.campaign_id.as_str(), command)?;
        Ok(CampaignChanged {
            campaign_id: self.campaign_id.clone(),
        })
    }
}
