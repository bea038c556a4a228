use super::ReportLayout;
use crate::units::ReportTemplateId;

#[derive(Clone, Debug)]
pub enum ReportTemplateCommand {
    Publish {
        template_id: ReportTemplateId,
        layout: ReportLayout,
    },
    Retire,
}
