use chaobiao_decision::{ClaimKey, CommandContext, Process, Rejection, Stop, Workspace};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ReadingPhoto, require_own_meter, stored_instant, submit_photo};
use crate::campus::require_campus;
use crate::meter::command::{self, MeterCommand};
use crate::meter::{FaultReported, Meter, MeterError, MeterRegistered, RemovalReason};
use crate::units::{
    BookNo, CampusId, Commodity, FaultId, HardwareNo, Index, MeterNo, Multiplier, PhotoHash,
    Quantity, ValueError,
};

/// What a command about a meter as a whole answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterChanged {
    pub meter_no: MeterNo,
}

/// Enters a metering point under its number in the charging system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterMeter {
    pub meter_no: MeterNo,
    pub commodity: Commodity,
    pub campus: CampusId,
    pub building: String,
    pub room: String,
    pub book: BookNo,
    pub walk_order: u32,
    pub self_read: bool,
}

impl Process for RegisterMeter {
    const NAME: &'static str = "meter.register";
    type Outcome = MeterChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MeterChanged, Stop> {
        require_campus(&self.campus, "campusId", workspace)?;
        let registered = MeterRegistered {
            meter_no: self.meter_no.clone(),
            commodity: self.commodity,
            campus: self.campus.clone(),
            building: self.building.clone(),
            room: self.room.clone(),
            book: self.book.clone(),
            walk_order: self.walk_order,
            self_read: self.self_read,
        };
        workspace.execute::<Meter>(self.meter_no.as_str(), MeterCommand::Register(registered))?;
        Ok(MeterChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}

/// A device as it is put on the wall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSpec {
    pub hardware_no: HardwareNo,
    pub digits: Option<u8>,
    pub decimals: u8,
    pub multiplier: Multiplier,
    pub max_per_hour: Option<Quantity>,
    pub opening_index: Index,
    pub photo: Option<ReadingPhoto>,
}

impl DeviceSpec {
    /// Takes the hardware number for the meter and its photo into the meter's history.
    fn command(
        &self,
        meter_no: &MeterNo,
        installed_at: DateTime<Utc>,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<command::InstallDevice, Stop> {
        let taken = Rejection::from(MeterError::HardwareNoTaken);
        workspace.claim(hardware_key(&self.hardware_no), meter_no.as_str(), taken)?;
        Ok(command::InstallDevice {
            hardware_no: self.hardware_no.clone(),
            digits: self.digits,
            decimals: self.decimals,
            multiplier: self.multiplier,
            max_per_hour: self.max_per_hour,
            opening_index: self.opening_index,
            photo: submit_photo(workspace, meter_no, self.photo.as_ref())?,
            installed_at,
            now: context.at,
        })
    }
}

fn hardware_key(hardware_no: &HardwareNo) -> ClaimKey {
    ClaimKey::new("meter.hardware_no", hardware_no.as_str())
}

/// 新装: the first device of a metering point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallDevice {
    pub meter_no: MeterNo,
    pub device: DeviceSpec,
    /// Now, when not given.
    pub installed_at: Option<DateTime<Utc>>,
}

impl Process for InstallDevice {
    const NAME: &'static str = "meter.install_device";
    type Outcome = MeterChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MeterChanged, Stop> {
        workspace
            .get::<Meter>(self.meter_no.as_str())?
            .registered()?;
        let at = stored_instant(self.installed_at.unwrap_or(context.at));
        let command = self
            .device
            .command(&self.meter_no, at, context, workspace)?;
        workspace.execute::<Meter>(self.meter_no.as_str(), MeterCommand::InstallDevice(command))?;
        Ok(MeterChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}

/// 换表: the old device's closing index and the new device's opening index, in one fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplaceDevice {
    pub meter_no: MeterNo,
    pub closing_index: Index,
    pub closing_photo: Option<ReadingPhoto>,
    pub reason: RemovalReason,
    pub device: DeviceSpec,
    /// Now, when not given.
    pub replaced_at: Option<DateTime<Utc>>,
}

impl Process for ReplaceDevice {
    const NAME: &'static str = "meter.replace_device";
    type Outcome = MeterChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MeterChanged, Stop> {
        let meter = workspace
            .get::<Meter>(self.meter_no.as_str())?
            .registered()?;
        let old = meter
            .device()
            .ok_or(MeterError::NoDevice)?
            .hardware_no
            .clone();
        if old == self.device.hardware_no {
            return Err(MeterError::SameDevice.into());
        }
        let at = stored_instant(self.replaced_at.unwrap_or(context.at));
        let closing_photo = submit_closing(workspace, &self.meter_no, self.closing_photo.as_ref())?;
        let replacement = self
            .device
            .command(&self.meter_no, at, context, workspace)?;
        workspace.release(hardware_key(&old))?;
        let command = command::ReplaceDevice {
            closing: command::Closing {
                index: self.closing_index,
                photo: closing_photo,
                reason: self.reason,
            },
            replacement,
        };
        workspace.execute::<Meter>(self.meter_no.as_str(), MeterCommand::ReplaceDevice(command))?;
        Ok(MeterChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}

fn submit_closing(
    workspace: &mut Workspace,
    meter_no: &MeterNo,
    photo: Option<&ReadingPhoto>,
) -> Result<Option<PhotoHash>, Stop> {
    match photo {
        Some(ReadingPhoto { stored: None, .. }) => Err(MeterError::ClosingPhotoUnknown.into()),
        _ => submit_photo(workspace, meter_no, photo),
    }
}

/// 拆表: the device comes down, and nothing takes its place for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveDevice {
    pub meter_no: MeterNo,
    pub closing_index: Index,
    pub closing_photo: Option<ReadingPhoto>,
    pub reason: RemovalReason,
    /// Now, when not given.
    pub removed_at: Option<DateTime<Utc>>,
}

impl Process for RemoveDevice {
    const NAME: &'static str = "meter.remove_device";
    type Outcome = MeterChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MeterChanged, Stop> {
        let id = self.meter_no.as_str();
        let meter = workspace.get::<Meter>(id)?.registered()?;
        let device = meter.device().ok_or(MeterError::NoDevice)?;
        let taken_down = hardware_key(&device.hardware_no);
        let photo = submit_closing(workspace, &self.meter_no, self.closing_photo.as_ref())?;
        let command = command::RemoveDevice {
            closing: command::Closing {
                index: self.closing_index,
                photo,
                reason: self.reason,
            },
            removed_at: stored_instant(self.removed_at.unwrap_or(context.at)),
            now: context.at,
        };
        workspace.execute::<Meter>(id, MeterCommand::RemoveDevice(command))?;
        workspace.release(taken_down)?;
        Ok(MeterChanged {
            meter_no: self.meter_no.clone(),
        })
    }
}

/// Staff before any meter, customers before their own, say that it is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFault {
    pub meter_no: MeterNo,
    pub description: String,
    pub photo: Option<ReadingPhoto>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultFiled {
    pub fault_id: FaultId,
}

impl Process for ReportFault {
    const NAME: &'static str = "meter.report_fault";
    type Outcome = FaultFiled;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<FaultFiled, Stop> {
        let fault_id = FaultId::try_new(context.derive_id("fault").to_string())
            .map_err(|error: ValueError| Stop::Corrupt(error.to_string()))?;
        workspace
            .get::<Meter>(self.meter_no.as_str())?
            .registered()?;
        require_own_meter(&context.actor, &self.meter_no, workspace)?;
        let photo = submit_photo(workspace, &self.meter_no, self.photo.as_ref())?;
        let report = FaultReported {
            fault_id: fault_id.clone(),
            description: self.description.clone(),
            photo,
            reported_by: context.actor.clone(),
        };
        workspace.execute::<Meter>(self.meter_no.as_str(), MeterCommand::ReportFault(report))?;
        Ok(FaultFiled { fault_id })
    }
}
