use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::process::{EMPLOYEE_NO_LENGTH_MAX, REASON_LENGTH_MAX, ROWS_MAX};
use crate::units::{AccountNo, BankReference, Fen, PayrollBatchNo};

/// Why a payroll deduction is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PayrollError {
    #[error("户号 {0} 已签约工资代扣")]
    AlreadyAgreed(AccountNo),
    #[error("户号 {0} 没有签约工资代扣")]
    NotAgreed(AccountNo),
    #[error("工号不能为空，最多 {EMPLOYEE_NO_LENGTH_MAX} 个字符")]
    EmployeeNoInvalid,
    #[error("须说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("没有已签约且欠费的户号")]
    NothingToDeduct,
    #[error("代扣批次 {0} 已经存在，请稍后重试")]
    AlreadyOpened(PayrollBatchNo),
    #[error("代扣批次 {0} 不存在")]
    Unknown(PayrollBatchNo),
    #[error("代扣批次不存在")]
    Absent,
    #[error("每次提交 1 至 {ROWS_MAX} 行")]
    RowsInvalid,
    #[error("户号 {0} 不在该代扣批次中")]
    RowUnknown(AccountNo),
    #[error("实扣金额 {deducted} 超过应扣金额 {asked}")]
    MoreThanAsked { asked: Fen, deducted: Fen },
    #[error("实扣金额不能为负")]
    Negative,
    #[error("户号 {account_no} 在该批次中已入账 {paid}，与本行不符")]
    PaidOtherwise { account_no: AccountNo, paid: Fen },
    #[error("代扣批次已记过银行流水 {0}")]
    MoneyKnown(BankReference),
    #[error("代扣批次没有记过银行流水 {0}")]
    MoneyUnknown(BankReference),
    #[error("金额超出可计算范围")]
    Overflow,
}

impl BusinessError for PayrollError {
    fn code(&self) -> &'static str {
        match self {
            Self::AlreadyAgreed(_) => "PAYROLL_ALREADY_AGREED",
            Self::NotAgreed(_) => "PAYROLL_NOT_AGREED",
            Self::EmployeeNoInvalid => "PAYROLL_EMPLOYEE_NO_INVALID",
            Self::ReasonInvalid => "PAYROLL_REASON_INVALID",
            Self::NothingToDeduct => "PAYROLL_NOTHING_TO_DEDUCT",
            Self::AlreadyOpened(_) => "PAYROLL_ALREADY_OPENED",
            Self::Unknown(_) | Self::Absent => "PAYROLL_UNKNOWN",
            Self::RowsInvalid => "PAYROLL_ROWS_INVALID",
            Self::RowUnknown(_) => "PAYROLL_ROW_UNKNOWN",
            Self::MoreThanAsked { .. } => "PAYROLL_MORE_THAN_ASKED",
            Self::Negative => "PAYROLL_NEGATIVE",
            Self::PaidOtherwise { .. } => "PAYROLL_PAID_OTHERWISE",
            Self::MoneyKnown(_) => "PAYROLL_MONEY_KNOWN",
            Self::MoneyUnknown(_) => "PAYROLL_MONEY_UNKNOWN",
            Self::Overflow => "PAYROLL_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::AlreadyAgreed(_) | Self::NotAgreed(_) | Self::RowUnknown(_) => Some("accountNo"),
            Self::EmployeeNoInvalid => Some("employeeNo"),
            Self::ReasonInvalid => Some("reason"),
            Self::MoneyKnown(_) | Self::MoneyUnknown(_) => Some("bankReference"),
            Self::NothingToDeduct => Some("month"),
            Self::AlreadyOpened(_) | Self::Unknown(_) | Self::Absent => Some("batchNo"),
            Self::RowsInvalid => Some("rows"),
            Self::MoreThanAsked { .. }
            | Self::Negative
            | Self::PaidOtherwise { .. }
            | Self::Overflow => Some("amount"),
        }
    }
}
