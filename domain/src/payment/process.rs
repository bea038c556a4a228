//! Taking money and undoing it, over a payment and every account it touches.

use std::collections::BTreeSet;

use chaobiao_decision::{CommandContext, Personal, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::Payment;
use super::allocation::{Layout, lay_out};
use super::command::PaymentCommand;
use super::error::PaymentError;
use super::event::{Cheque, PaymentAllocation, PaymentCredit, PaymentMethod, PaymentRecorded};
use crate::account::{Account, AccountCommand, account_subject};
use crate::campus::{Campus, require_campus};
use crate::units::{AccountNo, BillNo, CampusId, Fen, PaymentId};

/// Keeps one commit to a size that never holds a transaction open for long.
pub(super) const ACCOUNTS_MAX: usize = 100;
pub(super) const CHEQUE_FIELD_LENGTH_MAX: usize = 60;

/// Takes money at a counter for one or more accounts (R24, R92).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordPayment {
    pub method: PaymentMethod,
    pub amount: Fen,
    pub campus: CampusId,
    /// Whose bills are paid; an overpayment stays with the first.
    pub accounts: Vec<AccountNo>,
    /// Pays only these; none means all that are open.
    pub bills: Vec<BillNo>,
    pub cheque: Option<ChequeDetails>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChequeDetails {
    pub number: String,
    pub bank: String,
    /// 出票人, where it is not the payer.
    pub drawer: Option<String>,
}

/// A payment and where its money went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentBooked {
    pub payment_id: PaymentId,
    pub amount: Fen,
    pub allocations: Vec<PaymentAllocation>,
    pub credits: Vec<PaymentCredit>,
}

impl RecordPayment {
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

    fn cheque(&self, first: &AccountNo) -> Result<Option<Cheque>, PaymentError> {
        let details = match (self.method, &self.cheque) {
            (PaymentMethod::Cheque, Some(details)) => details,
            (PaymentMethod::Cheque, None) => return Err(PaymentError::ChequeIncomplete),
            (_, Some(_)) => return Err(PaymentError::ChequeUnexpected),
            (_, None) => return Ok(None),
        };
        let filled = |text: &str| {
            let text = text.trim();
            let fits = (1..=CHEQUE_FIELD_LENGTH_MAX).contains(&text.chars().count());
            if fits {
                Ok(text.to_owned())
            } else {
                Err(PaymentError::ChequeIncomplete)
            }
        };
        let drawer = details.drawer.as_deref().map(filled).transpose()?;
        Ok(Some(Cheque {
            number: filled(&details.number)?,
            bank: filled(&details.bank)?,
            drawer: drawer.map(|drawer| Personal::new(account_subject(first), drawer)),
        }))
    }
}

impl Process for RecordPayment {
    const NAME: &'static str = "payment.record_payment";
    type Outcome = PaymentBooked;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PaymentBooked, Stop> {
        if !self.amount.is_positive() {
            return Err(PaymentError::NotPositive.into());
        }
        if self.method == PaymentMethod::Online {
            return Err(PaymentError::OnlineByGatewayOnly.into());
        }
        let accounts = self.all_accounts()?;
        let cheque = self.cheque(&accounts[0])?;
        Stop::join([
            workspace.need::<Campus>([self.campus.to_string()]),
            workspace.need::<Account>(accounts.iter().map(ToString::to_string)),
        ])?;
        require_campus(&self.campus, "campusId", workspace)?;
        let chosen = self.bills.iter().cloned().collect();
        let Layout {
            allocations,
            credits,
        } = lay_out(self.amount, &accounts, &chosen, workspace)?;
        let payment_id = new_payment_id(context)?;
        let recorded = PaymentRecorded {
            payment_id: payment_id.clone(),
            method: self.method,
            amount: self.amount,
            campus: self.campus.clone(),
            cheque,
            allocations: allocations.clone(),
            credits: credits.clone(),
            paid_at: context.at,
            taken_by: context.actor.clone(),
        };
        workspace.execute::<Payment>(payment_id.as_str(), PaymentCommand::Record(recorded))?;
        for account_no in &accounts {
            settle(account_no, &payment_id, &allocations, &credits, workspace)?;
        }
        Ok(PaymentBooked {
            payment_id,
            amount: self.amount,
            allocations,
            credits,
        })
    }
}

pub(super) fn new_payment_id(context: &CommandContext) -> Result<PaymentId, Stop> {
    PaymentId::try_new(context.derive_id("payment").to_string())
        .map_err(|error| Stop::Corrupt(error.to_string()))
}

pub(super) fn settle(
    account_no: &AccountNo,
    payment_id: &PaymentId,
    allocations: &[PaymentAllocation],
    credits: &[PaymentCredit],
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let bills: Vec<(BillNo, Fen)> = allocations
        .iter()
        .filter(|allocation| allocation.account_no == *account_no)
        .map(|allocation| (allocation.bill_no.clone(), allocation.amount))
        .collect();
    let credit = credits
        .iter()
        .find(|credit| credit.account_no == *account_no);
    let credit = credit.map_or(Fen::ZERO, |credit| credit.amount);
    if bills.is_empty() && credit.is_zero() {
        return Ok(());
    }
    let command = AccountCommand::Settle {
        payment_id: payment_id.clone(),
        bills,
        credit,
    };
    workspace.execute::<Account>(account_no.as_str(), command)
}

/// Undoes a payment (冲正): every bill it had paid is open again. Somebody else than who took the
/// money does it, and says why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReversePayment {
    pub payment_id: PaymentId,
    pub reason: String,
}

impl Process for ReversePayment {
    const NAME: &'static str = "payment.reverse_payment";
    type Outcome = PaymentId;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PaymentId, Stop> {
        let payment = workspace.get::<Payment>(self.payment_id.as_str())?;
        let accounts = payment.recorded(&self.payment_id)?.accounts();
        workspace.need::<Account>(accounts.iter().map(ToString::to_string))?;
        let command = PaymentCommand::Reverse {
            reason: self.reason.clone(),
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Payment>(self.payment_id.as_str(), command)?;
        for account_no in accounts {
            let payment_id = self.payment_id.clone();
            let command = AccountCommand::ReversePayment { payment_id };
            workspace.execute::<Account>(account_no.as_str(), command)?;
        }
        Ok(self.payment_id.clone())
    }
}
