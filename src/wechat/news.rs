//! News as they stand in the outbox, and to whom they go.

use std::collections::BTreeMap;

use chaobiao_decision::Personal;
use chaobiao_domain::customer::{Reachable, customer_subject};
use chaobiao_domain::units::{CustomerId, MeterNo, business_time};
use chaobiao_eventstore::Outgoing;
use serde::Deserialize;
use serde_json::json;

use crate::sms;

/// News to a customer, or to everybody whose account pays for a meter.
#[derive(Debug, Deserialize)]
pub(super) struct News {
    #[serde(flatten)]
    pub(super) to: To,
    pub(super) template: String,
    text: String,
    #[serde(default)]
    values: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum To {
    CustomerId(CustomerId),
    MeterNo(MeterNo),
}

impl News {
    /// What a template may show: the values of this kind of news, its text, and its time.
    pub(super) fn values(&self, outgoing: &Outgoing) -> BTreeMap<String, String> {
        let mut values = self.values.clone();
        values.insert("text".to_owned(), self.text.clone());
        let time = business_time(outgoing.created_at);
        let time = time.format("%Y年%-m月%-d日 %H:%M").to_string();
        values.entry("time".to_owned()).or_insert(time);
        values
    }

    /// The same as a text message.
    pub(super) fn as_text(
        &self,
        outgoing: &Outgoing,
        customer_id: &CustomerId,
        reachable: &Reachable,
    ) -> Option<Outgoing> {
        let subject = customer_subject(customer_id);
        let phone = Personal::new(&subject, reachable.phone.clone()?);
        Some(Outgoing {
            channel: sms::CHANNEL.to_owned(),
            message: json!({
                "to": phone,
                "text": Personal::new(&subject, self.text.clone()),
                "template": self.template,
                "values": self.values,
            }),
            ..outgoing.clone()
        })
    }
}
