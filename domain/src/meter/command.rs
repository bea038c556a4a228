//! What the aggregate is asked to decide; people and programs use the processes instead.

use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};

use super::{Channel, FaultReported, Inactivity, MeterRegistered, PhotoSubmitted, RemovalReason};
use crate::units::{
    CorrectionId, HardwareNo, Index, Multiplier, PhotoHash, Quantity, ReadingId, RoundId,
};
use crate::validation_rules::RuleSet;

#[derive(Clone, Debug)]
pub enum MeterCommand {
    Register(MeterRegistered),
    InstallDevice(InstallDevice),
    ReplaceDevice(ReplaceDevice),
    SubmitPhoto(PhotoSubmitted),
    SubmitReading(Box<SubmitReading>),
    AcceptHeldReading(AcceptHeldReading),
    RejectReading(RejectReading),
    RequestCorrection(RequestCorrection),
    ApproveCorrection(ApproveCorrection),
    ReportFault(FaultReported),
    Deactivate(DeactivateMeter),
    Reactivate(ReactivateMeter),
}

#[derive(Clone, Debug)]
pub struct InstallDevice {
    pub hardware_no: HardwareNo,
    pub digits: Option<u8>,
    pub decimals: u8,
    pub multiplier: Multiplier,
    pub max_per_hour: Option<Quantity>,
    pub opening_index: Index,
    pub photo: Option<PhotoHash>,
    pub installed_at: DateTime<Utc>,
    /// The command's clock.
    pub now: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub struct ReplaceDevice {
    pub closing_index: Index,
    pub closing_photo: Option<PhotoHash>,
    pub reason: RemovalReason,
    /// Its `installed_at` is also the old device's end.
    pub replacement: InstallDevice,
}

#[derive(Clone, Debug)]
pub struct SubmitReading {
    pub reading_id: ReadingId,
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub channel: Channel,
    pub photo: Option<PhotoHash>,
    pub round: Option<RoundId>,
    pub note: Option<String>,
    pub submitted_by: Actor,
    pub rules: RuleSet,
    /// The command's clock.
    pub now: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub struct AcceptHeldReading {
    pub reading_id: ReadingId,
    pub note: Option<String>,
    /// The reviewer has seen that the register rolled over.
    pub rollover: bool,
    pub reviewed_by: Actor,
}

#[derive(Clone, Debug)]
pub struct RejectReading {
    pub reading_id: ReadingId,
    pub reason: String,
    pub rejected_by: Actor,
}

#[derive(Clone, Debug)]
pub struct RequestCorrection {
    pub correction_id: CorrectionId,
    pub reading_id: ReadingId,
    pub index: Index,
    pub reason: String,
    pub requested_by: Actor,
}

#[derive(Clone, Debug)]
pub struct ApproveCorrection {
    pub correction_id: CorrectionId,
    pub approved_by: Actor,
}

#[derive(Clone, Debug)]
pub struct DeactivateMeter {
    pub inactivity: Inactivity,
    pub since: DateTime<Utc>,
    pub reason: String,
    /// The command's clock.
    pub now: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub struct ReactivateMeter {
    pub since: DateTime<Utc>,
    pub reason: Option<String>,
    /// The command's clock.
    pub now: DateTime<Utc>,
}
