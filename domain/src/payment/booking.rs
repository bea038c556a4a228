//! Making a payment of money that is there: which bills it pays, whose till it lies in, and what
//! one campus owes another for it. Every way in which money arrives ends here.

use std::collections::{BTreeMap, BTreeSet};

use chaobiao_decision::{ClaimKey, CommandContext, Personal, Stop, Workspace};
use chrono::Datelike as _;
use serde::{Deserialize, Serialize};

use super::aggregate::Payment;
use super::allocation::{Layout, hold, lay_out};
use super::command::PaymentCommand;
use super::error::PaymentError;
use super::event::{
    CampusShare, Cheque, PaymentAllocation, PaymentCredit, PaymentMethod, PaymentRecorded,
    TransferVoucher,
};
use crate::account::{Account, AccountCommand, account_subject};
use crate::campus::{Campus, require_campus};
use crate::clearing::{CampusClearing, ClearingCommand, ClearingId};
use crate::till::{TillMethod, put_in};
use crate::units::{
    AccountNo, BankReference, BillNo, BillingMonth, CampusId, Fen, PaymentId, TransferClaimId,
    business_date, written, written_if_any,
};

/// Keeps one commit to a size that never holds a transaction open for long.
pub(super) const ACCOUNTS_MAX: usize = 100;
pub(super) const CHEQUE_FIELD_LENGTH_MAX: usize = 60;
pub(super) const PAYER_LENGTH_MAX: usize = 60;
pub(super) const VOUCHER_LENGTH_MAX: usize = 40;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChequeDetails {
    pub number: String,
    pub bank: String,
    /// 出票人, where it is not the payer.
    pub drawer: Option<String>,
}

/// Money that has arrived, and for whom.
#[derive(Clone, Debug)]
pub struct Booking {
    pub method: PaymentMethod,
    pub amount: Fen,
    /// Where it was taken; none for what has reached the central account, which counts where the
    /// first account is.
    pub campus: Option<CampusId>,
    /// Whose bills are paid; what is over stays with the first.
    pub accounts: Vec<AccountNo>,
    /// Pays only these; none means all that are open.
    pub bills: Vec<BillNo>,
    pub cheque: Option<ChequeDetails>,
    /// Who has paid, when it was somebody else than the holder (代缴).
    pub payer: Option<String>,
    pub bank_reference: Option<BankReference>,
    pub transfer_claim: Option<TransferClaimId>,
    /// 校内转账凭证
    pub voucher: Option<TransferVoucher>,
    /// 押金: all of it is held for the first account, and pays nothing.
    pub is_deposit: bool,
}

/// A payment and where its money went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentBooked {
    pub payment_id: PaymentId,
    pub amount: Fen,
    pub allocations: Vec<PaymentAllocation>,
    pub credits: Vec<PaymentCredit>,
}

/// By this key a cheque is known to be in use.
pub(super) fn cheque_claim(cheque: &Cheque) -> ClaimKey {
    ClaimKey::new(
        "payment.cheque",
        format!("{}/{}", cheque.bank, cheque.number),
    )
}

/// By this key a voucher of a year is known to be in use.
pub(super) fn voucher_claim(voucher: &TransferVoucher) -> ClaimKey {
    ClaimKey::new(
        "payment.voucher",
        format!("{}/{}", voucher.on.year(), voucher.number),
    )
}

/// What lies in a till, of what is taken at a counter.
pub(super) const fn till_method(method: PaymentMethod) -> Option<TillMethod> {
    match method {
        PaymentMethod::Cash => Some(TillMethod::Cash),
        PaymentMethod::Cheque => Some(TillMethod::Cheque),
        _ => None,
    }
}

impl Booking {
    pub const fn new(method: PaymentMethod, amount: Fen, accounts: Vec<AccountNo>) -> Self {
        Self {
            method,
            amount,
            campus: None,
            accounts,
            bills: Vec::new(),
            cheque: None,
            payer: None,
            bank_reference: None,
            transfer_claim: None,
            voucher: None,
            is_deposit: false,
        }
    }

    /// The accounts in the order given, then those known only by their bills; each once.
    pub(crate) fn all_accounts(&self) -> Result<Vec<AccountNo>, PaymentError> {
        let by_bill = self.bills.iter().map(|bill_no| {
            let (account_no, _month) = bill_no
                .as_str()
                .rsplit_once('-')
                .ok_or_else(|| PaymentError::BillUnknown(bill_no.clone()))?;
            account_no
                .parse()
                .map_err(|_| PaymentError::BillUnknown(bill_no.clone()))
        });
        let mut seen = BTreeSet::new();
        let mut accounts = Vec::new();
        for account_no in self.accounts.iter().cloned().map(Ok).chain(by_bill) {
            let account_no = account_no?;
            if seen.insert(account_no.clone()) {
                accounts.push(account_no);
            }
        }
        match accounts.len() {
            0 => Err(PaymentError::NoAccount),
            1..=ACCOUNTS_MAX => Ok(accounts),
            _ => Err(PaymentError::TooManyAccounts),
        }
    }

    fn written_cheque(&self, first: &AccountNo) -> Result<Option<Cheque>, PaymentError> {
        let details = match (self.method, &self.cheque) {
            (PaymentMethod::Cheque, Some(details)) => details,
            (PaymentMethod::Cheque, None) => return Err(PaymentError::ChequeIncomplete),
            (_, Some(_)) => return Err(PaymentError::ChequeUnexpected),
            (_, None) => return Ok(None),
        };
        let filled = |text: &str| {
            written(text, "支票", CHEQUE_FIELD_LENGTH_MAX)
                .map_err(|_| PaymentError::ChequeIncomplete)
        };
        let drawer = details.drawer.as_deref().map(filled).transpose()?;
        Ok(Some(Cheque {
            number: filled(&details.number)?,
            bank: filled(&details.bank)?,
            drawer: drawer.map(|drawer| Personal::new(account_subject(first), drawer)),
        }))
    }

    fn written_payer(
        &self,
        payment_id: &PaymentId,
    ) -> Result<Option<Personal<String>>, PaymentError> {
        let payer = written_if_any(self.payer.as_deref(), "代缴人", PAYER_LENGTH_MAX)
            .map_err(|_| PaymentError::PayerInvalid)?;
        Ok(payer.map(|payer| Personal::new(format!("payment/{payment_id}"), payer)))
    }
}

/// Books a payment and everything that goes with it in the same commit. Money at a counter pays
/// bills that are open, or is not taken; money that is at the bank already is kept as credit where
/// nothing is open any more.
#[expect(
    clippy::too_many_lines,
    reason = "what a payment takes, one after the other"
)]
pub fn book(
    booking: Booking,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<PaymentBooked, Stop> {
    if !booking.amount.is_positive() {
        return Err(PaymentError::NotPositive.into());
    }
    let accounts = booking.all_accounts()?;
    let cheque = booking.written_cheque(&accounts[0])?;
    Stop::join([
        workspace.need::<Campus>(booking.campus.iter().map(ToString::to_string)),
        workspace.need::<Account>(accounts.iter().map(ToString::to_string)),
    ])?;
    if let Some(campus) = &booking.campus {
        require_campus(campus, "campusId", workspace)?;
    }
    let till_method = till_method(booking.method);
    let chosen = booking.bills.iter().cloned().collect();
    let layout = if booking.is_deposit {
        hold(booking.amount, &accounts[0], workspace)?
    } else {
        lay_out(
            (booking.amount, business_date(context.at)),
            &accounts,
            &chosen,
            till_method.is_some(),
            workspace,
        )?
    };
    let payment_id = PaymentId::try_new(context.derive_id("payment").to_string())
        .map_err(|error| Stop::Corrupt(error.to_string()))?;
    let campus = match &booking.campus {
        Some(campus) => campus.clone(),
        None => campus_of(&accounts[0], workspace)?,
    };
    let payer = booking.written_payer(&payment_id)?;
    if let Some(cheque) = &cheque {
        let used = PaymentError::ChequeUsed(cheque.number.clone()).into();
        workspace.claim(cheque_claim(cheque), payment_id.as_str(), used)?;
    }
    if let Some(voucher) = &booking.voucher {
        let used = PaymentError::VoucherUsed(voucher.number.clone()).into();
        workspace.claim(voucher_claim(voucher), payment_id.as_str(), used)?;
    }
    let (till, clearing) = match till_method {
        Some(method) => (
            put_in(
                &campus,
                &payment_id,
                method,
                booking.amount,
                context,
                workspace,
            )?,
            elsewhere(&campus, &layout, workspace)?,
        ),
        None => (None, Vec::new()),
    };
    for (account_no, fee) in &layout.late_fees {
        let command = AccountCommand::ChargeLateFee(fee.clone());
        workspace.execute::<Account>(account_no.as_str(), command)?;
    }
    let recorded = PaymentRecorded {
        payment_id: payment_id.clone(),
        method: booking.method,
        amount: booking.amount,
        campus: campus.clone(),
        cheque,
        payer,
        bank_reference: booking.bank_reference,
        transfer_claim: booking.transfer_claim,
        voucher: booking.voucher.clone(),
        till,
        clearing: clearing.clone(),
        allocations: layout.allocations.clone(),
        credits: layout.credits.clone(),
        deposits: layout.deposits.clone(),
        paid_at: context.at,
        taken_by: context.actor.clone(),
    };
    workspace.execute::<Payment>(
        payment_id.as_str(),
        PaymentCommand::Record(Box::new(recorded)),
    )?;
    for account_no in &accounts {
        settle(account_no, &payment_id, &layout, workspace)?;
    }
    owe(&campus, clearing, &payment_id, context, workspace)?;
    Ok(PaymentBooked {
        payment_id,
        amount: booking.amount,
        allocations: layout.allocations,
        credits: layout.credits,
    })
}

/// Notes what the campus that took the money owes others for it.
fn owe(
    from: &CampusId,
    clearing: Vec<CampusShare>,
    payment_id: &PaymentId,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    for share in clearing {
        let id = ClearingId {
            from: from.clone(),
            to: share.campus,
            month: BillingMonth::of(business_date(context.at)),
        };
        let command = ClearingCommand::Owe {
            id: id.clone(),
            payment_id: payment_id.clone(),
            amount: share.amount,
        };
        workspace.execute::<CampusClearing>(&id.to_string(), command)?;
    }
    Ok(())
}

fn campus_of(account_no: &AccountNo, workspace: &mut Workspace) -> Result<CampusId, Stop> {
    let account = workspace.get::<Account>(account_no.as_str())?;
    let account = account
        .opened(account_no)
        .map_err(|_| PaymentError::AccountUnknown(account_no.clone()))?;
    Ok(account.campus.clone())
}

/// What of the money was taken for accounts of other campuses.
fn elsewhere(
    taken_at: &CampusId,
    layout: &Layout,
    workspace: &mut Workspace,
) -> Result<Vec<CampusShare>, Stop> {
    let allocated = layout.allocations.iter();
    let allocated = allocated.map(|it| (&it.account_no, it.amount));
    let kept = layout.credits.iter().chain(&layout.deposits);
    let kept = kept.map(|it| (&it.account_no, it.amount));
    let mut sums: BTreeMap<CampusId, Fen> = BTreeMap::new();
    for (account_no, amount) in allocated.chain(kept) {
        let campus = campus_of(account_no, workspace)?;
        if campus == *taken_at {
            continue;
        }
        let sum = sums.entry(campus).or_default();
        *sum = sum.checked_add(amount).ok_or(PaymentError::Overflow)?;
    }
    let shares = sums
        .into_iter()
        .map(|(campus, amount)| CampusShare { campus, amount });
    Ok(shares.collect())
}

fn settle(
    account_no: &AccountNo,
    payment_id: &PaymentId,
    layout: &Layout,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let allocations = layout.allocations.iter();
    let bills: Vec<(BillNo, Fen)> = allocations
        .filter(|allocation| allocation.account_no == *account_no)
        .map(|allocation| (allocation.bill_no.clone(), allocation.amount))
        .collect();
    let kept = |kept: &[PaymentCredit]| {
        let of_account = kept.iter().find(|it| it.account_no == *account_no);
        of_account.map_or(Fen::ZERO, |it| it.amount)
    };
    let (credit, deposit) = (kept(&layout.credits), kept(&layout.deposits));
    if bills.is_empty() && credit.is_zero() && deposit.is_zero() {
        return Ok(());
    }
    let command = AccountCommand::Settle {
        payment_id: payment_id.clone(),
        bills,
        credit,
        deposit,
    };
    workspace.execute::<Account>(account_no.as_str(), command)
}
