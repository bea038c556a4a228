use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_projections::bank_lines::BankLineRow;
use chaobiao_projections::personal::PersonalAt;
use chrono::{DateTime, Utc};

use crate::support::{Date, Fen, mask_name, shown};

/// Where the money of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum BankLineState {
    /// Here, and nobody's yet.
    Open,
    /// 不明款: nobody knows whose it is.
    Held,
    /// A payment.
    Booked,
    /// The payroll office's, set against its batches: no payment.
    Matched,
    /// The bank has taken it back.
    Returned,
}

impl BankLineState {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Held => "held",
            Self::Booked => "booked",
            Self::Matched => "matched",
            Self::Returned => "returned",
        }
    }

    fn of(stored: &str) -> Self {
        match stored {
            "held" => Self::Held,
            "booked" => Self::Booked,
            "matched" => Self::Matched,
            "returned" => Self::Returned,
            _ => Self::Open,
        }
    }
}

/// A line of the bank's statement (银行流水).
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct BankLine {
    pub(crate) bank_reference: String,
    amount: Fen,
    booked_on: Date,
    /// The account its memo names.
    account_no: Option<String>,
    state: BankLineState,
    held_reason: Option<String>,
    payment_id: Option<String>,
    return_reference: Option<String>,
    return_reason: Option<String>,
    entered_at: DateTime<Utc>,
    entered_by: String,
    #[graphql(skip)]
    payer_at: Option<PersonalAt>,
    #[graphql(skip)]
    memo_at: Option<PersonalAt>,
}

impl From<BankLineRow> for BankLine {
    fn from(row: BankLineRow) -> Self {
        Self {
            payer_at: row.payer(),
            memo_at: row.memo(),
            bank_reference: row.bank_reference.into(),
            amount: row.amount.into(),
            booked_on: Date(row.booked_on),
            account_no: row.account_no.map(String::from),
            state: BankLineState::of(&row.state),
            held_reason: row.held_reason,
            payment_id: row.payment_id.map(String::from),
            return_reference: row.return_reference.map(String::from),
            return_reason: row.return_reason,
            entered_at: row.entered_at,
            entered_by: row.entered_by,
        }
    }
}

#[ComplexObject]
impl BankLine {
    /// Masked unless the viewer may see personal data.
    async fn payer(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match &self.payer_at {
            Some(at) => shown(ctx, at.clone(), "bankLine.payer", mask_name).await,
            None => Ok(None),
        }
    }

    /// 附言, masked likewise.
    async fn memo(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match &self.memo_at {
            Some(at) => shown(ctx, at.clone(), "bankLine.memo", mask_name).await,
            None => Ok(None),
        }
    }
}
