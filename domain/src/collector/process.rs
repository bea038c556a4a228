use chaobiao_decision::{Actor, ClaimKey, CommandContext, Process, Rejection, Stop, Workspace};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    BytesForwarded, CollectedMeter, Collector, CollectorCommand, CollectorError,
    CollectorRegistered, Oddity, OddityNoticed, Sweeping,
};
use crate::campus::Campus;
use crate::meter::Meter;
use crate::units::{CampusId, CollectorNo, DeviceAddress, MeterNo, MeterProtocol};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectorChanged {
    pub collector_no: CollectorNo,
}

/// A meter hangs behind one collector at a time.
fn of_meter(meter_no: &MeterNo) -> ClaimKey {
    ClaimKey::new("collector.of_meter", meter_no.as_str())
}

/// An address is that of one meter, wherever it hangs.
fn of_address(address: &DeviceAddress) -> ClaimKey {
    ClaimKey::new("collector.of_address", address.as_str())
}

/// The collector behind which a meter hangs.
pub fn collector_of(
    meter_no: &MeterNo,
    workspace: &mut Workspace,
) -> Result<Option<CollectorNo>, Stop> {
    let holder = workspace.holder(&of_meter(meter_no))?;
    let corrupt = |error: crate::units::ValueError| Stop::Corrupt(error.to_string());
    holder.map(|id| id.parse().map_err(corrupt)).transpose()
}

/// What the gateway says is not for people to say.
pub(crate) fn require_system(context: &CommandContext) -> Result<(), CollectorError> {
    match context.actor {
        Actor::System(_) => Ok(()),
        _ => Err(CollectorError::NotTheSystem),
    }
}

fn execute(
    collector_no: &CollectorNo,
    command: CollectorCommand,
    workspace: &mut Workspace,
) -> Result<CollectorChanged, Stop> {
    let id = collector_no.as_str();
    workspace.get::<Collector>(id)?.registered(collector_no)?;
    workspace.execute::<Collector>(id, command)?;
    Ok(CollectorChanged {
        collector_no: collector_no.clone(),
    })
}

/// Lets a collector in; whoever else dials in is a stranger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RegisterCollector {
    pub collector_no: CollectorNo,
    pub campus: CampusId,
    pub place: String,
    pub sweeping: Sweeping,
}

impl Process for RegisterCollector {
    const NAME: &'static str = "collector.register";
    type Outcome = CollectorChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectorChanged, Stop> {
        if !workspace.get::<Campus>(self.campus.as_str())?.is_open() {
            return Err(CollectorError::CampusUnknown(self.campus.clone()).into());
        }
        let registered = CollectorRegistered {
            collector_no: self.collector_no.clone(),
            campus: self.campus.clone(),
            place: self.place.clone(),
            sweeping: self.sweeping,
        };
        let command = CollectorCommand::Register(registered);
        workspace.execute::<Collector>(self.collector_no.as_str(), command)?;
        Ok(CollectorChanged {
            collector_no: self.collector_no.clone(),
        })
    }
}

/// Changes how often the meters are asked, from the next round on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeSweeping {
    pub collector_no: CollectorNo,
    pub sweeping: Sweeping,
}

impl Process for ChangeSweeping {
    const NAME: &'static str = "collector.change_sweeping";
    type Outcome = CollectorChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectorChanged, Stop> {
        let command = CollectorCommand::ChangeSweeping(self.sweeping);
        execute(&self.collector_no, command, workspace)
    }
}

/// Hangs a meter behind a collector.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AttachMeter {
    pub collector_no: CollectorNo,
    pub meter_no: MeterNo,
    pub address: DeviceAddress,
    /// None: to be found out.
    pub protocol: Option<MeterProtocol>,
    pub switchable: bool,
}

impl Process for AttachMeter {
    const NAME: &'static str = "collector.attach_meter";
    type Outcome = CollectorChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectorChanged, Stop> {
        let meter = workspace.get::<Meter>(self.meter_no.as_str())?;
        let unknown = |_| CollectorError::MeterUnknown(self.meter_no.clone());
        let commodity = meter.registered().map_err(unknown)?.card().commodity;
        if commodity != self.address.commodity() {
            return Err(CollectorError::AddressMisfit.into());
        }
        let command = CollectorCommand::Attach(CollectedMeter {
            meter_no: self.meter_no.clone(),
            address: self.address.clone(),
            protocol: self.protocol,
            switchable: self.switchable,
        });
        let changed = execute(&self.collector_no, command, workspace)?;
        let holder = self.collector_no.as_str();
        let attached = CollectorError::MeterAttached(self.meter_no.clone());
        workspace.claim(of_meter(&self.meter_no), holder, Rejection::from(attached))?;
        let taken = CollectorError::AddressTaken(self.address.clone());
        workspace.claim(of_address(&self.address), holder, Rejection::from(taken))?;
        Ok(changed)
    }
}

/// Takes a meter off a collector.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DetachMeter {
    pub collector_no: CollectorNo,
    pub meter_no: MeterNo,
    pub reason: String,
}

impl Process for DetachMeter {
    const NAME: &'static str = "collector.detach_meter";
    type Outcome = CollectorChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectorChanged, Stop> {
        let id = self.collector_no.as_str();
        let collector = workspace.get::<Collector>(id)?;
        let meters = &collector.registered(&self.collector_no)?.meters;
        let address = meters
            .get(&self.meter_no)
            .map(|meter| meter.address.clone());
        let command = CollectorCommand::Detach {
            meter_no: self.meter_no.clone(),
            reason: self.reason.clone(),
        };
        let changed = execute(&self.collector_no, command, workspace)?;
        workspace.release(of_meter(&self.meter_no))?;
        if let Some(address) = address {
            workspace.release(of_address(&address))?;
        }
        Ok(changed)
    }
}

/// Lets a collector in no more. Its meters must have been taken off.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RetireCollector {
    pub collector_no: CollectorNo,
    pub reason: String,
}

impl Process for RetireCollector {
    const NAME: &'static str = "collector.retire";
    type Outcome = CollectorChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectorChanged, Stop> {
        let command = CollectorCommand::Retire {
            reason: self.reason.clone(),
        };
        execute(&self.collector_no, command, workspace)
    }
}

/// The gateway found out how a meter speaks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteProtocol {
    pub collector_no: CollectorNo,
    pub address: DeviceAddress,
    pub protocol: MeterProtocol,
}

impl Process for NoteProtocol {
    const NAME: &'static str = "collector.note_protocol";
    type Outcome = CollectorChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectorChanged, Stop> {
        require_system(context)?;
        let collector = workspace.get::<Collector>(self.collector_no.as_str())?;
        let meter = collector.registered(&self.collector_no)?.at(&self.address);
        // It may have been taken off since.
        let Some(meter_no) = meter.map(|meter| meter.meter_no.clone()) else {
            return Ok(CollectorChanged {
                collector_no: self.collector_no.clone(),
            });
        };
        let command = CollectorCommand::NoteProtocol {
            meter_no,
            protocol: self.protocol,
        };
        execute(&self.collector_no, command, workspace)
    }
}

/// A collector dialled in, or its link is gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteLink {
    pub collector_no: CollectorNo,
    pub at: DateTime<Utc>,
    /// From where it came; none when the link is gone.
    pub peer: Option<String>,
    pub lost_for: Option<String>,
}

impl Process for NoteLink {
    const NAME: &'static str = "collector.note_link";
    type Outcome = CollectorChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectorChanged, Stop> {
        require_system(context)?;
        let at = self.at;
        let command = match &self.peer {
            Some(peer) => CollectorCommand::OpenLink {
                peer: peer.clone(),
                at,
            },
            None => CollectorCommand::LoseLink {
                reason: self.lost_for.clone().unwrap_or_default(),
                at,
            },
        };
        execute(&self.collector_no, command, workspace)
    }
}

/// Something strange behind a collector: kept once a day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteOddity {
    pub collector_no: CollectorNo,
    pub address: Option<DeviceAddress>,
    pub oddity: Oddity,
    pub detail: String,
    pub at: DateTime<Utc>,
}

impl Process for NoteOddity {
    const NAME: &'static str = "collector.note_oddity";
    type Outcome = CollectorChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectorChanged, Stop> {
        require_system(context)?;
        let collector = workspace.get::<Collector>(self.collector_no.as_str())?;
        let state = collector.registered(&self.collector_no)?;
        let meter = self.address.as_ref().and_then(|address| state.at(address));
        let command = CollectorCommand::Notice(OddityNoticed {
            meter_no: meter.map(|meter| meter.meter_no.clone()),
            oddity: self.oddity,
            detail: self.detail.clone(),
            at: self.at,
        });
        execute(&self.collector_no, command, workspace)
    }
}

/// What went through a collector unread.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteForwarded {
    pub collector_no: CollectorNo,
    pub forwarded: BytesForwarded,
}

impl Process for NoteForwarded {
    const NAME: &'static str = "collector.note_forwarded";
    type Outcome = CollectorChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CollectorChanged, Stop> {
        require_system(context)?;
        let command = CollectorCommand::NoteForwarded(self.forwarded.clone());
        execute(&self.collector_no, command, workspace)
    }
}
