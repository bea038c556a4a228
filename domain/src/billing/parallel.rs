//! 并行核对 (R91, R97): before the centre bills itself, what it would bill for a month is compared with
//! what the charging system has billed for it, account by account, to the fen.

use std::collections::BTreeMap;

use chaobiao_decision::{CommandContext, Process, Rejection, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::error::BillingError;
use super::process::{Tariffs, load, measure_all, rate_all};
use crate::account::{Account, AccountRecord, AssignedMeter, BillLine};
use crate::units::{AccountNo, BillNo, BillingMonth, Fen, MeterNo, Quantity, business_date};

/// Works out what would be billed here for a month, as if all before it were as it is, and compares
/// it with the charging system's bill. Decides nothing and writes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompareBill {
    pub account_no: AccountNo,
    pub month: BillingMonth,
}

/// How two bills of an account and month differ, by what has to be looked at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillDifference {
    /// To the fen.
    None,
    /// Here is no bill to be made, for a reason.
    MissingHere,
    /// The charging system has sent no bill.
    MissingThere,
    /// A meter's usage is another.
    Usage,
    /// The same usage costs something else.
    Price,
}

impl BillDifference {
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "一致",
            Self::MissingHere => "本系统无账单",
            Self::MissingThere => "收费系统无账单",
            Self::Usage => "用量不符",
            Self::Price => "用量相同、金额不符",
        }
    }
}

/// A bill as one of the two sides has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedSide {
    /// None for one that is not issued.
    pub bill_no: Option<BillNo>,
    pub total: Fen,
    pub lines: Vec<BillLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillCompared {
    pub account_no: AccountNo,
    pub month: BillingMonth,
    pub here: Option<ComparedSide>,
    pub there: Option<ComparedSide>,
    /// What would be billed here beyond what the charging system has billed.
    pub difference: Fen,
    pub kind: BillDifference,
    /// Why there is no bill to be made here.
    pub refusal: Option<Refusal>,
}

/// A broken rule with its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: String,
    pub message: String,
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self {
            code: rejection.code,
            message: rejection.message,
        }
    }
}

impl Process for CompareBill {
    const NAME: &'static str = "billing.compare_bill";
    type Outcome = BillCompared;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillCompared, Stop> {
        if self.month.first_day() > business_date(context.at) {
            return Err(BillingError::MonthInFuture(self.month).into());
        }
        let account = workspace.get::<Account>(self.account_no.as_str())?;
        let account = account.opened(&self.account_no)?.clone();
        let theirs = self.theirs(&account);
        let (ours, refusal) = match self.ours(&account, context, workspace) {
            Ok(ours) => (Some(ours), None),
            Err(Stop::Refused(rejection)) => (None, Some(rejection.into())),
            Err(stop) => return Err(stop),
        };
        let total = |side: Option<&ComparedSide>| side.map_or(Fen::ZERO, |it| it.total);
        let difference = total(ours.as_ref()).checked_sub(total(theirs.as_ref()));
        Ok(BillCompared {
            account_no: self.account_no.clone(),
            month: self.month,
            difference: difference.ok_or(BillingError::Overflow)?,
            kind: kind(ours.as_ref(), theirs.as_ref()),
            here: ours,
            there: theirs,
            refusal,
        })
    }
}

impl CompareBill {
    fn theirs(&self, account: &AccountRecord) -> Option<ComparedSide> {
        let mut standing = account.standing_bills();
        let bill = standing.find(|bill| bill.month == self.month && bill.is_imported())?;
        // With what was said of it since.
        let total = account.ledger().bill(&bill.bill_no)?.standing_total();
        Some(ComparedSide {
            bill_no: Some(bill.bill_no.clone()),
            total,
            lines: bill.lines.clone(),
        })
    }

    fn ours(
        &self,
        account: &AccountRecord,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ComparedSide, Stop> {
        let before = account.before(self.month);
        let unsettled = |meter: &&AssignedMeter| !meter.is_settled();
        let assigned: Vec<AssignedMeter> =
            before.meters().iter().filter(unsettled).cloned().collect();
        load(&account.campus, self.month, &assigned, workspace)?;
        // As if this month were the first to be billed here.
        let since = Some(self.month.first_day());
        let assigned = (assigned.as_slice(), since);
        let measured = measure_all(&self.account_no, self.month, assigned, workspace)?;
        let mut tariffs = Tariffs::default();
        for usage in &measured {
            tariffs.add(&usage.meter.tariff_id, workspace)?;
        }
        let number = BillNo::try_new(format!("{}-dry", self.account_no))
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let today = business_date(context.at);
        let bill = rate_all(&before, (number, self.month), today, &measured, &tariffs)?;
        Ok(ComparedSide {
            bill_no: None,
            total: bill.total,
            lines: bill.lines,
        })
    }
}

fn kind(ours: Option<&ComparedSide>, theirs: Option<&ComparedSide>) -> BillDifference {
    match (ours, theirs) {
        (None, None) => BillDifference::None,
        (None, Some(one)) | (Some(one), None) if one.total.is_zero() => BillDifference::None,
        (None, Some(_)) => BillDifference::MissingHere,
        (Some(_), None) => BillDifference::MissingThere,
        (Some(ours), Some(theirs)) if ours.total == theirs.total => BillDifference::None,
        (Some(ours), Some(theirs)) if used(ours, true) != used(theirs, false) => {
            BillDifference::Usage
        }
        (Some(_), Some(_)) => BillDifference::Price,
    }
}

/// Usage by meter. Tiers and versions part it into lines that add up, components repeat it; the
/// charging system's lines repeat it too.
fn used(side: &ComparedSide, in_parts: bool) -> BTreeMap<&MeterNo, Quantity> {
    let mut by_component: BTreeMap<(&MeterNo, &str), Quantity> = BTreeMap::new();
    for line in &side.lines {
        let key = (&line.meter_no, line.component.as_str());
        let sum = by_component.entry(key).or_insert(Quantity::ZERO);
        *sum = if in_parts {
            sum.checked_add(line.quantity).unwrap_or(*sum)
        } else {
            (*sum).max(line.quantity)
        };
    }
    let mut used = BTreeMap::new();
    for ((meter_no, _), quantity) in by_component {
        let most = used.entry(meter_no).or_insert(Quantity::ZERO);
        *most = (*most).max(quantity);
    }
    used.retain(|_, quantity| !quantity.is_zero());
    used
}
