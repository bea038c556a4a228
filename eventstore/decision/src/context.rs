//! Who wants something, when, and under which command id.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The author of a command, kept with every event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Actor {
    /// A member of staff, by login.
    Staff(String),
    /// A WeChat user, by customer id.
    Customer(String),
    /// A policy, the due runner, an import or a migration, by name.
    System(String),
    /// Nobody is logged in.
    Anonymous,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staff(login) => write!(f, "staff:{login}"),
            Self::Customer(id) => write!(f, "customer:{id}"),
            Self::System(name) => write!(f, "system:{name}"),
            Self::Anonymous => f.write_str("anonymous"),
        }
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}

impl FromStr for Actor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("staff", login)) => Ok(Self::Staff(login.to_owned())),
            Some(("customer", id)) => Ok(Self::Customer(id.to_owned())),
            Some(("system", name)) => Ok(Self::System(name.to_owned())),
            None if text == "anonymous" => Ok(Self::Anonymous),
            _ => Err(format!("not an actor: {text}")),
        }
    }
}

impl TryFrom<String> for Actor {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// What every command carries beside its own data.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandContext {
    pub command_id: Uuid,
    pub actor: Actor,
    /// The command's clock; becomes `recorded_at` of its events.
    pub at: DateTime<Utc>,
    /// The request that brought the command, for tracing it through the logs.
    pub request_id: Option<String>,
    /// Where it came from: an address, a device, a file.
    pub origin: Option<String>,
}

impl CommandContext {
    pub fn new(command_id: Uuid, actor: Actor, at: DateTime<Utc>) -> Self {
        Self {
            command_id,
            actor,
            at,
            request_id: None,
            origin: None,
        }
    }

    /// A new id that is the same whenever the same command is decided again, and sorts by time.
    ///
    /// Shape: UUID version 7, with the random bits taken from a hash of command id and label.
    pub fn derive_id(&self, label: &str) -> Uuid {
        let mut hasher = Sha256::new();
        hasher.update(self.command_id.as_bytes());
        hasher.update(label.as_bytes());
        let digest = hasher.finalize();
        let mut random = [0u8; 10];
        random.copy_from_slice(&digest[..10]);
        let millis = u64::try_from(self.at.timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// The context of a command that follows from this one.
    #[must_use]
    pub fn follow_up(&self, label: &str, actor: Actor) -> Self {
        Self {
            command_id: self.derive_id(label),
            actor,
            at: self.at,
            request_id: self.request_id.clone(),
            origin: self.origin.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> CommandContext {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        CommandContext::new(Uuid::nil(), Actor::Staff("li".to_owned()), at)
    }

    #[test]
    fn derived_ids_repeat_and_differ_by_label() {
        let first = context().derive_id("reading");
        assert_eq!(first, context().derive_id("reading"));
        assert_ne!(first, context().derive_id("payment"));
        assert_eq!(first.get_version_num(), 7);
    }

    #[test]
    fn an_actor_survives_its_text_form() {
        for actor in [
            Actor::Staff("li:si".to_owned()),
            Actor::Customer("c1".to_owned()),
            Actor::System("demo".to_owned()),
            Actor::Anonymous,
        ] {
            assert_eq!(actor.to_string().parse::<Actor>(), Ok(actor));
        }
        assert!("root".parse::<Actor>().is_err());
    }
}
