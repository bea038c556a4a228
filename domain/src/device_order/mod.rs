//! 设备指令: something a meter behind a collector is told to do now (R33): show its index, cut the
//! supply off, restore it.
//!
//! What is wanted is recorded before anything is sent. A cut-off or restoration goes out once; when
//! nobody knows what became of it, somebody has to look before the next.

mod aggregate;
mod error;
mod event;
mod process;
mod supply;
#[cfg(test)]
mod tests;

pub use aggregate::{DeviceOrder, DeviceOrderCommand, OrderRecord, OrderState};
pub use error::DeviceOrderError;
pub use event::{DeviceOrderEvent, ForAccount, OrderAct, OrderOutcome, OrderRequested, SupplySeen};
pub use process::{
    CancelDeviceOrder, DeviceOrderChanged, FinishDeviceOrder, GiveUpDeviceOrder, NoteOrderSent,
    RequestDeviceOrder, SettleDeviceOrder,
};
pub use supply::{NoteSwitchedSupply, OrderSupplySwitches, SwitchesOrdered};
