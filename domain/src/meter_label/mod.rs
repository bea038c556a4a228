//! 条码标签: what hangs beside a meter for whoever comes to read it.
//!
//! A label carries the charging system's number, as bars, as a QR code and in digits. A meter has one
//! label at a time; a new one gets the next serial. The stream is the meter's own number, beside the
//! meter's stream: no reading depends on it.

mod aggregate;
mod error;
mod event;
mod process;
mod template;
#[cfg(test)]
mod tests;

pub use aggregate::{MeterLabel, MeterLabelCommand};
pub use error::MeterLabelError;
pub use event::{
    LabelGenerated, LabelPrinted, LabelReplaced, LabelReplacement, LabelScanFailed,
    LabelScanVerified, MeterLabelEvent, ScanCondition,
};
pub use process::{
    LabelChanged, LabelScan, LabelsPrinted, PrintMeterLabels, ReplaceMeterLabel, VerifyLabelScan,
};
pub use template::{
    DefineLabelTemplate, LabelSize, LabelTemplate, LabelTemplateCommand, LabelTemplateEvent,
};
