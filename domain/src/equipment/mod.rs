//! 设备台账: which models the centre may use, which pieces it has, and when they are to be verified.
//!
//! What the customer's document asks of each kind of hardware is checked where a model is entered
//! (`rules`). A handheld terminal that falls short is entered with what it lacks: it is told, and
//! keeps nobody from working.

mod cycle;
mod error;
mod event;
mod item;
mod model;
mod process;
mod rules;
mod spec;
#[cfg(test)]
mod tests;

pub use cycle::{VerificationCycle, VerificationCycleCommand};
pub use error::EquipmentError;
pub use event::{
    CycleClass, CycleSet, EquipmentItemEvent, EquipmentModelEvent, ItemRegistered, ItemRetired,
    ItemVerified, ModelRegistered, ModelWithdrawn, VerificationCycleEvent,
};
pub use item::{EquipmentItem, EquipmentItemCommand};
pub use model::{EquipmentModel, EquipmentModelCommand};
pub use process::{
    CycleChanged, ItemChanged, ModelChanged, RecordVerification, RegisterEquipment, RegisterModel,
    RetireEquipment, SetVerificationCycle, WithdrawModel,
};
pub use rules::{Requirement, shortfalls};
pub use spec::{
    CertificateNo, Certificates, EquipmentKind, Interface, ModelSpec, PrinterSpec, Protocol,
    TerminalSpec,
};
