//! How soon what people file is answered: dated rules.

use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::calendar::{self, ServiceSla};
use chaobiao_domain::service::rules::{self, PublishServiceRules, ServiceRulesError};
use chaobiao_projections::service_cases;
use chrono::{DateTime, Utc};

use super::case_types::{ReplyMode, ServiceCaseKind};
use crate::support::{Date, Services, internal};

#[derive(InputObject)]
pub(super) struct ReplyRuleInput {
    mode: ReplyMode,
    reply_minutes: i32,
    /// How long before the deadline it is warned of.
    warn_minutes: i32,
}

#[derive(InputObject)]
pub(super) struct KindRuleInput {
    kind: ServiceCaseKind,
    rule: ReplyRuleInput,
}

#[derive(InputObject)]
pub(super) struct PublishServiceRulesInput {
    pub(super) idempotency_key: String,
    effective_from: Date,
    reason: String,
    reply: ReplyRuleInput,
    /// Kinds that are answered sooner or later than the others.
    #[graphql(default)]
    reply_by_kind: Vec<KindRuleInput>,
    /// How long before an outage its customers are reminded.
    outage_reminder_minutes: i32,
}

fn rule(input: &ReplyRuleInput) -> Result<rules::ReplyRule, Rejection> {
    let reply_minutes =
        u16::try_from(input.reply_minutes).map_err(|_| ServiceRulesError::ReplyOutOfRange)?;
    let warn_minutes =
        u16::try_from(input.warn_minutes).map_err(|_| ServiceRulesError::WarningTooEarly)?;
    Ok(rules::ReplyRule {
        sla: ServiceSla {
            mode: input.mode.into(),
            reply_minutes,
        },
        warn_minutes,
    })
}

pub(super) fn publish(input: &PublishServiceRulesInput) -> Result<PublishServiceRules, Rejection> {
    let by_kind: Result<BTreeMap<_, _>, Rejection> = input
        .reply_by_kind
        .iter()
        .map(|entry| Ok((entry.kind.into(), rule(&entry.rule)?)))
        .collect();
    Ok(PublishServiceRules {
        effective_from: input.effective_from.0,
        reason: input.reason.clone(),
        reply: rule(&input.reply)?,
        reply_by_kind: by_kind?,
        outage_reminder_minutes: u32::try_from(input.outage_reminder_minutes)
            .map_err(|_| ServiceRulesError::ReminderTooEarly)?,
    })
}

#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ReplyRule {
    mode: ReplyMode,
    reply_minutes: i32,
    warn_minutes: i32,
}

impl From<rules::ReplyRule> for ReplyRule {
    fn from(rule: rules::ReplyRule) -> Self {
        let calendar::ServiceSla {
            mode,
            reply_minutes,
        } = rule.sla;
        Self {
            mode: mode.into(),
            reply_minutes: reply_minutes.into(),
            warn_minutes: rule.warn_minutes.into(),
        }
    }
}

#[derive(Clone, Debug, SimpleObject)]
pub(super) struct KindRule {
    kind: ServiceCaseKind,
    rule: ReplyRule,
}

/// The rules of service from a day on.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ServiceRuleSet {
    /// Counted from 1; 0 for what holds as long as nobody has published any.
    pub(super) version: i32,
    /// Null for what holds as long as nobody has published any.
    effective_from: Option<Date>,
    reason: Option<String>,
    reply: ReplyRule,
    reply_by_kind: Vec<KindRule>,
    outage_reminder_minutes: i32,
    published_at: Option<DateTime<Utc>>,
    published_by: Option<String>,
}

fn shown(
    rules: &rules::ServiceRuleSet,
    published: Option<(DateTime<Utc>, String)>,
) -> ServiceRuleSet {
    let (published_at, published_by) = published.unzip();
    let reply_by_kind = rules.reply_by_kind.iter().map(|(kind, rule)| KindRule {
        kind: (*kind).into(),
        rule: (*rule).into(),
    });
    ServiceRuleSet {
        version: i32::try_from(rules.version).unwrap_or(i32::MAX),
        effective_from: published_at.map(|_| Date(rules.effective_from)),
        reason: rules.reason.clone(),
        reply: rules.reply.into(),
        reply_by_kind: reply_by_kind.collect(),
        outage_reminder_minutes: i32::try_from(rules.outage_reminder_minutes).unwrap_or(i32::MAX),
        published_at,
        published_by,
    }
}

/// All versions, the newest first; last what holds before any was published.
pub(super) async fn all(ctx: &Context<'_>) -> Result<Vec<ServiceRuleSet>> {
    let rows = service_cases::rules(Services::of(ctx)?.store().pool()).await;
    let rows = rows.map_err(|error| internal(ctx, error))?;
    let published = rows
        .into_iter()
        .map(|row| shown(&row.rules.0, Some((row.published_at, row.published_by))));
    let initial = shown(&rules::ServiceRuleSet::initial(), None);
    Ok(published.chain([initial]).collect())
}
