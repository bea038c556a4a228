use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::{BillReconciliation, BillReconciliationCommand};
use super::error::BillReconciliationError;
use super::event::{
    BillSums, BillsCompared, ReconciledDifference, ReconciledKind, ReconciliationBegun,
};
use crate::account::Account;
use crate::units::{AccountNo, BillingMonth, CampusId, Fen, FileHash, ReconciliationId};

/// Keeps one commit to a size that never holds a transaction open for long.
pub const COMPARED_AT_ONCE: usize = 2_000;

/// Begins to compare a list of the charging system's. The same file is the same comparison, done
/// again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BeginReconciliation {
    pub file_name: String,
    pub file: FileHash,
    pub months: Vec<BillingMonth>,
    pub campus: Option<CampusId>,
}

/// The comparison that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciliationRun {
    pub reconciliation_id: ReconciliationId,
    pub run: u32,
}

impl Process for BeginReconciliation {
    const NAME: &'static str = "bill_reconciliation.begin";
    type Outcome = ReconciliationRun;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReconciliationRun, Stop> {
        let digits = self.file.as_str().get(..22).unwrap_or_default();
        let reconciliation_id = ReconciliationId::try_new(format!("BR-{digits}"))
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let begin = BillReconciliationCommand::Begin(ReconciliationBegun {
            reconciliation_id: reconciliation_id.clone(),
            file_name: self.file_name.clone(),
            file: self.file.clone(),
            run: 0,
            months: self.months.clone(),
            campus: self.campus.clone(),
        });
        let id = reconciliation_id.as_str();
        workspace.execute::<BillReconciliation>(id, begin)?;
        let run = workspace.get::<BillReconciliation>(id)?.run();
        Ok(ReconciliationRun {
            reconciliation_id,
            run,
        })
    }
}

/// A bill as the list has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillThere {
    pub account_no: AccountNo,
    pub month: BillingMonth,
    /// What it asks for, late fee included.
    pub asked: Fen,
    /// 欠费; none where the list does not say.
    pub open: Option<Fen>,
}

/// Compares some bills of the list, and some of ours that are not in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompareBills {
    pub reconciliation_id: ReconciliationId,
    pub run: u32,
    pub there: Vec<BillThere>,
    /// Bills we may have that the list has not.
    pub only_here: Vec<(AccountNo, BillingMonth)>,
    pub last: bool,
}

impl Process for CompareBills {
    const NAME: &'static str = "bill_reconciliation.compare";
    type Outcome = BillsCompared;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillsCompared, Stop> {
        if self.there.len() + self.only_here.len() > COMPARED_AT_ONCE {
            return Err(BillReconciliationError::TooMany.into());
        }
        let listed = self.there.iter().map(|bill| bill.account_no.to_string());
        let ours = self
            .only_here
            .iter()
            .map(|(account_no, _)| account_no.to_string());
        workspace.need::<Account>(listed.chain(ours))?;
        let mut compared = BillsCompared {
            run: self.run,
            there: BillSums::default(),
            here: BillSums::default(),
            agreed: 0,
            differences: Vec::new(),
        };
        for bill in &self.there {
            let ours = standing(&bill.account_no, bill.month, workspace)?;
            compared.compare(bill, ours)?;
        }
        for (account_no, month) in &self.only_here {
            if let Some(ours) = standing(account_no, *month, workspace)? {
                compared.missing_there(account_no, *month, ours)?;
            }
        }
        let command = BillReconciliationCommand::Compare {
            compared: compared.clone(),
            last: self.last,
        };
        workspace.execute::<BillReconciliation>(self.reconciliation_id.as_str(), command)?;
        Ok(compared)
    }
}

/// What a bill of ours asks for and has open, late fee included.
#[derive(Clone, Copy)]
struct Ours {
    asked: Fen,
    open: Fen,
}

/// The bills that stand of an account's month: several, where it is paid beforehand.
fn standing(
    account_no: &AccountNo,
    month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<Option<Ours>, Stop> {
    let Account::Open(account) = workspace.get::<Account>(account_no.as_str())? else {
        return Ok(None);
    };
    let mut ours = None;
    let bills = account.ledger().bills();
    for bill in bills
        .into_iter()
        .filter(|it| it.month == month && !it.is_void())
    {
        let before = ours.unwrap_or(Ours {
            asked: Fen::ZERO,
            open: Fen::ZERO,
        });
        let asked = bill.standing_total().checked_add(bill.late_fee_charged());
        ours = Some(Ours {
            asked: added(before.asked, asked)?,
            open: added(before.open, Some(bill.open()))?,
        });
    }
    Ok(ours)
}

fn added(sum: Fen, more: Option<Fen>) -> Result<Fen, BillReconciliationError> {
    let sum = more.and_then(|more| sum.checked_add(more));
    sum.ok_or(BillReconciliationError::Overflow)
}

impl BillSums {
    fn add(&mut self, asked: Fen, open: Fen) -> Result<(), BillReconciliationError> {
        self.bills = self.bills.saturating_add(1);
        self.asked = added(self.asked, Some(asked))?;
        self.open = added(self.open, Some(open))?;
        Ok(())
    }
}

impl BillsCompared {
    fn compare(
        &mut self,
        listed: &BillThere,
        ours: Option<Ours>,
    ) -> Result<(), BillReconciliationError> {
        if let Some(ours) = ours {
            self.here.add(ours.asked, ours.open)?;
        }
        // Where the list does not say, what is open is as we know it.
        let open = listed.open.or(ours.map(|ours| ours.open));
        self.there.add(listed.asked, open.unwrap_or_default())?;
        let Some(kind) = kind(listed, ours) else {
            self.agreed = self.agreed.saturating_add(1);
            return Ok(());
        };
        self.differences.push(ReconciledDifference {
            kind,
            account_no: listed.account_no.to_string(),
            month: listed.month,
            there: Some(listed.asked),
            here: ours.map(|ours| ours.asked),
            open_there: listed.open,
            open_here: ours.map(|ours| ours.open),
        });
        Ok(())
    }

    fn missing_there(
        &mut self,
        account_no: &AccountNo,
        month: BillingMonth,
        ours: Ours,
    ) -> Result<(), BillReconciliationError> {
        self.here.add(ours.asked, ours.open)?;
        self.differences.push(ReconciledDifference {
            kind: ReconciledKind::MissingThere,
            account_no: account_no.to_string(),
            month,
            there: None,
            here: Some(ours.asked),
            open_there: None,
            open_here: Some(ours.open),
        });
        Ok(())
    }
}

fn kind(listed: &BillThere, ours: Option<Ours>) -> Option<ReconciledKind> {
    let Some(ours) = ours else {
        return Some(ReconciledKind::MissingHere);
    };
    if ours.asked != listed.asked {
        return Some(ReconciledKind::Amount);
    }
    match ours.open.cmp(&listed.open?) {
        std::cmp::Ordering::Less => Some(ReconciledKind::OpenThere),
        std::cmp::Ordering::Greater => Some(ReconciledKind::OpenHere),
        std::cmp::Ordering::Equal => None,
    }
}
