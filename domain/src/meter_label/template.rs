//! R46: the labels a printer is set up for.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};

use super::MeterLabelError;
use crate::units::LabelTemplateId;

/// How large a label is and how finely it is printed: PET, with a resin ribbon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelSize {
    pub width_mm: u16,
    pub height_mm: u16,
    pub dots_per_mm: u16,
}

impl LabelSize {
    /// What is printed while no template is named.
    pub const USUAL: Self = Self {
        width_mm: 50,
        height_mm: 30,
        dots_per_mm: 12,
    };

    fn check(self) -> Result<(), MeterLabelError> {
        if !(30..=104).contains(&self.width_mm) || !(20..=100).contains(&self.height_mm) {
            return Err(MeterLabelError::SizeOutOfRange);
        }
        if !matches!(self.dots_per_mm, 6 | 8 | 12 | 24) {
            return Err(MeterLabelError::ResolutionUnusual);
        }
        Ok(())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LabelTemplateEvent {
    Defined {
        template_id: LabelTemplateId,
        size: LabelSize,
    },
}

impl DomainEvent for LabelTemplateEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Defined { .. } => "label_template.defined",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

/// One template, as it was defined last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelTemplate {
    pub size: Option<LabelSize>,
}

#[derive(Clone, Debug)]
pub enum LabelTemplateCommand {
    Define {
        template_id: LabelTemplateId,
        size: LabelSize,
        pet: bool,
        resin_ribbon: bool,
    },
}

impl Aggregate for LabelTemplate {
    const TYPE: &'static str = "label_template";
    type Command = LabelTemplateCommand;
    type Event = LabelTemplateEvent;
    type Error = MeterLabelError;
    type Services = ();

    async fn handle(
        &mut self,
        command: LabelTemplateCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MeterLabelError> {
        let LabelTemplateCommand::Define {
            template_id,
            size,
            pet,
            resin_ribbon,
        } = command;
        // R84: nothing else stands water, oil and heat.
        if !(pet && resin_ribbon) {
            return Err(MeterLabelError::MaterialNotDurable);
        }
        size.check()?;
        if self.size != Some(size) {
            let event = LabelTemplateEvent::Defined { template_id, size };
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, LabelTemplateEvent::Defined { size, .. }: LabelTemplateEvent) {
        self.size = Some(size);
    }
}

/// Sets up labels for a printer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineLabelTemplate {
    pub template_id: LabelTemplateId,
    pub size: LabelSize,
    pub pet: bool,
    pub resin_ribbon: bool,
}

impl Process for DefineLabelTemplate {
    const NAME: &'static str = "meter_label.define_template";
    type Outcome = ();

    fn decide(&self, _context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let command = LabelTemplateCommand::Define {
            template_id: self.template_id.clone(),
            size: self.size,
            pet: self.pet,
            resin_ribbon: self.resin_ribbon,
        };
        workspace.execute::<LabelTemplate>(self.template_id.as_str(), command)
    }
}
