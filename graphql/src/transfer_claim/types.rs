use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::transfer_claim::{self as domain, LineFacts, closeness};
use chaobiao_domain::units::AccountNo;
use chaobiao_projections::bank_lines::{self, BankLineRow};
use chaobiao_projections::transfer_claims::ClaimRow;
use chrono::{DateTime, Utc};

use crate::bank_line::BankLine;
use crate::payment::{Payment, visible};
use crate::support::{Date, Fen, Services, Viewer, internal};
use chaobiao_domain::staff::Permission;

/// As many as help to decide.
const SUGGESTIONS_MAX: usize = 5;

/// What has become of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum TransferClaimState {
    /// 待核
    Pending,
    /// 金额不符: the bank has another amount, and somebody must say what is right.
    Mismatched,
    Verified,
    Rejected,
    /// The payment it became was undone.
    Reversed,
}

impl TransferClaimState {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Mismatched => "mismatched",
            Self::Verified => "verified",
            Self::Rejected => "rejected",
            Self::Reversed => "reversed",
        }
    }

    fn of(stored: &str) -> Self {
        match stored {
            "mismatched" => Self::Mismatched,
            "verified" => Self::Verified,
            "rejected" => Self::Rejected,
            "reversed" => Self::Reversed,
            _ => Self::Pending,
        }
    }
}

/// Why a line may be the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::MatchReason")]
pub(super) enum MatchReason {
    SameAmount,
    /// The memo names an account of the claim.
    AccountNamed,
    /// 数字颠倒: the same digits in another order.
    DigitsSwapped,
}

/// A line that may be the one a claim speaks of.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct MatchSuggestion {
    bank_line: BankLine,
    reason: MatchReason,
    /// How far its day is off.
    days: i32,
}

/// 转账凭证: a claim only, until a line of the bank's statement bears it out.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct TransferClaim {
    claim_id: String,
    account_nos: Vec<String>,
    /// Only these are to be paid; empty means all that are open.
    bill_nos: Vec<String>,
    /// As claimed.
    amount: Fen,
    /// The hash of the screenshot.
    photo: Option<String>,
    transferred_on: Option<Date>,
    /// The counter it was shown at.
    campus: Option<String>,
    submitted_by: String,
    submitted_at: DateTime<Utc>,
    state: TransferClaimState,
    bank_reference: Option<String>,
    /// What the bank has.
    received: Option<Fen>,
    /// Why it was rejected, or its payment undone.
    reason: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    row: ClaimRow,
}

impl From<ClaimRow> for TransferClaim {
    fn from(row: ClaimRow) -> Self {
        let it = row.clone();
        Self {
            claim_id: it.claim_id.into(),
            account_nos: it.accounts,
            bill_nos: it.bills,
            amount: it.amount.into(),
            photo: it.photo.map(String::from),
            transferred_on: it.transferred_on.map(Date),
            campus: it.campus.map(String::from),
            submitted_by: it.submitted_by,
            submitted_at: it.submitted_at,
            state: TransferClaimState::of(&it.state),
            bank_reference: it.bank_reference.map(String::from),
            received: it.received.map(Fen),
            reason: it.reason,
            decided_by: it.decided_by,
            decided_at: it.decided_at,
            row,
        }
    }
}

#[ComplexObject]
impl TransferClaim {
    /// What it has become.
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<Payment>> {
        match &self.row.payment_id {
            Some(payment_id) => visible(ctx, payment_id.as_str()).await,
            None => Ok(None),
        }
    }

    /// Lines nobody has booked that may be the one, the closest first; while it waits, and for
    /// those who reconcile.
    #[graphql(complexity = "20 + 5 * child_complexity")]
    async fn suggestions(&self, ctx: &Context<'_>) -> Result<Vec<MatchSuggestion>> {
        let may = ctx.data::<Viewer>()?.may(Permission::ReconcileBank);
        if !may || !self.row.is_waiting() {
            return Ok(Vec::new());
        }
        let row = &self.row;
        let pool = Services::of(ctx)?.store().pool();
        let lines = bank_lines::query::free_near(pool, row.amount, &row.accounts, row.day()).await;
        let lines = lines.map_err(|error| internal(ctx, error))?;
        let accounts: Result<Vec<AccountNo>, _> =
            row.accounts.iter().map(AccountNo::try_new).collect();
        let accounts = accounts.map_err(|error| internal(ctx, error))?;
        let claim = LineFacts {
            amount: row.amount,
            on: row.day(),
            accounts: &accounts,
        };
        let close = |line: BankLineRow| {
            let facts = LineFacts {
                amount: line.amount,
                on: line.booked_on,
                accounts: line.account_no.as_slice(),
            };
            closeness(&claim, &facts).map(|closeness| (closeness, line))
        };
        let mut found: Vec<_> = lines.into_iter().filter_map(close).collect();
        found.sort_by(|(one, a), (other, b)| {
            (one, &a.bank_reference).cmp(&(other, &b.bank_reference))
        });
        found.truncate(SUGGESTIONS_MAX);
        let shown = found
            .into_iter()
            .map(|((reason, days), line)| MatchSuggestion {
                bank_line: line.into(),
                reason: reason.into(),
                days: i32::try_from(days).unwrap_or(i32::MAX),
            });
        Ok(shown.collect())
    }
}
