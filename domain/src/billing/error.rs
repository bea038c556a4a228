use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::rebill::REASON_LENGTH_MAX;
use crate::units::{AccountNo, BillNo, BillingMonth, MeterNo, PaymentId};

/// Why no bill is issued.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BillingError {
    #[error("户号 {account_no} 在 {month} 账期没有可计费的读数")]
    NothingToBill {
        account_no: AccountNo,
        month: BillingMonth,
    },
    #[error("表计 {0} 的读数更正后少于已开账用量，待后续读数补足后再开账")]
    BilledAlready(MeterNo),
    #[error("{0} 账期尚未开始")]
    MonthInFuture(BillingMonth),
    #[error("缴款截止日期不能早于开账日期")]
    DueBeforeIssue,
    #[error("户号 {0} 已开账单与现有读数一致，没有需要更正重算的账期")]
    NothingToRebill(AccountNo),
    #[error("表计 {0} 的读数更正后某一账期用量为负，请先更正其后的读数")]
    RebilledBelowZero(MeterNo),
    #[error("须说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("表计 {0} 的读数待审核，审核通过后再开账")]
    ReadingsHeld(MeterNo),
    #[error("表计 {0} 的照片与读数不符，核对后再开账")]
    PhotoDoubted(MeterNo),
    #[error("起始账期不能晚于截止账期")]
    MonthsReversed,
    #[error("调减账单须两人办理：请提交调减申请，由他人批准")]
    CreditTakesTwo,
    #[error("调整金额必须大于零")]
    AmountNotPositive,
    #[error("账单 {0} 不存在")]
    BillUnknown(BillNo),
    #[error("表计 {0} 缺少退房当日的读数，或读数尚未通过审核")]
    FinalReadingMissing(MeterNo),
    #[error("退房日期不能晚于今天")]
    MoveOutInFuture,
    #[error("入住日期不能晚于今天")]
    MoveInInFuture,
    #[error("支票缴费 {0} 尚未兑付，兑付后再出具结清证明")]
    ChequePending(PaymentId),
    #[error("本户没有可计入其他费用的账单")]
    NoBillForCharge,
    #[error("{0} 账期由收费系统开账，本系统不开账，请导入收费系统的账单")]
    BilledThere(BillingMonth),
    #[error("{0} 账期由本系统开账，不接收收费系统的账单")]
    BilledHere(BillingMonth),
    #[error("账单 {0} 由收费系统开账，请在收费系统更正后重新导入")]
    BillImported(BillNo),
    #[error("账单 {0} 是公摊分摊，由公摊协议计算")]
    BillShared(BillNo),
    #[error("{0} 账期属原户主，不能计入现户主名下")]
    MonthOfFormerHolder(BillingMonth),
    #[error("欠费金额不能超过账单金额与滞纳金之和")]
    ArrearsAboveAmount,
    #[error("收费系统账单的金额不能为负")]
    ImportedAmountNegative,
    #[error("收费系统账单的用量不能为负")]
    ImportedUsageNegative,
    #[error("费用项目最多 30 个字")]
    ImportedComponentInvalid,
    #[error("收费系统账单没有明细")]
    NoLines,
    #[error("退房当日用量所在的 {0} 账期由收费系统开账，请先导入该账期的账单再结算")]
    FinalBillThere(BillingMonth),
    #[error("金额或用量超出可计算范围")]
    Overflow,
}

impl BusinessError for BillingError {
    fn code(&self) -> &'static str {
        match self {
            Self::NothingToBill { .. } => "BILLING_NOTHING_TO_BILL",
            Self::BilledAlready(_) => "BILLING_BILLED_ALREADY",
            Self::MonthInFuture(_) => "BILLING_MONTH_IN_FUTURE",
            Self::DueBeforeIssue => "BILLING_DUE_BEFORE_ISSUE",
            Self::NothingToRebill(_) => "BILLING_NOTHING_TO_REBILL",
            Self::RebilledBelowZero(_) => "BILLING_REBILLED_BELOW_ZERO",
            Self::ReasonInvalid => "BILLING_REASON_INVALID",
            Self::ReadingsHeld(_) => "BILLING_READINGS_HELD",
            Self::PhotoDoubted(_) => "BILLING_PHOTO_DOUBTED",
            Self::MonthsReversed => "BILLING_MONTHS_REVERSED",
            Self::CreditTakesTwo => "BILLING_CREDIT_TAKES_TWO",
            Self::AmountNotPositive => "BILLING_AMOUNT_NOT_POSITIVE",
            Self::BillUnknown(_) => "BILLING_BILL_UNKNOWN",
            Self::FinalReadingMissing(_) => "BILLING_FINAL_READING_MISSING",
            Self::MoveOutInFuture => "BILLING_MOVE_OUT_IN_FUTURE",
            Self::MoveInInFuture => "BILLING_MOVE_IN_IN_FUTURE",
            Self::ChequePending(_) => "BILLING_CHEQUE_PENDING",
            Self::NoBillForCharge => "BILLING_NO_BILL_FOR_CHARGE",
            Self::BilledThere(_) => "BILLING_MASTER_IS_CHARGING_SYSTEM",
            Self::BilledHere(_) => "BILLING_MASTER_IS_HERE",
            Self::BillImported(_) => "BILLING_BILL_IMPORTED",
            Self::BillShared(_) => "BILLING_BILL_SHARED",
            Self::MonthOfFormerHolder(_) => "BILLING_MONTH_OF_FORMER_HOLDER",
            Self::ArrearsAboveAmount => "BILLING_ARREARS_ABOVE_AMOUNT",
            Self::ImportedAmountNegative => "BILLING_IMPORTED_AMOUNT_NEGATIVE",
            Self::ImportedUsageNegative => "BILLING_IMPORTED_USAGE_NEGATIVE",
            Self::ImportedComponentInvalid => "BILLING_IMPORTED_COMPONENT_INVALID",
            Self::NoLines => "BILLING_NO_LINES",
            Self::FinalBillThere(_) => "BILLING_FINAL_BILL_THERE",
            Self::Overflow => "BILLING_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NothingToBill { .. }
            | Self::MonthInFuture(_)
            | Self::BilledThere(_)
            | Self::BilledHere(_)
            | Self::MonthOfFormerHolder(_) => Some("month"),
            Self::ArrearsAboveAmount => Some("open"),
            Self::ImportedUsageNegative => Some("usage"),
            Self::ImportedComponentInvalid => Some("component"),
            Self::NothingToRebill(_) | Self::FinalReadingMissing(_) | Self::ChequePending(_) => {
                Some("accountNo")
            }
            Self::ReasonInvalid => Some("reason"),
            Self::MonthsReversed => Some("to"),
            Self::CreditTakesTwo => Some("kind"),
            Self::AmountNotPositive | Self::ImportedAmountNegative => Some("amount"),
            Self::BillUnknown(_) | Self::BillImported(_) | Self::BillShared(_) => Some("billNo"),
            Self::DueBeforeIssue => Some("dueOn"),
            Self::MoveOutInFuture | Self::MoveInInFuture | Self::FinalBillThere(_) => Some("on"),
            Self::NoBillForCharge => Some("charges"),
            Self::BilledAlready(_)
            | Self::ReadingsHeld(_)
            | Self::PhotoDoubted(_)
            | Self::RebilledBelowZero(_)
            | Self::NoLines
            | Self::Overflow => None,
        }
    }
}
