//! Money in and out of tills, their day close and the month's.

use std::collections::BTreeMap;

use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::Till;
use super::command::TillCommand;
use super::error::TillError;
use super::event::TillMethod;
use super::month::{CashMonth, CashMonthCommand, CashMonthError, cash_month_id};
use crate::campus::require_campus;
use crate::units::{
    BillingMonth, CampusId, Fen, PaymentId, RefundId, StaffLogin, TillId, business_date,
};

/// The till of whoever is at the counter now; nobody else has one.
fn till_of(context: &CommandContext, campus: &CampusId) -> Result<Option<TillId>, Stop> {
    let Actor::Staff(login) = &context.actor else {
        return Ok(None);
    };
    Ok(Some(TillId {
        campus: campus.clone(),
        date: business_date(context.at),
        cashier: StaffLogin::try_new(login).map_err(|error| Stop::Corrupt(error.to_string()))?,
    }))
}

fn enter_month(till_id: &TillId, workspace: &mut Workspace) -> Result<(), Stop> {
    let month = cash_month_id(&till_id.campus, till_id.month());
    let is_new = *workspace.get::<Till>(&till_id.to_string())? == Till::Absent;
    if is_new {
        let till_id = till_id.clone();
        workspace.execute::<CashMonth>(&month, CashMonthCommand::OpenTill { till_id })?;
    }
    Ok(())
}

/// Puts what was just taken at a counter into the cashier's till of the day; the till it is in.
pub fn put_in(
    campus: &CampusId,
    payment_id: &PaymentId,
    method: TillMethod,
    amount: Fen,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<Option<TillId>, Stop> {
    let Some(till_id) = till_of(context, campus)? else {
        return Ok(None);
    };
    enter_month(&till_id, workspace)?;
    let command = TillCommand::PutIn {
        till_id: till_id.clone(),
        payment_id: payment_id.clone(),
        method,
        amount,
    };
    workspace.execute::<Till>(&till_id.to_string(), command)?;
    Ok(Some(till_id))
}

/// Hands back what was taken: from the till it is in while that is open, else from the till of
/// whoever hands it back. What a closed day says stays as it was signed.
pub fn take_out(
    taken_in: &TillId,
    payment_id: &PaymentId,
    method: TillMethod,
    amount: Fen,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let is_open = workspace.get::<Till>(&taken_in.to_string())?.is_open();
    let own = till_of(context, &taken_in.campus)?;
    let till_id = match own {
        Some(own) if !is_open => own,
        _ => taken_in.clone(),
    };
    enter_month(&till_id, workspace)?;
    let command = TillCommand::TakeOut {
        till_id: till_id.clone(),
        payment_id: payment_id.clone(),
        method,
        amount,
    };
    workspace.execute::<Till>(&till_id.to_string(), command)
}

/// Gives a refund's cash from the till of whoever is at the counter, or takes it back into it.
pub(crate) fn refund(
    campus: &CampusId,
    refund_id: &RefundId,
    amount: Fen,
    is_back: bool,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<TillId, Stop> {
    let till_id = till_of(context, campus)?.ok_or(TillError::NotYours)?;
    enter_month(&till_id, workspace)?;
    let (till, refund_id) = (till_id.clone(), refund_id.clone());
    let command = if is_back {
        TillCommand::TakeBack {
            till_id: till,
            refund_id,
            amount,
        }
    } else {
        TillCommand::PayOut {
            till_id: till,
            refund_id,
            amount,
        }
    };
    workspace.execute::<Till>(&till_id.to_string(), command)?;
    Ok(till_id)
}

/// What was counted of one method.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CountedAmount {
    pub method: TillMethod,
    pub amount: Fen,
}

/// 日结: the cashier counts and signs. What is not named counts as nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignTill {
    pub till_id: TillId,
    pub counted: Vec<CountedAmount>,
    pub reason: Option<String>,
}

/// The till a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TillChanged {
    pub till_id: TillId,
}

fn known(till_id: &TillId, workspace: &mut Workspace) -> Result<(), Stop> {
    workspace
        .get::<Till>(&till_id.to_string())?
        .opened(till_id)?;
    Ok(())
}

impl Process for SignTill {
    const NAME: &'static str = "till.sign";
    type Outcome = TillChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<TillChanged, Stop> {
        known(&self.till_id, workspace)?;
        let mut counted = BTreeMap::new();
        for count in &self.counted {
            if counted.insert(count.method, count.amount).is_some() {
                return Err(TillError::CountTwice.into());
            }
        }
        let command = TillCommand::Sign {
            counted,
            reason: self.reason.clone(),
            by: context.actor.clone(),
            at: context.at,
        };
        let till_id = self.till_id.clone();
        workspace.execute::<Till>(&till_id.to_string(), command)?;
        Ok(TillChanged { till_id })
    }
}

/// Approves a day close; not by whose till it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApproveTill {
    pub till_id: TillId,
}

impl Process for ApproveTill {
    const NAME: &'static str = "till.approve";
    type Outcome = TillChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<TillChanged, Stop> {
        known(&self.till_id, workspace)?;
        let till_id = self.till_id.clone();
        let by = context.actor.clone();
        workspace.execute::<Till>(&till_id.to_string(), TillCommand::Approve { by })?;
        let month = cash_month_id(&till_id.campus, till_id.month());
        let command = CashMonthCommand::ApproveTill {
            till_id: till_id.clone(),
        };
        workspace.execute::<CashMonth>(&month, command)?;
        Ok(TillChanged { till_id })
    }
}

/// Sends a day close back to be counted anew, or because something is missing in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReopenTill {
    pub till_id: TillId,
    pub reason: String,
}

impl Process for ReopenTill {
    const NAME: &'static str = "till.reopen";
    type Outcome = TillChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<TillChanged, Stop> {
        known(&self.till_id, workspace)?;
        let till_id = self.till_id.clone();
        let command = TillCommand::Reopen {
            reason: self.reason.clone(),
            by: context.actor.clone(),
        };
        workspace.execute::<Till>(&till_id.to_string(), command)?;
        Ok(TillChanged { till_id })
    }
}

/// 月结: closes a campus's month that is over, when all its tills are approved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloseCashMonth {
    pub campus: CampusId,
    pub month: BillingMonth,
}

impl Process for CloseCashMonth {
    const NAME: &'static str = "till.close_month";
    type Outcome = BillingMonth;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillingMonth, Stop> {
        require_campus(&self.campus, "campusId", workspace)?;
        if self.month >= BillingMonth::of(business_date(context.at)) {
            return Err(CashMonthError::NotOver(self.month).into());
        }
        let command = CashMonthCommand::Close {
            campus: self.campus.clone(),
            month: self.month,
            by: context.actor.clone(),
            at: context.at,
        };
        let id = cash_month_id(&self.campus, self.month);
        workspace.execute::<CashMonth>(&id, command)?;
        Ok(self.month)
    }
}
