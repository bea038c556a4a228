//! Whoever asked for a visit is told when somebody comes, or that nobody does (R57).

use async_trait::async_trait;
use chaobiao_decision::Personal;
use chaobiao_domain::service::appointment::AppointmentEvent;
use chaobiao_domain::units::business_time;
use chaobiao_eventstore::{
    EventStore, OutboxMessage, Policy, PolicyError, Reaction, RecordedEvent,
};
use serde_json::json;

use super::read_models::{history, later};

pub(super) struct Visits(pub(super) EventStore);

#[async_trait]
impl Policy for Visits {
    fn name(&self) -> &'static str {
        "visits"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["appointment"]
    }

    /// All that follows needs the history: whom to tell stands in the request.
    fn react(&self, _: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        Ok(Vec::new())
    }

    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let news: &str = match event.decode()? {
            AppointmentEvent::Scheduled {
                confirmed: true, ..
            }
            | AppointmentEvent::Confirmed => "已确认",
            AppointmentEvent::Rescheduled { .. } => "已改期",
            AppointmentEvent::Finished { .. } => "已完成",
            AppointmentEvent::Cancelled { .. } => "已取消",
            AppointmentEvent::Requested(_) | AppointmentEvent::Scheduled { .. } => {
                return Ok(Vec::new());
            }
        };
        let mut slot = None;
        let mut request = None;
        for earlier in history(&self.0, event).await? {
            match earlier.decode()? {
                AppointmentEvent::Requested(requested) => request = Some(requested),
                AppointmentEvent::Scheduled { slot: booked, .. }
                | AppointmentEvent::Rescheduled { slot: booked, .. } => slot = Some(booked),
                _ => {}
            }
        }
        let request = request.ok_or_else(|| later("the request is not sealed"))?;
        let own = event.metadata.actor == request.requested_by;
        let phone = request.contact.map(|contact| contact.phone);
        let Some(phone) = phone.filter(|phone| phone.value().is_some() && !own) else {
            return Ok(Vec::new());
        };
        let label = request.kind.label();
        let time = slot.map(|slot| {
            business_time(slot.from)
                .format("%-m月%-d日 %H:%M")
                .to_string()
        });
        let time = time.unwrap_or_default();
        let text = format!("您预约的上门{label}{news}：{time}");
        let text = Personal::new(phone.subject(), text);
        let id = request.appointment_id;
        Ok(vec![Reaction::Tell {
            message: OutboxMessage {
                channel: "sms".to_owned(),
                message: json!({
                    "to": phone,
                    "text": text,
                    "template": "visit",
                    "values": { "what": label, "news": news, "time": time },
                    "appointment_id": id,
                }),
            },
            label: "requester".to_owned(),
        }])
    }
}
