//! Which bills a sum of money pays.

use std::collections::BTreeSet;

use chaobiao_decision::{Stop, Workspace};

use super::error::PaymentError;
use super::event::{PaymentAllocation, PaymentCredit};
use super::late_fees::late_fees;
use crate::account::{Account, ChargeScheme, LateFeeCharged, LedgerBill};
use crate::units::{AccountNo, BillNo, Fen};
use chrono::NaiveDate;

/// A payment laid out over its accounts.
pub(super) struct Layout {
    /// What is charged for paying late, before the money is put against it.
    pub(super) late_fees: Vec<(AccountNo, LateFeeCharged)>,
    pub(super) allocations: Vec<PaymentAllocation>,
    pub(super) credits: Vec<PaymentCredit>,
    pub(super) deposits: Vec<PaymentCredit>,
}

/// All of it is the account's deposit.
pub(super) fn hold(
    amount: Fen,
    account_no: &AccountNo,
    workspace: &mut Workspace,
) -> Result<Layout, Stop> {
    let account = workspace.get::<Account>(account_no.as_str())?;
    account
        .opened(account_no)
        .map_err(|_| PaymentError::AccountUnknown(account_no.clone()))?;
    Ok(Layout {
        late_fees: Vec::new(),
        allocations: Vec::new(),
        credits: Vec::new(),
        deposits: vec![PaymentCredit {
            account_no: account_no.clone(),
            amount,
        }],
    })
}

/// Pays the oldest open bills of the accounts first, only the chosen ones if any are; what is too
/// much stays as credit of the first account. Money that can be given back (`may_refuse`) must find
/// an open bill, and every chosen one open, or else a prepaid account first, which it tops up.
///
/// Money that is enough for a bill settles it: then its late fee by this day is charged, and paid
/// from what is over. Less than that leaves the fee to grow on the rest.
pub(super) fn lay_out(
    (amount, on): (Fen, NaiveDate),
    accounts: &[AccountNo],
    chosen: &BTreeSet<BillNo>,
    may_refuse: bool,
    workspace: &mut Workspace,
) -> Result<Layout, Stop> {
    let mut bills = candidates(accounts, chosen, may_refuse, workspace)?;
    bills.sort_by(|(_, one), (_, other)| {
        (one.month, &one.bill_no).cmp(&(other.month, &other.bill_no))
    });
    let fees = late_fees(
        bills.iter().map(|(no, bill)| (no, &bill.bill_no)),
        on,
        workspace,
    )?;
    let mut left = amount;
    let (mut allocations, mut charged) = (Vec::new(), Vec::new());
    for (account_no, mut bill) in bills {
        let fee = fees.get(&bill.bill_no).copied().unwrap_or_default();
        let settles = bill.principal_open().is_positive() && left >= bill.principal_open();
        if settles && fee.is_positive() {
            bill.charge_late_fee(fee);
            let fee = LateFeeCharged {
                bill_no: bill.bill_no.clone(),
                month: bill.month,
                amount: fee,
                by: on,
            };
            charged.push((account_no.clone(), fee));
        }
        let Some(share) = bill.share(left.min(bill.open())) else {
            continue;
        };
        left = left
            .checked_sub(share.amount)
            .ok_or(PaymentError::Overflow)?;
        allocations.push(PaymentAllocation::new(account_no, share));
    }
    if allocations.is_empty() && may_refuse && !tops_up(accounts, workspace)? {
        return Err(PaymentError::NothingOpen.into());
    }
    let first = accounts.first().filter(|_| left.is_positive());
    let credits = first.map(|account_no| PaymentCredit {
        account_no: account_no.clone(),
        amount: left,
    });
    Ok(Layout {
        late_fees: charged,
        allocations,
        credits: credits.into_iter().collect(),
        deposits: Vec::new(),
    })
}

/// Whether what is over is wanted in advance (充值).
fn tops_up(accounts: &[AccountNo], workspace: &mut Workspace) -> Result<bool, Stop> {
    let Some(first) = accounts.first() else {
        return Ok(false);
    };
    let account = workspace.get::<Account>(first.as_str())?.opened(first)?;
    Ok(account.scheme().kind() == ChargeScheme::Prepaid)
}

fn candidates(
    accounts: &[AccountNo],
    chosen: &BTreeSet<BillNo>,
    may_refuse: bool,
    workspace: &mut Workspace,
) -> Result<Vec<(AccountNo, LedgerBill)>, Stop> {
    let mut unseen = chosen.clone();
    let mut candidates = Vec::new();
    for account_no in accounts {
        let account = workspace.get::<Account>(account_no.as_str())?;
        let account = account
            .opened(account_no)
            .map_err(|_| PaymentError::AccountUnknown(account_no.clone()))?;
        for bill in account.ledger().open_bills() {
            if chosen.is_empty() || unseen.remove(&bill.bill_no) {
                candidates.push((account_no.clone(), bill.clone()));
            }
        }
        let void = |no: &&BillNo| account.ledger().bill(no).is_some_and(LedgerBill::is_void);
        if let Some(void) = unseen.iter().find(void).filter(|_| may_refuse) {
            return Err(PaymentError::BillVoid(void.clone()).into());
        }
        let paid = |no: &BillNo| account.ledger().bill(no).is_some();
        if !may_refuse {
            unseen.retain(|no| !paid(no));
        } else if let Some(paid) = unseen.iter().find(|no| paid(no)) {
            return Err(PaymentError::BillNotOpen(paid.clone()).into());
        }
    }
    match unseen.into_iter().next() {
        Some(unknown) => Err(PaymentError::BillUnknown(unknown).into()),
        None => Ok(candidates),
    }
}
