use async_graphql::{ComplexObject, Context, Enum, InputObject, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::collector::{self, BillingReadings};
use chaobiao_domain::units;
use chaobiao_projections::collectors::{self, CollectedMeterRow, CollectorRow, OddityRow};
use chrono::{DateTime, Utc};

use crate::support::{Connection, Decimal, Services, connection, internal, page, page_size};

/// How a meter speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "units::MeterProtocol")]
pub enum MeterProtocol {
    /// DL/T 645-1997
    #[graphql(name = "DLT645_1997")]
    Dlt645Of1997,
    /// DL/T 645-2007
    #[graphql(name = "DLT645_2007")]
    Dlt645Of2007,
    /// CJ/T 188
    #[graphql(name = "CJT188")]
    Cjt188,
}

impl MeterProtocol {
    fn of(stored: &str) -> Option<Self> {
        let all = units::MeterProtocol::ALL.into_iter();
        let mut known = all.filter(|protocol| protocol.as_str() == stored);
        known.next().map(Self::from)
    }
}

/// What is strange behind a collector and refuses no reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "collector::Oddity")]
pub(super) enum Oddity {
    /// 两块表用同一地址
    TwoAnswers,
    /// 以通配地址应答
    WildcardAddress,
    /// 表计时钟不对
    Clock,
    /// 读数变小
    WentBack,
    /// 换了采集器
    Moved,
    /// 应答长度不符
    Misfit,
    /// 采集器被隔离
    Quarantined,
}

/// How often meters are asked, and which index is billed by.
#[derive(Clone, Copy, Debug, InputObject)]
pub(super) struct SweepingInput {
    /// Divides a day; at least 5.
    every_minutes: u32,
    /// How often a question is repeated that was not answered well.
    #[graphql(default = 2)]
    retries: u8,
    /// 月冻结: the first index on or after this day of each month becomes a reading; when not given,
    /// the first of each day (日冻结).
    billing_day: Option<u32>,
}

impl From<SweepingInput> for collector::Sweeping {
    fn from(input: SweepingInput) -> Self {
        Self {
            every_minutes: input.every_minutes,
            retries: input.retries,
            readings: match input.billing_day {
                Some(day) => BillingReadings::Month { day },
                None => BillingReadings::Day,
            },
        }
    }
}

/// 数据采集器
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct Collector {
    collector_no: String,
    campus: String,
    /// 安装位置
    place: String,
    every_minutes: i32,
    retries: i32,
    /// The day of the month whose index is billed by; null: of every day.
    billing_day: Option<i32>,
    /// 在线
    linked: bool,
    /// From where it came last.
    peer: Option<String>,
    link_changed_at: Option<DateTime<Utc>>,
    /// Why the link is gone.
    lost_for: Option<String>,
    last_round_at: Option<DateTime<Utc>>,
    /// How many meters answered in the last round, of those that were asked.
    answered: Option<i32>,
    asked: Option<i32>,
    /// 停用
    retired: bool,
    meter_count: i32,
}

impl From<CollectorRow> for Collector {
    fn from(row: CollectorRow) -> Self {
        Self {
            collector_no: row.collector_no,
            campus: row.campus,
            place: row.place,
            every_minutes: row.every_minutes,
            retries: row.retries,
            billing_day: row.billing_day,
            linked: row.linked,
            peer: row.peer,
            link_changed_at: row.link_changed_at,
            lost_for: row.lost_for,
            last_round_at: row.last_round_at,
            answered: row.answered,
            asked: row.asked,
            retired: row.retired,
            meter_count: i32::try_from(row.meters).unwrap_or(i32::MAX),
        }
    }
}

#[ComplexObject]
impl Collector {
    /// The meters behind it, by number.
    #[graphql(complexity = "100 * child_complexity")]
    async fn meters(&self, ctx: &Context<'_>) -> Result<Vec<CollectedMeter>> {
        let pool = Services::of(ctx)?.store().pool();
        let rows = collectors::query::meters(pool, &self.collector_no).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(CollectedMeter::from).collect())
    }

    /// What was strange there, the newest first; each once a day.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn oddities(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<OddityNoticed>> {
        let page = page(ctx, "collector_oddities", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = collectors::query::oddities(pool, &self.collector_no, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "collector_oddities", slice, OddityNoticed::from)
    }
}

/// A meter behind a collector.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct CollectedMeter {
    meter_no: String,
    collector_no: String,
    /// 通信地址
    address: String,
    /// Null until it is found out.
    protocol: Option<MeterProtocol>,
    /// Whether it has a relay or valve that may be ordered from here.
    switchable: bool,
    last_index: Option<Decimal>,
    last_heard: Option<DateTime<Utc>>,
    /// Rounds in a row without an answer.
    silent_rounds: i32,
}

impl From<CollectedMeterRow> for CollectedMeter {
    fn from(row: CollectedMeterRow) -> Self {
        Self {
            protocol: row.protocol.as_deref().and_then(MeterProtocol::of),
            meter_no: row.meter_no,
            collector_no: row.collector_no,
            address: row.address,
            switchable: row.switchable,
            last_index: row.last_index.map(|index| Decimal(index.value())),
            last_heard: row.last_heard,
            silent_rounds: row.silent,
        }
    }
}

/// Something strange behind a collector.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct OddityNoticed {
    /// Null: of the collector itself.
    meter_no: Option<String>,
    oddity: Oddity,
    detail: String,
    at: DateTime<Utc>,
}

impl From<OddityRow> for OddityNoticed {
    fn from(row: OddityRow) -> Self {
        let all = collector::Oddity::ALL.into_iter();
        let mut known = all.filter(|oddity| oddity.as_str() == row.oddity);
        Self {
            oddity: known
                .next()
                .unwrap_or(collector::Oddity::Quarantined)
                .into(),
            meter_no: row.meter_no,
            detail: row.detail,
            at: row.at,
        }
    }
}

pub(super) async fn find(ctx: &Context<'_>, collector_no: &str) -> Result<Option<Collector>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = collectors::query::by_no(pool, collector_no).await;
    let row = row.map_err(|error| internal(ctx, error))?;
    Ok(row.map(Collector::from))
}

/// What a person wrote as an address.
pub(super) fn address(text: &str) -> std::result::Result<units::DeviceAddress, Rejection> {
    crate::support::field("address", units::DeviceAddress::try_new(text))
}
