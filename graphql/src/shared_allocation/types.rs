use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_domain::shared_allocation;
use chaobiao_projections::shared_allocations::{AgreementRow, PostingRow, query};
use chrono::{DateTime, Utc};

use crate::support::{Commodity, Date, Decimal, Fen, Services, YearMonth, internal};

/// What a common usage is shared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "shared_allocation::AllocationKey")]
pub(super) enum AllocationKey {
    /// 按户均摊
    Equal,
    /// 按面积
    Area,
    /// 按人数: the days each occupant was there, else the size of the household.
    Persons,
    /// 按用量: what each was billed for of the same commodity in the month.
    Usage,
}

/// What of a meter is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "shared_allocation::AllocationSource")]
pub(super) enum AllocationSource {
    /// 公共用量: all it shows.
    Usage,
    /// 损耗: what a master shows beyond the meters behind it, up to the limit of ordinary loss.
    Loss,
}

#[derive(Clone, Debug, SimpleObject)]
pub(super) struct AllocationMember {
    account_no: String,
    /// In square metres.
    area: Option<Decimal>,
}

/// One account's part of a month.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct AllocationShare {
    account_no: String,
    /// The bill over it; null where it costs nothing.
    bill_no: Option<String>,
    quantity: Decimal,
    amount: Fen,
}

/// A month of a common meter, shared out.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct SharedMonth {
    month: YearMonth,
    /// The days it covers, from `from` up to, not including, `to`.
    from: Date,
    to: Date,
    /// What is shared.
    usage: Decimal,
    /// What of a loss is beyond the limit: the centre bears it.
    beyond_limit: Option<Decimal>,
    /// What the usage costs: the sum of the shares.
    amount: Fen,
    /// By account number.
    shares: Vec<AllocationShare>,
}

impl From<shared_allocation::SharesPosted> for SharedMonth {
    fn from(posted: shared_allocation::SharesPosted) -> Self {
        let share = |share: shared_allocation::AllocationShare| AllocationShare {
            account_no: share.account_no.into(),
            bill_no: share.bill_no.map(String::from),
            quantity: share.quantity.into(),
            amount: share.amount.into(),
        };
        Self {
            month: posted.month.into(),
            from: Date(posted.period.from()),
            to: Date(posted.period.to()),
            usage: posted.usage.into(),
            beyond_limit: posted.beyond_limit.map(Into::into),
            amount: posted.amount.into(),
            shares: posted.shares.into_iter().map(share).collect(),
        }
    }
}

/// A month that was posted.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct SharedPosting {
    content: SharedMonth,
    posted_at: DateTime<Utc>,
    /// Since when it is taken back: its bills are void.
    cancelled_on: Option<Date>,
    cancel_reason: Option<String>,
}

impl From<PostingRow> for SharedPosting {
    fn from(row: PostingRow) -> Self {
        Self {
            content: row.posted.into(),
            posted_at: row.posted_at,
            cancelled_on: row.cancelled_on.map(Date),
            cancel_reason: row.cancel_reason,
        }
    }
}

/// 公摊协议: who pays for what a common meter shows, from a day on.
#[derive(Clone, Debug)]
pub(super) struct SharedAllocation(pub(super) AgreementRow);

#[Object]
impl SharedAllocation {
    /// The common meter.
    async fn meter_no(&self) -> &str {
        self.0.agreed.meter_no.as_str()
    }

    async fn commodity(&self) -> Commodity {
        self.0.agreed.commodity.into()
    }

    /// What the common usage costs.
    async fn tariff_id(&self) -> &str {
        self.0.agreed.tariff_id.as_str()
    }

    /// The first day; it names the agreement within its meter.
    async fn from(&self) -> Date {
        Date(self.0.agreed.from)
    }

    async fn ended_on(&self) -> Option<Date> {
        self.0.ended_on.map(Date)
    }

    async fn source(&self) -> AllocationSource {
        self.0.agreed.source.into()
    }

    async fn key(&self) -> AllocationKey {
        self.0.agreed.key.into()
    }

    /// By account number.
    async fn members(&self) -> Vec<AllocationMember> {
        let members = self.0.agreed.members.iter();
        members
            .map(|member| AllocationMember {
                account_no: member.account_no.to_string(),
                area: member.area.map(|area| Decimal(area.value())),
            })
            .collect()
    }

    /// The months that were posted, the newest first.
    #[graphql(complexity = "5 * child_complexity")]
    async fn postings(&self, ctx: &Context<'_>) -> Result<Vec<SharedPosting>> {
        let pool = Services::of(ctx)?.store().pool();
        let agreed = &self.0.agreed;
        let rows = query::postings(pool, agreed.meter_no.as_str(), agreed.from).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(SharedPosting::from).collect())
    }
}
