use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent as _;

use super::*;
use crate::account::Supply;
use crate::collector::{AttachMeter, BillingReadings, RegisterCollector, Sweeping};
use crate::desk::Desk;
use crate::prepaid::tests::{exhausted, supply, top_up};
use crate::prepaid::{OrderCutOff, PlanCutOff};
use crate::units::{AccountNo, DeviceAddress, DeviceOrderId, MeterNo, RawFrame, instant_of};

fn account() -> AccountNo {
    "A1".parse().unwrap()
}

fn meter() -> MeterNo {
    "E1".parse().unwrap()
}

fn moment(text: &str) -> DateTime<Utc> {
    instant_of(text.parse().unwrap())
}

fn collected(desk: &mut Desk, switchable: bool) {
    let sweeping = Sweeping {
        every_minutes: 15,
        retries: 2,
        readings: BillingReadings::Day,
    };
    let register = RegisterCollector {
        collector_no: "C-1".parse().unwrap(),
        campus: "N".parse().unwrap(),
        place: "北苑 3 栋配电间".to_owned(),
        sweeping,
    };
    desk.run(&register).unwrap();
    let attach = AttachMeter {
        collector_no: "C-1".parse().unwrap(),
        meter_no: meter(),
        address: DeviceAddress::try_new("202401150037").unwrap(),
        protocol: None,
        switchable,
    };
    desk.run(&attach).unwrap();
}

/// Account A1 has used up its grace; its meter E1 hangs behind C-1 and has a relay.
fn desk() -> Desk {
    let mut desk = exhausted();
    collected(&mut desk, true);
    desk.at = moment("2026-09-28T10:00:00");
    desk
}

fn wanted(act: OrderAct) -> RequestDeviceOrder {
    RequestDeviceOrder {
        meter_no: meter(),
        act,
        reason: "检修".to_owned(),
        emergency: false,
        counts: false,
    }
}

fn request(desk: &mut Desk, act: OrderAct) -> DeviceOrderId {
    desk.by("ma").run(&wanted(act)).unwrap().outcome.order_id
}

fn send(desk: &mut Desk, order_id: &DeviceOrderId) {
    let note = NoteOrderSent {
        order_id: order_id.clone(),
        node: "node-1".to_owned(),
    };
    desk.by_system().run(&note).unwrap();
}

fn finish(order_id: &DeviceOrderId, outcome: OrderOutcome) -> FinishDeviceOrder {
    FinishDeviceOrder {
        order_id: order_id.clone(),
        outcome,
        at: moment("2026-09-28T10:01:00"),
    }
}

fn done(desk: &mut Desk, order_id: &DeviceOrderId, outcome: OrderOutcome) {
    send(desk, order_id);
    desk.run(&finish(order_id, outcome)).unwrap();
}

fn give_up(order_id: &DeviceOrderId) -> GiveUpDeviceOrder {
    GiveUpDeviceOrder {
        order_id: order_id.clone(),
    }
}

fn settle(order_id: &DeviceOrderId, seen: SupplySeen) -> SettleDeviceOrder {
    SettleDeviceOrder {
        order_id: order_id.clone(),
        seen,
        note: "现场查看".to_owned(),
    }
}

fn state(desk: &mut Desk, order_id: &DeviceOrderId) -> OrderState {
    let order: DeviceOrder = desk.state(order_id.as_str());
    order.requested(order_id).unwrap().state.clone()
}

#[test]
fn r33_what_is_wanted_is_recorded_before_it_is_sent_and_sent_by_one_node() {
    let mut desk = desk();
    let order_id = request(&mut desk, OrderAct::CutOff);
    assert_eq!(state(&mut desk, &order_id), OrderState::Requested);
    assert_eq!(
        desk.by_system()
            .refused(&finish(&order_id, OrderOutcome::Confirmed)),
        "DEVICE_ORDER_NOT_SENT"
    );
    send(&mut desk, &order_id);
    let twice = NoteOrderSent {
        order_id: order_id.clone(),
        node: "node-2".to_owned(),
    };
    assert_eq!(desk.refused(&twice), "DEVICE_ORDER_ALREADY_SENT");
    let cancel = CancelDeviceOrder {
        order_id: order_id.clone(),
        reason: "误操作".to_owned(),
    };
    assert_eq!(desk.by("ma").refused(&cancel), "DEVICE_ORDER_ALREADY_SENT");
    let confirmed = finish(&order_id, OrderOutcome::Confirmed);
    assert_eq!(desk.refused(&confirmed), "COLLECTOR_NOT_THE_SYSTEM");
    desk.by_system().run(&confirmed).unwrap();
    assert!(desk.run(&confirmed).unwrap().events.is_empty());
}

#[test]
fn r33_a_meter_obeys_one_order_at_a_time_and_an_unknown_outcome_is_looked_at_first() {
    let mut desk = desk();
    let first = request(&mut desk, OrderAct::CutOff);
    let busy = "DEVICE_ORDER_METER_BUSY";
    assert_eq!(desk.by("ma").refused(&wanted(OrderAct::Restore)), busy);
    request(&mut desk, OrderAct::Read);
    send(&mut desk, &first);
    assert_eq!(
        desk.by("ma").refused(&settle(&first, SupplySeen::Off)),
        "DEVICE_ORDER_NOTHING_TO_SETTLE"
    );
    desk.by_system().run(&give_up(&first)).unwrap();
    assert_eq!(
        state(&mut desk, &first),
        OrderState::Finished(OrderOutcome::Unknown)
    );
    assert_eq!(desk.by("ma").refused(&wanted(OrderAct::CutOff)), busy);
    desk.run(&settle(&first, SupplySeen::On)).unwrap();
    let second = request(&mut desk, OrderAct::CutOff);
    // What came late of the first does not free the meter.
    assert_eq!(
        desk.by_system()
            .refused(&finish(&first, OrderOutcome::Confirmed)),
        "DEVICE_ORDER_ALREADY_FINISHED"
    );
    assert_eq!(desk.by("ma").refused(&wanted(OrderAct::Restore)), busy);
    done(&mut desk, &second, OrderOutcome::Confirmed);
    request(&mut desk, OrderAct::PermitRestore);
}

#[test]
fn what_comes_late_tells_more_than_that_nothing_had_come() {
    let mut desk = desk();
    let order_id = request(&mut desk, OrderAct::CutOff);
    send(&mut desk, &order_id);
    desk.run(&give_up(&order_id)).unwrap();
    desk.run(&finish(&order_id, OrderOutcome::Confirmed))
        .unwrap();
    request(&mut desk, OrderAct::Restore);
    assert!(
        desk.by_system()
            .run(&give_up(&order_id))
            .unwrap()
            .events
            .is_empty()
    );
}

#[test]
fn an_order_whose_time_is_over_is_not_sent_any_more() {
    let mut desk = desk();
    let order_id = request(&mut desk, OrderAct::CutOff);
    desk.at = moment("2026-09-28T10:10:00");
    let note = NoteOrderSent {
        order_id: order_id.clone(),
        node: "node-1".to_owned(),
    };
    assert_eq!(desk.by_system().refused(&note), "DEVICE_ORDER_EXPIRED");
    desk.run(&give_up(&order_id)).unwrap();
    let OrderState::Finished(outcome) = state(&mut desk, &order_id) else {
        panic!("not finished");
    };
    assert_eq!(outcome.as_str(), "not_sent");
    request(&mut desk, OrderAct::CutOff);
}

#[test]
fn nobody_is_cut_off_at_night_unless_there_is_danger() {
    let mut desk = desk();
    for closed in ["2026-09-28T17:00:00", "2026-09-27T10:00:00"] {
        desk.at = moment(closed);
        assert_eq!(
            desk.by("ma").refused(&wanted(OrderAct::CutOff)),
            "DEVICE_ORDER_OUTSIDE_HOURS"
        );
    }
    let danger = RequestDeviceOrder {
        emergency: true,
        ..wanted(OrderAct::CutOff)
    };
    desk.run(&danger).unwrap();
}

#[test]
fn what_cannot_be_ordered_is_refused() {
    let mut desk = exhausted();
    desk.at = moment("2026-09-28T10:00:00");
    let not_there = wanted(OrderAct::Read);
    assert_eq!(desk.refused(&not_there), "DEVICE_ORDER_NOT_COLLECTED");
    collected(&mut desk, false);
    assert_eq!(
        desk.refused(&wanted(OrderAct::CutOff)),
        "DEVICE_ORDER_NOT_SWITCHABLE"
    );
    let why = RequestDeviceOrder {
        reason: "  ".to_owned(),
        ..wanted(OrderAct::Read)
    };
    assert_eq!(desk.refused(&why), "DEVICE_ORDER_REASON_INVALID");
    let unknown = RequestDeviceOrder {
        meter_no: "E9".parse().unwrap(),
        ..wanted(OrderAct::Read)
    };
    assert_eq!(desk.refused(&unknown), "DEVICE_ORDER_METER_UNKNOWN");
}

/// The account is ordered to be cut off, on a working day at nine.
fn to_be_cut_off(desk: &mut Desk) {
    let account_no = account();
    desk.at = moment("2026-09-26T09:00:00");
    desk.by_system().run(&PlanCutOff { account_no }).unwrap();
    let planned = moment("2026-09-28T09:00:00");
    desk.at = planned;
    let account_no = account();
    desk.run(&OrderCutOff {
        account_no,
        planned,
    })
    .unwrap();
    assert_eq!(supply(desk), Supply::CutOffOrdered);
}

fn switches(desk: &mut Desk) -> Vec<DeviceOrderId> {
    let account_no = account();
    let ordered = desk.by_system().run(&OrderSupplySwitches { account_no });
    ordered.unwrap().outcome.orders
}

fn note(desk: &mut Desk, order_id: &DeviceOrderId, seen: SupplySeen) -> Vec<String> {
    let note = NoteSwitchedSupply {
        order_id: order_id.clone(),
        seen,
    };
    let noted = desk.by_system().run(&note).unwrap();
    noted.event_types().into_iter().map(str::to_owned).collect()
}

#[test]
fn e3_a_relay_cuts_off_and_restores_a_prepaid_account() {
    let mut desk = desk();
    to_be_cut_off(&mut desk);
    let orders = switches(&mut desk);
    assert_eq!(orders.len(), 1);
    assert_eq!(switches(&mut desk), [], "once");
    done(&mut desk, &orders[0], OrderOutcome::Confirmed);
    assert_eq!(
        note(&mut desk, &orders[0], SupplySeen::Off),
        ["account.supply_disconnected"]
    );
    assert_eq!(supply(&mut desk), Supply::CutOff);
    desk.by("li");
    top_up(&mut desk, "2026-09-28", 5000);
    assert_eq!(supply(&mut desk), Supply::RestorationOrdered);
    let orders = switches(&mut desk);
    let order: DeviceOrder = desk.state(orders[0].as_str());
    let act = order.requested(&orders[0]).unwrap().requested.act;
    assert_eq!(act, OrderAct::PermitRestore, "somebody has to be there");
    done(&mut desk, &orders[0], OrderOutcome::Confirmed);
    assert_eq!(
        note(&mut desk, &orders[0], SupplySeen::On),
        ["account.supply_restored"]
    );
}

#[test]
fn a_top_up_takes_back_an_order_that_was_not_sent() {
    let mut desk = desk();
    to_be_cut_off(&mut desk);
    let orders = switches(&mut desk);
    desk.by("li");
    top_up(&mut desk, "2026-09-28", 5000);
    assert_eq!(supply(&mut desk), Supply::On);
    assert_eq!(switches(&mut desk), []);
    assert_eq!(state(&mut desk, &orders[0]), OrderState::Cancelled);
}

#[test]
fn who_paid_while_the_order_was_on_its_way_is_restored_at_once() {
    let mut desk = desk();
    to_be_cut_off(&mut desk);
    let orders = switches(&mut desk);
    send(&mut desk, &orders[0]);
    desk.by("li");
    top_up(&mut desk, "2026-09-28", 5000);
    assert_eq!(switches(&mut desk), []);
    desk.by_system()
        .run(&finish(&orders[0], OrderOutcome::Confirmed))
        .unwrap();
    assert_eq!(
        note(&mut desk, &orders[0], SupplySeen::Off),
        ["device_order.requested"]
    );
    assert_eq!(supply(&mut desk), Supply::On);
}

#[test]
fn events_keep_their_form() {
    let at = moment("2026-09-28T10:00:00");
    let requested = OrderRequested {
        order_id: "o1".parse().unwrap(),
        meter_no: meter(),
        collector_no: "C-1".parse().unwrap(),
        address: DeviceAddress::try_new("202401150037").unwrap(),
        act: OrderAct::CutOff,
        reason: "预收费余额透支用尽".to_owned(),
        emergency: true,
        for_account: Some(ForAccount {
            account_no: account(),
        }),
        counts: true,
        requested_by: Actor::System("prepaid".to_owned()),
        requested_at: at,
        expires_at: at,
    };
    let finished = |outcome| DeviceOrderEvent::Finished { outcome, at };
    let read = OrderOutcome::Read {
        index: "1202.75".parse().unwrap(),
        read_at: at,
        frame: Some(RawFrame::try_new("6810").unwrap()),
    };
    let events = [
        (DeviceOrderEvent::Requested(Box::new(requested)), ""),
        (
            DeviceOrderEvent::Dispatched {
                node: "node-1".to_owned(),
                at,
            },
            "",
        ),
        (
            DeviceOrderEvent::Cancelled {
                reason: "误操作".to_owned(),
            },
            "",
        ),
        (finished(read), ""),
        (finished(OrderOutcome::Confirmed), ".confirmed"),
        (
            finished(OrderOutcome::Refused {
                word: "40".to_owned(),
            }),
            ".refused",
        ),
        (
            DeviceOrderEvent::Settled {
                seen: SupplySeen::Off,
                note: "现场查看".to_owned(),
            },
            "",
        ),
    ];
    for (event, suffix) in &events {
        insta::assert_json_snapshot!(format!("{}{suffix}", event.event_type()), event);
        let json = serde_json::to_string(event).unwrap();
        let read: DeviceOrderEvent = serde_json::from_str(&json).unwrap();
        assert_eq!(read, *event);
    }
}
