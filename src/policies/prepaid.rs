//! A prepaid account pays for each reading as it is accepted; whose grace is used up is cut off on
//! a working day, and hears of all that beforehand (R23, case E3).

use async_trait::async_trait;
use chaobiao_domain::account::AccountEvent;
use chaobiao_domain::billing::DeductUsage;
use chaobiao_domain::meter::MeterEvent;
use chaobiao_domain::prepaid::{OrderCutOff, PlanCutOff};
use chaobiao_domain::units::{AccountNo, business_time};
use chaobiao_eventstore::{
    EventStore, OutboxMessage, Policy, PolicyError, Reaction, RecordedEvent,
};
use chaobiao_projections::binding_queue::customers_of;
use chaobiao_projections::prepaid::query::{PAYER_OF, payer};
use serde_json::json;

use super::read_models::{later, require};

pub(super) struct Prepaid(pub(super) EventStore);

fn invalid(error: impl std::fmt::Display) -> PolicyError {
    PolicyError::Invalid(error.to_string())
}

fn subject(account_no: &AccountNo) -> String {
    format!("prepaid/{account_no}")
}

/// Whether a meter counts differently after an event.
fn counts_on(event: &MeterEvent) -> bool {
    matches!(
        event,
        MeterEvent::ReadingAccepted(_)
            | MeterEvent::ReadingCorrected(_)
            | MeterEvent::ReadingReestimated(_)
    )
}

/// Which template, and what it says.
fn news(account_no: &AccountNo, event: &AccountEvent) -> Option<(&'static str, String)> {
    Some(match event {
        AccountEvent::LowBalanceRaised { balance } => (
            "low_balance",
            format!("户号 {account_no} 余额 {balance} 元，已低于预警线，请及时充值"),
        ),
        AccountEvent::GraceEntered { balance } => (
            "low_balance",
            format!("户号 {account_no} 余额 {balance} 元，正在使用透支额度，请尽快充值"),
        ),
        AccountEvent::CutOffPlanned { at } => (
            "cut_off",
            format!(
                "户号 {account_no} 透支额度已用尽，将于 {} 停供；此前充值至余额不为负即取消",
                business_time(*at).format("%-m月%-d日 %H:%M")
            ),
        ),
        AccountEvent::CutOffCancelled { balance } => (
            "cut_off",
            format!("户号 {account_no} 余额 {balance} 元，停供已取消"),
        ),
        AccountEvent::RestorationOrdered { balance } => (
            "cut_off",
            format!("户号 {account_no} 余额 {balance} 元，已安排恢复供应"),
        ),
        _ => return None,
    })
}

/// The same in a few words.
fn what(event: &AccountEvent) -> &'static str {
    match event {
        AccountEvent::LowBalanceRaised { .. } => "余额不足，请充值",
        AccountEvent::GraceEntered { .. } => "正在使用透支额度，请充值",
        AccountEvent::CutOffPlanned { .. } => "透支额度用尽，即将停供",
        AccountEvent::CutOffCancelled { .. } => "停供已取消",
        _ => "已安排恢复供应",
    }
}

/// What follows at once, whoever the account is of.
fn steps(account_no: &AccountNo, event: &AccountEvent) -> Vec<Reaction> {
    match event {
        // A plan may have been passed over while money was said to be on its way.
        AccountEvent::GraceExhausted { .. } | AccountEvent::DunningResumed { .. } => {
            vec![Reaction::Run {
                process: Box::new(PlanCutOff {
                    account_no: account_no.clone(),
                }),
                label: "plan".to_owned(),
            }]
        }
        AccountEvent::CutOffPlanned { at } => vec![
            Reaction::Withdraw {
                subject: subject(account_no),
            },
            Reaction::Due {
                at: *at,
                subject: subject(account_no),
                process: Box::new(OrderCutOff {
                    account_no: account_no.clone(),
                    planned: *at,
                }),
                label: "order".to_owned(),
            },
        ],
        AccountEvent::CutOffCancelled { .. } => vec![Reaction::Withdraw {
            subject: subject(account_no),
        }],
        _ => Vec::new(),
    }
}

impl Prepaid {
    async fn of_meter(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        if !counts_on(&event.decode()?) {
            return Ok(Vec::new());
        }
        require(&self.0, &PAYER_OF, event).await?;
        let account_no = payer(self.0.pool(), &event.stream.aggregate_id).await;
        let Some(account_no) = account_no.map_err(later)? else {
            return Ok(Vec::new());
        };
        Ok(vec![Reaction::Run {
            process: Box::new(DeductUsage {
                account_no: account_no.parse().map_err(invalid)?,
            }),
            label: "deduct".to_owned(),
        }])
    }

    async fn of_account(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let account_no: AccountNo = event.stream.aggregate_id.parse().map_err(invalid)?;
        let happened: AccountEvent = event.decode()?;
        let mut reactions = steps(&account_no, &happened);
        let Some((template, text)) = news(&account_no, &happened) else {
            return Ok(reactions);
        };
        let mut values = json!({ "what": what(&happened), "account": account_no });
        if let AccountEvent::CutOffPlanned { at } = &happened {
            let at = business_time(*at).format("%Y年%-m月%-d日 %H:%M");
            values["at"] = at.to_string().into();
        }
        require(&self.0, &["binding_queue"], event).await?;
        let concerned = customers_of(self.0.pool(), account_no.as_str()).await;
        let concerned = concerned.map_err(later)?;
        reactions.extend(concerned.into_iter().map(|customer_id| Reaction::Tell {
            message: OutboxMessage {
                channel: "wechat".to_owned(),
                message: json!({
                    "customer_id": customer_id,
                    "template": template,
                    "account_no": account_no,
                    "text": text,
                    "values": values,
                }),
            },
            label: customer_id,
        }));
        Ok(reactions)
    }
}

#[async_trait]
impl Policy for Prepaid {
    fn name(&self) -> &'static str {
        "prepaid"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["account", "meter"]
    }

    /// Everything here depends on who pays, or how, at that moment.
    fn react(&self, _: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        Ok(Vec::new())
    }

    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        match event.stream.aggregate_type.as_str() {
            "meter" => self.of_meter(event).await,
            _ => self.of_account(event).await,
        }
    }
}
