use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{
    ReportLayout, ReportTemplateCommand, ReportTemplateError, ReportTemplateEvent,
    TemplatePublished,
};

/// One report's layout, published anew as often as it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTemplate {
    version: u32,
    /// None before it was published, and after it was retired.
    layout: Option<ReportLayout>,
}

impl Aggregate for ReportTemplate {
    const TYPE: &'static str = "report_template";
    type Command = ReportTemplateCommand;
    type Event = ReportTemplateEvent;
    type Error = ReportTemplateError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ReportTemplateCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ReportTemplateError> {
        let event = match command {
            ReportTemplateCommand::Publish {
                template_id,
                layout,
            } => {
                let layout = layout.checked()?;
                if self.layout.as_ref() == Some(&layout) {
                    return Ok(());
                }
                ReportTemplateEvent::Published(TemplatePublished {
                    template_id,
                    version: self.version.saturating_add(1),
                    layout,
                })
            }
            ReportTemplateCommand::Retire => {
                if self.layout.is_none() {
                    return Err(ReportTemplateError::NotFound);
                }
                ReportTemplateEvent::Retired {
                    version: self.version,
                }
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: ReportTemplateEvent) {
        match event {
            ReportTemplateEvent::Published(published) => {
                self.version = published.version;
                self.layout = Some(published.layout);
            }
            ReportTemplateEvent::Retired { .. } => self.layout = None,
        }
    }
}
