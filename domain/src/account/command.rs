use chrono::NaiveDate;

use super::bill::Bill;
use super::binding::BindingStep;
use super::event::{
    AccountChange, AccountOpening, ClassChanged, ClosingReading, MeterAssigned, MeterReleased,
};
use super::funds::{LateFeeCharged, Purse, WaiverKind};
use super::imported::ImportedStep;
use super::note::{Note, Rebilling};
use super::occupants::OccupantStep;
use super::papers::PaperStep;
use super::scheme::{ChargeSchemeChanged, SupplyStep};
use crate::units::{
    BillNo, BindingId, CertificateNo, Fen, NoticeNo, PaymentId, RefundId, WaiverId,
};

/// What may be asked of one account.
#[derive(Clone, Debug)]
pub enum AccountCommand {
    Open(AccountOpening),
    Change(AccountChange),
    ChangeClass {
        change: ClassChanged,
        today: NaiveDate,
    },
    AssignMeter(MeterAssigned),
    ReleaseMeter(MeterReleased),
    /// Issues a bill, pays what it can from credit, and sends a notice for the rest.
    Charge {
        bill: Bill,
        notice_no: NoticeNo,
        due_on: NaiveDate,
    },
    /// A bill of the charging system's comes in, or is said to be another.
    Imported(ImportedStep),
    /// This account's part of a payment.
    Settle {
        payment_id: PaymentId,
        bills: Vec<(BillNo, Fen)>,
        credit: Fen,
        deposit: Fen,
    },
    ChargeLateFee(LateFeeCharged),
    /// Gives so much of a bill up. A late fee that was paid already becomes credit.
    WriteOff {
        waiver_id: WaiverId,
        kind: WaiverKind,
        bill_no: BillNo,
        amount: Fen,
    },
    ReverseWriteOff {
        waiver_id: WaiverId,
    },
    /// Sets the whole deposit off: against what is open, the rest as credit.
    ReleaseDeposit,
    Refund {
        refund_id: RefundId,
        purse: Purse,
        amount: Fen,
    },
    ReturnRefund {
        refund_id: RefundId,
    },
    /// A reading of a prepaid account is charged; no notice goes out.
    Deduct {
        bill: Bill,
    },
    /// 公摊: a share of what a common meter shows. The month is billed besides, before or after.
    ChargeShare {
        bill: Bill,
        due_on: NaiveDate,
    },
    /// That share was not to be charged.
    VoidShare {
        bill_no: BillNo,
        voided_on: NaiveDate,
        reason: String,
    },
    /// The last bill of a holder who moves out; what it asks for is due at once.
    ChargeFinal {
        bill: Bill,
    },
    /// The holder's last bill is charged and the meters are released.
    MoveOut {
        on: NaiveDate,
        bill_no: Option<BillNo>,
        closings: Vec<ClosingReading>,
        due: Fen,
    },
    /// The account is another holder's from this day.
    MoveIn {
        on: NaiveDate,
    },
    /// The holder owes nothing and uses nothing.
    Clear {
        certificate_no: CertificateNo,
        on: NaiveDate,
    },
    /// `due_on` is for the notices of what is open when the account pays after again.
    ChangeScheme {
        change: ChargeSchemeChanged,
        due_on: NaiveDate,
    },
    Supply(SupplyStep),
    ReversePayment {
        payment_id: PaymentId,
    },
    /// Adds to a bill or takes from it; `due_on` is for a notice, where the bill had none.
    AdjustBill {
        note: Note,
        due_on: NaiveDate,
    },
    Rebill {
        rebilling: Rebilling,
        due_on: NaiveDate,
    },
    VoidBill {
        bill_no: BillNo,
        voided_on: NaiveDate,
        reason: String,
    },
    /// A transfer claim or a paper of the account goes its way.
    Paper(PaperStep),
    /// Somebody moves in behind the account's meters, or out.
    Occupy(OccupantStep),
    ScheduleErasure {
        name_until: NaiveDate,
        today: NaiveDate,
    },
    FinishErasure {
        today: NaiveDate,
    },
    /// A binding of the account to a customer goes its way.
    Bind {
        binding_id: BindingId,
        step: BindingStep,
    },
}
