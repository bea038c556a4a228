use async_graphql::{Enum, SimpleObject};
use chaobiao_domain::waiver;
use chaobiao_projections::waivers::WaiverRow;
use chrono::{DateTime, Utc};

use crate::support::{Commodity, Fen};

/// What is given up of a bill, or taken off a wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "waiver::Concession")]
pub(super) enum WaiverKind {
    /// 减免滞纳金
    LateFee,
    /// 核销: what is left of the bill, which will not come in.
    BillRest,
    /// 尾差核销: a small rest that is not worth asking for.
    SmallRest,
    /// 调减: the bill was wrong, and is lowered by a credit note.
    CreditNote,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum WaiverState {
    Requested,
    /// Done: the bill asks for less.
    Approved,
    Rejected,
    /// 撤销: the bill asks for it again.
    Reversed,
}

impl WaiverState {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Reversed => "reversed",
        }
    }

    fn of(stored: &str) -> Self {
        match stored {
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            "reversed" => Self::Reversed,
            _ => Self::Requested,
        }
    }
}

/// 减免, 核销
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Waiver {
    waiver_id: String,
    account_no: String,
    bill_no: String,
    kind: WaiverKind,
    /// Of a credit note: whose part of the bill it lowers.
    commodity: Option<Commodity>,
    amount: Fen,
    reason: String,
    state: WaiverState,
    /// Such as `staff:li`, as are the others.
    requested_by: String,
    requested_at: DateTime<Utc>,
    approved_by: Option<String>,
    approved_at: Option<DateTime<Utc>>,
    /// Who turned it down or took it back.
    ended_by: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    ended_reason: Option<String>,
}

impl From<WaiverRow> for Waiver {
    fn from(row: WaiverRow) -> Self {
        let mut kinds = waiver::Concession::ALL.into_iter();
        let kind = kinds.find(|kind| kind.as_str() == row.kind);
        Self {
            kind: kind.unwrap_or(waiver::Concession::BillRest).into(),
            commodity: row.commodity.map(Into::into),
            state: WaiverState::of(&row.state),
            waiver_id: row.waiver_id,
            account_no: row.account_no,
            bill_no: row.bill_no,
            amount: row.amount.into(),
            reason: row.reason,
            requested_by: row.requested_by,
            requested_at: row.requested_at,
            approved_by: row.approved_by,
            approved_at: row.approved_at,
            ended_by: row.ended_by,
            ended_at: row.ended_at,
            ended_reason: row.ended_reason,
        }
    }
}
