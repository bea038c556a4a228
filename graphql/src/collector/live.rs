use async_graphql::{Context, Result, SimpleObject, Subscription};
use chaobiao_domain::staff::Permission;
use chrono::{DateTime, Utc};
use futures::Stream;

use crate::support::{LiveFrame, Services, bad_input, live_on, may};

/// What went over a collector's link just now.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct CollectorFrame {
    /// Counts up on the node that answers.
    number: i64,
    collector_no: String,
    /// 通信地址
    address: Option<String>,
    at: DateTime<Utc>,
    /// What happened, in words.
    what: String,
    /// In hexadecimal, where there was one. Orders to relays and valves are not shown: a password
    /// is in them.
    frame: Option<String>,
}

impl From<LiveFrame> for CollectorFrame {
    fn from(live: LiveFrame) -> Self {
        Self {
            number: live.number,
            collector_no: live.collector_no,
            address: live.address,
            at: live.at,
            what: live.what,
            frame: live.frame,
        }
    }
}

/// The last frames, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct CollectorFrames {
    latest: Vec<CollectorFrame>,
}

#[derive(Default)]
pub struct CollectorSubscription;

#[Subscription]
impl CollectorSubscription {
    /// 实时报文: the last that went over the links of the node that answers, now and whenever there
    /// is more.
    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn collector_frames(
        &self,
        ctx: &Context<'_>,
        collector_no: Option<String>,
    ) -> Result<impl Stream<Item = Result<CollectorFrames>>> {
        let changes = Services::of(ctx)?.collectors.changes();
        let changes = changes.ok_or_else(|| bad_input("本节点没有启用采集网关"))?;
        let rule = may(Permission::ViewMeters);
        live_on(ctx, changes.into(), rule, move |services, _viewer| {
            let latest = services.collectors.latest(collector_no.as_deref());
            let latest = latest.into_iter().map(CollectorFrame::from).collect();
            std::future::ready(Ok(CollectorFrames { latest }))
        })
    }
}
