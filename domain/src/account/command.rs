use chrono::NaiveDate;

use super::bill::Bill;
use super::event::{AccountChange, AccountOpening, MeterAssigned, MeterReleased};
use crate::units::{BillNo, Fen, NoticeNo, PaymentId};

/// What may be asked of one account.
#[derive(Clone, Debug)]
pub enum AccountCommand {
    Open(AccountOpening),
    Change(AccountChange),
    AssignMeter(MeterAssigned),
    ReleaseMeter(MeterReleased),
    /// Issues a bill, pays what it can from credit, and sends a notice for the rest.
    Charge {
        bill: Bill,
        notice_no: NoticeNo,
        due_on: NaiveDate,
    },
    /// This account's part of a payment.
    Settle {
        payment_id: PaymentId,
        bills: Vec<(BillNo, Fen)>,
        credit: Fen,
    },
    ReversePayment {
        payment_id: PaymentId,
    },
}
