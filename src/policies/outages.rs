//! Whose supply is to be cut is told when it is announced, moved or called off, and reminded ahead
//! (R61).

use async_trait::async_trait;
use chaobiao_domain::bulletin::outage::{OutageArea, OutageEvent, OutagePublished, RemindOfOutage};
use chaobiao_domain::units::{Commodity, OutageId, business_time};
use chaobiao_eventstore::{
    EventStore, OutboxMessage, Policy, PolicyError, Reaction, RecordedEvent,
};
use chaobiao_projections::outages::{AUDIENCE_OF, audience};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::read_models::{history, later, require};

pub(super) struct Outages(pub(super) EventStore);

fn subject(outage_id: &OutageId) -> String {
    format!("outage/{outage_id}")
}

fn time(instant: DateTime<Utc>) -> String {
    business_time(instant)
        .format("%-m月%-d日 %H:%M")
        .to_string()
}

/// What is cut off, and where.
fn matter(published: &OutagePublished) -> String {
    let water = published.commodities.contains(&Commodity::Water);
    let power = published.commodities.contains(&Commodity::Electricity);
    let what = match (water, power) {
        (true, true) => "停水停电",
        (true, false) => "停水",
        _ => "停电",
    };
    match &published.area {
        OutageArea::Campus { .. } => what.to_owned(),
        OutageArea::Building { building, .. } => format!("{building}{what}"),
        OutageArea::Meter { meter_no, .. } => format!("表计 {meter_no} {what}"),
        OutageArea::Account { account_no, .. } => format!("户号 {account_no} {what}"),
    }
}

fn text(published: &OutagePublished, to: DateTime<Utc>, event: &OutageEvent) -> String {
    let matter = matter(published);
    let span = format!("{}至{}", time(published.from), time(to));
    match event {
        OutageEvent::Published(_) => format!("{matter}通知：{span}，原因：{}", published.reason),
        OutageEvent::Extended { reason, .. } => {
            format!("{matter}延长至{}，原因：{reason}", time(to))
        }
        OutageEvent::Cancelled { reason, .. } => format!("原定{span}的{matter}取消：{reason}"),
        OutageEvent::Reminded => format!("提醒：{matter}，{span}，请提前做好准备"),
    }
}

/// The same in a few words.
fn word(published: &OutagePublished, event: &OutageEvent) -> String {
    let matter = matter(published);
    match event {
        OutageEvent::Published(_) => format!("{matter}通知"),
        OutageEvent::Extended { .. } => format!("{matter}延长"),
        OutageEvent::Cancelled { .. } => format!("{matter}取消"),
        OutageEvent::Reminded => format!("{matter}提醒"),
    }
}

#[async_trait]
impl Policy for Outages {
    fn name(&self) -> &'static str {
        "outages"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["outage"]
    }

    /// All that follows depends on who lives there at that moment.
    fn react(&self, _: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        Ok(Vec::new())
    }

    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let mut announced = None;
        for earlier in history(&self.0, event).await? {
            match (earlier.decode()?, &mut announced) {
                (OutageEvent::Published(published), _) => {
                    announced = Some((published.to, published));
                }
                (OutageEvent::Extended { to, .. }, Some((end, _))) => *end = to,
                _ => {}
            }
        }
        let (to, published) = announced.ok_or_else(|| later("the notice is not sealed"))?;
        let happened: OutageEvent = event.decode()?;
        let outage_id = published.outage_id.clone();
        let mut reactions = Vec::new();
        if let (OutageEvent::Published(_), Some(at)) = (&happened, published.remind_at) {
            reactions.push(Reaction::Due {
                at,
                subject: subject(&outage_id),
                process: Box::new(RemindOfOutage {
                    outage_id: outage_id.clone(),
                }),
                label: "reminder".to_owned(),
            });
        }
        if let OutageEvent::Cancelled { .. } = happened {
            reactions.push(Reaction::Withdraw {
                subject: subject(&outage_id),
            });
        }
        require(&self.0, &AUDIENCE_OF, event).await?;
        let text = text(&published, to, &happened);
        let values = json!({
            "what": word(&published, &happened),
            "from": time(published.from),
            "to": time(to),
            "reason": published.reason,
        });
        let concerned = audience(self.0.pool(), &published.area)
            .await
            .map_err(later)?;
        reactions.extend(concerned.into_iter().map(|customer_id| Reaction::Tell {
            message: OutboxMessage {
                channel: "wechat".to_owned(),
                message: json!({
                    "customer_id": customer_id,
                    "template": "outage",
                    "outage_id": outage_id,
                    "text": text,
                    "values": values,
                }),
            },
            label: customer_id,
        }));
        Ok(reactions)
    }
}
