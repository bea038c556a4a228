//! What the aggregate is asked to decide; people and programs use the processes instead.

use chaobiao_decision::Actor;
use chrono::{DateTime, NaiveDate, Utc};

use super::check::Plausible;
use super::{
    Channel, Evidence, FaultReported, Inactivity, MeterRegistered, PhotoCheck, PhotoDecision,
    PhotoSubmitted, ReadState, RemovalReason, WithoutSupply,
};
use crate::units::{
    CorrectionId, GeoPoint, HardwareNo, ImportBatchId, Index, MeterNo, Multiplier, PhotoHash,
    Quantity, ReadingId, RoundId,
};
use crate::validation_rules::RuleSet;

#[derive(Clone, Debug)]
pub enum MeterCommand {
    Register(MeterRegistered),
    InstallDevice(InstallDevice),
    ReplaceDevice(ReplaceDevice),
    RemoveDevice(RemoveDevice),
    SubmitPhoto(PhotoSubmitted),
    SubmitReading(Box<SubmitReading>),
    AcceptHeldReading(AcceptHeldReading),
    RejectReading(RejectReading),
    WithdrawReading(WithdrawReading),
    RequestCorrection(RequestCorrection),
    ApproveCorrection(ApproveCorrection),
    ReportFault(FaultReported),
    EstimateReading(Box<EstimateReading>),
    DelayReading(DelayReading),
    Deactivate(DeactivateMeter),
    Reactivate(ReactivateMeter),
    RecordPhotoCheck(Box<RecordPhotoCheck>),
    ReviewPhoto(ReviewPhoto),
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

/// The last a device showed, and why it came down.
#[derive(Clone, Debug)]
pub struct Closing {
    pub index: Index,
    pub photo: Option<PhotoHash>,
    pub reason: RemovalReason,
}

#[derive(Clone, Debug)]
pub struct RemoveDevice {
    pub closing: Closing,
    pub removed_at: DateTime<Utc>,
    /// The command's clock.
    pub now: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub struct ReplaceDevice {
    pub closing: Closing,
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
    /// What the program saw on it, where that was known in time.
    pub photo_check: Option<PhotoCheck>,
    pub round: Option<RoundId>,
    pub note: Option<String>,
    pub submitted_by: Actor,
    pub evidence: Evidence,
    /// Where the meter is.
    pub marked_at: Option<GeoPoint>,
    /// What the meters before and after in the walk may show.
    pub(super) next_door: Vec<(MeterNo, Plausible)>,
    /// When it was without supply, as far as that matters to what is judged.
    pub without_supply: Vec<WithoutSupply>,
    pub rules: RuleSet,
    /// The command's clock.
    pub now: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub struct EstimateReading {
    pub reading_id: ReadingId,
    pub state: ReadState,
    pub read_at: DateTime<Utc>,
    pub round: Option<RoundId>,
    pub reason: String,
    pub estimated_by: Actor,
    pub rules: RuleSet,
    /// The command's clock.
    pub now: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub struct DelayReading {
    pub until: NaiveDate,
    pub reason: String,
    pub round: Option<RoundId>,
    pub delayed_by: Actor,
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

/// A reading that never should have come in goes.
#[derive(Clone, Debug)]
pub struct WithdrawReading {
    pub reading_id: ReadingId,
    /// The file that brought it.
    pub batch: Option<ImportBatchId>,
    pub reason: String,
    pub requested_by: Actor,
    pub approved_by: Actor,
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

/// What the program saw on a reading's photo, after the reading was decided.
#[derive(Clone, Debug)]
pub struct RecordPhotoCheck {
    pub reading_id: ReadingId,
    pub check: PhotoCheck,
}

/// A person looks at the photo of an accepted reading.
#[derive(Clone, Debug)]
pub struct ReviewPhoto {
    pub reading_id: ReadingId,
    pub decision: PhotoDecision,
    pub note: Option<String>,
    pub reviewed_by: Actor,
}
