use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::{account, refund};
use chaobiao_projections::personal::PersonalAt;
use chaobiao_projections::refunds::RefundRow;
use chrono::{DateTime, Utc};

use crate::support::{Fen, mask_name, shown};

/// What a refund is paid from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "RefundPurse", remote = "account::Purse")]
pub(super) enum Purse {
    /// 预存款: what was paid too much, or in advance.
    Credit,
    /// 押金
    Deposit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "refund::RefundMethod")]
pub(crate) enum RefundMethod {
    /// From a till of the account's campus.
    Cash,
    Bank,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum RefundState {
    Requested,
    Approved,
    Rejected,
    Paid,
    /// The money has come back; the account holds it again.
    Returned,
}

impl RefundState {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Paid => "paid",
            Self::Returned => "returned",
        }
    }

    fn of(stored: &str) -> Self {
        match stored {
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            "paid" => Self::Paid,
            "returned" => Self::Returned,
            _ => Self::Requested,
        }
    }
}

/// 退款
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct Refund {
    refund_id: String,
    account_no: String,
    purse: Purse,
    amount: Fen,
    method: RefundMethod,
    reason: String,
    state: RefundState,
    /// Such as `staff:li`, as are the others.
    requested_by: String,
    requested_at: DateTime<Utc>,
    approved_by: Option<String>,
    approved_at: Option<DateTime<Utc>>,
    paid_by: Option<String>,
    paid_at: Option<DateTime<Utc>>,
    /// Where the cash came from.
    till_id: Option<String>,
    /// The bank's own number of the transfer.
    bank_reference: Option<String>,
    /// Who turned it down, or noted that the money has come back.
    ended_by: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    ended_reason: Option<String>,
    #[graphql(skip)]
    payee_at: Option<PersonalAt>,
}

impl From<RefundRow> for Refund {
    fn from(row: RefundRow) -> Self {
        Self {
            payee_at: row.payee(),
            purse: if row.purse == account::Purse::Deposit.as_str() {
                Purse::Deposit
            } else {
                Purse::Credit
            },
            method: if row.method == refund::RefundMethod::Bank.as_str() {
                RefundMethod::Bank
            } else {
                RefundMethod::Cash
            },
            state: RefundState::of(&row.state),
            refund_id: row.refund_id,
            account_no: row.account_no,
            amount: row.amount.into(),
            reason: row.reason,
            requested_by: row.requested_by,
            requested_at: row.requested_at,
            approved_by: row.approved_by,
            approved_at: row.approved_at,
            paid_by: row.paid_by,
            paid_at: row.paid_at,
            till_id: row.till_id,
            bank_reference: row.bank_reference,
            ended_by: row.ended_by,
            ended_at: row.ended_at,
            ended_reason: row.ended_reason,
        }
    }
}

#[ComplexObject]
impl Refund {
    /// 收款账户: to whom the bank pays. Masked unless the viewer may see personal data.
    async fn payee(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match &self.payee_at {
            Some(at) => shown(ctx, at.clone(), "refund.payee", mask_name).await,
            None => Ok(None),
        }
    }
}
