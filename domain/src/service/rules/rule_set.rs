use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{ReplyMode, ServiceSla};
use crate::service::case::CaseKind;

/// Until when a case is to be answered, and how long before that it is warned of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyRule {
    pub sla: ServiceSla,
    pub warn_minutes: u16,
}

/// The rules in force from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRuleSet {
    /// Counted from 1; 0 for what holds as long as nobody has published any.
    pub version: u32,
    pub effective_from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub reply: ReplyRule,
    /// Kinds that are answered sooner or later than the others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reply_by_kind: BTreeMap<CaseKind, ReplyRule>,
    /// How long before an outage its customers are reminded.
    pub outage_reminder_minutes: u32,
}

impl ServiceRuleSet {
    /// R59: two hours by the clock.
    pub fn initial() -> Self {
        Self {
            version: 0,
            effective_from: NaiveDate::MIN,
            reason: None,
            reply: ReplyRule {
                sla: ServiceSla {
                    mode: ReplyMode::WallClock,
                    reply_minutes: 120,
                },
                warn_minutes: 30,
            },
            reply_by_kind: BTreeMap::new(),
            outage_reminder_minutes: 24 * 60,
        }
    }

    pub fn reply_to(&self, kind: CaseKind) -> ReplyRule {
        self.reply_by_kind.get(&kind).copied().unwrap_or(self.reply)
    }
}
