use chaobiao_decision::{Actor, BusinessError};
use chrono::{DateTime, Utc};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What happened at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessKind {
    LoggedIn,
    LoginFailed,
    LoggedOut,
    PasswordChanged,
    SecondFactorTurnedOn,
    SecondFactorTurnedOff,
    CodeRequested,
    /// A command broke a rule of the business.
    Refused,
    /// Somebody asked for what they have no right to.
    Denied,
    /// Somebody saw a person's data unmasked.
    PersonalDataSeen,
}

impl AccessKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoggedIn => "logged_in",
            Self::LoginFailed => "login_failed",
            Self::LoggedOut => "logged_out",
            Self::PasswordChanged => "password_changed",
            Self::SecondFactorTurnedOn => "second_factor_turned_on",
            Self::SecondFactorTurnedOff => "second_factor_turned_off",
            Self::CodeRequested => "code_requested",
            Self::Refused => "refused",
            Self::Denied => "denied",
            Self::PersonalDataSeen => "personal_data_seen",
        }
    }
}

/// One line of the log. Holds no personal data: subjects are named by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessEntry {
    pub at: DateTime<Utc>,
    pub kind: AccessKind,
    pub actor: Actor,
    /// The process, mutation or field concerned.
    pub what: String,
    /// Whom or which record it was about, such as `account/8001`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Code of the refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AccessEvent {
    Recorded { entries: Vec<AccessEntry> },
}

impl DomainEvent for AccessEvent {
    fn event_type(&self) -> String {
        let Self::Recorded { .. } = self;
        "access.recorded".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AccessLogError {
    #[error("该批访问记录已写入")]
    AlreadyRecorded,
}

impl BusinessError for AccessLogError {
    fn code(&self) -> &'static str {
        "ACCESS_LOG_ALREADY_RECORDED"
    }
}

/// One batch of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessLog {
    #[default]
    Absent,
    Recorded,
}

impl Aggregate for AccessLog {
    const TYPE: &'static str = "access_log";
    type Command = Vec<AccessEntry>;
    type Event = AccessEvent;
    type Error = AccessLogError;
    type Services = ();

    async fn handle(
        &mut self,
        entries: Vec<AccessEntry>,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), AccessLogError> {
        match self {
            Self::Absent => {
                sink.write(AccessEvent::Recorded { entries }, self).await;
                Ok(())
            }
            Self::Recorded => Err(AccessLogError::AlreadyRecorded),
        }
    }

    fn apply(&mut self, AccessEvent::Recorded { .. }: AccessEvent) {
        *self = Self::Recorded;
    }
}
