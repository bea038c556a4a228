use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

use super::COLLECTION_ROUND_ACCOUNTS_MAX;
use crate::units::{AccountNo, PaymentId, StaffLogin, ValueError};

/// Why a round of door-to-door collection refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CollectionRoundError {
    #[error("没有这个上门收费批次")]
    NotFound,
    #[error("该上门收费批次已经安排")]
    AlreadyPlanned,
    #[error("请至少选择一户")]
    NoAccounts,
    #[error("一次上门最多安排 {COLLECTION_ROUND_ACCOUNTS_MAX} 户")]
    TooManyAccounts,
    #[error("户号 {0} 在名单中出现了两次")]
    AccountTwice(AccountNo),
    #[error("户号 {0} 不属于该校区")]
    AccountElsewhere(AccountNo),
    #[error("上门日期 {0} 已经过去")]
    DayPast(NaiveDate),
    #[error("工号 {0} 没有收款权限")]
    CashierMayNotCollect(StaffLogin),
    #[error("工号 {0} 属于其他校区")]
    CashierElsewhere(StaffLogin),
    #[error("该上门收费批次已经结束或取消")]
    Over,
    #[error("还没到上门日期 {0}")]
    NotYet(NaiveDate),
    #[error("这份名单由其他收费员负责")]
    NotYours,
    #[error("户号 {0} 不在这份名单中")]
    NotListed(AccountNo),
    #[error("户号 {0} 这次已经收款，不能改成未收")]
    AlreadyPaid(AccountNo),
    #[error("请给出已收款项的缴费流水号")]
    PaymentMissing,
    #[error("只有结果为已收时才能给出缴费流水号")]
    PaymentUnexpected,
    #[error("缴费流水 {0} 已经冲正")]
    PaymentReversed(PaymentId),
    #[error("缴费流水 {0} 没有入该户的账")]
    PaymentOfOther(PaymentId),
    #[error("缴费流水 {0} 不是这名收费员收的")]
    PaymentNotByCashier(PaymentId),
    #[error("缴费流水 {0} 早于上门日期")]
    PaymentBefore(PaymentId),
    #[error("缴费流水 {0} 已经记在另一次上门收费中")]
    PaymentUsed(PaymentId),
    #[error("请填写约定的缴费日期")]
    PromiseMissing,
    #[error("只有结果为约定日期时才能填写约定的日期")]
    PromiseUnexpected,
    #[error("约定的缴费日期不能早于今天")]
    PromisePast,
    #[error("选择其他结果时请填写说明")]
    NoteRequired,
    #[error("还有 {0} 户没有上门，请说明原因")]
    ReasonRequired(usize),
    #[error("这次上门已经收了款，不能取消，请结束批次")]
    HasPayments,
    #[error("{0}")]
    Text(ValueError),
}

impl BusinessError for CollectionRoundError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "COLLECTION_ROUND_NOT_FOUND",
            Self::AlreadyPlanned => "COLLECTION_ROUND_ALREADY_PLANNED",
            Self::NoAccounts => "COLLECTION_ROUND_NO_ACCOUNTS",
            Self::TooManyAccounts => "COLLECTION_ROUND_TOO_MANY_ACCOUNTS",
            Self::AccountTwice(_) => "COLLECTION_ROUND_ACCOUNT_TWICE",
            Self::AccountElsewhere(_) => "COLLECTION_ROUND_ACCOUNT_ELSEWHERE",
            Self::DayPast(_) => "COLLECTION_ROUND_DAY_PAST",
            Self::CashierMayNotCollect(_) => "COLLECTION_ROUND_CASHIER_MAY_NOT_COLLECT",
            Self::CashierElsewhere(_) => "COLLECTION_ROUND_CASHIER_ELSEWHERE",
            Self::Over => "COLLECTION_ROUND_OVER",
            Self::NotYet(_) => "COLLECTION_ROUND_NOT_YET",
            Self::NotYours => "COLLECTION_ROUND_NOT_YOURS",
            Self::NotListed(_) => "COLLECTION_ROUND_ACCOUNT_NOT_LISTED",
            Self::AlreadyPaid(_) => "COLLECTION_ROUND_ALREADY_PAID",
            Self::PaymentMissing => "COLLECTION_ROUND_PAYMENT_MISSING",
            Self::PaymentUnexpected => "COLLECTION_ROUND_PAYMENT_UNEXPECTED",
            Self::PaymentReversed(_) => "COLLECTION_ROUND_PAYMENT_REVERSED",
            Self::PaymentOfOther(_) => "COLLECTION_ROUND_PAYMENT_OF_OTHER",
            Self::PaymentNotByCashier(_) => "COLLECTION_ROUND_PAYMENT_NOT_BY_CASHIER",
            Self::PaymentBefore(_) => "COLLECTION_ROUND_PAYMENT_BEFORE",
            Self::PaymentUsed(_) => "COLLECTION_ROUND_PAYMENT_USED",
            Self::PromiseMissing => "COLLECTION_ROUND_PROMISE_MISSING",
            Self::PromiseUnexpected => "COLLECTION_ROUND_PROMISE_UNEXPECTED",
            Self::PromisePast => "COLLECTION_ROUND_PROMISE_PAST",
            Self::NoteRequired => "COLLECTION_ROUND_NOTE_REQUIRED",
            Self::ReasonRequired(_) => "COLLECTION_ROUND_REASON_REQUIRED",
            Self::HasPayments => "COLLECTION_ROUND_HAS_PAYMENTS",
            Self::Text(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound
            | Self::AlreadyPlanned
            | Self::Over
            | Self::NotYet(_)
            | Self::NotYours
            | Self::HasPayments => "roundId",
            Self::NoAccounts
            | Self::TooManyAccounts
            | Self::AccountTwice(_)
            | Self::AccountElsewhere(_) => "accountNos",
            Self::DayPast(_) => "day",
            Self::CashierMayNotCollect(_) | Self::CashierElsewhere(_) => "cashier",
            Self::NotListed(_) => "accountNo",
            Self::AlreadyPaid(_) => "outcome",
            Self::PaymentMissing
            | Self::PaymentUnexpected
            | Self::PaymentReversed(_)
            | Self::PaymentOfOther(_)
            | Self::PaymentNotByCashier(_)
            | Self::PaymentBefore(_)
            | Self::PaymentUsed(_) => "paymentId",
            Self::PromiseMissing | Self::PromiseUnexpected | Self::PromisePast => "promisedOn",
            Self::NoteRequired => "note",
            Self::ReasonRequired(_) => "reason",
            Self::Text(_) => return None,
        })
    }
}
