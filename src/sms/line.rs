//! One provider as it is used here.

use std::collections::BTreeMap;

use chaobiao_integrations::sms::aliyun::Aliyun;
use chaobiao_integrations::sms::tencent::Tencent;
use chaobiao_integrations::sms::{Moment, SmsError, Taken, Text};
use chrono::{DateTime, Utc};
use rand::RngCore as _;
use uuid::Uuid;

use super::News;
use super::rest::Rest;

/// Used where a message has no template of its own.
const ANY: &str = "notice";

#[derive(Debug)]
pub(super) enum Provider {
    Tencent(Tencent),
    Aliyun(Aliyun),
}

/// A template at the provider: its number, and the values it wants in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    number: String,
    values: Vec<String>,
}

impl Template {
    /// `name number value…`
    pub(super) fn parse(entry: &str) -> Option<(String, Self)> {
        let mut words = entry.split_whitespace().map(str::to_owned);
        let (name, number) = (words.next()?, words.next()?);
        let values = words.collect();
        Some((name, Self { number, values }))
    }

    fn fill(&self, news: &News) -> Result<Vec<(String, String)>, SmsError> {
        let filled = self.values.iter().map(|name| {
            let value = news.values.get(name);
            let value = value.ok_or_else(|| SmsError::Message(format!("there is no {name}")))?;
            Ok((name.clone(), value.clone()))
        });
        filled.collect()
    }
}

#[derive(Debug)]
pub(super) struct Line {
    provider: Provider,
    templates: BTreeMap<String, Template>,
    rest: Rest,
}

impl Line {
    pub(super) fn new(provider: Provider, templates: BTreeMap<String, Template>) -> Self {
        Self {
            provider,
            templates,
            rest: Rest::default(),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self.provider {
            Provider::Tencent(_) => "tencent",
            Provider::Aliyun(_) => "aliyun",
        }
    }

    pub(super) async fn send(
        &self,
        id: Uuid,
        news: &News,
        now: DateTime<Utc>,
    ) -> Result<Taken, SmsError> {
        let own = self.templates.get(&news.template);
        let template = own.or_else(|| self.templates.get(ANY));
        let template = template
            .ok_or_else(|| SmsError::Message(format!("no template for {}", news.template)))?;
        let text = Text {
            phone: news.phone.clone(),
            template: template.number.clone(),
            values: template.fill(news)?,
            reference: id.simple().to_string(),
        };
        if self.rest.is_taken(now) {
            return Err(SmsError::NotSent("it did not answer just now".to_owned()));
        }
        let outcome = match &self.provider {
            Provider::Tencent(tencent) => tencent.send(&text, now).await,
            Provider::Aliyun(aliyun) => {
                let mut nonce = [0_u8; 16];
                rand::rng().fill_bytes(&mut nonce);
                let nonce = hex::encode(nonce);
                aliyun.send(&text, &Moment { now, nonce }).await
            }
        };
        self.rest
            .note(matches!(outcome, Err(SmsError::Unknown(_))), now);
        outcome
    }
}
