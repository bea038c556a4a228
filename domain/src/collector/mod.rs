//! 数据采集器: which meters hang behind which collector, how often they are asked, and what its
//! rounds bring (R33, R34, R42).

mod aggregate;
mod error;
mod event;
mod process;
mod reading;
mod round;
#[cfg(test)]
mod tests;

pub use aggregate::{Collector, CollectorCommand, CollectorState};
pub use error::CollectorError;
pub use event::{
    BillingReadings, BlockedRequest, BytesForwarded, CollectedMeter, CollectorEvent,
    CollectorRegistered, ForwardedExchange, MeterDetached, Oddity, OddityNoticed, Sweeping,
};
pub(crate) use process::require_system;
pub use process::{
    AttachMeter, ChangeSweeping, CollectorChanged, DetachMeter, NoteForwarded, NoteLink,
    NoteOddity, NoteProtocol, RegisterCollector, RetireCollector, collector_of,
};
pub use reading::{RemoteReadingTaken, SubmitRemoteReading};
pub use round::{Heard, RoundTaken, TakeRound};
