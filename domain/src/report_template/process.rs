use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{ReportLayout, ReportTemplate, ReportTemplateCommand};
use crate::units::ReportTemplateId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateChanged {
    pub template_id: ReportTemplateId,
}

/// Says how a report is laid out, from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishReportTemplate {
    pub template_id: ReportTemplateId,
    pub layout: ReportLayout,
}

impl Process for PublishReportTemplate {
    const NAME: &'static str = "report_template.publish";
    type Outcome = TemplateChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<TemplateChanged, Stop> {
        let command = ReportTemplateCommand::Publish {
            template_id: self.template_id.clone(),
            layout: self.layout.clone(),
        };
        workspace.execute::<ReportTemplate>(self.template_id.as_str(), command)?;
        Ok(TemplateChanged {
            template_id: self.template_id.clone(),
        })
    }
}

/// Takes a report out of use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetireReportTemplate {
    pub template_id: ReportTemplateId,
}

impl Process for RetireReportTemplate {
    const NAME: &'static str = "report_template.retire";
    type Outcome = TemplateChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<TemplateChanged, Stop> {
        let command = ReportTemplateCommand::Retire;
        workspace.execute::<ReportTemplate>(self.template_id.as_str(), command)?;
        Ok(TemplateChanged {
            template_id: self.template_id.clone(),
        })
    }
}
