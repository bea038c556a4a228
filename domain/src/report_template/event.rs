use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::ReportLayout;
use crate::units::ReportTemplateId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplatePublished {
    pub template_id: ReportTemplateId,
    pub version: u32,
    pub layout: ReportLayout,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReportTemplateEvent {
    Published(TemplatePublished),
    Retired { version: u32 },
}

impl DomainEvent for ReportTemplateEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Published(_) => "report_template.published",
            Self::Retired { .. } => "report_template.retired",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
