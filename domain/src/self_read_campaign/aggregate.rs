use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{
    CampaignOpened, SelfReadCampaignCommand, SelfReadCampaignError, SelfReadCampaignEvent,
};
use crate::units::MeterNo;

pub(super) const NAME_LENGTH: usize = 60;
pub(super) const METERS_MAX: usize = 20_000;
pub(super) const REMINDERS_MAX: usize = 10;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SelfReadCampaign {
    #[default]
    Absent,
    Running(Box<CampaignState>),
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignState {
    pub meters: Vec<MeterNo>,
    pub from: NaiveDate,
    pub until: NaiveDate,
    /// By the day of a reminder, how many meters have been looked through.
    reminders: BTreeMap<NaiveDate, u32>,
}

impl CampaignState {
    /// Where a reminder's next stretch begins; nothing when it is through, or was never planned.
    pub fn reminder(&self, remind_on: NaiveDate) -> Option<u32> {
        let through = *self.reminders.get(&remind_on)?;
        let all = u32::try_from(self.meters.len()).unwrap_or(u32::MAX);
        (through < all).then_some(through)
    }
}

impl SelfReadCampaign {
    pub fn running(&self) -> Result<&CampaignState, SelfReadCampaignError> {
        match self {
            Self::Absent => Err(SelfReadCampaignError::NotFound),
            Self::Running(campaign) => Ok(campaign),
            Self::Ended => Err(SelfReadCampaignError::Ended),
        }
    }
}

impl Aggregate for SelfReadCampaign {
    const TYPE: &'static str = "self_read_campaign";
    type Command = SelfReadCampaignCommand;
    type Event = SelfReadCampaignEvent;
    type Error = SelfReadCampaignError;
    type Services = ();

    async fn handle(
        &mut self,
        command: SelfReadCampaignCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), SelfReadCampaignError> {
        let event = match command {
            SelfReadCampaignCommand::Open(opened) => open(self, *opened)?,
            SelfReadCampaignCommand::Remind { after, reminded } => {
                if self.running()?.reminder(reminded.remind_on) != Some(after) {
                    return Err(SelfReadCampaignError::NotDue);
                }
                SelfReadCampaignEvent::Reminded(reminded)
            }
            SelfReadCampaignCommand::End(ended_on) => {
                self.running()?;
                SelfReadCampaignEvent::Ended { ended_on }
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: SelfReadCampaignEvent) {
        match event {
            SelfReadCampaignEvent::Opened(opened) => {
                *self = Self::Running(Box::new(CampaignState {
                    meters: opened.meters,
                    from: opened.from,
                    until: opened.until,
                    reminders: opened.remind_on.into_iter().map(|day| (day, 0)).collect(),
                }));
            }
            SelfReadCampaignEvent::Reminded(reminded) => {
                if let Self::Running(campaign) = self {
                    campaign
                        .reminders
                        .insert(reminded.remind_on, reminded.through);
                }
            }
            SelfReadCampaignEvent::Ended { .. } => *self = Self::Ended,
        }
    }
}

fn open(
    campaign: &SelfReadCampaign,
    opened: CampaignOpened,
) -> Result<SelfReadCampaignEvent, SelfReadCampaignError> {
    if *campaign != SelfReadCampaign::Absent {
        return Err(SelfReadCampaignError::AlreadyOpened);
    }
    let name = opened.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_LENGTH {
        return Err(SelfReadCampaignError::NameInvalid);
    }
    if opened.meters.is_empty() {
        return Err(SelfReadCampaignError::NoMeters);
    }
    if opened.meters.len() > METERS_MAX {
        return Err(SelfReadCampaignError::TooManyMeters);
    }
    if opened.meters.iter().collect::<BTreeSet<_>>().len() < opened.meters.len() {
        return Err(SelfReadCampaignError::MeterTwice);
    }
    if opened.until < opened.from {
        return Err(SelfReadCampaignError::UntilBeforeFrom);
    }
    let remind_on: BTreeSet<NaiveDate> = opened.remind_on.iter().copied().collect();
    let inside = |day: &NaiveDate| opened.from <= *day && *day <= opened.until;
    if remind_on.len() < opened.remind_on.len()
        || remind_on.len() > REMINDERS_MAX
        || !remind_on.iter().all(inside)
    {
        return Err(SelfReadCampaignError::RemindersInvalid);
    }
    Ok(SelfReadCampaignEvent::Opened(CampaignOpened {
        name,
        remind_on: remind_on.into_iter().collect(),
        ..opened
    }))
}
