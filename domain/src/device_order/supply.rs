//! A prepaid account that is to be cut off or restored has its relays and valves ordered, where it
//! has some (R23, R33). What they did is noted on the account.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::process::{Wanted, switching};
use super::{
    DeviceOrder, DeviceOrderChanged, DeviceOrderCommand, ForAccount, OrderAct, OrderRecord,
    OrderState, SupplySeen,
};
use crate::account::{Account, Supply};
use crate::collector::{Collector, collector_of};
use crate::meter::Meter;
use crate::prepaid::{NoteCutOff, NoteRestoration};
use crate::units::{AccountNo, Commodity, DeviceOrderId, MeterNo};

/// Orders the relays and valves of an account as its supply is to be now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderSupplySwitches {
    pub account_no: AccountNo,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchesOrdered {
    pub orders: Vec<DeviceOrderId>,
}

/// Where a relay or valve is to be for an account; none where nothing is ordered.
fn wanted(supply: Supply) -> Option<SupplySeen> {
    match supply {
        Supply::CutOffOrdered => Some(SupplySeen::Off),
        Supply::RestorationOrdered | Supply::On => Some(SupplySeen::On),
        Supply::CutOffPlanned(_) | Supply::CutOff => None,
    }
}

/// Power comes back when somebody is there to press the button; water runs again.
fn act_for(to: SupplySeen, commodity: Commodity) -> OrderAct {
    match (to, commodity) {
        (SupplySeen::Off, _) => OrderAct::CutOff,
        (SupplySeen::On, Commodity::Electricity) => OrderAct::PermitRestore,
        (SupplySeen::On, Commodity::Water) => OrderAct::Restore,
    }
}

fn supply_of(account_no: &AccountNo, workspace: &mut Workspace) -> Result<Supply, Stop> {
    let account = workspace.get::<Account>(account_no.as_str())?;
    Ok(account.opened(account_no)?.scheme().supply())
}

/// The account's meters that can be switched from here, with what they measure.
fn switchable(
    account_no: &AccountNo,
    workspace: &mut Workspace,
) -> Result<Vec<(MeterNo, Commodity)>, Stop> {
    let account = workspace.get::<Account>(account_no.as_str())?;
    let meters: Vec<MeterNo> = account
        .opened(account_no)?
        .meters()
        .iter()
        .filter(|meter| meter.released.is_none())
        .map(|meter| meter.meter_no.clone())
        .collect();
    workspace.need::<Meter>(meters.iter().map(ToString::to_string))?;
    let mut found = Vec::new();
    for meter_no in meters {
        let Some(collector_no) = collector_of(&meter_no, workspace)? else {
            continue;
        };
        let collector = workspace.get::<Collector>(collector_no.as_str())?;
        let collected = collector.registered(&collector_no)?.meters.get(&meter_no);
        if collected.is_some_and(|meter| meter.switchable) {
            let meter = workspace.get::<Meter>(meter_no.as_str())?.registered()?;
            let commodity = meter.card().commodity;
            found.push((meter_no, commodity));
        }
    }
    Ok(found)
}

/// The order a meter's relay or valve is busy with.
fn open_order(meter_no: &MeterNo, workspace: &mut Workspace) -> Result<Option<OrderRecord>, Stop> {
    let Some(id) = workspace.holder(&switching(meter_no))? else {
        return Ok(None);
    };
    let order_id = DeviceOrderId::try_new(&id).map_err(|error| Stop::Corrupt(error.to_string()))?;
    let order = workspace.get::<DeviceOrder>(&id)?;
    Ok(Some(order.requested(&order_id)?.clone()))
}

/// Takes an order by rule back that has become wrong and was not sent; says whether the way is free.
fn make_way(meter_no: &MeterNo, to: SupplySeen, workspace: &mut Workspace) -> Result<bool, Stop> {
    let Some(order) = open_order(meter_no, workspace)? else {
        return Ok(true);
    };
    let same_way = (order.requested.act == OrderAct::CutOff) == (to == SupplySeen::Off);
    let by_rule = order.requested.for_account.is_some();
    if same_way || !by_rule || order.state != OrderState::Requested {
        return Ok(false);
    }
    let command = DeviceOrderCommand::Cancel {
        reason: "户号供应状态已变".to_owned(),
    };
    workspace.execute::<DeviceOrder>(order.requested.order_id.as_str(), command)?;
    workspace.release(switching(meter_no))?;
    Ok(true)
}

fn order(
    account_no: &AccountNo,
    meter_no: &MeterNo,
    act: OrderAct,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<DeviceOrderId, Stop> {
    let wanted = Wanted {
        meter_no,
        act,
        reason: match act {
            OrderAct::CutOff => "预收费余额透支用尽",
            _ => "预收费余额已恢复",
        },
        emergency: false,
        counts: false,
        for_account: Some(ForAccount {
            account_no: account_no.clone(),
        }),
    };
    wanted.order(context, workspace)
}

impl Process for OrderSupplySwitches {
    const NAME: &'static str = "device_order.order_supply_switches";
    type Outcome = SwitchesOrdered;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SwitchesOrdered, Stop> {
        let supply = supply_of(&self.account_no, workspace)?;
        let mut orders = Vec::new();
        let Some(to) = wanted(supply) else {
            return Ok(SwitchesOrdered { orders });
        };
        for (meter_no, commodity) in switchable(&self.account_no, workspace)? {
            // A cut-off that was called off only has its order taken back.
            if make_way(&meter_no, to, workspace)? && supply != Supply::On {
                let act = act_for(to, commodity);
                orders.push(order(&self.account_no, &meter_no, act, context, workspace)?);
            }
        }
        Ok(SwitchesOrdered { orders })
    }
}

/// A relay or valve of a prepaid account is known to be off or on: the account is told, when it was
/// the last. Where the account wants it otherwise by now, it is ordered back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteSwitchedSupply {
    pub order_id: DeviceOrderId,
    pub seen: SupplySeen,
}

/// Whether a relay or valve of the account beside this one is still busy.
fn others_wait(
    account_no: &AccountNo,
    meter_no: &MeterNo,
    workspace: &mut Workspace,
) -> Result<bool, Stop> {
    for (other, _) in switchable(account_no, workspace)? {
        if other != *meter_no && open_order(&other, workspace)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Process for NoteSwitchedSupply {
    const NAME: &'static str = "device_order.note_switched_supply";
    type Outcome = DeviceOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<DeviceOrderChanged, Stop> {
        let id = self.order_id.as_str();
        let known = workspace
            .get::<DeviceOrder>(id)?
            .requested(&self.order_id)?;
        let requested = known.requested.clone();
        let done = DeviceOrderChanged {
            order_id: self.order_id.clone(),
        };
        let Some(ForAccount { account_no }) = requested.for_account else {
            return Ok(done);
        };
        let supply = supply_of(&account_no, workspace)?;
        let meter_no = &requested.meter_no;
        match (supply, self.seen) {
            (Supply::CutOffOrdered, SupplySeen::Off) => {
                if !others_wait(&account_no, meter_no, workspace)? {
                    NoteCutOff { account_no }.decide(context, workspace)?;
                }
            }
            (Supply::RestorationOrdered, SupplySeen::On) => {
                if !others_wait(&account_no, meter_no, workspace)? {
                    NoteRestoration { account_no }.decide(context, workspace)?;
                }
            }
            // It was paid while the order was on its way, or somebody found it still on.
            (Supply::On | Supply::RestorationOrdered, SupplySeen::Off) => {
                let meter = workspace.get::<Meter>(meter_no.as_str())?.registered()?;
                let act = act_for(SupplySeen::On, meter.card().commodity);
                if make_way(meter_no, SupplySeen::On, workspace)? {
                    order(&account_no, meter_no, act, context, workspace)?;
                }
            }
            (Supply::On | Supply::CutOffPlanned(_) | Supply::CutOffOrdered | Supply::CutOff, _) => {
            }
        }
        Ok(done)
    }
}
