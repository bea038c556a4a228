//! A binding request is watched until it is decided, and the customer is told the answer (R51).

use chaobiao_domain::customer::{CustomerEvent, NoteOverdueBinding};
use chaobiao_domain::units::{BindingId, CustomerId};
use chaobiao_eventstore::{OutboxMessage, Policy, PolicyError, Reaction, RecordedEvent};
use serde_json::json;

pub(super) struct BindingReview;

impl Policy for BindingReview {
    fn name(&self) -> &'static str {
        "binding_review"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["customer"]
    }

    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let customer_id = CustomerId::try_new(&event.stream.aggregate_id)
            .map_err(|error| PolicyError::Invalid(error.to_string()))?;
        Ok(match event.decode()? {
            CustomerEvent::BindingRequested(request) => vec![Reaction::Due {
                at: request.due_at,
                subject: subject(&request.binding_id),
                process: Box::new(NoteOverdueBinding {
                    customer_id,
                    binding_id: request.binding_id,
                    due_at: request.due_at,
                }),
                label: "overdue".to_owned(),
            }],
            CustomerEvent::BindingApproved { binding_id } => {
                let what = "户号绑定申请已通过";
                decided(&customer_id, &binding_id, ("binding_approved", what), None)
            }
            CustomerEvent::BindingRejected { binding_id, reason } => {
                let what = "户号绑定申请未通过";
                decided(
                    &customer_id,
                    &binding_id,
                    ("binding_rejected", what),
                    Some(&reason),
                )
            }
            CustomerEvent::BindingRevoked { binding_id } => {
                vec![Reaction::Withdraw {
                    subject: subject(&binding_id),
                }]
            }
            CustomerEvent::Registered(_)
            | CustomerEvent::WechatLinked { .. }
            | CustomerEvent::WechatUnlinked
            | CustomerEvent::WechatFollowed { .. }
            | CustomerEvent::WechatUnfollowed { .. }
            | CustomerEvent::BindingDeadlineMissed { .. }
            | CustomerEvent::Erased => Vec::new(),
        })
    }
}

fn subject(binding_id: &BindingId) -> String {
    format!("binding/{binding_id}")
}

fn decided(
    customer_id: &CustomerId,
    binding_id: &BindingId,
    (template, what): (&str, &str),
    reason: Option<&str>,
) -> Vec<Reaction> {
    let text = match reason {
        Some(reason) => format!("您的{what}：{reason}"),
        None => format!("您的{what}"),
    };
    let message = json!({
        "customer_id": customer_id,
        "template": template,
        "binding_id": binding_id,
        "reason": reason,
        "text": text,
        "values": { "what": what, "reason": reason.unwrap_or("无") },
    });
    vec![
        Reaction::Withdraw {
            subject: subject(binding_id),
        },
        Reaction::Send(OutboxMessage {
            channel: "wechat".to_owned(),
            message,
        }),
    ]
}
