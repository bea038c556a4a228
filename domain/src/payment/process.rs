//! Taking money at a counter, undoing it, and what the bank says of cheques.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::Payment;
use super::booking::{
    Booking, ChequeDetails, PAYER_LENGTH_MAX, PaymentBooked, VOUCHER_LENGTH_MAX, book, till_method,
};
use super::command::PaymentCommand;
use super::error::PaymentError;
use super::event::{PaymentMethod, TransferVoucher};
use super::undo::{UndoCause, undo};
use crate::units::{AccountNo, BillNo, CampusId, Fen, PaymentId, business_date, written};

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
    /// Who has paid, when it was somebody else than the holder (代缴).
    pub payer: Option<String>,
}

impl Process for RecordPayment {
    const NAME: &'static str = "payment.record_payment";
    type Outcome = PaymentBooked;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PaymentBooked, Stop> {
        if till_method(self.method).is_none() {
            return Err(PaymentError::NotAtCounter(self.method).into());
        }
        let booking = Booking {
            campus: Some(self.campus.clone()),
            bills: self.bills.clone(),
            cheque: self.cheque.clone(),
            payer: self.payer.clone(),
            ..Booking::new(self.method, self.amount, self.accounts.clone())
        };
        book(booking, context, workspace)
    }
}

/// Takes a deposit (押金) at a counter: it is held for the account and pays nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordDeposit {
    pub account_no: AccountNo,
    pub method: PaymentMethod,
    pub amount: Fen,
    pub campus: CampusId,
    pub cheque: Option<ChequeDetails>,
    /// Who has paid, when it was somebody else than the holder (代缴).
    pub payer: Option<String>,
}

impl Process for RecordDeposit {
    const NAME: &'static str = "payment.record_deposit";
    type Outcome = PaymentBooked;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PaymentBooked, Stop> {
        if till_method(self.method).is_none() {
            return Err(PaymentError::NotAtCounter(self.method).into());
        }
        let booking = Booking {
            campus: Some(self.campus.clone()),
            cheque: self.cheque.clone(),
            payer: self.payer.clone(),
            is_deposit: true,
            ..Booking::new(self.method, self.amount, vec![self.account_no.clone()])
        };
        book(booking, context, workspace)
    }
}

/// A department's bills are paid from its funds by a voucher (校内转账, R94): no till, and no bank.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordInternalTransfer {
    pub voucher_no: String,
    /// The voucher's own day, whose year its number is of.
    pub voucher_on: NaiveDate,
    /// The department that pays.
    pub department: String,
    pub amount: Fen,
    /// Whose bills are paid; what is over stays with the first.
    pub accounts: Vec<AccountNo>,
    /// Pays only these; none means all that are open.
    pub bills: Vec<BillNo>,
}

impl Process for RecordInternalTransfer {
    const NAME: &'static str = "payment.record_internal_transfer";
    type Outcome = PaymentBooked;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PaymentBooked, Stop> {
        let invalid = |_| PaymentError::VoucherInvalid;
        let number = written(&self.voucher_no, "凭证号", VOUCHER_LENGTH_MAX).map_err(invalid)?;
        let department =
            written(&self.department, "付款部门", PAYER_LENGTH_MAX).map_err(invalid)?;
        if self.voucher_on > business_date(context.at) {
            return Err(PaymentError::VoucherInvalid.into());
        }
        let method = PaymentMethod::InternalTransfer;
        let booking = Booking {
            bills: self.bills.clone(),
            payer: Some(department),
            voucher: Some(TransferVoucher {
                number,
                on: self.voucher_on,
            }),
            ..Booking::new(method, self.amount, self.accounts.clone())
        };
        book(booking, context, workspace)
    }
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
        undo(
            &self.payment_id,
            &self.reason,
            UndoCause::Person,
            context,
            workspace,
        )?;
        Ok(self.payment_id.clone())
    }
}

/// The bank has honoured a cheque (兑付).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClearCheque {
    pub payment_id: PaymentId,
}

impl Process for ClearCheque {
    const NAME: &'static str = "payment.clear_cheque";
    type Outcome = PaymentId;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PaymentId, Stop> {
        workspace
            .get::<Payment>(self.payment_id.as_str())?
            .recorded(&self.payment_id)?;
        let command = PaymentCommand::ClearCheque {
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Payment>(self.payment_id.as_str(), command)?;
        Ok(self.payment_id.clone())
    }
}

/// The bank has not honoured a cheque (退票): its bills are open again and its receipts void, from
/// today on, whatever month it was taken in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BounceCheque {
    pub payment_id: PaymentId,
    pub reason: String,
}

impl Process for BounceCheque {
    const NAME: &'static str = "payment.bounce_cheque";
    type Outcome = PaymentId;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<PaymentId, Stop> {
        workspace
            .get::<Payment>(self.payment_id.as_str())?
            .recorded(&self.payment_id)?;
        let command = PaymentCommand::BounceCheque {
            reason: self.reason.clone(),
            by: context.actor.clone(),
            at: context.at,
        };
        workspace.execute::<Payment>(self.payment_id.as_str(), command)?;
        undo(
            &self.payment_id,
            &self.reason,
            UndoCause::Bounce,
            context,
            workspace,
        )?;
        Ok(self.payment_id.clone())
    }
}
