use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::ProfileLayout;
use crate::units::ImportProfileId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfilePublished {
    pub profile_id: ImportProfileId,
    pub version: u32,
    pub layout: ProfileLayout,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ImportProfileEvent {
    Published(Box<ProfilePublished>),
    Retired { version: u32 },
}

impl DomainEvent for ImportProfileEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Published(_) => "import_profile.published",
            Self::Retired { .. } => "import_profile.retired",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
