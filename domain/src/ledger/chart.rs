use serde::{Deserialize, Serialize};

use crate::units::Fen;

/// 科目. Each is kept by subject: an account, a campus, a payment, a line of the bank's statement, or
/// a pair of campuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerAccount {
    /// 应收水电费, by account number.
    Receivable,
    /// 预存款, by account number.
    Credit,
    /// 押金, by account number.
    Deposit,
    /// 水电费收入, by account number.
    Revenue,
    /// 滞纳金收入, by account number.
    LateFees,
    /// 减免与核销, by account number.
    WrittenOff,
    /// 库存现金, by campus.
    Cash,
    /// 在途支票, by campus.
    Cheques,
    /// 银行存款.
    Bank,
    /// 网关待结算, by way of payment.
    Gateway,
    /// 工资代扣待结: deducted from wages, and not come from the payroll office yet.
    Payroll,
    /// 校内往来: what other departments have settled by vouchers.
    InternalTransfers,
    /// 待入账银行来款, by the bank's number: what has come in and is no payment yet.
    Suspense,
    /// 应收收费系统, by account number: what the charging system has collected of its bills.
    ChargingSystem,
    /// 收付过渡, by payment or refund: nothing, whenever a command is done.
    InTransit,
    /// 应收其他校区, by `from@to`.
    ClearingReceivable,
    /// 应付其他校区, by `from@to`.
    ClearingPayable,
}

impl LedgerAccount {
    pub const ALL: [Self; 17] = [
        Self::Receivable,
        Self::Credit,
        Self::Deposit,
        Self::Revenue,
        Self::LateFees,
        Self::WrittenOff,
        Self::Cash,
        Self::Cheques,
        Self::Bank,
        Self::Gateway,
        Self::Payroll,
        Self::InternalTransfers,
        Self::Suspense,
        Self::ChargingSystem,
        Self::InTransit,
        Self::ClearingReceivable,
        Self::ClearingPayable,
    ];

    /// The name used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receivable => "receivable",
            Self::Credit => "credit",
            Self::Deposit => "deposit",
            Self::Revenue => "revenue",
            Self::LateFees => "late_fees",
            Self::WrittenOff => "written_off",
            Self::Cash => "cash",
            Self::Cheques => "cheques",
            Self::Bank => "bank",
            Self::Gateway => "gateway",
            Self::Payroll => "payroll",
            Self::InternalTransfers => "internal_transfers",
            Self::Suspense => "suspense",
            Self::ChargingSystem => "charging_system",
            Self::InTransit => "in_transit",
            Self::ClearingReceivable => "clearing_receivable",
            Self::ClearingPayable => "clearing_payable",
        }
    }
}

/// One line: an amount on one side of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    pub account: LedgerAccount,
    pub subject: String,
    pub debit: Fen,
    pub credit: Fen,
}

impl Posting {
    pub(super) fn debit(account: LedgerAccount, subject: impl Into<String>, amount: Fen) -> Self {
        Self::signed(account, subject.into(), amount)
    }

    pub(super) fn credit(account: LedgerAccount, subject: impl Into<String>, amount: Fen) -> Self {
        // Amounts are at most what an account holds, so that their negatives exist.
        let amount = amount.checked_neg().unwrap_or(Fen::ZERO);
        Self::signed(account, subject.into(), amount)
    }

    /// Below zero, an amount stands on the other side.
    fn signed(account: LedgerAccount, subject: String, amount: Fen) -> Self {
        let other = amount.checked_neg().unwrap_or(Fen::ZERO);
        let (debit, credit) = if amount.is_negative() {
            (Fen::ZERO, other)
        } else {
            (amount, Fen::ZERO)
        };
        Self {
            account,
            subject,
            debit,
            credit,
        }
    }
}

/// Whether debit and credit of some lines are the same sum.
pub fn is_balanced(postings: &[Posting]) -> bool {
    let debit = Fen::checked_sum(postings.iter().map(|it| it.debit));
    let credit = Fen::checked_sum(postings.iter().map(|it| it.credit));
    debit.is_some() && debit == credit
}
