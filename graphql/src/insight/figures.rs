use async_graphql::{ComplexObject, Enum, SimpleObject};
use chaobiao_projections::insight;

use crate::support::{Commodity, Decimal, Fen, YearMonth};

/// A share of a whole to four decimals; null of nothing.
pub(super) fn share(part: i64, whole: i64) -> Option<Decimal> {
    let share = rust_decimal::Decimal::from(part).checked_div(whole.into())?;
    Some(Decimal(share.round_dp(4).normalize()))
}

/// What figures are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum ChannelStatsBy {
    Campus,
    Book,
    Building,
}

impl From<ChannelStatsBy> for insight::StatsBy {
    fn from(by: ChannelStatsBy) -> Self {
        match by {
            ChannelStatsBy::Campus => Self::Campus,
            ChannelStatsBy::Book => Self::Book,
            ChannelStatsBy::Building => Self::Building,
        }
    }
}

/// How the meters of a campus, book or building were read in a month.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct ReadingChannelStats {
    month: YearMonth,
    key: String,
    /// On a walk of the month, or read in it without one. A meter counts by its last reading.
    meters: i64,
    /// By their customers.
    self_read: i64,
    /// By themselves.
    remote: i64,
    /// By a reader, by eye or by handheld.
    on_site: i64,
    /// Taken over from elsewhere.
    imported: i64,
    unread: i64,
    /// Ways to a meter, those in vain included.
    visits: i64,
}

#[ComplexObject]
impl ReadingChannelStats {
    async fn self_read_share(&self) -> Option<Decimal> {
        share(self.self_read, self.meters)
    }

    async fn remote_share(&self) -> Option<Decimal> {
        share(self.remote, self.meters)
    }

    async fn on_site_share(&self) -> Option<Decimal> {
        share(self.on_site, self.meters)
    }

    async fn visits_per_meter(&self) -> Option<Decimal> {
        share(self.visits, self.meters)
    }
}

impl From<insight::ChannelStats> for ReadingChannelStats {
    fn from(stats: insight::ChannelStats) -> Self {
        Self {
            month: YearMonth(stats.month),
            key: stats.key,
            meters: stats.meters,
            self_read: stats.self_read,
            remote: stats.remote,
            on_site: stats.on_site,
            imported: stats.imported,
            unread: stats.unread,
            visits: stats.visits,
        }
    }
}

/// One reader's month.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct ReaderKpi {
    /// The login.
    reader: String,
    /// Meters of the walks given to the reader.
    assigned: i64,
    /// Of these, read by anybody.
    read: i64,
    /// Of these, read by the day they were due.
    on_time: i64,
    /// Readings the reader sent in.
    readings: i64,
    /// Of these, such as came after another of the same meter in the month.
    re_read: i64,
    with_photo: i64,
    /// Such as a rule found something in.
    anomalies: i64,
    rejected: i64,
    corrected: i64,
    /// Ways in vain.
    visits: i64,
}

#[ComplexObject]
impl ReaderKpi {
    /// Read in time, of what was assigned.
    async fn on_time_rate(&self) -> Option<Decimal> {
        share(self.on_time, self.assigned)
    }

    async fn re_read_rate(&self) -> Option<Decimal> {
        share(self.re_read, self.readings)
    }

    async fn photo_rate(&self) -> Option<Decimal> {
        share(self.with_photo, self.readings)
    }

    async fn anomaly_rate(&self) -> Option<Decimal> {
        share(self.anomalies, self.readings)
    }
}

impl From<insight::ReaderFigures> for ReaderKpi {
    fn from(figures: insight::ReaderFigures) -> Self {
        Self {
            reader: figures.reader.to_string(),
            assigned: figures.assigned,
            read: figures.read,
            on_time: figures.on_time,
            readings: figures.readings,
            re_read: figures.re_read,
            with_photo: figures.with_photo,
            anomalies: figures.anomalies,
            rejected: figures.rejected,
            corrected: figures.corrected,
            visits: figures.visits,
        }
    }
}

/// What was used of one commodity, by the readings of a month.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct CommodityTotals {
    commodity: Commodity,
    usage: Decimal,
    previous_month: Decimal,
    last_year: Decimal,
}

/// The centre at a glance: metering and charging in one month.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct Overview {
    month: YearMonth,
    /// Of the walks of the month.
    meters: i64,
    read: i64,
    unread: i64,
    /// Readings of whatever month that wait for a person now.
    held: i64,
    /// Readings of the month a rule found something in.
    anomalies: i64,
    usage: Vec<CommodityTotals>,
    /// By the notices of the month's bills.
    billed: Fen,
    open: Fen,
    /// What is open of these past its day.
    overdue: Fen,
    /// Money taken in the month, for whatever it was.
    collected: Fen,
}

impl From<insight::Overview> for Overview {
    fn from(overview: insight::Overview) -> Self {
        let totals = |totals: insight::CommodityTotals| CommodityTotals {
            commodity: totals.commodity.into(),
            usage: totals.usage.into(),
            previous_month: totals.previous_month.into(),
            last_year: totals.last_year.into(),
        };
        Self {
            month: YearMonth(overview.month),
            meters: overview.meters,
            read: overview.read,
            unread: overview.unread,
            held: overview.held,
            anomalies: overview.anomalies,
            usage: overview.usage.into_iter().map(totals).collect(),
            billed: overview.billed.into(),
            open: overview.open.into(),
            overdue: overview.overdue.into(),
            collected: overview.collected.into(),
        }
    }
}
