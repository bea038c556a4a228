//! Commands to single meters, in held time.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

mod support;

use std::sync::{Arc, Mutex};

use chaobiao_devices::dlt645::{Address, Frame, Operator, Password};
use chaobiao_devices::dlt645_2007::{Answer, WIRE};
use chaobiao_devices::simulator::Faults;
use chaobiao_gateway::command::{Act, Authority, NotSent, SwitchTo};
use chaobiao_gateway::{Command, CommandId, MeterAddress, Observation, Outcome};
use chrono::NaiveDateTime;
use support::{HOUR, Shown, Stand, id, meter, planned, street, switch};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

const ELECTRIC: usize = 0;
const WATER: usize = 1;
const OLD: usize = 6;

async fn stand() -> (Stand, Shown) {
    let (mut stand, shown) = Stand::of(street(8).concentrator(1));
    stand.round().await;
    (stand, shown)
}

fn collector(shown: &Shown) -> chaobiao_gateway::CollectorId {
    shown.lock().unwrap().id.clone()
}

fn sent(all: &[Observation]) -> usize {
    let sent = |one: &&Observation| matches!(one, Observation::CommandSent { .. });
    all.iter().filter(sent).count()
}

#[tokio::test(start_paused = true)]
async fn r33_read_now_answers_between_two_rounds() {
    let (mut stand, shown) = stand().await;
    for (number, place) in [(1, ELECTRIC), (2, WATER), (3, OLD)] {
        let act = Act::Read {
            meter: meter(&shown, place),
            item: None,
        };
        stand.order(number, &collector(&shown), act);
        let (_, outcome) = stand.outcome(number).await;
        let Outcome::Read(reading) = outcome else {
            panic!("{outcome:?}");
        };
        let (address, index) = shown.lock().unwrap().indexes()[place];
        assert_eq!(reading.meter, address);
        assert_eq!(reading.index().unwrap().digits, index);
    }
}

#[tokio::test(start_paused = true)]
async fn r33_a_relay_and_a_valve_are_switched_once_and_read_back() {
    let (mut stand, shown) = stand().await;
    let mut number = 10;
    for place in [ELECTRIC, WATER] {
        for (to, off) in [(SwitchTo::Off, true), (SwitchTo::On, false)] {
            number += 1;
            stand.order(number, &collector(&shown), switch(&shown, place, to));
            let (all, outcome) = stand.outcome(number).await;
            assert_eq!(outcome, Outcome::Confirmed { acknowledged: true });
            assert_eq!(sent(&all), 1);
            assert_eq!(shown.lock().unwrap().is_cut_off(place), Some(off));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn r33_a_meter_without_relay_is_not_sent_to() {
    let (mut stand, shown) = stand().await;
    let act = switch(&shown, OLD, SwitchTo::Off);
    stand.order(1, &collector(&shown), act);
    let (all, outcome) = stand.outcome(1).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::Unsupported));
    assert_eq!(sent(&all), 0);
}

#[tokio::test(start_paused = true)]
async fn r33_a_relay_is_not_ordered_without_a_password() {
    let (mut stand, shown) = stand().await;
    let act = Act::Switch {
        meter: meter(&shown, ELECTRIC),
        to: SwitchTo::Off,
        authority: None,
    };
    stand.order(1, &collector(&shown), act);
    let (all, outcome) = stand.outcome(1).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::NoAuthority));
    assert_eq!(sent(&all), 0);
    assert_eq!(shown.lock().unwrap().is_cut_off(ELECTRIC), Some(false));
}

#[tokio::test(start_paused = true)]
async fn r33_a_wrong_password_is_a_refusal_and_nothing_is_tried_again() {
    let (mut stand, shown) = stand().await;
    let authority = Some(Authority {
        password: Password {
            level: 2,
            secret: [1, 2, 3],
        },
        operator: Operator([0; 4]),
    });
    let act = Act::Switch {
        meter: meter(&shown, ELECTRIC),
        to: SwitchTo::Off,
        authority,
    };
    stand.order(1, &collector(&shown), act);
    let (all, outcome) = stand.outcome(1).await;
    assert_eq!(outcome, Outcome::Refused { word: vec![4] });
    assert_eq!(sent(&all), 1);
    assert_eq!(shown.lock().unwrap().is_cut_off(ELECTRIC), Some(false));
}

#[tokio::test(start_paused = true)]
async fn r33_a_silent_meter_leaves_the_outcome_unknown_and_gets_the_order_once() {
    let concentrator = street(2).concentrator(1);
    let address = concentrator.indexes()[0].0;
    let mut stand = Stand::new(planned(&[&concentrator]));
    let mut line = stand.pipe(concentrator.id.clone());
    let shown = Arc::new(Mutex::new(concentrator));
    // Nobody answers: neither in the round, nor the order.
    stand.next().await;
    let act = switch(&shown, ELECTRIC, SwitchTo::Off);
    stand.order(1, &collector(&shown), act);
    let heard = tokio::spawn(async move {
        let mut all = Vec::new();
        let _ = line.read_to_end(&mut all).await;
        all
    });
    let (all, outcome) = stand.outcome(1).await;
    let unknown = Outcome::Unknown {
        acknowledged: false,
        in_place: None,
    };
    assert_eq!(outcome, unknown);
    let frame = all
        .iter()
        .find_map(|one| match one {
            Observation::CommandSent { frame, meter, .. } if *meter == address => Some(frame),
            _ => None,
        })
        .unwrap();
    stand.gateway.stop();
    let bytes = heard.await.unwrap();
    let times = bytes.windows(frame.len()).filter(|bytes| bytes == frame);
    assert_eq!(times.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn r33_a_link_lost_in_the_middle_leaves_the_outcome_unknown_and_tells_it_once() {
    let concentrator = street(1).concentrator(1);
    let mut stand = Stand::new(planned(&[&concentrator]));
    let mut line = stand.pipe(concentrator.id.clone());
    let shown = Arc::new(Mutex::new(concentrator));
    stand.round().await;
    let act = || switch(&shown, ELECTRIC, SwitchTo::Off);
    stand.order(1, &collector(&shown), act());
    stand.order(2, &collector(&shown), act());
    let mut chunk = vec![0; 256];
    let mut heard = Vec::new();
    while !heard.windows(2).any(|two| two == [0x1C, 0x10]) {
        let count = line.read(&mut chunk).await.unwrap();
        heard.extend_from_slice(&chunk[..count]);
    }
    drop(line);
    let (_, outcome) = stand.outcome(1).await;
    let unknown = Outcome::Unknown {
        acknowledged: false,
        in_place: None,
    };
    assert_eq!(outcome, unknown);
    // What had not begun was not sent.
    let (all, outcome) = stand.outcome(2).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::LinkLost));
    assert_eq!(sent(&all), 0);
    assert!(matches!(
        stand.next().await,
        Observation::CollectorLost { .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn r33_a_gateway_that_stops_tells_how_far_a_command_got() {
    let concentrator = street(1).concentrator(1);
    let mut stand = Stand::new(planned(&[&concentrator]));
    let _line = stand.pipe(concentrator.id.clone());
    let shown = Arc::new(Mutex::new(concentrator));
    stand.round().await;
    let act = switch(&shown, ELECTRIC, SwitchTo::Off);
    stand.order(1, &collector(&shown), act);
    while !matches!(stand.next().await, Observation::CommandSent { .. }) {}
    stand.gateway.stop();
    let (_, outcome) = stand.outcome(1).await;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn r33_a_lost_acknowledgement_is_made_good_by_reading_back() {
    let mut concentrator = street(2).concentrator(1);
    // One answer in two is lost, the seed says which.
    let half = Faults {
        silent: 500,
        ..Faults::default()
    };
    let plan = planned(&[&concentrator]);
    let mut confirmed = 0;
    for seed in 0..8 {
        concentrator = street(2).concentrator(1);
        concentrator.spoil(ELECTRIC, half, seed);
        let shown = Arc::new(Mutex::new(concentrator));
        let mut stand = Stand::new(plan.clone());
        stand.plug(&shown);
        stand.round().await;
        let act = switch(&shown, ELECTRIC, SwitchTo::Off);
        stand.order(1, &collector(&shown), act);
        let (all, outcome) = stand.outcome(1).await;
        assert_eq!(sent(&all), 1);
        // It had heard the order in every case.
        assert_eq!(shown.lock().unwrap().is_cut_off(ELECTRIC), Some(true));
        match outcome {
            Outcome::Confirmed { acknowledged } => confirmed += u32::from(!acknowledged),
            Outcome::Unknown { in_place, .. } => assert_eq!(in_place, None),
            other => panic!("{other:?}"),
        }
    }
    assert!(confirmed > 0);
}

/// A meter that says yes to every order and obeys none.
async fn stubborn(mut line: DuplexStream, shown: Shown, address: Address) {
    let mut chunk = vec![0; 256];
    while let Ok(count @ 1..) = line.read(&mut chunk).await {
        let asked = &chunk[..count];
        let bare = &asked[asked.iter().take_while(|byte| **byte == 0xFE).count()..];
        let frame = Frame::parse(bare, WIRE).unwrap();
        let answers = if frame.control() == 0x1C {
            let (control, data) = (0x9C, Vec::new());
            let done = Answer::Done { control, data };
            vec![(0, done.encode(&address, WIRE).unwrap())]
        } else {
            shown.lock().unwrap().hear(asked, NaiveDateTime::default())
        };
        for (_, bytes) in answers {
            line.write_all(&bytes).await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn r33_a_relay_that_says_yes_and_does_nothing_is_told() {
    let concentrator = street(1).concentrator(1);
    let MeterAddress::Dlt645(address) = concentrator.indexes()[0].0 else {
        panic!("an electricity meter");
    };
    let mut stand = Stand::new(planned(&[&concentrator]));
    let line = stand.pipe(concentrator.id.clone());
    let shown = Arc::new(Mutex::new(concentrator));
    tokio::spawn(stubborn(line, Arc::clone(&shown), address));
    stand.round().await;
    let act = switch(&shown, ELECTRIC, SwitchTo::Off);
    stand.order(1, &collector(&shown), act);
    let (all, outcome) = stand.outcome(1).await;
    assert_eq!(outcome, Outcome::NotObeyed);
    assert_eq!(sent(&all), 1);
}

#[tokio::test(start_paused = true)]
async fn r33_a_relay_may_be_closed_by_whoever_stands_before_it() {
    let (mut stand, shown) = stand().await;
    let act = switch(&shown, ELECTRIC, SwitchTo::PermitOn);
    stand.order(1, &collector(&shown), act);
    let (_, outcome) = stand.outcome(1).await;
    assert_eq!(outcome, Outcome::Confirmed { acknowledged: true });
}

#[tokio::test(start_paused = true)]
async fn r33_the_same_command_twice_is_carried_out_once() {
    let (mut stand, shown) = stand().await;
    let act = || switch(&shown, WATER, SwitchTo::Off);
    stand.order(1, &collector(&shown), act());
    let (_, outcome) = stand.outcome(1).await;
    assert_eq!(outcome, Outcome::Confirmed { acknowledged: true });
    stand.order(1, &collector(&shown), act());
    let (all, outcome) = stand.outcome(1).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::Duplicate));
    assert_eq!(sent(&all), 0);
}

#[tokio::test(start_paused = true)]
async fn r33_what_can_not_be_sent_says_why_and_may_come_again() {
    let (mut stand, shown) = stand().await;
    let act = || switch(&shown, WATER, SwitchTo::Off);
    stand.order(1, &id("ELSEWHERE"), act());
    let (_, outcome) = stand.outcome(1).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::NoLink));
    let expired = Command {
        id: CommandId(1),
        collector: collector(&shown),
        act: act(),
        expires_at: Some("2026-11-27T00:00:00Z".parse().unwrap()),
    };
    stand.gateway.command(expired);
    let (_, outcome) = stand.outcome(1).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::Expired));
    stand.order(1, &collector(&shown), act());
    let (_, outcome) = stand.outcome(1).await;
    assert_eq!(outcome, Outcome::Confirmed { acknowledged: true });
}

#[tokio::test(start_paused = true)]
async fn r34_a_meter_alone_on_the_bus_is_found() {
    for place in [ELECTRIC, WATER, OLD] {
        let whole = street(8).concentrator(1);
        let address = whole.indexes()[place].0;
        let alone = whole.alone(place);
        let mut stand = Stand::new(planned(&[&alone]));
        let shown = Arc::new(Mutex::new(alone));
        stand.plug(&shown);
        stand.round().await;
        stand.order(1, &collector(&shown), Act::Probe);
        let (_, outcome) = stand.outcome(1).await;
        assert_eq!(outcome, Outcome::Found(address));
        assert!(matches!(address, MeterAddress::Dlt645(_)) || place == WATER);
    }
}

#[tokio::test(start_paused = true)]
async fn r33_a_round_can_be_ordered() {
    let (mut stand, shown) = stand().await;
    stand.order(1, &collector(&shown), Act::Sweep);
    let (_, sweep) = stand.round().await;
    assert_eq!((sweep.number, sweep.answered), (2, 8));
    let (_, outcome) = stand.outcome(1).await;
    assert_eq!(outcome, Outcome::Swept);
}

#[tokio::test(start_paused = true)]
async fn r33_meters_attached_during_a_round_are_asked_in_one_right_after_it() {
    let whole = street(8).concentrator(1);
    let mut plan = planned(&[&whole]);
    let mut few = (*plan.collectors[&whole.id]).clone();
    few.meters.truncate(3);
    let all = plan
        .collectors
        .insert(whole.id.clone(), Arc::new(few))
        .unwrap();
    let mut stand = Stand::new(plan.clone());
    let shown = Arc::new(Mutex::new(whole));
    stand.plug(&shown);
    while !matches!(stand.next().await, Observation::Reading(_)) {}

    let began = tokio::time::Instant::now();
    plan.collectors.insert(collector(&shown), all);
    stand.gateway.set_plan(plan);
    stand.order(1, &collector(&shown), Act::Sweep);
    let (_, sweep) = stand.round().await;
    assert_eq!((sweep.number, sweep.answered), (1, 3));
    let (_, sweep) = stand.round().await;
    assert_eq!((sweep.number, sweep.answered), (2, 8));
    assert!(began.elapsed() < HOUR / 10);
}
