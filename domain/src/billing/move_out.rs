//! 退房结算 (R95): the last readings are charged, everything is set off against what the account holds,
//! and the holder who owes nothing is cleared.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::deduct::final_bill;
use super::error::BillingError;
use super::rebill::{note_no, reason};
use crate::account::{
    Account, AccountCommand, AccountError, AccountRecord, ClosingReading, CommodityAmount,
    LateFeeCharged, Note, Purse, ReleaseMeter,
};
use crate::billing_month::booked_in;
use crate::customer::RevokeBinding;
use crate::meter::Meter;
use crate::payment::{ChequeState, Payment, PaymentMethod, late_fees};
use crate::payroll::end_mandate;
use crate::refund::{RefundMethod, RequestRefund};
use crate::units::{
    AccountNo, BillNo, CertificateNo, Commodity, Fen, PaymentId, RefundId, business_date,
};

/// What is charged beside the meters, such as a share of the lift.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OtherCharge {
    pub commodity: Commodity,
    pub amount: Fen,
    pub reason: String,
}

/// How what is left over is asked back for the holder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundWish {
    pub method: RefundMethod,
    /// 收款账户, where the bank pays.
    pub payee: Option<String>,
}

/// Settles an account whose holder moves out: charges the last readings, other charges as notes on
/// that bill, and late fees by today; releases the meters; and sets off the deposit and what was paid
/// in advance. Where nothing is open then, the holder is cleared; what is over is given back as every
/// refund is, by somebody else than who asks for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettleMoveOut {
    pub account_no: AccountNo,
    /// The day of the last readings; today, when not given.
    pub on: Option<NaiveDate>,
    pub charges: Vec<OtherCharge>,
    pub refund: Option<RefundWish>,
}

/// What a settlement came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveOutSettled {
    pub account_no: AccountNo,
    /// Over the last readings, if they cost something.
    pub bill_no: Option<BillNo>,
    /// What was due in all before anything was set off.
    pub due: Fen,
    /// What is still to be paid.
    pub open: Fen,
    /// What is to be given back.
    pub credit: Fen,
    /// 结清证明, once nothing is open.
    pub certificate_no: Option<CertificateNo>,
    /// Waits for somebody's approval.
    pub refund_id: Option<RefundId>,
}

const CERTIFIED_ON: &str = "%Y%m%d";

fn record<'a>(
    account_no: &AccountNo,
    workspace: &'a mut Workspace,
) -> Result<&'a AccountRecord, Stop> {
    let account = workspace.get::<Account>(account_no.as_str())?;
    Ok(account.opened(account_no)?)
}

/// The meters the account pays for, each with a reading of the day that nobody has doubts about.
fn closings(
    account: &AccountRecord,
    on: NaiveDate,
    workspace: &mut Workspace,
) -> Result<Vec<ClosingReading>, Stop> {
    let current = account.meters().iter().filter(|it| it.released.is_none());
    let current: Vec<_> = current.collect();
    workspace.need::<Meter>(current.iter().map(|meter| meter.meter_no.to_string()))?;
    let next_day = on.succ_opt().ok_or(BillingError::Overflow)?;
    let mut closings = Vec::with_capacity(current.len());
    for assigned in current {
        let meter_no = &assigned.meter_no;
        if on < assigned.billed_to {
            let from = assigned.billed_to;
            return Err(AccountError::ReleasedTooEarly { from }.into());
        }
        let meter = workspace.get::<Meter>(meter_no.as_str())?;
        if meter.holds_reading(assigned.billed_to, next_day) {
            return Err(BillingError::ReadingsHeld(meter_no.clone()).into());
        }
        let mut readings = meter.accepted().iter().rev();
        let last = readings.find(|reading| reading.read_on <= on);
        let Some(last) = last.filter(|reading| reading.read_on == on) else {
            return Err(BillingError::FinalReadingMissing(meter_no.clone()).into());
        };
        if meter.doubts_photo(&last.reading_id) {
            return Err(BillingError::PhotoDoubted(meter_no.clone()).into());
        }
        closings.push(ClosingReading {
            meter_no: meter_no.clone(),
            reading_id: last.reading_id.clone(),
            index: last.index,
        });
    }
    Ok(closings)
}

impl SettleMoveOut {
    fn charge(
        &self,
        bill_no: Option<&BillNo>,
        today: NaiveDate,
        workspace: &mut Workspace,
    ) -> Result<(), Stop> {
        for charge in &self.charges {
            if !charge.amount.is_positive() {
                return Err(BillingError::AmountNotPositive.into());
            }
            let account = record(&self.account_no, workspace)?;
            let ledger = account.ledger();
            // The last bill that stands, where the meters have used nothing.
            let last = account.standing_bills().last().map(|it| &it.bill_no);
            let bill = bill_no.or(last).and_then(|bill_no| ledger.bill(bill_no));
            let bill = bill.filter(|bill| !bill.is_imported());
            let bill = bill.ok_or(BillingError::NoBillForCharge)?.clone();
            let (campus, number) = (
                account.campus.clone(),
                note_no(account, &bill.bill_no, charge.amount)?,
            );
            let note = Note {
                note_no: number,
                bill_no: bill.bill_no,
                month: bill.month,
                booked_in: booked_in(&campus, bill.month, workspace)?,
                issued_on: today,
                amount: charge.amount,
                parts: vec![CommodityAmount {
                    commodity: charge.commodity,
                    amount: charge.amount,
                }],
                reason: reason(&charge.reason)?,
            };
            let due_on = today;
            let command = AccountCommand::AdjustBill { note, due_on };
            workspace.execute::<Account>(self.account_no.as_str(), command)?;
        }
        Ok(())
    }

    /// What is over is asked back, to be approved by another.
    fn ask_back(
        &self,
        amount: Fen,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Option<RefundId>, Stop> {
        let Some(wish) = self.refund.as_ref().filter(|_| amount.is_positive()) else {
            return Ok(None);
        };
        let request = RequestRefund {
            account_no: self.account_no.clone(),
            purse: Purse::Credit,
            amount,
            method: wish.method,
            payee: wish.payee.clone(),
            reason: "退房结算".to_owned(),
        };
        Ok(Some(request.decide(context, workspace)?.refund_id))
    }
}

/// Late fees by today on everything that is open.
fn charge_late_fees(
    account_no: &AccountNo,
    by: NaiveDate,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let open: Vec<_> = record(account_no, workspace)?
        .ledger()
        .open_bills()
        .into_iter()
        .map(|bill| (bill.bill_no.clone(), bill.month))
        .collect();
    let bills = open.iter().map(|(bill_no, _)| (account_no, bill_no));
    let fees = late_fees(bills, by, workspace)?;
    for (bill_no, month) in open {
        if let Some(amount) = fees.get(&bill_no).copied() {
            let fee = LateFeeCharged {
                bill_no,
                month,
                amount,
                by,
            };
            let command = AccountCommand::ChargeLateFee(fee);
            workspace.execute::<Account>(account_no.as_str(), command)?;
        }
    }
    Ok(())
}

/// `JQA1-20261015`
fn certificate_no(account_no: &AccountNo, on: NaiveDate) -> Result<CertificateNo, Stop> {
    CertificateNo::try_new(format!("JQ{account_no}-{}", on.format(CERTIFIED_ON)))
        .map_err(|error| Stop::Corrupt(error.to_string()))
}

/// Whose clearance a certificate is, and of which day, by its number.
pub fn certified(certificate_no: &CertificateNo) -> Option<(AccountNo, NaiveDate)> {
    let (account_no, on) = certificate_no
        .as_str()
        .strip_prefix("JQ")?
        .rsplit_once('-')?;
    let on = NaiveDate::parse_from_str(on, CERTIFIED_ON).ok()?;
    Some((AccountNo::try_new(account_no).ok()?, on))
}

/// A cheque of the holder's that the bank may still refuse.
fn pending_cheque(
    account_no: &AccountNo,
    workspace: &mut Workspace,
) -> Result<Option<PaymentId>, Stop> {
    let ledger = record(account_no, workspace)?.ledger();
    let payments: Vec<PaymentId> = ledger.payments().cloned().collect();
    workspace.need::<Payment>(payments.iter().map(ToString::to_string))?;
    for payment_id in payments {
        let payment = workspace.get::<Payment>(payment_id.as_str())?;
        let payment = payment.recorded(&payment_id)?;
        let is_cheque = payment.recorded.method == PaymentMethod::Cheque;
        if is_cheque && payment.cheque != ChequeState::Cleared {
            return Ok(Some(payment_id));
        }
    }
    Ok(None)
}

/// Ends the holder's bindings, and says that nothing is owed.
fn clear(
    account_no: &AccountNo,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<CertificateNo, Stop> {
    let bindings: Vec<_> = record(account_no, workspace)?
        .binding_ids()
        .cloned()
        .collect();
    for binding_id in bindings {
        RevokeBinding { binding_id }.decide(context, workspace)?;
    }
    end_mandate(account_no, "退房结清", context, workspace)?;
    let on = business_date(context.at);
    let certificate_no = certificate_no(account_no, on)?;
    let command = AccountCommand::Clear {
        certificate_no: certificate_no.clone(),
        on,
    };
    workspace.execute::<Account>(account_no.as_str(), command)?;
    Ok(certificate_no)
}

impl Process for SettleMoveOut {
    const NAME: &'static str = "billing.settle_move_out";
    type Outcome = MoveOutSettled;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MoveOutSettled, Stop> {
        let today = business_date(context.at);
        let on = self.on.unwrap_or(today);
        if on > today {
            return Err(BillingError::MoveOutInFuture.into());
        }
        let account_no = &self.account_no;
        let account = record(account_no, workspace)?.clone();
        account.tenancy().check_not_settled()?;
        let held_before = account.ledger().credit();
        let closings = closings(&account, on, workspace)?;
        // Fees first: what is set off below was not there before.
        charge_late_fees(account_no, today, workspace)?;
        let bill = final_bill(account_no, on, context, workspace)?;
        let bill_no = bill.map(|bill| bill.bill_no);
        self.charge(bill_no.as_ref(), today, workspace)?;
        for closing in &closings {
            let release = ReleaseMeter {
                account_no: account_no.clone(),
                meter_no: closing.meter_no.clone(),
                on: Some(on),
            };
            release.decide(context, workspace)?;
        }
        let ledger = record(account_no, workspace)?.ledger();
        let used = held_before.checked_sub(ledger.credit());
        let due = used.and_then(|used| ledger.open_amount().checked_add(used));
        let due = due.ok_or(BillingError::Overflow)?;
        if ledger.deposit().is_positive() {
            let command = AccountCommand::ReleaseDeposit;
            workspace.execute::<Account>(account_no.as_str(), command)?;
        }
        let command = AccountCommand::MoveOut {
            on,
            bill_no: bill_no.clone(),
            closings,
            due,
        };
        workspace.execute::<Account>(account_no.as_str(), command)?;
        let ledger = record(account_no, workspace)?.ledger();
        let (open, credit) = (ledger.open_amount(), ledger.credit());
        let is_clear = open.is_zero() && pending_cheque(account_no, workspace)?.is_none();
        let certificate_no = if is_clear {
            Some(clear(account_no, context, workspace)?)
        } else {
            None
        };
        Ok(MoveOutSettled {
            account_no: account_no.clone(),
            bill_no,
            due,
            open,
            credit,
            certificate_no,
            refund_id: self.ask_back(credit, context, workspace)?,
        })
    }
}

/// Clears the holder of a settled account once what was still open is paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClearHolder {
    pub account_no: AccountNo,
}

impl Process for ClearHolder {
    const NAME: &'static str = "billing.clear_holder";
    type Outcome = MoveOutSettled;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MoveOutSettled, Stop> {
        let account_no = &self.account_no;
        record(account_no, workspace)?;
        if let Some(payment_id) = pending_cheque(account_no, workspace)? {
            return Err(BillingError::ChequePending(payment_id).into());
        }
        let certificate_no = clear(account_no, context, workspace)?;
        let account = record(account_no, workspace)?;
        let moved_out = account.tenancy().moved_out();
        Ok(MoveOutSettled {
            account_no: account_no.clone(),
            bill_no: moved_out.and_then(|moved_out| moved_out.bill_no.clone()),
            due: moved_out.map_or(Fen::ZERO, |moved_out| moved_out.due),
            open: Fen::ZERO,
            credit: account.ledger().credit(),
            certificate_no: Some(certificate_no),
            refund_id: None,
        })
    }
}
