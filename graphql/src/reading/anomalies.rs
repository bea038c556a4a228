//! What the rules find in readings, told to who watches: in the order of the log, each once.

use std::collections::VecDeque;

use async_graphql::{Context, Error, Result, SimpleObject};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::reading_review::{self, FoundFilter, ReadingRow};
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt as _};

use super::Reading;
use crate::support::{CursorKey, ErrorCode, Services, bad_input, coded, live_for_all, may};

/// How many of the last are shown.
const SHOWN: u32 = 20;
/// How many are told at once to who has been away; the rest follows.
const TOLD: u32 = 100;
const LIST: &str = "anomalies";

/// The last readings in which a rule found something.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct Anomalies {
    /// The newest first.
    latest: Vec<Reading>,
    /// Those found since the last time, or since `after`; the oldest first.
    news: Vec<Reading>,
    /// As far as this has been told: `after` for who comes back.
    cursor: String,
}

/// Where a watcher is.
struct Watcher {
    latest: BoxStream<'static, Result<Vec<ReadingRow>>>,
    services: Services,
    key: CursorKey,
    filter: FoundFilter,
    /// As far as it has been told; `None` before anything was.
    told: Option<i64>,
    /// Told nothing of how things are, because it has heard of that.
    resumed: bool,
    waiting: VecDeque<Anomalies>,
}

pub(super) fn news_of_anomalies(
    ctx: &Context<'_>,
    filter: FoundFilter,
    after: Option<&str>,
) -> Result<impl Stream<Item = Result<Anomalies>> + use<>> {
    let key = ctx.data::<CursorKey>()?.clone();
    let told = after
        .map(|after| {
            key.open(LIST, after)
                .ok_or_else(|| bad_input("after 不是本订阅给出的游标"))
        })
        .transpose()?;
    let asked = filter.clone();
    let rule = may(Permission::ViewMeters);
    let latest = live_for_all(ctx, &["reading_review"], rule, move |services| {
        let filter = asked.clone();
        async move {
            let pool = services.store().pool();
            let rows = reading_review::query::found(pool, &filter, None, SHOWN).await;
            rows.map_err(|error| error.to_string())
        }
    })?;
    let watcher = Watcher {
        latest: latest.boxed(),
        services: Services::of(ctx)?.clone(),
        key,
        filter,
        resumed: told.is_some(),
        told,
        waiting: VecDeque::new(),
    };
    Ok(stream::unfold(watcher, Watcher::next))
}

fn position(row: &ReadingRow) -> i64 {
    row.found_at.unwrap_or_default()
}

impl Watcher {
    async fn next(mut self) -> Option<(Result<Anomalies>, Self)> {
        loop {
            if let Some(anomalies) = self.waiting.pop_front() {
                return Some((Ok(anomalies), self));
            }
            let told = match self.latest.next().await? {
                Ok(latest) => self.tell(latest).await,
                Err(error) => Err(error),
            };
            if let Err(error) = told {
                return Some((Err(error), self));
            }
        }
    }

    /// Lays out what this watcher has not heard of.
    async fn tell(&mut self, latest: Vec<ReadingRow>) -> Result<()> {
        let newest = latest.first().map_or(0, position);
        let resumed = std::mem::take(&mut self.resumed);
        let Some(told) = self.told else {
            self.told = Some(newest);
            return self.lay_out(&latest, Vec::new(), newest);
        };
        if newest <= told {
            // Something else about them has changed, such as that one was decided.
            return if resumed {
                Ok(())
            } else {
                self.lay_out(&latest, Vec::new(), told)
            };
        }
        for news in since(&self.services, &self.filter, told, &latest).await? {
            let last = news.last().map_or(newest, position);
            self.lay_out(&latest, news, last)?;
        }
        self.told = Some(newest);
        Ok(())
    }

    fn lay_out(&mut self, latest: &[ReadingRow], news: Vec<ReadingRow>, told: i64) -> Result<()> {
        let cursor = self.key.seal(LIST, &told).map_err(fault)?;
        let readings = |rows: Vec<ReadingRow>| rows.into_iter().map(Reading).collect();
        self.waiting.push_back(Anomalies {
            latest: readings(latest.to_vec()),
            news: readings(news),
            cursor,
        });
        Ok(())
    }
}

fn fault(error: impl std::fmt::Display) -> Error {
    tracing::error!(%error, "a subscription failed");
    coded(ErrorCode::Internal, "服务器内部错误")
}

/// All found after one place in the log and up to the newest of the latest, in pieces.
async fn since(
    services: &Services,
    filter: &FoundFilter,
    told: i64,
    latest: &[ReadingRow],
) -> Result<Vec<Vec<ReadingRow>>> {
    let newest = latest.first().map_or(0, position);
    let reach_back = latest.last().is_some_and(|row| position(row) <= told);
    if reach_back || latest.len() < SHOWN as usize {
        let news = latest.iter().rev().filter(|row| position(row) > told);
        return Ok(vec![news.cloned().collect()]);
    }
    let (mut pieces, mut after) = (Vec::new(), told);
    while after < newest {
        let pool = services.store().pool();
        let rows = reading_review::query::found(pool, filter, Some(after), TOLD).await;
        let mut rows = rows.map_err(fault)?;
        rows.retain(|row| position(row) <= newest);
        let Some(last) = rows.last() else { break };
        after = position(last);
        pieces.push(rows);
    }
    Ok(pieces)
}
