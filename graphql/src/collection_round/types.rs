use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::collection_round;
use chaobiao_domain::units::CollectionRoundId;
use chaobiao_projections::collection_rounds::{self, CollectionRoundRow, DoorRow, ProposedDoor};
use chrono::{DateTime, Utc};

use crate::account::{Account, find_account};
use crate::payment::{Payment, visible};
use crate::support::{Date, Fen, Services, internal};

/// What came of standing before a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "CollectionOutcome", remote = "collection_round::VisitOutcome")]
pub(super) enum VisitOutcome {
    /// 已收
    Paid,
    /// 无人
    NobodyHome,
    /// 拒缴
    Refused,
    /// 约定日期
    Promised,
    /// 已搬走
    MovedAway,
    /// 其他
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum CollectionRoundState {
    Planned,
    Finished,
    Cancelled,
}

impl CollectionRoundState {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
        }
    }

    fn of(stored: &str) -> Self {
        match stored {
            "finished" => Self::Finished,
            "cancelled" => Self::Cancelled,
            _ => Self::Planned,
        }
    }
}

/// 上门收费: one cashier's way from door to door on a day.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct CollectionRound {
    round_id: String,
    campus: String,
    /// The day it goes on.
    day: Date,
    /// The login of who goes.
    cashier: String,
    note: Option<String>,
    state: CollectionRoundState,
    /// Such as `staff:ma`, as are the others.
    planned_by: String,
    planned_at: DateTime<Utc>,
    /// Who finished it or called it off.
    ended_by: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    ended_reason: Option<String>,
    /// How many are on the list.
    accounts: i64,
    visited: i64,
    /// How many have paid, as far as their payments stand.
    paid: i64,
    /// How many have not.
    unpaid: i64,
    /// What the payments were for these accounts; what was undone since is not in it.
    collected: Fen,
    #[graphql(skip)]
    id: CollectionRoundId,
}

impl From<CollectionRoundRow> for CollectionRound {
    fn from(row: CollectionRoundRow) -> Self {
        Self {
            round_id: row.round_id.to_string(),
            id: row.round_id,
            campus: row.campus.into(),
            day: Date(row.day),
            cashier: row.cashier.into(),
            note: row.note,
            state: CollectionRoundState::of(&row.state),
            planned_by: row.planned_by,
            planned_at: row.planned_at,
            ended_by: row.ended_by,
            ended_at: row.ended_at,
            ended_reason: row.ended_reason,
            accounts: row.accounts,
            visited: row.visited,
            paid: row.paid,
            unpaid: row.accounts.saturating_sub(row.paid),
            collected: row.collected.into(),
        }
    }
}

#[ComplexObject]
impl CollectionRound {
    /// The list, in the order somebody walks it: building by building, as its book has them.
    #[graphql(complexity = "50 + 50 * child_complexity")]
    async fn doors(&self, ctx: &Context<'_>) -> Result<Vec<CollectionDoor>> {
        let pool = Services::of(ctx)?.store().pool();
        let doors = collection_rounds::query::doors(pool, &self.id).await;
        let doors = doors.map_err(|error| internal(ctx, error))?;
        Ok(doors.into_iter().map(CollectionDoor::from).collect())
    }
}

/// An account on the list, with the last that came of its visits.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct CollectionDoor {
    account_no: String,
    /// Where its meter is; null where it has none.
    building: Option<String>,
    room: Option<String>,
    visits: i32,
    /// Null while nobody has been there.
    outcome: Option<VisitOutcome>,
    /// By when the money was promised.
    promised_on: Option<Date>,
    /// 联系便条: what was left at the door.
    left_note: Option<String>,
    note: Option<String>,
    visited_at: Option<DateTime<Utc>>,
    /// What was paid on this round and stands; null for nothing.
    collected: Option<Fen>,
    #[graphql(skip)]
    payment_ids: Vec<String>,
}

impl From<DoorRow> for CollectionDoor {
    fn from(row: DoorRow) -> Self {
        Self {
            account_no: row.account_no.into(),
            building: row.building,
            room: row.room,
            visits: row.visits,
            outcome: row.outcome.map(Into::into),
            promised_on: row.promised_on.map(Date),
            left_note: row.left_note,
            note: row.note,
            visited_at: row.visited_at,
            collected: row.collected.map(Into::into),
            payment_ids: row.payments.into_iter().map(String::from).collect(),
        }
    }
}

#[ComplexObject]
impl CollectionDoor {
    /// Who lives there and what is due; names, phone and address as far as the viewer may see them.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        find_account(ctx, &self.account_no).await
    }

    /// The payments made on this round, with their receipts; undone ones too.
    async fn payments(&self, ctx: &Context<'_>) -> Result<Vec<Payment>> {
        let mut payments = Vec::new();
        for payment_id in &self.payment_ids {
            payments.extend(visible(ctx, payment_id).await?);
        }
        Ok(payments)
    }
}

/// An account whose notices are past due, and which is on no round to come.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ProposedCollection {
    account_no: String,
    building: Option<String>,
    room: Option<String>,
    notices: i64,
    /// What is open of those past due.
    overdue_amount: Fen,
    oldest_due_on: Date,
}

impl From<ProposedDoor> for ProposedCollection {
    fn from(door: ProposedDoor) -> Self {
        Self {
            account_no: door.account_no.into(),
            building: door.building,
            room: door.room,
            notices: door.notices,
            overdue_amount: door.overdue.into(),
            oldest_due_on: Date(door.oldest_due_on),
        }
    }
}
