//! Rounds over a bus, in held time.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use chaobiao_devices::simulator::Faults;
use chaobiao_devices::{Protocol, dlt645_2007};
use chaobiao_gateway::observation::{Lost, Oddity, Silence};
use chaobiao_gateway::simulator::Street;
use chaobiao_gateway::talk::{Said, Via};
use chaobiao_gateway::{CollectorPlan, Limits, Meter, MeterAddress, Observation};
use support::{HOUR, Stand, indexes, planned, readings, street, true_indexes};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

fn odds(all: &[Observation]) -> Vec<&Oddity> {
    let odds = all.iter().filter_map(|one| match one {
        Observation::Odd { what, .. } => Some(what),
        _ => None,
    });
    odds.collect()
}

fn missing(all: &[Observation]) -> Vec<(&MeterAddress, &Silence, u8)> {
    let missing = all.iter().filter_map(|one| match one {
        Observation::Missing {
            meter,
            why,
            attempts,
            ..
        } => Some((meter, why, *attempts)),
        _ => None,
    });
    missing.collect()
}

#[tokio::test(start_paused = true)]
async fn r33_r34_a_round_reads_every_meter_of_three_protocols_as_it_is() {
    let (mut stand, shown) = Stand::of(Street::new(3).concentrator(1));
    let (all, sweep) = stand.round().await;
    assert_eq!((sweep.answered, sweep.missing), (64, 0));
    assert_eq!(indexes(&all), true_indexes(&shown));
    let readings = readings(&all);
    for protocol in [
        Protocol::Dlt645Of1997,
        Protocol::Dlt645Of2007,
        Protocol::Cjt188,
    ] {
        assert!(readings.iter().any(|one| one.protocol == protocol));
    }
    let first = readings[0];
    assert_eq!((first.via, first.attempt), (Via::Sweep(1), 1));
    assert_eq!(first.frames.len(), 1);
    assert_eq!(first.frames[0][0], 0x68);
    assert_eq!(odds(&all), [&Oddity::Clock { shown: None }; 0]);
}

#[tokio::test(start_paused = true)]
async fn r33_the_next_round_begins_an_interval_later_give_or_take_the_jitter() {
    let concentrator = street(2).concentrator(1);
    let mut plan = planned(&[&concentrator]);
    let jittery = CollectorPlan {
        jitter_max: Duration::from_mins(10),
        ..(*plan.collectors[&concentrator.id]).clone()
    };
    plan.collectors
        .insert(concentrator.id.clone(), Arc::new(jittery));
    let shown = Arc::new(std::sync::Mutex::new(concentrator));
    let limits = Limits {
        idle_ms_max: 7_200_000,
        ..Limits::default()
    };
    let mut stand = Stand::with(limits, plan);
    stand.plug(&shown);
    stand.round().await;
    let mut gaps = Vec::new();
    for _ in 0..4 {
        let began = Instant::now();
        stand.round().await;
        gaps.push(began.elapsed());
    }
    for gap in &gaps {
        assert!(
            (HOUR..=HOUR + Duration::from_mins(10)).contains(gap),
            "{gap:?}"
        );
    }
    assert!(gaps.windows(2).any(|pair| pair[0] != pair[1]), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn r33_a_bad_line_is_read_all_the_same_and_what_is_missing_is_told() {
    let faults = Faults {
        silent: 100,
        noisy: 300,
        wrong_sum: 100,
        slow: 100,
        slow_ms: 4_000,
        twice: 200,
        ..Faults::default()
    };
    let street = Street {
        faults,
        ..Street::new(11)
    };
    let (mut stand, shown) = Stand::of(street.concentrator(1));
    let (all, sweep) = stand.round().await;
    let read = indexes(&all);
    let truth = true_indexes(&shown);
    for (meter, index) in &read {
        assert_eq!(truth.get(meter), Some(index));
    }
    let lost = missing(&all);
    assert_eq!(read.len() + lost.len(), 64);
    assert!(lost.len() < 8, "{lost:?}");
    assert!(lost.iter().all(|(_, _, attempts)| *attempts == 3));
    assert_eq!(usize::try_from(sweep.answered).unwrap(), read.len());
    assert!(sweep.noise_bytes > 0);
    assert!(sweep.doubled > 0 || sweep.strangers > 0);
    assert!(readings(&all).iter().any(|one| one.attempt > 1));
    // A slow meter's second answer is no second meter.
    assert!(odds(&all).is_empty());
    // The same seed, the same round.
    let (mut again, _) = Stand::of(street.concentrator(1));
    let (all_again, sweep_again) = again.round().await;
    assert_eq!(sweep_again, sweep);
    assert_eq!(indexes(&all_again), read);
}

#[tokio::test(start_paused = true)]
async fn r33_a_meter_that_stays_silent_is_left_alone_longer_and_longer() {
    let mut concentrator = street(2).concentrator(1);
    let dead = Faults {
        silent: 1000,
        ..Faults::default()
    };
    concentrator.spoil(0, dead, 1);
    let limits = Limits {
        idle_ms_max: 7_200_000,
        ..Limits::default()
    };
    let plan = planned(&[&concentrator]);
    let shown = Arc::new(std::sync::Mutex::new(concentrator));
    let mut stand = Stand::with(limits, plan);
    stand.plug(&shown);
    let mut asked = Vec::new();
    for _ in 0..9 {
        let (all, sweep) = stand.round().await;
        assert_eq!(sweep.answered, 1);
        assert_eq!(sweep.backed_off + sweep.missing, 1);
        if let [(_, why, attempts)] = missing(&all)[..] {
            assert_eq!((why, attempts), (&Silence::NoAnswer, 3));
            asked.push(sweep.number);
        }
    }
    assert_eq!(asked, [1, 2, 4, 8]);
}

#[tokio::test(start_paused = true)]
async fn r33_a_wrong_clock_is_told_once_and_spoils_nothing() {
    let mut concentrator = street(4).concentrator(1);
    // Two years behind, as after a flat battery.
    let behind = Faults {
        clock_ahead_s: -2 * 365 * 24 * 3600,
        ..Faults::default()
    };
    concentrator.spoil(1, behind, 1);
    let limits = Limits {
        idle_ms_max: 7_200_000,
        ..Limits::default()
    };
    let plan = planned(&[&concentrator]);
    let shown = Arc::new(std::sync::Mutex::new(concentrator));
    let mut stand = Stand::with(limits, plan);
    stand.plug(&shown);
    let (all, sweep) = stand.round().await;
    assert_eq!(sweep.answered, 4);
    assert_eq!(indexes(&all), true_indexes(&shown));
    let [Oddity::Clock { shown: Some(at) }] = odds(&all)[..] else {
        panic!("{:?}", odds(&all));
    };
    assert!(at.to_string().starts_with("2024-11-28 08:0"), "{at}");
    let (all, _) = stand.round().await;
    assert!(odds(&all).is_empty());
    // When it was heard is ours to say.
    let at = readings(&all)[0].at.to_rfc3339();
    assert!(at.starts_with("2026-11-28T01:0"), "{at}");
}

#[tokio::test(start_paused = true)]
async fn r33_an_index_that_goes_back_is_told_and_handed_on() {
    let limits = Limits {
        idle_ms_max: 7_200_000,
        ..Limits::default()
    };
    let mut concentrator = street(2).concentrator(1);
    concentrator.show(0, 500);
    let plan = planned(&[&concentrator]);
    let shown = Arc::new(std::sync::Mutex::new(concentrator));
    let mut stand = Stand::with(limits, plan);
    stand.plug(&shown);
    stand.round().await;
    shown.lock().unwrap().show(0, 499);
    let (all, sweep) = stand.round().await;
    assert_eq!(sweep.answered, 2);
    let [Oddity::WentBack { before, now, .. }] = odds(&all)[..] else {
        panic!("{:?}", odds(&all));
    };
    assert_eq!(
        (before.to_string(), now.to_string()),
        ("5.00".to_owned(), "4.99".to_owned())
    );
    assert_eq!(indexes(&all), true_indexes(&shown));
}

#[tokio::test(start_paused = true)]
async fn r33_two_meters_of_one_address_are_told_and_the_others_read() {
    let mut concentrator = street(4).concentrator(1);
    let plan = planned(&[&concentrator]);
    concentrator.double(0, 77);
    let shown = Arc::new(std::sync::Mutex::new(concentrator));
    let mut stand = Stand::new(plan);
    stand.plug(&shown);
    let (all, sweep) = stand.round().await;
    assert_eq!(sweep.answered, 4);
    assert_eq!(odds(&all), [&Oddity::TwoAnswers]);
    let doubled = support::meter(&shown, 0).address;
    let mut truth = true_indexes(&shown);
    let mut read = indexes(&all);
    truth.remove(&doubled);
    read.remove(&doubled);
    assert_eq!(read, truth);
}

#[tokio::test(start_paused = true)]
async fn r34_what_a_meter_has_not_is_asked_once() {
    let concentrator = street(1).concentrator(1);
    let mut plan = planned(&[&concentrator]);
    let own = plan.collectors[&concentrator.id].clone();
    let meters = own
        .meters
        .iter()
        .map(|meter| Meter {
            items: Arc::new([0x0001_0000, 0x0002_0000]),
            ..meter.clone()
        })
        .collect();
    let more = CollectorPlan {
        meters,
        ..(*own).clone()
    };
    plan.collectors
        .insert(concentrator.id.clone(), Arc::new(more));
    let limits = Limits {
        idle_ms_max: 7_200_000,
        ..Limits::default()
    };
    let shown = Arc::new(std::sync::Mutex::new(concentrator));
    let mut stand = Stand::with(limits, plan);
    stand.plug(&shown);
    let (all, sweep) = stand.round().await;
    assert_eq!(
        (sweep.answered, sweep.missing, sweep.unsupported),
        (1, 1, 0)
    );
    let word = vec![2];
    let unsupported = true;
    let refused = Silence::Refused { word, unsupported };
    let [(_, why, 1)] = missing(&all)[..] else {
        panic!("{:?}", missing(&all));
    };
    assert_eq!(why, &refused);
    let (all, sweep) = stand.round().await;
    assert_eq!(
        (sweep.answered, sweep.missing, sweep.unsupported),
        (1, 0, 1)
    );
    assert!(missing(&all).is_empty());
}

#[tokio::test(start_paused = true)]
async fn r34_a_meter_of_unknown_protocol_is_found_out_and_remembered() {
    // The seventh is of 1997.
    let concentrator = street(8).concentrator(1);
    let mut plan = planned(&[&concentrator]);
    let own = plan.collectors[&concentrator.id].clone();
    let meters = own
        .meters
        .iter()
        .map(|meter| Meter {
            profile: None,
            ..meter.clone()
        })
        .collect();
    let unknown = CollectorPlan {
        meters,
        ..(*own).clone()
    };
    plan.collectors
        .insert(concentrator.id.clone(), Arc::new(unknown));
    let limits = Limits {
        idle_ms_max: 7_200_000,
        ..Limits::default()
    };
    let shown = Arc::new(std::sync::Mutex::new(concentrator));
    let mut stand = Stand::with(limits, plan);
    stand.plug(&shown);
    let (all, sweep) = stand.round().await;
    assert_eq!((sweep.answered, sweep.missing), (8, 0));
    assert_eq!(indexes(&all), true_indexes(&shown));
    let found: Vec<Protocol> = all
        .iter()
        .filter_map(|one| match one {
            Observation::MeterFound { protocol, .. } => Some(*protocol),
            _ => None,
        })
        .collect();
    assert_eq!(found.len(), 8);
    assert_eq!(found[6], Protocol::Dlt645Of1997);
    let (all, _) = stand.round().await;
    assert!(
        !all.iter()
            .any(|one| matches!(one, Observation::MeterFound { .. }))
    );
}

/// Answers the next request at the other end of a pipe with these bytes.
async fn answer(line: &mut tokio::io::DuplexStream, bytes: &[u8]) -> Vec<u8> {
    let mut asked = vec![0; 64];
    let count = line.read(&mut asked).await.unwrap();
    asked.truncate(count);
    line.write_all(bytes).await.unwrap();
    asked
}

#[tokio::test(start_paused = true)]
async fn r34_a_long_answer_is_asked_for_in_parts_and_joined() {
    let concentrator = street(1).concentrator(1);
    let mut plan = planned(&[&concentrator]);
    let collector = concentrator.id.clone();
    let own = plan.collectors[&collector].clone();
    let block = Meter {
        items: Arc::new([0x0001_FF00]),
        ..own.meters[0].clone()
    };
    let MeterAddress::Dlt645(address) = block.address else {
        panic!("an electricity meter");
    };
    let meters = vec![block];
    let long = CollectorPlan {
        meters,
        ..(*own).clone()
    };
    plan.collectors.insert(collector.clone(), Arc::new(long));
    let mut stand = Stand::new(plan);
    let mut line = stand.pipe(collector);
    let di: dlt645_2007::Di = "0001FF00".parse().unwrap();
    let wire = dlt645_2007::WIRE;
    let first = dlt645_2007::Answer::Data {
        di,
        data: vec![1, 0, 0, 0],
        more: true,
    };
    let rest = dlt645_2007::Answer::FollowUp {
        di,
        data: vec![2, 0, 0, 0],
        seq: 1,
        more: false,
    };
    answer(&mut line, &first.encode(&address, wire).unwrap()).await;
    answer(&mut line, &rest.encode(&address, wire).unwrap()).await;
    let (all, sweep) = stand.round().await;
    assert_eq!(sweep.answered, 1);
    let reading = readings(&all)[0];
    assert_eq!(reading.data, [1, 0, 0, 0, 2, 0, 0, 0]);
    assert_eq!(reading.frames.len(), 2);
    assert_eq!(reading.index().unwrap().to_string(), "0.01");
}

#[tokio::test(start_paused = true)]
async fn r34_a_meter_that_answers_under_the_wildcard_is_read_and_told() {
    let concentrator = street(1).concentrator(1);
    let collector = concentrator.id.clone();
    let mut stand = Stand::new(planned(&[&concentrator]));
    let mut line = stand.pipe(collector);
    let total = dlt645_2007::Answer::Data {
        di: "00010000".parse().unwrap(),
        data: vec![0x56, 0x34, 0x12, 0x00],
        more: false,
    };
    let any = chaobiao_devices::dlt645::Address::ANY;
    let bytes = total.encode(&any, dlt645_2007::WIRE).unwrap();
    // The adapter's echo first, and noise.
    let mut asked = vec![0; 64];
    let count = line.read(&mut asked).await.unwrap();
    line.write_all(&asked[..count]).await.unwrap();
    line.write_all(&[0x00, 0x68, 0x11]).await.unwrap();
    line.write_all(&bytes).await.unwrap();
    let (all, sweep) = stand.round().await;
    assert_eq!((sweep.answered, sweep.missing), (1, 0));
    assert_eq!(odds(&all), [&Oddity::WildcardAddress]);
    assert_eq!(readings(&all)[0].index().unwrap().to_string(), "1234.56");
    assert!(matches!(readings(&all)[0].said, Said::Value { .. }));
}

#[tokio::test(start_paused = true)]
async fn r33_a_clock_of_1970_is_no_time_and_the_reading_stands() {
    let concentrator = street(2).concentrator(1).alone(1);
    let mut stand = Stand::new(planned(&[&concentrator]));
    let collector = concentrator.id.clone();
    let MeterAddress::Cjt188 { kind, address } = concentrator.indexes()[0].0 else {
        panic!("a water meter");
    };
    let mut line = stand.pipe(collector);
    let data = [
        [0x56, 0x34, 0x12, 0x00, 0x2C, 0, 0, 0, 0, 0x2C].as_slice(),
        &[0x00, 0x00, 0x08, 0x01, 0x01, 0x70, 0x19, 0, 0],
    ];
    let total = chaobiao_devices::cjt188::Answer::Data {
        control: 0x81,
        di: chaobiao_devices::cjt188::Di::READING,
        di_order: chaobiao_devices::cjt188::DiOrder::HighFirst,
        seq: 1,
        data: data.concat(),
    };
    let wire = chaobiao_devices::cjt188::Wire::STANDARD;
    answer(&mut line, &total.encode(kind, &address, wire).unwrap()).await;
    let (all, sweep) = stand.round().await;
    assert_eq!(sweep.answered, 1);
    assert_eq!(odds(&all), [&Oddity::Clock { shown: None }]);
    assert_eq!(readings(&all)[0].index().unwrap().to_string(), "1234.56");
}

#[tokio::test(start_paused = true)]
async fn r33_a_round_goes_on_where_its_link_was_lost() {
    let concentrator = street(8).concentrator(1);
    let meters: Vec<MeterAddress> = concentrator.indexes().iter().map(|(one, _)| *one).collect();
    let mut stand = Stand::new(planned(&[&concentrator]));
    let collector = concentrator.id.clone();
    let shown = Arc::new(std::sync::Mutex::new(concentrator));
    let mut line = stand.pipe(collector);
    // Three are answered; the fourth brings the concentrator down.
    let mut chunk = vec![0; 256];
    for asked in 0..4 {
        let count = line.read(&mut chunk).await.unwrap();
        if asked < 3 {
            let heard = {
                let mut shown = shown.lock().unwrap();
                shown.fall_silent(chrono::NaiveDateTime::default());
                shown.hear(&chunk[..count], chrono::NaiveDateTime::default())
            };
            line.write_all(&heard[0].1).await.unwrap();
        }
    }
    drop(line);
    let mut all = Vec::new();
    loop {
        match stand.next().await {
            Observation::CollectorLost { .. } => break,
            other => all.push(other),
        }
    }
    assert_eq!(indexes(&all).len(), 3);
    stand.plug(&shown);
    let (rest, sweep) = stand.round().await;
    assert_eq!((sweep.number, sweep.answered, sweep.missing), (1, 7, 1));
    assert_eq!(missing(&rest), [(&meters[3], &Silence::LinkLost, 1)]);
    all.extend(rest);
    let mut truth = true_indexes(&shown);
    truth.remove(&meters[3]);
    assert_eq!(indexes(&all), truth);
}

#[tokio::test(start_paused = true)]
async fn r33_a_link_without_a_byte_is_given_up() {
    let concentrator = street(1).concentrator(1);
    let collector = concentrator.id.clone();
    let mut stand = Stand::new(planned(&[&concentrator]));
    let _line = stand.pipe(collector.clone());
    let mut lost = None;
    while lost.is_none() {
        if let Observation::CollectorLost { why, .. } = stand.next().await {
            lost = Some(why);
        }
    }
    assert_eq!(lost, Some(Lost::Idle));
    assert!(stand.gateway.linked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn r33_a_flooding_link_is_cut_off_and_not_let_in_again_for_a_while() {
    let (loud, quiet) = (street(1).concentrator(1), street(2).concentrator(2));
    let mut stand = Stand::new(planned(&[&loud, &quiet]));
    let mut line = stand.pipe(loud.id.clone());
    tokio::spawn(async move { while line.write_all(&[0x55; 4096]).await.is_ok() {} });
    let quiet = Arc::new(std::sync::Mutex::new(quiet));
    stand.plug(&quiet);
    let (mut lost, mut answered) = (None, None);
    while lost.is_none() || answered.is_none() {
        match stand.next().await {
            Observation::CollectorLost { why, collector, .. } => lost = Some((collector, why)),
            Observation::SweepDone {
                sweep, collector, ..
            } if collector != loud.id => {
                answered = Some(sweep.answered);
            }
            _ => {}
        }
    }
    assert_eq!(lost, Some((loud.id.clone(), Lost::Flood)));
    assert_eq!(answered, Some(2));
    let _again = stand.pipe(loud.id.clone());
    let told = stand.next().await;
    let Observation::Quarantined { collector, why, .. } = told else {
        panic!("{told:?}");
    };
    assert_eq!(collector, Some(loud.id.clone()));
    assert_eq!(why, chaobiao_gateway::observation::Quarantine::Flooding);
    tokio::time::sleep(Duration::from_mins(6)).await;
    let _later = stand.pipe(loud.id.clone());
    loop {
        if let Observation::CollectorSeen { collector, .. } = stand.next().await {
            assert_eq!(collector, loud.id);
            break;
        }
    }
}
