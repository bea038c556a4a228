use chaobiao_decision::{ClaimKey, CommandContext, Process, Rejection, Stop, Workspace};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    DeviceOrder, DeviceOrderCommand, DeviceOrderError, ForAccount, OrderAct, OrderOutcome,
    OrderRequested, SupplySeen,
};
use crate::collector::{Collector, collector_of, require_system};
use crate::meter::Meter;
use crate::prepaid::may_cut_off;
use crate::units::{Commodity, DeviceOrderId, MeterNo};
use crate::work_calendar::calendar_around;

/// How long an order may wait for its collector.
const WAITS: TimeDelta = TimeDelta::minutes(10);
/// An order made by rule may wait longer: nobody stands there.
const WAITS_BY_RULE: TimeDelta = TimeDelta::hours(8);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceOrderChanged {
    pub order_id: DeviceOrderId,
}

/// One order to move a meter's relay or valve at a time.
pub(super) fn switching(meter_no: &MeterNo) -> ClaimKey {
    ClaimKey::new("device_order.switching", meter_no.as_str())
}

/// Orders that something be done at a meter now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestDeviceOrder {
    pub meter_no: MeterNo,
    pub act: OrderAct,
    pub reason: String,
    pub emergency: bool,
    /// An index that is read becomes a reading that is billed by.
    pub counts: bool,
}

/// An order, before it is known whether it may be.
pub(super) struct Wanted<'a> {
    pub(super) meter_no: &'a MeterNo,
    pub(super) act: OrderAct,
    pub(super) reason: &'a str,
    pub(super) emergency: bool,
    pub(super) counts: bool,
    pub(super) for_account: Option<ForAccount>,
}

impl Wanted<'_> {
    pub(super) fn order(
        self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<DeviceOrderId, Stop> {
        let (meter_no, act) = (self.meter_no, self.act);
        let meter = workspace.get::<Meter>(meter_no.as_str())?;
        let unknown = |_| DeviceOrderError::MeterUnknown(meter_no.clone());
        let commodity = meter.registered().map_err(unknown)?.card().commodity;
        let not_collected = || DeviceOrderError::NotCollected(meter_no.clone());
        let collector_no = collector_of(meter_no, workspace)?.ok_or_else(not_collected)?;
        let collector = workspace.get::<Collector>(collector_no.as_str())?;
        let meters = &collector.registered(&collector_no)?.meters;
        let collected = meters.get(meter_no).ok_or_else(not_collected)?.clone();
        if act.is_switching() && !collected.switchable {
            return Err(DeviceOrderError::NotSwitchable(meter_no.clone()).into());
        }
        if act == OrderAct::PermitRestore && commodity != Commodity::Electricity {
            return Err(DeviceOrderError::PermitUnsupported.into());
        }
        if act == OrderAct::CutOff && !self.emergency {
            let calendar = calendar_around(context.at, workspace)?;
            if !may_cut_off(context.at, &calendar) {
                return Err(DeviceOrderError::OutsideHours.into());
            }
        }
        let label = format!("device_order/{meter_no}");
        let order_id = DeviceOrderId::try_new(context.derive_id(&label).to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        if act.is_switching() {
            let busy = Rejection::from(DeviceOrderError::MeterBusy(meter_no.clone()));
            workspace.claim(switching(meter_no), order_id.as_str(), busy)?;
        }
        let waits = if self.for_account.is_some() {
            WAITS_BY_RULE
        } else {
            WAITS
        };
        let requested = OrderRequested {
            order_id: order_id.clone(),
            meter_no: meter_no.clone(),
            collector_no,
            address: collected.address,
            act,
            reason: self.reason.to_owned(),
            emergency: self.emergency,
            for_account: self.for_account,
            counts: self.counts && act == OrderAct::Read,
            requested_by: context.actor.clone(),
            requested_at: context.at,
            expires_at: context.at + waits,
        };
        let command = DeviceOrderCommand::Request(Box::new(requested));
        workspace.execute::<DeviceOrder>(order_id.as_str(), command)?;
        Ok(order_id)
    }
}

impl Process for RequestDeviceOrder {
    const NAME: &'static str = "device_order.request";
    type Outcome = DeviceOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<DeviceOrderChanged, Stop> {
        let wanted = Wanted {
            meter_no: &self.meter_no,
            act: self.act,
            reason: &self.reason,
            emergency: self.emergency,
            counts: self.counts,
            for_account: None,
        };
        let order_id = wanted.order(context, workspace)?;
        Ok(DeviceOrderChanged { order_id })
    }
}

fn execute(
    order_id: &DeviceOrderId,
    command: DeviceOrderCommand,
    workspace: &mut Workspace,
) -> Result<DeviceOrderChanged, Stop> {
    let id = order_id.as_str();
    workspace.get::<DeviceOrder>(id)?.requested(order_id)?;
    workspace.execute::<DeviceOrder>(id, command)?;
    let order = workspace.get::<DeviceOrder>(id)?.requested(order_id)?;
    if order.requested.act.is_switching() && !order.is_open() {
        let key = switching(&order.requested.meter_no);
        // What came late must not free a meter for which another order has been made since.
        if workspace.holder(&key)?.as_deref() == Some(id) {
            workspace.release(key)?;
        }
    }
    Ok(DeviceOrderChanged {
        order_id: order_id.clone(),
    })
}

/// A node takes it on itself to send an order: recorded before it does, and by one node only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteOrderSent {
    pub order_id: DeviceOrderId,
    pub node: String,
}

impl Process for NoteOrderSent {
    const NAME: &'static str = "device_order.note_sent";
    type Outcome = DeviceOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<DeviceOrderChanged, Stop> {
        require_system(context)?;
        let command = DeviceOrderCommand::Dispatch {
            node: self.node.clone(),
            at: context.at,
        };
        execute(&self.order_id, command, workspace)
    }
}

/// How an order ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinishDeviceOrder {
    pub order_id: DeviceOrderId,
    pub outcome: OrderOutcome,
    pub at: DateTime<Utc>,
}

impl Process for FinishDeviceOrder {
    const NAME: &'static str = "device_order.finish";
    type Outcome = DeviceOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<DeviceOrderChanged, Stop> {
        require_system(context)?;
        let command = DeviceOrderCommand::Finish {
            outcome: self.outcome.clone(),
            at: self.at,
        };
        execute(&self.order_id, command, workspace)
    }
}

/// The time of an order is over: what was not sent is not sent any more, and what was sent and not
/// told of is unknown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GiveUpDeviceOrder {
    pub order_id: DeviceOrderId,
}

impl Process for GiveUpDeviceOrder {
    const NAME: &'static str = "device_order.give_up";
    type Outcome = DeviceOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<DeviceOrderChanged, Stop> {
        require_system(context)?;
        let command = DeviceOrderCommand::GiveUp { at: context.at };
        execute(&self.order_id, command, workspace)
    }
}

/// Takes an order back that has not been sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelDeviceOrder {
    pub order_id: DeviceOrderId,
    pub reason: String,
}

impl Process for CancelDeviceOrder {
    const NAME: &'static str = "device_order.cancel";
    type Outcome = DeviceOrderChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<DeviceOrderChanged, Stop> {
        let command = DeviceOrderCommand::Cancel {
            reason: self.reason.clone(),
        };
        execute(&self.order_id, command, workspace)
    }
}

/// Somebody went to look what became of an order whose outcome was unknown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettleDeviceOrder {
    pub order_id: DeviceOrderId,
    pub seen: SupplySeen,
    pub note: String,
}

impl Process for SettleDeviceOrder {
    const NAME: &'static str = "device_order.settle";
    type Outcome = DeviceOrderChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<DeviceOrderChanged, Stop> {
        let command = DeviceOrderCommand::Settle {
            seen: self.seen,
            note: self.note.clone(),
        };
        execute(&self.order_id, command, workspace)
    }
}
