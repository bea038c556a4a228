//! The use cases of metering.

mod device;
mod reading;
mod review;

use chaobiao_decision::{Stop, Workspace};
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

pub use device::{
    DeviceSpec, FaultFiled, InstallDevice, MeterChanged, RegisterMeter, ReplaceDevice, ReportFault,
};
pub use reading::{ReadingJudged, SubmitReading};
pub use review::{
    AcceptHeldReading, ApproveCorrection, CorrectionAsked, RejectReading, RequestCorrection,
};

use super::command::MeterCommand;
use super::{Meter, PhotoSubmitted};
use crate::units::{MeterNo, PhotoHash};

/// A photo named in a command, with what the photo store knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingPhoto {
    pub photo: PhotoHash,
    /// None when the store has no such photo; the command is then refused.
    pub stored: Option<StoredPhoto>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPhoto {
    pub bytes: u64,
    pub media_type: String,
}

/// The store keeps microseconds; finer instants would compare differently before and after.
fn stored_instant(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}

/// Makes a stored photo part of the meter's history, once.
fn submit_photo(
    workspace: &mut Workspace,
    meter_no: &MeterNo,
    photo: Option<&ReadingPhoto>,
) -> Result<Option<PhotoHash>, Stop> {
    let Some(photo) = photo else { return Ok(None) };
    if let Some(stored) = &photo.stored {
        let submitted = PhotoSubmitted {
            photo: photo.photo.clone(),
            bytes: stored.bytes,
            media_type: stored.media_type.clone(),
        };
        workspace.execute::<Meter>(meter_no.as_str(), MeterCommand::SubmitPhoto(submitted))?;
    }
    Ok(Some(photo.photo.clone()))
}
