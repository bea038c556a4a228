use chaobiao_decision::{ClaimKey, CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{BillingMonthBooks, BillingMonthError, MonthClosed};
use crate::campus::require_campus;
use crate::units::{BillingMonth, CampusId, business_date};

/// The stream of a campus's month.
pub fn books_of(campus: &CampusId, month: BillingMonth) -> String {
    format!("{campus}/{month}")
}

/// Held by the billing run over all accounts of a campus, or of all campuses, until it has finished.
pub fn open_run(month: BillingMonth, campus: Option<&CampusId>) -> ClaimKey {
    let campus = campus.map_or("*", CampusId::as_str);
    ClaimKey::new("billing_run.open", format!("{month}/{campus}"))
}

fn is_open(
    campus: &CampusId,
    month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<bool, Stop> {
    let books = workspace.get::<BillingMonthBooks>(&books_of(campus, month))?;
    Ok(*books == BillingMonthBooks::Open)
}

pub fn require_open(
    campus: &CampusId,
    month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    if is_open(campus, month, workspace)? {
        Ok(())
    } else {
        let campus = campus.clone();
        Err(BillingMonthError::Closed { campus, month }.into())
    }
}

/// Where something about a month is booked: there, or in the next month that is open.
pub fn booked_in(
    campus: &CampusId,
    mut month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<BillingMonth, Stop> {
    while !is_open(campus, month, workspace)? {
        month = month.next();
    }
    Ok(month)
}

/// Closes a campus's month that is over, and that nobody is billing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloseMonth {
    pub campus: CampusId,
    pub month: BillingMonth,
}

impl Process for CloseMonth {
    const NAME: &'static str = "billing_month.close";
    type Outcome = MonthClosed;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MonthClosed, Stop> {
        require_campus(&self.campus, "campus", workspace)?;
        if self.month.next().first_day() > business_date(context.at) {
            return Err(BillingMonthError::NotEnded(self.month).into());
        }
        for campus in [Some(&self.campus), None] {
            if workspace.holder(&open_run(self.month, campus))?.is_some() {
                return Err(BillingMonthError::BeingBilled(self.month).into());
            }
        }
        let closed = MonthClosed {
            campus: self.campus.clone(),
            month: self.month,
            closed_by: context.actor.clone(),
        };
        let books = books_of(&self.campus, self.month);
        workspace.execute::<BillingMonthBooks>(&books, closed.clone())?;
        Ok(closed)
    }
}
