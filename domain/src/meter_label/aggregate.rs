use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{
    LabelGenerated, LabelPrinted, LabelReplaced, LabelReplacement, LabelScanFailed,
    LabelScanVerified, LabelSize, MeterLabelError, MeterLabelEvent, ScanCondition,
};
use crate::units::{LabelBatchId, MeterNo, written_if_any};

const NOTE_LENGTH_MAX: usize = 200;

/// The label of one meter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MeterLabel {
    #[default]
    Absent,
    Current {
        meter_no: MeterNo,
        serial: u32,
        printed: bool,
    },
}

#[derive(Clone, Debug)]
pub enum MeterLabelCommand {
    /// Makes the first label where there is none.
    Print {
        meter_no: MeterNo,
        batch: LabelBatchId,
        size: LabelSize,
    },
    Replace {
        reason: LabelReplacement,
        note: Option<String>,
    },
    /// What the scanner read; none where it read nothing.
    Scan {
        scanned: Option<String>,
        condition: ScanCondition,
    },
}

type Decision = Result<Vec<MeterLabelEvent>, MeterLabelError>;

impl MeterLabel {
    fn print(
        &self,
        meter_no: MeterNo,
        batch: LabelBatchId,
        size: LabelSize,
    ) -> Vec<MeterLabelEvent> {
        let mut events = Vec::new();
        let serial = match self {
            Self::Absent => {
                let serial = 1;
                events.push(MeterLabelEvent::Generated(LabelGenerated {
                    meter_no,
                    serial,
                }));
                serial
            }
            Self::Current { serial, .. } => *serial,
        };
        events.push(MeterLabelEvent::Printed(LabelPrinted {
            serial,
            batch,
            size,
        }));
        events
    }

    fn replace(&self, reason: LabelReplacement, note: Option<&str>) -> Decision {
        let Self::Current { serial, .. } = self else {
            return Err(MeterLabelError::NoLabel);
        };
        let note = written_if_any(note, "备注", NOTE_LENGTH_MAX).map_err(MeterLabelError::Note)?;
        Ok(vec![MeterLabelEvent::Replaced(LabelReplaced {
            serial: serial.saturating_add(1),
            reason,
            note,
        })])
    }

    fn scan(&self, scanned: Option<String>, condition: ScanCondition) -> Decision {
        let (meter_no, serial) = match self {
            Self::Absent => return Err(MeterLabelError::NoLabel),
            Self::Current { printed: false, .. } => return Err(MeterLabelError::NotPrinted),
            Self::Current {
                meter_no, serial, ..
            } => (meter_no, *serial),
        };
        let event = match scanned {
            None => MeterLabelEvent::ScanFailed(LabelScanFailed { serial, condition }),
            Some(read) if read.trim() == meter_no.as_str() => {
                MeterLabelEvent::ScanVerified(LabelScanVerified { serial, condition })
            }
            Some(read) => return Err(MeterLabelError::ScanDiffers(read.trim().to_owned())),
        };
        Ok(vec![event])
    }
}

impl Aggregate for MeterLabel {
    const TYPE: &'static str = "meter_label";
    type Command = MeterLabelCommand;
    type Event = MeterLabelEvent;
    type Error = MeterLabelError;
    type Services = ();

    async fn handle(
        &mut self,
        command: MeterLabelCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MeterLabelError> {
        let events = match command {
            MeterLabelCommand::Print {
                meter_no,
                batch,
                size,
            } => self.print(meter_no, batch, size),
            MeterLabelCommand::Replace { reason, note } => self.replace(reason, note.as_deref())?,
            MeterLabelCommand::Scan { scanned, condition } => self.scan(scanned, condition)?,
        };
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: MeterLabelEvent) {
        match (&mut *self, event) {
            (_, MeterLabelEvent::Generated(generated)) => {
                *self = Self::Current {
                    meter_no: generated.meter_no,
                    serial: generated.serial,
                    printed: false,
                };
            }
            (Self::Current { printed, .. }, MeterLabelEvent::Printed(_)) => *printed = true,
            (
                Self::Current {
                    serial, printed, ..
                },
                MeterLabelEvent::Replaced(replaced),
            ) => {
                *serial = replaced.serial;
                *printed = false;
            }
            // A scan is a finding about the label, not a change of it.
            (_, MeterLabelEvent::ScanVerified(_) | MeterLabelEvent::ScanFailed(_))
            | (Self::Absent, _) => {}
        }
    }
}
