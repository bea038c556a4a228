//! A case is watched until it is answered; its reporter is told what becomes of it, and a new list
//! of days off moves the deadlines of those that wait (R59, R60, X14).

use async_trait::async_trait;
use chaobiao_decision::Personal;
use chaobiao_domain::service::case::{
    CaseEvent, CaseKind, Deadline, NoteMissedReply, ReplanCase, WarnOfDeadline,
};
use chaobiao_domain::units::{CaseId, Phone};
use chaobiao_domain::work_calendar::WorkYearEvent;
use chaobiao_eventstore::{
    EventStore, OutboxMessage, Policy, PolicyError, Reaction, RecordedEvent,
};
use chaobiao_projections::service_cases;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::read_models::{history, later, require};

pub(super) struct ServiceCases(pub(super) EventStore);

fn invalid(error: impl std::fmt::Display) -> PolicyError {
    PolicyError::Invalid(error.to_string())
}

fn subject(case_id: &CaseId) -> String {
    format!("service_case/{case_id}")
}

/// A warning and the note that nobody answered, each at its time.
fn watch(case_id: &CaseId, since: DateTime<Utc>, deadline: &Deadline) -> Vec<Reaction> {
    let (case_id, due_at) = (case_id.clone(), deadline.due_at);
    vec![
        Reaction::Due {
            at: deadline.warn_at(since),
            subject: subject(&case_id),
            process: Box::new(WarnOfDeadline {
                case_id: case_id.clone(),
                due_at,
            }),
            label: "warning".to_owned(),
        },
        Reaction::Due {
            at: due_at,
            subject: subject(&case_id),
            process: Box::new(NoteMissedReply { case_id, due_at }),
            label: "missed".to_owned(),
        },
    ]
}

fn watch_anew(case_id: &CaseId, since: DateTime<Utc>, deadline: &Deadline) -> Vec<Reaction> {
    let mut reactions = vec![Reaction::Withdraw {
        subject: subject(case_id),
    }];
    reactions.extend(watch(case_id, since, deadline));
    reactions
}

/// What the reporter is told of an event, if anything.
fn news(kind: CaseKind, event: &CaseEvent) -> Option<String> {
    let label = kind.label();
    Some(match event {
        CaseEvent::Replied { text } => format!("您的{label}有新的答复：{text}"),
        CaseEvent::Resolved { outcome } => format!("您的{label}已处理：{outcome}。欢迎评价。"),
        CaseEvent::Closed { .. } => format!("您的{label}已办结。"),
        CaseEvent::Replanned { reason, .. } => {
            format!("您的{label}的答复时间因工作日历调整而变更：{reason}")
        }
        _ => return None,
    })
}

fn message(
    case_id: &CaseId,
    kind: CaseKind,
    phone: &Personal<Phone>,
    text: String,
) -> OutboxMessage {
    let text = Personal::new(phone.subject(), text);
    OutboxMessage {
        channel: "sms".to_owned(),
        message: json!({
            "to": phone,
            "text": text,
            "template": "case",
            "values": { "what": kind.label() },
            "case_id": case_id,
        }),
    }
}

impl ServiceCases {
    async fn of_case(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let case_id = CaseId::try_new(&event.stream.aggregate_id).map_err(invalid)?;
        let happened: CaseEvent = event.decode()?;
        let mut reactions = match &happened {
            CaseEvent::Opened(opened) => watch(&case_id, opened.filed_at, &opened.deadline),
            CaseEvent::Reopened {
                reopened_at,
                deadline,
                ..
            } => watch_anew(&case_id, *reopened_at, deadline),
            CaseEvent::Replanned { deadline, .. } => {
                watch_anew(&case_id, event.recorded_at, deadline)
            }
            CaseEvent::Replied { .. } | CaseEvent::Resolved { .. } | CaseEvent::Closed { .. } => {
                vec![Reaction::Withdraw {
                    subject: subject(&case_id),
                }]
            }
            CaseEvent::Assigned { .. }
            | CaseEvent::StaffNamed { .. }
            | CaseEvent::Rated { .. }
            | CaseEvent::DeadlineWarned { .. }
            | CaseEvent::DeadlineMissed { .. } => Vec::new(),
        };
        reactions.extend(self.tell(&case_id, event, &happened).await?);
        Ok(reactions)
    }

    /// Nobody is told what they did themselves, nor where there is no phone, or none any more.
    async fn tell(
        &self,
        case_id: &CaseId,
        event: &RecordedEvent,
        happened: &CaseEvent,
    ) -> Result<Option<Reaction>, PolicyError> {
        if news(CaseKind::ServiceRequest, happened).is_none() {
            return Ok(None);
        }
        let history = history(&self.0, event).await?;
        let Some(first) = history.first() else {
            return Err(later("the history of the case is not sealed"));
        };
        let CaseEvent::Opened(opened) = first.decode()? else {
            return Err(invalid("a case begins with its opening"));
        };
        let phone = opened.contact.map(|contact| contact.phone);
        let phone = phone.filter(|phone| phone.value().is_some());
        let own = event.metadata.actor == opened.reported_by;
        let (Some(phone), false) = (phone, own) else {
            return Ok(None);
        };
        let text = news(opened.kind, happened);
        Ok(text.map(|text| Reaction::Tell {
            message: message(case_id, opened.kind, &phone, text),
            label: "reporter".to_owned(),
        }))
    }

    /// X14: only what waits is reckoned again.
    async fn of_calendar(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        require(&self.0, &["service_cases"], event).await?;
        let WorkYearEvent::YearLoaded { list } = event.decode()?;
        let reason = format!("{} 年放假安排（{}）", list.year(), list.papers().join("、"));
        let waiting = service_cases::waiting(self.0.pool()).await.map_err(later)?;
        Ok(waiting
            .into_iter()
            .map(|case_id| Reaction::Run {
                label: format!("replan/{case_id}"),
                process: Box::new(ReplanCase {
                    case_id,
                    reason: reason.clone(),
                }),
            })
            .collect())
    }
}

#[async_trait]
impl Policy for ServiceCases {
    fn name(&self) -> &'static str {
        "service_cases"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["service_case", "work_calendar"]
    }

    /// Everything here needs the case's history or who waits.
    fn react(&self, _: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        Ok(Vec::new())
    }

    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        match event.stream.aggregate_type.as_str() {
            "service_case" => self.of_case(event).await,
            _ => self.of_calendar(event).await,
        }
    }
}
