//! 工资代扣: what the payroll office has deducted, in the file it was given.

use chaobiao_decision::Rejection;
use chaobiao_domain::payroll::{PayrollResult, TakePayrollResult};
use chaobiao_domain::units::{Fen, ValueError};

use super::cell::refused;
use super::columns::{ACCOUNT_NO, Column, Fields};

pub(super) const COLUMNS: &[Column] = &[
    Column {
        field: "batchNo",
        label: "代扣批次",
        required: true,
        aliases: &["代扣批次", "批次", "批次号", "batchNo", "batch"],
    },
    ACCOUNT_NO,
    Column {
        field: "deducted",
        label: "实扣金额",
        required: true,
        aliases: &["实扣金额", "实扣", "扣款金额", "deducted", "amount"],
    },
    Column {
        field: "reason",
        label: "未扣原因",
        required: false,
        aliases: &["未扣原因", "原因", "失败原因", "备注", "reason"],
    },
    // Written for the payroll office; nothing of it is taken in.
    Column {
        field: "asked",
        label: "应扣金额",
        required: false,
        aliases: &["应扣金额", "应扣"],
    },
    Column {
        field: "employeeNo",
        label: "工号",
        required: false,
        aliases: &["工号", "职工号"],
    },
    Column {
        field: "month",
        label: "扣款月份",
        required: false,
        aliases: &["扣款月份"],
    },
];

/// An amount is in yuan; a row nobody has filled in says nothing.
pub(super) fn parse(fields: Fields<'_>) -> Result<TakePayrollResult, Rejection> {
    let yuan = fields.decimal("deducted")?.ok_or_else(|| {
        refused(&ValueError::Empty {
            what: "实扣金额"
        })
        .on("deducted")
    })?;
    let deducted = Fen::from_yuan_half_up(yuan).filter(|fen| fen.to_yuan() == yuan);
    let invalid = || {
        refused(&ValueError::BadFormat {
            what: "实扣金额"
        })
        .on("deducted")
    };
    Ok(TakePayrollResult {
        batch_no: fields.required("batchNo")?,
        result: PayrollResult {
            account_no: fields.required("accountNo")?,
            deducted: deducted.ok_or_else(invalid)?,
            reason: fields.text("reason")?,
        },
    })
}
