//! Whoever an article is pushed to is told of it (R9).

use async_trait::async_trait;
use chaobiao_domain::bulletin::article::ArticleEvent;
use chaobiao_eventstore::{
    EventStore, OutboxMessage, Policy, PolicyError, Reaction, RecordedEvent,
};
use chaobiao_projections::outages::{AUDIENCE_OF, audience};
use serde_json::json;

use super::read_models::{later, require};

pub(super) struct Articles(pub(super) EventStore);

#[async_trait]
impl Policy for Articles {
    fn name(&self) -> &'static str {
        "articles"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["article"]
    }

    /// All that follows depends on who lives there at that moment.
    fn react(&self, _: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        Ok(Vec::new())
    }

    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let ArticleEvent::Pushed {
            article_id,
            title,
            audience: told,
            ..
        } = event.decode()?
        else {
            return Ok(Vec::new());
        };
        require(&self.0, &AUDIENCE_OF, event).await?;
        let concerned = audience(self.0.pool(), &told.into()).await.map_err(later)?;
        let tell = |customer_id: String| Reaction::Tell {
            message: OutboxMessage {
                channel: "wechat".to_owned(),
                message: json!({
                    "customer_id": customer_id,
                    "template": "article",
                    "article_id": article_id,
                    "text": format!("{title}。详情请看水电服务的服务信息"),
                    "values": { "what": title },
                }),
            },
            label: customer_id,
        };
        Ok(concerned.into_iter().map(tell).collect())
    }
}
