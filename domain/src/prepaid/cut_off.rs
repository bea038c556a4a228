//! Supply is cut off on working days between 09:00 and 17:00 only, and never the day it is planned:
//! whoever forgot has until the next morning.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::account::{Account, AccountCommand, SupplyStep};
use crate::calendar::WorkCalendar;
use crate::units::{AccountNo, business_time, instant_of};
use crate::work_calendar::calendar_around;

const FIRST: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).unwrap();
const LAST: NaiveTime = NaiveTime::from_hms_opt(17, 0, 0).unwrap();

/// An account whose supply was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplyChanged {
    pub account_no: AccountNo,
}

/// The first morning after `now` on which supply may be cut off.
fn next_morning(now: DateTime<Utc>, calendar: &WorkCalendar) -> DateTime<Utc> {
    let today = business_time(now).date();
    instant_of(calendar.next_working_day(today).value.and_time(FIRST))
}

/// Whether supply may be cut off at an instant.
pub(crate) fn may_cut_off(now: DateTime<Utc>, calendar: &WorkCalendar) -> bool {
    let local = business_time(now);
    calendar.is_working_day(local.date()).value && (FIRST..LAST).contains(&local.time())
}

fn step(
    account_no: &AccountNo,
    step: SupplyStep,
    workspace: &mut Workspace,
) -> Result<SupplyChanged, Stop> {
    let id = account_no.as_str();
    let account = workspace.get::<Account>(id)?.opened(account_no)?;
    // Whoever says the money is on its way is not threatened; the policy asks again afterwards.
    let threatens = matches!(step, SupplyStep::Plan(_) | SupplyStep::Order { .. });
    if !(threatens && account.is_dunning_paused()) {
        workspace.execute::<Account>(id, AccountCommand::Supply(step))?;
    }
    Ok(SupplyChanged {
        account_no: account_no.clone(),
    })
}

/// Plans to cut off an account whose grace credit is used up; not while its dunning is paused.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlanCutOff {
    pub account_no: AccountNo,
}

impl Process for PlanCutOff {
    const NAME: &'static str = "prepaid.plan_cut_off";
    type Outcome = SupplyChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SupplyChanged, Stop> {
        let calendar = calendar_around(context.at, workspace)?;
        let plan = SupplyStep::Plan(next_morning(context.at, &calendar));
        step(&self.account_no, plan, workspace)
    }
}

/// What was planned is due. When the time has gone by, or the day has become one off, it is planned
/// anew. While dunning is paused nothing is ordered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderCutOff {
    pub account_no: AccountNo,
    pub planned: DateTime<Utc>,
}

impl Process for OrderCutOff {
    const NAME: &'static str = "prepaid.order_cut_off";
    type Outcome = SupplyChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SupplyChanged, Stop> {
        let calendar = calendar_around(context.at, workspace)?;
        let due = if may_cut_off(context.at, &calendar) {
            SupplyStep::Order {
                planned: self.planned,
            }
        } else {
            SupplyStep::Plan(next_morning(context.at, &calendar))
        };
        step(&self.account_no, due, workspace)
    }
}

/// Somebody has cut the supply off, as was ordered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteCutOff {
    pub account_no: AccountNo,
}

impl Process for NoteCutOff {
    const NAME: &'static str = "prepaid.note_cut_off";
    type Outcome = SupplyChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SupplyChanged, Stop> {
        step(&self.account_no, SupplyStep::NoteCutOff, workspace)
    }
}

/// Somebody has restored the supply, as was ordered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteRestoration {
    pub account_no: AccountNo,
}

impl Process for NoteRestoration {
    const NAME: &'static str = "prepaid.note_restoration";
    type Outcome = SupplyChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SupplyChanged, Stop> {
        step(&self.account_no, SupplyStep::NoteRestoration, workspace)
    }
}
