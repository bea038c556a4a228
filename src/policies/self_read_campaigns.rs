//! Customers who have not read their meters are reminded on the days a campaign names.

use chaobiao_domain::self_read_campaign::{
    CustomersReminded, RemindSelfReaders, SelfReadCampaignEvent,
};
use chaobiao_domain::units::{CampaignId, MeterNo, start_of_business_day};
use chaobiao_eventstore::{OutboxMessage, Policy, PolicyError, Reaction, RecordedEvent};
use chrono::{NaiveDate, TimeDelta};
use serde_json::json;

/// Nobody is woken by a reminder: it goes out at nine in the morning.
const AFTER_MIDNIGHT: TimeDelta = TimeDelta::hours(9);

pub(super) struct SelfReadCampaigns;

impl Policy for SelfReadCampaigns {
    fn name(&self) -> &'static str {
        "self_read_campaigns"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["self_read_campaign"]
    }

    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let campaign_id = CampaignId::try_new(&event.stream.aggregate_id)
            .map_err(|error| PolicyError::Invalid(error.to_string()))?;
        Ok(match event.decode()? {
            SelfReadCampaignEvent::Opened(opened) => opened
                .remind_on
                .into_iter()
                .map(|day| reminder(&campaign_id, day))
                .collect(),
            SelfReadCampaignEvent::Reminded(reminded) => told(&campaign_id, &reminded),
            SelfReadCampaignEvent::Ended { .. } => vec![Reaction::Withdraw {
                subject: subject(&campaign_id),
            }],
        })
    }
}

fn subject(campaign_id: &CampaignId) -> String {
    format!("self_read_campaign/{campaign_id}")
}

fn reminder(campaign_id: &CampaignId, remind_on: NaiveDate) -> Reaction {
    Reaction::Due {
        at: start_of_business_day(remind_on) + AFTER_MIDNIGHT,
        subject: subject(campaign_id),
        process: Box::new(RemindSelfReaders {
            campaign_id: campaign_id.clone(),
            remind_on,
            after: 0,
        }),
        label: format!("remind/{remind_on}"),
    }
}

/// A message for each meter, to whoever its account is bound to when it is sent; then the next
/// stretch of meters.
fn told(campaign_id: &CampaignId, reminded: &CustomersReminded) -> Vec<Reaction> {
    let until = reminded.until.format("%-m月%-d日").to_string();
    let message = |meter_no: &MeterNo| {
        Reaction::Send(OutboxMessage {
            channel: "wechat".to_owned(),
            message: json!({
                "meter_no": meter_no,
                "template": "self_read_reminder",
                "campaign_id": campaign_id,
                "until": reminded.until,
                "text": format!("表计 {meter_no} 还没有抄表，请在 {until} 前自助抄表"),
                "values": { "what": "请自助抄表", "meter": meter_no, "until": until },
            }),
        })
    };
    let mut reactions: Vec<Reaction> = reminded.meters.iter().map(message).collect();
    if !reminded.last {
        reactions.push(Reaction::Run {
            process: Box::new(RemindSelfReaders {
                campaign_id: campaign_id.clone(),
                remind_on: reminded.remind_on,
                after: reminded.through,
            }),
            label: "next".to_owned(),
        });
    }
    reactions
}
