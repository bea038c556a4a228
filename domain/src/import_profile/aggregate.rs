use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{
    ImportProfileCommand, ImportProfileError, ImportProfileEvent, ProfileLayout, ProfilePublished,
};

/// One kind of file, published anew as often as its maker changes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProfile {
    version: u32,
    /// None before it was published, and after it was retired.
    layout: Option<ProfileLayout>,
}

impl ImportProfile {
    pub fn layout(&self) -> Result<&ProfileLayout, ImportProfileError> {
        self.layout.as_ref().ok_or(ImportProfileError::NotFound)
    }
}

impl Aggregate for ImportProfile {
    const TYPE: &'static str = "import_profile";
    type Command = ImportProfileCommand;
    type Event = ImportProfileEvent;
    type Error = ImportProfileError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ImportProfileCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ImportProfileError> {
        let event = match command {
            ImportProfileCommand::Publish { profile_id, layout } => {
                let layout = layout.checked()?;
                if self.layout.as_ref() == Some(&layout) {
                    return Ok(());
                }
                ImportProfileEvent::Published(Box::new(ProfilePublished {
                    profile_id,
                    version: self.version.saturating_add(1),
                    layout,
                }))
            }
            ImportProfileCommand::Retire => {
                self.layout()?;
                ImportProfileEvent::Retired {
                    version: self.version,
                }
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: ImportProfileEvent) {
        match event {
            ImportProfileEvent::Published(published) => {
                self.version = published.version;
                self.layout = Some(published.layout);
            }
            ImportProfileEvent::Retired { .. } => self.layout = None,
        }
    }
}
