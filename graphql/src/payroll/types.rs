use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::payroll::{PayrollRowTaken, PayrollRowVerdict};
use chaobiao_domain::units;
use chaobiao_projections::payroll::{BatchRow, DeductionRow, MandateRow, MoneyRow, query};
use chaobiao_projections::personal::PersonalAt;
use chrono::{DateTime, Utc};

use crate::support::{Fen, Services, YearMonth, internal, shown};

/// An account that is paid from somebody's wages.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct PayrollMandate {
    account_no: String,
    agreed_at: DateTime<Utc>,
    /// Such as `staff:qian`.
    noted_by: String,
    #[graphql(skip)]
    employee_at: PersonalAt,
}

impl From<MandateRow> for PayrollMandate {
    fn from(row: MandateRow) -> Self {
        Self {
            employee_at: row.employee_no(),
            account_no: row.account_no.into(),
            agreed_at: row.agreed_at,
            noted_by: row.noted_by,
        }
    }
}

/// The last two are enough to tell one from another.
fn mask_employee_no(number: &str) -> String {
    let length = number.chars().count();
    let hidden = length.saturating_sub(2);
    let shown = number.chars().skip(hidden);
    "*".repeat(hidden).chars().chain(shown).collect()
}

#[ComplexObject]
impl PayrollMandate {
    /// 工号. Masked unless the viewer may see personal data; null once it is erased.
    async fn employee_no(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let at = self.employee_at.clone();
        shown(ctx, at, "payrollMandate.employeeNo", mask_employee_no).await
    }
}

/// Whether the payroll office has paid in what it has deducted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum PayrollSettlement {
    /// Nothing was deducted, and nothing has come in.
    NothingDue,
    /// Nothing has come in yet.
    Waiting,
    /// Less has come in than was deducted.
    Short,
    /// More has come in than was deducted.
    Over,
    Settled,
}

impl PayrollSettlement {
    fn of(due: i64, received: i64) -> Self {
        match (due, received) {
            (0, 0) => Self::NothingDue,
            (_, 0) => Self::Waiting,
            _ if received < due => Self::Short,
            _ if received > due => Self::Over,
            _ => Self::Settled,
        }
    }
}

/// What one line of the bank's statement has brought for a batch.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct PayrollMoney {
    bank_reference: String,
    amount: Fen,
    received_at: DateTime<Utc>,
    received_by: String,
}

impl From<MoneyRow> for PayrollMoney {
    fn from(row: MoneyRow) -> Self {
        Self {
            bank_reference: row.bank_reference.into(),
            amount: row.amount.into(),
            received_at: row.received_at,
            received_by: row.received_by,
        }
    }
}

/// What one file to the payroll office asks for, and what has come of it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct PayrollBatch {
    pub(super) batch_no: String,
    /// In whose wages it is to be deducted.
    month: YearMonth,
    total: Fen,
    rows: i64,
    paid_rows: i64,
    paid: Fen,
    refused_rows: i64,
    /// Of what was deducted, payments that were undone since.
    undone: Fen,
    /// What the payroll office has paid in, by lines of the bank's statement.
    received: Fen,
    /// Received less deducted and not undone: below zero it is short, above it is over.
    difference: Fen,
    settlement: PayrollSettlement,
    opened_at: DateTime<Utc>,
    /// Such as `staff:qian`.
    opened_by: String,
}

impl From<BatchRow> for PayrollBatch {
    fn from(row: BatchRow) -> Self {
        let due = row.paid.value().saturating_sub(row.undone.value());
        let received = row.received.value();
        Self {
            undone: row.undone.into(),
            received: row.received.into(),
            difference: units::Fen::new(received.saturating_sub(due)).into(),
            settlement: PayrollSettlement::of(due, received),
            batch_no: row.batch_no.into(),
            month: YearMonth(row.month),
            total: row.total.into(),
            rows: row.rows,
            paid_rows: row.paid_rows,
            paid: row.paid.into(),
            refused_rows: row.refused_rows,
            opened_at: row.opened_at,
            opened_by: row.opened_by,
        }
    }
}

#[ComplexObject]
impl PayrollBatch {
    /// What has come in for it, the first first.
    async fn money(&self, ctx: &Context<'_>) -> Result<Vec<PayrollMoney>> {
        let pool = Services::of(ctx)?.store().pool();
        let rows = query::money_of(pool, &self.batch_no).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(PayrollMoney::from).collect())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum PayrollRowState {
    Asked,
    /// Deducted, if not all of it: a payment.
    Paid,
    /// Nothing was deducted.
    Refused,
}

impl PayrollRowState {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Paid => "paid",
            Self::Refused => "refused",
        }
    }

    fn of(stored: &str) -> Self {
        match stored {
            "paid" => Self::Paid,
            "refused" => Self::Refused,
            _ => Self::Asked,
        }
    }
}

#[derive(Clone, Debug, SimpleObject)]
pub(super) struct PayrollRow {
    account_no: String,
    asked: Fen,
    state: PayrollRowState,
    deducted: Option<Fen>,
    payment_id: Option<String>,
    /// Why nothing was deducted.
    reason: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<String>,
}

impl From<DeductionRow> for PayrollRow {
    fn from(row: DeductionRow) -> Self {
        Self {
            account_no: row.account_no.into(),
            asked: row.asked.into(),
            state: PayrollRowState::of(&row.state),
            deducted: row.deducted.map(Into::into),
            payment_id: row.payment_id.map(String::from),
            reason: row.reason,
            decided_at: row.decided_at,
            decided_by: row.decided_by,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum PayrollVerdict {
    Paid,
    NotDeducted,
    /// It had been said before; nothing was written.
    Known,
    Refused,
}

/// What became of one row of a result.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct PayrollRowResult {
    account_no: String,
    verdict: PayrollVerdict,
    payment_id: Option<String>,
    /// Of a refusal.
    code: Option<String>,
    message: Option<String>,
}

impl From<PayrollRowTaken> for PayrollRowResult {
    fn from(taken: PayrollRowTaken) -> Self {
        let (verdict, payment_id, rejection) = match taken.verdict {
            PayrollRowVerdict::Paid(id) => (PayrollVerdict::Paid, Some(id.to_string()), None),
            PayrollRowVerdict::NotDeducted => (PayrollVerdict::NotDeducted, None, None),
            PayrollRowVerdict::Known => (PayrollVerdict::Known, None, None),
            PayrollRowVerdict::Refused(rejection) => {
                (PayrollVerdict::Refused, None, Some(rejection))
            }
        };
        let (code, message) = rejection.map(|it| (it.code, it.message)).unzip();
        Self {
            account_no: taken.account_no.into(),
            verdict,
            payment_id,
            code,
            message,
        }
    }
}
