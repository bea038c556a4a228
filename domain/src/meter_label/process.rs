use std::collections::BTreeSet;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::error::BATCH_MAX;
use super::{
    LabelReplacement, LabelSize, LabelTemplate, MeterLabel, MeterLabelCommand, MeterLabelError,
    ScanCondition,
};
use crate::meter::Meter;
use crate::units::{LabelBatchId, LabelTemplateId, MeterNo};

/// R83: labels for many meters at once, each once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintMeterLabels {
    pub meter_nos: Vec<MeterNo>,
    pub template_id: Option<LabelTemplateId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelsPrinted {
    pub batch: LabelBatchId,
    pub labels: usize,
}

impl Process for PrintMeterLabels {
    const NAME: &'static str = "meter_label.print";
    type Outcome = LabelsPrinted;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<LabelsPrinted, Stop> {
        let numbers: BTreeSet<&MeterNo> = self.meter_nos.iter().collect();
        if !(1..=BATCH_MAX).contains(&numbers.len()) {
            return Err(MeterLabelError::BatchSize.into());
        }
        let ids = || numbers.iter().map(ToString::to_string);
        Stop::join([
            workspace.need::<Meter>(ids()),
            workspace.need::<MeterLabel>(ids()),
        ])?;
        let size = self.size(workspace)?;
        let batch = LabelBatchId::try_new(context.derive_id("labels").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        for meter_no in &numbers {
            let id = meter_no.as_str();
            if !workspace.get::<Meter>(id)?.is_registered() {
                return Err(MeterLabelError::NoSuchMeter((*meter_no).clone()).into());
            }
            let command = MeterLabelCommand::Print {
                meter_no: (*meter_no).clone(),
                batch: batch.clone(),
                size,
            };
            workspace.execute::<MeterLabel>(id, command)?;
        }
        Ok(LabelsPrinted {
            batch,
            labels: numbers.len(),
        })
    }
}

impl PrintMeterLabels {
    fn size(&self, workspace: &mut Workspace) -> Result<LabelSize, Stop> {
        let Some(template_id) = &self.template_id else {
            return Ok(LabelSize::USUAL);
        };
        let template = workspace.get::<LabelTemplate>(template_id.as_str())?;
        Ok(template.size.ok_or(MeterLabelError::TemplateNotFound)?)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelChanged {
    pub meter_no: MeterNo,
}

/// A new label takes the place of the old one; it is to be printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplaceMeterLabel {
    pub meter_no: MeterNo,
    pub reason: LabelReplacement,
    pub note: Option<String>,
}

impl Process for ReplaceMeterLabel {
    const NAME: &'static str = "meter_label.replace";
    type Outcome = LabelChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<LabelChanged, Stop> {
        let command = MeterLabelCommand::Replace {
            reason: self.reason,
            note: self.note.clone(),
        };
        workspace.execute::<MeterLabel>(self.meter_no.as_str(), command)?;
        Ok(LabelChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}

/// R84: what a scanner reads of a label, after whatever it has been through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyLabelScan {
    pub meter_no: MeterNo,
    /// None where the scanner reads nothing.
    pub scanned: Option<String>,
    pub condition: ScanCondition,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelScan {
    pub meter_no: MeterNo,
    pub readable: bool,
}

impl Process for VerifyLabelScan {
    const NAME: &'static str = "meter_label.verify_scan";
    type Outcome = LabelScan;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<LabelScan, Stop> {
        let command = MeterLabelCommand::Scan {
            scanned: self.scanned.clone(),
            condition: self.condition,
        };
        workspace.execute::<MeterLabel>(self.meter_no.as_str(), command)?;
        Ok(LabelScan {
            meter_no: self.meter_no.clone(),
            readable: self.scanned.is_some(),
        })
    }
}
