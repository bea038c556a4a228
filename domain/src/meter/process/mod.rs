//! The use cases of metering.

mod device;
mod estimation;
mod outages;
mod photo_check;
mod reading;
mod reported;
mod review;
mod supply;

use chaobiao_decision::{Actor, CommandContext, Stop, Workspace};
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

pub use device::{
    DeviceSpec, FaultFiled, InstallDevice, MeterChanged, RegisterMeter, RemoveDevice,
    ReplaceDevice, ReportFault,
};
pub use estimation::{DelayReading, EstimateReading, ReadingPutOff};
pub use photo_check::{RecordPhotoCheck, ReviewPhoto};
pub use reading::{ReadingJudged, SubmitReading};
pub use reported::{ReportedUnit, SubmitReportedReading};
pub use review::{
    AcceptHeldReading, ApproveCorrection, CorrectionAsked, RejectReading, RequestCorrection,
};
pub use supply::{DeactivateMeter, ReactivateMeter};

use super::command::MeterCommand;
use super::{Meter, MeterError, PhotoCheck, PhotoSubmitted};
use crate::account::{Account, meter_claim};
use crate::customer::Customer;
use crate::units::{AccountNo, MeterNo, PhotoHash, ReadingId, business_date};
use crate::validation_rules::{RuleSet, ValidationRules};

/// A photo named in a command, with what the photo store knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingPhoto {
    pub photo: PhotoHash,
    /// None when the store has no such photo; the command is then refused.
    pub stored: Option<StoredPhoto>,
    /// What the program saw on it, where it was looked at in time. No part of what is asked: the
    /// same request may come again when more is known.
    #[serde(skip)]
    pub check: Option<PhotoCheck>,
}

impl ReadingPhoto {
    pub const fn new(photo: PhotoHash, stored: Option<StoredPhoto>) -> Self {
        Self {
            photo,
            stored,
            check: None,
        }
    }
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

fn new_reading_id(context: &CommandContext) -> Result<ReadingId, Stop> {
    ReadingId::try_new(context.derive_id("reading").to_string())
        .map_err(|error| Stop::Corrupt(error.to_string()))
}

/// The thresholds a reading of this meter is judged by: those of its day, and of the class of the
/// account it belongs to, where that class has some of its own.
fn rules_for(
    meter_no: &MeterNo,
    read_at: DateTime<Utc>,
    workspace: &mut Workspace,
) -> Result<RuleSet, Stop> {
    let day = business_date(read_at);
    let rules = workspace
        .get::<ValidationRules>(ValidationRules::ID)?
        .in_force(day);
    // Nobody is looked up for nothing.
    if rules.classes.is_empty() {
        return Ok(rules);
    }
    let holder = workspace.holder(&meter_claim(meter_no))?;
    let account_no = holder.and_then(|account_no| AccountNo::try_new(account_no).ok());
    let class = match account_no {
        Some(account_no) => {
            let account = workspace.get::<Account>(account_no.as_str())?;
            Some(account.opened(&account_no)?.class_on(day))
        }
        None => None,
    };
    Ok(rules.for_class(class))
}

/// R15, R52: a customer has to do with the meters of accounts bound to them, and with no others.
fn require_own_meter(
    actor: &Actor,
    meter_no: &MeterNo,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let Actor::Customer(customer_id) = actor else {
        return Ok(());
    };
    let account_no = workspace
        .holder(&meter_claim(meter_no))?
        .and_then(|account_no| AccountNo::try_new(account_no).ok())
        .ok_or(MeterError::NotYourMeter)?;
    if workspace.get::<Customer>(customer_id)?.may_use(&account_no) {
        Ok(())
    } else {
        Err(MeterError::NotYourMeter.into())
    }
}

/// Makes a photo part of the meter's history, for facts that are kept beside it. One that is not
/// stored is refused.
pub(crate) fn attach_photo(
    workspace: &mut Workspace,
    meter_no: &MeterNo,
    photo: Option<&ReadingPhoto>,
) -> Result<Option<PhotoHash>, Stop> {
    match photo {
        Some(ReadingPhoto { stored: None, .. }) => Err(MeterError::PhotoUnknown.into()),
        _ => submit_photo(workspace, meter_no, photo),
    }
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
