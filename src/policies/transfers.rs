//! Whoever claims a transfer is told when the receipt is ready, that the claim was turned down, or
//! that the bank has taken the money back (R28).

use async_trait::async_trait;
use chaobiao_decision::{Actor, Personal};
use chaobiao_domain::transfer_claim::{TransferClaimEvent, TransferSubmitted};
use chaobiao_domain::units::Fen;
use chaobiao_eventstore::{
    EventStore, OutboxMessage, Policy, PolicyError, Reaction, RecordedEvent,
};
use serde_json::json;

use super::read_models::{history, later};

pub(super) struct Transfers(pub(super) EventStore);

/// Which template, and what it says.
fn news(event: &TransferClaimEvent, claimed: Fen) -> Option<(&'static str, String)> {
    match event {
        TransferClaimEvent::Verified(verified) if verified.amount == claimed => Some((
            "receipt_ready",
            format!(
                "您的转账 {} 元已到账，可到任一校区分中心换取收据",
                verified.amount
            ),
        )),
        TransferClaimEvent::Verified(verified) => Some((
            "receipt_ready",
            format!(
                "您申报的转账 {claimed} 元，银行实际到账 {} 元，已按到账金额入账，\
                 可到任一校区分中心换取收据",
                verified.amount
            ),
        )),
        TransferClaimEvent::Rejected { reason, .. } => Some((
            "transfer_rejected",
            format!("您申报的转账 {claimed} 元未通过核实：{reason}"),
        )),
        TransferClaimEvent::Reversed { reason, .. } => Some((
            "transfer_reversed",
            format!("您的转账 {claimed} 元已冲回：{reason}。账单恢复为未缴，请交回收据"),
        )),
        TransferClaimEvent::Submitted(_) | TransferClaimEvent::MismatchNoted(_) => None,
    }
}

/// In a few words.
fn what(template: &str) -> &'static str {
    match template {
        "receipt_ready" => "转账已入账，可换取收据",
        "transfer_rejected" => "转账未通过核实",
        _ => "转账已冲回",
    }
}

fn reaction(submitted: TransferSubmitted, template: &str, text: String) -> Option<Reaction> {
    let claim_id = submitted.claim_id;
    let message = match (submitted.submitted_by, submitted.phone) {
        (Actor::Customer(customer_id), _) => OutboxMessage {
            channel: "wechat".to_owned(),
            message: json!({
                "customer_id": customer_id,
                "template": template,
                "claim_id": claim_id,
                "text": text,
                "values": { "what": what(template), "amount": format!("{} 元", submitted.amount) },
            }),
        },
        (_, Some(phone)) if phone.value().is_some() => {
            let text = Personal::new(phone.subject(), text);
            OutboxMessage {
                channel: "sms".to_owned(),
                message: json!({
                    "to": phone,
                    "text": text,
                    "template": template,
                    "claim_id": claim_id,
                }),
            }
        }
        _ => return None,
    };
    Some(Reaction::Tell {
        message,
        label: "claimant".to_owned(),
    })
}

#[async_trait]
impl Policy for Transfers {
    fn name(&self) -> &'static str {
        "transfers"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["transfer_claim"]
    }

    /// Whom to tell stands in the claim.
    fn react(&self, _: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        Ok(Vec::new())
    }

    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let history = history(&self.0, event).await?;
        let first = history
            .first()
            .ok_or_else(|| later("the claim is not sealed"))?;
        let TransferClaimEvent::Submitted(submitted) = first.decode()? else {
            return Err(PolicyError::Invalid(
                "a claim begins with itself".to_owned(),
            ));
        };
        let Some((template, text)) = news(&event.decode()?, submitted.amount) else {
            return Ok(Vec::new());
        };
        Ok(reaction(submitted, template, text).into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use chaobiao_domain::transfer_claim::TransferVerified;

    use super::*;

    fn submitted(by: Actor, phone: Option<&str>) -> TransferSubmitted {
        TransferSubmitted {
            claim_id: "t1".parse().unwrap(),
            accounts: vec!["A1".parse().unwrap()],
            bills: Vec::new(),
            amount: Fen::new(128_640),
            photo: None,
            transferred_on: None,
            campus: None,
            phone: phone.map(|phone| Personal::new("transfer_claim/t1", phone.parse().unwrap())),
            submitted_by: by,
            submitted_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    fn told(by: Actor, phone: Option<&str>, event: &TransferClaimEvent) -> Option<OutboxMessage> {
        let (template, text) = news(event, Fen::new(128_640))?;
        match reaction(submitted(by, phone), template, text)? {
            Reaction::Tell { message, .. } => Some(message),
            _ => None,
        }
    }

    #[test]
    fn r28_the_claimant_hears_that_the_receipt_is_ready_and_what_the_bank_really_had() {
        let verified = TransferClaimEvent::Verified(TransferVerified {
            bank_reference: "B1".parse().unwrap(),
            payment_id: "p1".parse().unwrap(),
            amount: Fen::new(126_840),
            verified_by: Actor::Staff("qian".to_owned()),
        });
        let customer = told(Actor::Customer("c1".to_owned()), None, &verified).unwrap();
        assert_eq!(customer.channel, "wechat");
        assert_eq!(customer.message["template"], "receipt_ready");
        let text = customer.message["text"].as_str().unwrap();
        assert!(
            text.contains("1286.40") && text.contains("1268.40"),
            "{text}"
        );
        let staff = || Actor::Staff("li".to_owned());
        let phone = told(staff(), Some("13800138000"), &verified).unwrap();
        assert_eq!(phone.channel, "sms");
        assert_eq!(told(staff(), None, &verified), None, "nobody left a number");
        let rejected = TransferClaimEvent::Rejected {
            reason: "查无到账".to_owned(),
            rejected_by: staff(),
        };
        let message = told(staff(), Some("13800138000"), &rejected)
            .unwrap()
            .message;
        let text = message["text"]["$personal"]["value"].as_str().unwrap();
        assert!(text.ends_with("查无到账"), "{text}");
    }
}
