use std::collections::BTreeSet;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Outage, OutageArea, OutageCommand, OutageMonth, OutageMonthCommand, OutagePublished, months_of,
};
use crate::account::Account;
use crate::campus::require_campus;
use crate::meter::Meter;
use crate::service::rules::ServiceRules;
use crate::units::{CampusId, Commodity, OutageId, business_date};

/// The notice a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutageChanged {
    pub outage_id: OutageId,
}

fn change(
    outage_id: &OutageId,
    command: OutageCommand,
    workspace: &mut Workspace,
) -> Result<OutageChanged, Stop> {
    workspace.execute::<Outage>(outage_id.as_str(), command)?;
    Ok(OutageChanged {
        outage_id: outage_id.clone(),
    })
}

/// Puts an outage on the lists of the months it reaches into.
fn list(
    outage_id: &OutageId,
    campus: &CampusId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    for month in months_of(from, to) {
        let command = OutageMonthCommand::List {
            outage_id: outage_id.clone(),
        };
        workspace.execute::<OutageMonth>(&OutageMonth::id(campus, month), command)?;
    }
    Ok(())
}

/// Announces an outage; those concerned are told now, and reminded as the rules of service say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublishOutage {
    pub commodities: BTreeSet<Commodity>,
    pub area: OutageArea,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub reason: String,
}

impl Process for PublishOutage {
    const NAME: &'static str = "outage.publish";
    type Outcome = OutageChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<OutageChanged, Stop> {
        require_campus(self.area.campus(), "campusId", workspace)?;
        match &self.area {
            OutageArea::Campus { .. } | OutageArea::Building { .. } => {}
            OutageArea::Meter { meter_no, .. } => {
                workspace.get::<Meter>(meter_no.as_str())?.registered()?;
            }
            OutageArea::Account { account_no, .. } => {
                let account = workspace.get::<Account>(account_no.as_str())?;
                account.opened(account_no)?;
            }
        }
        let outage_id = OutageId::try_new(context.derive_id("outage").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let (from, to) = (self.from.trunc_subsecs(6), self.to.trunc_subsecs(6));
        let rules = workspace
            .get::<ServiceRules>(ServiceRules::ID)?
            .in_force(business_date(context.at));
        let ahead = TimeDelta::minutes(i64::from(rules.outage_reminder_minutes));
        let remind_at = Some(from - ahead).filter(|at| *at > context.at && !ahead.is_zero());
        let published = Box::new(OutagePublished {
            outage_id: outage_id.clone(),
            commodities: self.commodities.clone(),
            area: self.area.clone(),
            from,
            to,
            reason: self.reason.clone(),
            remind_at,
        });
        let at = context.at;
        let changed = change(
            &outage_id,
            OutageCommand::Publish { published, at },
            workspace,
        )?;
        list(&outage_id, self.area.campus(), (from, to), workspace)?;
        Ok(changed)
    }
}

/// Says that it takes longer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExtendOutage {
    pub outage_id: OutageId,
    pub to: DateTime<Utc>,
    pub reason: String,
}

impl Process for ExtendOutage {
    const NAME: &'static str = "outage.extend";
    type Outcome = OutageChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<OutageChanged, Stop> {
        let command = OutageCommand::Extend {
            to: self.to.trunc_subsecs(6),
            reason: self.reason.clone(),
            at: context.at,
        };
        let changed = change(&self.outage_id, command, workspace)?;
        let outage = workspace.get::<Outage>(self.outage_id.as_str())?;
        if let Some((published, from, to)) = outage.without_supply() {
            let campus = published.area.campus().clone();
            list(&self.outage_id, &campus, (from, to), workspace)?;
        }
        Ok(changed)
    }
}

/// Says that it does not happen, or is over early.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelOutage {
    pub outage_id: OutageId,
    pub reason: String,
}

impl Process for CancelOutage {
    const NAME: &'static str = "outage.cancel";
    type Outcome = OutageChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<OutageChanged, Stop> {
        let command = OutageCommand::Cancel {
            reason: self.reason.clone(),
            at: context.at,
        };
        change(&self.outage_id, command, workspace)
    }
}

/// Reminds of an outage that is near. Given by the due runner; one cancelled meanwhile refuses it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemindOfOutage {
    pub outage_id: OutageId,
}

impl Process for RemindOfOutage {
    const NAME: &'static str = "outage.remind";
    type Outcome = OutageChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<OutageChanged, Stop> {
        let command = OutageCommand::Remind { at: context.at };
        change(&self.outage_id, command, workspace)
    }
}
