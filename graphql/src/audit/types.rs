use async_graphql::{Context, Enum, Object, Result};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_projections::audit_trail::{AuditRow, CHANGED};
use chrono::{DateTime, Utc};

use crate::support::internal;

/// What a line of the trail tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AuditKind {
    /// An event was written.
    Changed,
    LoggedIn,
    LoginFailed,
    LoggedOut,
    PasswordChanged,
    /// 两步验证
    SecondFactorTurnedOn,
    SecondFactorTurnedOff,
    CodeRequested,
    /// A command broke a rule of the business.
    Refused,
    /// Somebody asked for what they have no right to.
    Denied,
    PersonalDataSeen,
}

impl AuditKind {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Changed => CHANGED,
            Self::LoggedIn => AccessKind::LoggedIn.as_str(),
            Self::LoginFailed => AccessKind::LoginFailed.as_str(),
            Self::LoggedOut => AccessKind::LoggedOut.as_str(),
            Self::PasswordChanged => AccessKind::PasswordChanged.as_str(),
            Self::SecondFactorTurnedOn => AccessKind::SecondFactorTurnedOn.as_str(),
            Self::SecondFactorTurnedOff => AccessKind::SecondFactorTurnedOff.as_str(),
            Self::CodeRequested => AccessKind::CodeRequested.as_str(),
            Self::Refused => AccessKind::Refused.as_str(),
            Self::Denied => AccessKind::Denied.as_str(),
            Self::PersonalDataSeen => AccessKind::PersonalDataSeen.as_str(),
        }
    }
}

/// One line of the audit trail.
#[derive(Clone, Debug)]
pub struct AuditEntry(pub(super) AuditRow);

#[Object]
impl AuditEntry {
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// `staff:<login>`, `customer:<id>`, `system:<name>` or `anonymous`.
    async fn actor(&self) -> &str {
        &self.0.actor
    }

    async fn kind(&self, ctx: &Context<'_>) -> Result<AuditKind> {
        use async_graphql::resolver_utils::EnumType;
        AuditKind::items()
            .iter()
            .map(|item| item.value)
            .find(|kind| kind.stored() == self.0.kind)
            .ok_or_else(|| internal(ctx, format!("no such kind: {}", self.0.kind)))
    }

    /// The process, mutation or field.
    async fn what(&self) -> &str {
        &self.0.what
    }

    async fn event_type(&self) -> Option<&str> {
        self.0.event_type.as_deref()
    }

    /// The record concerned, such as `account/8001`.
    async fn stream(&self) -> Option<String> {
        let id = self.0.stream_id.as_deref()?;
        Some(match &self.0.stream_type {
            Some(kind) => format!("{kind}/{id}"),
            None => id.to_owned(),
        })
    }

    /// Code of a refusal.
    async fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The address, device or file it came from.
    async fn origin(&self) -> Option<&str> {
        self.0.origin.as_deref()
    }

    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The event's place in the log.
    async fn leaf_index(&self) -> String {
        self.0.leaf_index.to_string()
    }
}
