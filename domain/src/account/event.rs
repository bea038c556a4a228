use chaobiao_decision::Personal;
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::bill::{Bill, BillShare};
use super::funds::{AccountRefund, LateFeeCharged, WrittenOff};
use super::note::{BillVoided, Note, Rebilling};
use super::scheme::ChargeSchemeChanged;
pub use crate::units::AccountClass;
use crate::units::{
    AccountNo, BillNo, BillingMonth, BindingId, CampusId, CertificateNo, Commodity, CustomerId,
    Fen, Index, MeterNo, NoticeNo, OccupantNo, PaymentId, Phone, Quantity, RateQuantities,
    ReadingId, ReceiptNo, TariffId, TransferClaimId, WaiverId,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountOpening {
    pub account_no: AccountNo,
    pub class: AccountClass,
    pub campus: CampusId,
    pub holder: Personal<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Personal<Phone>>,
    pub address: Personal<String>,
    pub household_persons: u32,
}

/// The fields that got another value; the others stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<AccountClass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campus: Option<CampusId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Personal<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Personal<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household_persons: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneChange {
    Set(Personal<Phone>),
    Removed,
}

/// The account's class from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassChanged {
    pub class: AccountClass,
    pub from: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterAssigned {
    pub meter_no: MeterNo,
    pub commodity: Commodity,
    pub tariff_id: TariffId,
    pub from: NaiveDate,
    /// The meter's count where this account takes over.
    pub cumulative: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<ReadingId>,
    /// What a time-of-use meter's registers had counted there.
    #[serde(default, skip_serializing_if = "RateQuantities::is_empty")]
    pub rates: RateQuantities,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterReleased {
    pub meter_no: MeterNo,
    pub on: NaiveDate,
    /// The meter's count up to which this account still pays.
    pub cumulative: Quantity,
}

/// 退房: the holder uses nothing any more, and all that the account held for them was set off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderSettled {
    pub on: NaiveDate,
    /// Over the last readings, if they cost something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill_no: Option<BillNo>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closings: Vec<ClosingReading>,
    /// What was due in all before anything was set off.
    pub due: Fen,
    /// What is still to be paid.
    pub open: Fen,
    /// What is to be given back.
    pub credit: Fen,
}

/// 止码: where a meter stood when its holder moved out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingReading {
    pub meter_no: MeterNo,
    pub reading_id: ReadingId,
    pub index: Index,
}

/// 结清证明
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderCleared {
    pub certificate_no: CertificateNo,
    pub on: NaiveDate,
    /// What the account holds for the holder, to be given back.
    pub credit: Fen,
}

/// 缴款通知单: every bill that costs something gets one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeIssued {
    pub notice_no: NoticeNo,
    pub bill_no: BillNo,
    pub month: BillingMonth,
    /// The bill's total.
    pub amount: Fen,
    /// What is left of it after credit; may be nothing.
    pub to_pay: Fen,
    pub due_on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AccountEvent {
    Opened(AccountOpening),
    Changed(AccountChange),
    MeterAssigned(MeterAssigned),
    MeterReleased(MeterReleased),
    Charged(Bill),
    NoticeIssued(NoticeIssued),
    PaymentAllocated {
        payment_id: PaymentId,
        bill: BillShare,
    },
    CreditAdded {
        payment_id: PaymentId,
        amount: Fen,
    },
    /// `payment_id` is the payment the credit came from.
    CreditApplied {
        payment_id: PaymentId,
        bill: BillShare,
    },
    /// `bills` get open again by these amounts, those paid from the payment's credit included;
    /// `credit` is what was left of that credit, `deposit` of what it had left as a deposit.
    PaymentReversed {
        payment_id: PaymentId,
        bills: Vec<BillShare>,
        credit: Fen,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deposit: Option<Fen>,
    },
    LateFeeCharged(LateFeeCharged),
    /// 收费系统已收: so much of a bill of the charging system's was paid there.
    ChargingSystemPaid {
        bill: BillShare,
    },
    /// That was not so, or is so no more: `bill` is open again.
    ChargingSystemPaymentReversed {
        bill: BillShare,
    },
    /// 减免, 核销: open no more, and not paid either.
    BillWaived(WrittenOff),
    /// `bill` is open again.
    WaiverReversed {
        waiver_id: WaiverId,
        bill: BillShare,
    },
    /// 收押金
    DepositTaken {
        payment_id: PaymentId,
        amount: Fen,
    },
    /// 押金转预存: it may pay bills now, or be given back as credit is.
    DepositReleased {
        payment_id: PaymentId,
        amount: Fen,
    },
    /// 退款
    Refunded(AccountRefund),
    /// The money of a refund has come back: it could not be paid out after all.
    RefundReturned(AccountRefund),
    /// Money that had paid a bill becomes credit, since the bill asks for less.
    PaymentReleased {
        payment_id: PaymentId,
        bill: BillShare,
    },
    /// 调整: somebody adds to a bill or takes from it.
    BillAdjusted(Note),
    /// What earlier bills should have been, worked out anew from the readings as they are now.
    Rebilled(Rebilling),
    /// 作废: the bill asks for nothing any more; its month may be billed again.
    BillVoided(BillVoided),
    /// Somebody says the money is on its way (R28): nobody is dunned until the claim is decided.
    DunningPaused {
        claim_id: TransferClaimId,
    },
    DunningResumed {
        claim_id: TransferClaimId,
    },
    /// 作废待收回: the payment behind a receipt was undone, and its paper is still out. While it is,
    /// these bills get no other receipt.
    ReceiptRecalled {
        receipt_no: ReceiptNo,
        bills: Vec<BillNo>,
    },
    ReceiptReturned {
        receipt_no: ReceiptNo,
    },
    HolderSettled(HolderSettled),
    /// 结清: the holder owes nothing and uses nothing any more.
    HolderCleared(HolderCleared),
    /// 入住: from this day the account is another holder's. What was billed and paid before stays the
    /// former one's.
    HolderChanged {
        on: NaiveDate,
    },
    /// From this day on, somebody more lives behind the account's meters.
    OccupantAdded {
        occupant: OccupantNo,
        from: NaiveDate,
    },
    /// From this day on, they do not. Where it is the day they came, they never were there.
    OccupantRemoved {
        occupant: OccupantNo,
        on: NaiveDate,
    },
    BindingRequested {
        binding_id: BindingId,
        customer_id: CustomerId,
    },
    BindingApproved {
        binding_id: BindingId,
    },
    BindingRejected {
        binding_id: BindingId,
    },
    BindingRevoked {
        binding_id: BindingId,
    },
    /// Phone and address are given up; the name follows on this day, when the law needs it no more.
    HolderErasureScheduled {
        name_until: NaiveDate,
    },
    /// The name is given up as well.
    HolderErased,
    ClassChanged(ClassChanged),
    ChargeSchemeChanged(ChargeSchemeChanged),
    /// 低余额预警. `balance`, here and below: credit less what is open.
    LowBalanceRaised {
        balance: Fen,
    },
    LowBalanceCleared {
        balance: Fen,
    },
    GraceEntered {
        balance: Fen,
    },
    /// Nothing is owed any more, but the balance is low.
    GraceLeft {
        balance: Fen,
    },
    /// More is owed than the grace credit.
    GraceExhausted {
        balance: Fen,
    },
    /// 计划停供
    CutOffPlanned {
        at: DateTime<Utc>,
    },
    CutOffCancelled {
        balance: Fen,
    },
    /// The planned time has come: somebody, or a relay, is to cut the supply off.
    CutOffOrdered,
    /// 已停供
    SupplyDisconnected,
    RestorationOrdered {
        balance: Fen,
    },
    /// 已恢复供应
    SupplyRestored,
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened(_) => "account.opened",
            Self::Changed(_) => "account.changed",
            Self::MeterAssigned(_) => "account.meter_assigned",
            Self::MeterReleased(_) => "account.meter_released",
            Self::Charged(_) => "account.charged",
            Self::NoticeIssued(_) => "account.notice_issued",
            Self::PaymentAllocated { .. } => "account.payment_allocated",
            Self::CreditAdded { .. } => "account.credit_added",
            Self::CreditApplied { .. } => "account.credit_applied",
            Self::PaymentReversed { .. } => "account.payment_reversed",
            Self::PaymentReleased { .. } => "account.payment_released",
            Self::LateFeeCharged(_) => "account.late_fee_charged",
            Self::ChargingSystemPaid { .. } => "account.charging_system_paid",
            Self::ChargingSystemPaymentReversed { .. } => {
                "account.charging_system_payment_reversed"
            }
            Self::BillWaived(_) => "account.bill_waived",
            Self::WaiverReversed { .. } => "account.waiver_reversed",
            Self::DepositTaken { .. } => "account.deposit_taken",
            Self::DepositReleased { .. } => "account.deposit_released",
            Self::Refunded(_) => "account.refunded",
            Self::RefundReturned(_) => "account.refund_returned",
            Self::BillAdjusted(_) => "account.bill_adjusted",
            Self::Rebilled(_) => "account.rebilled",
            Self::BillVoided(_) => "account.bill_voided",
            Self::DunningPaused { .. } => "account.dunning_paused",
            Self::DunningResumed { .. } => "account.dunning_resumed",
            Self::ReceiptRecalled { .. } => "account.receipt_recalled",
            Self::ReceiptReturned { .. } => "account.receipt_returned",
            Self::HolderSettled(_) => "account.holder_settled",
            Self::HolderCleared(_) => "account.holder_cleared",
            Self::HolderChanged { .. } => "account.holder_changed",
            Self::OccupantAdded { .. } => "account.occupant_added",
            Self::OccupantRemoved { .. } => "account.occupant_removed",
            Self::BindingRequested { .. } => "account.binding_requested",
            Self::BindingApproved { .. } => "account.binding_approved",
            Self::BindingRejected { .. } => "account.binding_rejected",
            Self::BindingRevoked { .. } => "account.binding_revoked",
            Self::HolderErasureScheduled { .. } => "account.holder_erasure_scheduled",
            Self::HolderErased => "account.holder_erased",
            Self::ClassChanged(_) => "account.class_changed",
            Self::ChargeSchemeChanged(_) => "account.charge_scheme_changed",
            Self::LowBalanceRaised { .. } => "account.low_balance_raised",
            Self::LowBalanceCleared { .. } => "account.low_balance_cleared",
            Self::GraceEntered { .. } => "account.grace_entered",
            Self::GraceLeft { .. } => "account.grace_left",
            Self::GraceExhausted { .. } => "account.grace_exhausted",
            Self::CutOffPlanned { .. } => "account.cut_off_planned",
            Self::CutOffCancelled { .. } => "account.cut_off_cancelled",
            Self::CutOffOrdered => "account.cut_off_ordered",
            Self::SupplyDisconnected => "account.supply_disconnected",
            Self::RestorationOrdered { .. } => "account.restoration_ordered",
            Self::SupplyRestored => "account.supply_restored",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
