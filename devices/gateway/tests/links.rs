//! Links over real sockets.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

mod support;

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chaobiao_gateway::link::{Door, Registration, serial};
use chaobiao_gateway::observation::{Lost, Oddity, Quarantine};
use chaobiao_gateway::simulator::{self, Concentrator, Outside, Street};
use chaobiao_gateway::talk::{Said, Via};
use chaobiao_gateway::{CollectorPlan, Limits, MeterAddress, Observation, Plan};
use support::{Stand, id, indexes, planned, readings, street, true_indexes};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;

/// Patience for tests that wait really.
fn quick() -> Limits {
    Limits {
        registration_ms_max: 1_500,
        registration_gap_ms: 400,
        network_ms_max: 100,
        idle_ms_max: 5_000,
        alive_ms: 300,
        ..Limits::default()
    }
}

async fn listening(stand: &Stand, door: Door) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let gateway = stand.gateway.clone();
    tokio::spawn(async move { gateway.listen(listener, door).await });
    address
}

fn dial(stand: &Stand, shown: &support::Shown, to: SocketAddr) {
    let (shown, clock) = (Arc::clone(shown), Arc::clone(&stand.clock));
    tokio::spawn(simulator::dial(shown, to, clock));
}

/// The next thing told that is of this sort.
async fn told<T>(stand: &mut Stand, wanted: impl Fn(&Observation) -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = wanted(&stand.next().await) {
                return found;
            }
        }
    };
    timeout(Duration::from_secs(20), found).await.unwrap()
}

fn quarantined(one: &Observation) -> Option<Quarantine> {
    match one {
        Observation::Quarantined { why, .. } => Some(*why),
        _ => None,
    }
}

fn lost(one: &Observation) -> Option<Lost> {
    match one {
        Observation::CollectorLost { why, .. } => Some(*why),
        _ => None,
    }
}

#[tokio::test]
async fn r33_r42_collectors_of_every_kind_dial_in_and_are_read() {
    for outside in [Outside::Text, Outside::Concentrator, Outside::DataUnit] {
        let street = Street {
            outside,
            ..street(16)
        };
        let ours = [street.concentrator(1), street.concentrator(2)];
        let mut stand = Stand::with(quick(), planned(&[&ours[0], &ours[1]]));
        let to = listening(&stand, outside.door(&ours[0].id)).await;
        let shown = ours.map(|one| Arc::new(Mutex::new(one)));
        for one in &shown {
            dial(&stand, one, to);
        }
        let mut all = stand.round().await.0;
        all.extend(stand.round().await.0);
        let mut truth = true_indexes(&shown[0]);
        truth.extend(true_indexes(&shown[1]));
        assert_eq!(indexes(&all), truth, "{outside:?}");
        assert_eq!(stand.gateway.linked().len(), 2);
        stand.gateway.stop();
        assert_eq!(told(&mut stand, lost).await, Lost::Stopped);
    }
}

#[tokio::test]
async fn r20_r33_a_bluetooth_concentrator_is_called_and_read() {
    let street = Street {
        outside: Outside::Bluetooth,
        ..street(16)
    };
    let concentrator = street.concentrator(1);
    let collector = concentrator.id.clone();
    let mut stand = Stand::with(quick(), planned(&[&concentrator]));
    let shown = Arc::new(Mutex::new(concentrator));
    let (ours, theirs) = tokio::io::duplex(20);
    tokio::spawn(simulator::serve(
        Arc::clone(&shown),
        theirs,
        Arc::clone(&stand.clock),
    ));
    let gateway = stand.gateway.clone();
    let door = Outside::Bluetooth.door(&collector);
    tokio::spawn(async move { gateway.attach(ours, collector, door).await });
    let all = stand.round().await.0;
    assert_eq!(indexes(&all), true_indexes(&shown));
}

#[tokio::test]
async fn r33_a_collector_that_waits_is_dialled_and_dialled_again() {
    let concentrator = street(4).concentrator(1);
    let collector = concentrator.id.clone();
    let mut stand = Stand::with(quick(), planned(&[&concentrator]));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    let gateway = stand.gateway.clone();
    let door = Door::default();
    tokio::spawn(async move { gateway.dial(to, collector, door).await });
    let (first, _) = listener.accept().await.unwrap();
    drop(first);
    assert_eq!(told(&mut stand, lost).await, Lost::Closed);
    let (second, _) = listener.accept().await.unwrap();
    let shown = Arc::new(Mutex::new(concentrator));
    let clock = Arc::clone(&stand.clock);
    tokio::spawn(simulator::serve(Arc::clone(&shown), second, clock));
    let sweep = told(&mut stand, |one| match one {
        Observation::SweepDone { sweep, .. } => Some(*sweep),
        _ => None,
    });
    assert_eq!(sweep.await.answered, 4);
    assert_eq!(stand.gateway.linked(), [id("SIM-000001")]);
}

#[tokio::test]
async fn r33_who_registers_badly_is_cut_off_and_the_others_are_read() {
    let concentrator = street(2).concentrator(1);
    let mut stand = Stand::with(quick(), planned(&[&concentrator]));
    let to = listening(&stand, Door::default()).await;
    let shown = Arc::new(Mutex::new(concentrator));
    dial(&stand, &shown, to);
    stand.round().await;
    // A byte now and then, for ever: few enough that time, not length, ends it.
    let began = Instant::now();
    let mut slow = TcpStream::connect(to).await.unwrap();
    let dripping = tokio::spawn(async move {
        while slow.write_all(b"S").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    });
    assert_eq!(
        told(&mut stand, quarantined).await,
        Quarantine::RegistrationTooSlow
    );
    assert!(began.elapsed() < Duration::from_secs(15));
    timeout(Duration::from_secs(15), dripping)
        .await
        .unwrap()
        .unwrap();
    for (hello, why) in [
        (&[b'9'; 500][..], Quarantine::RegistrationTooLong),
        (b"NOBODY-KNOWS\n", Quarantine::Unknown),
        (b"\xFF\xFE\xFD\n", Quarantine::RegistrationUnreadable),
        (b"GET / HTTP/1.1\r\n", Quarantine::RegistrationUnreadable),
    ] {
        let mut caller = TcpStream::connect(to).await.unwrap();
        caller.write_all(hello).await.unwrap();
        assert_eq!(told(&mut stand, quarantined).await, why);
        let mut rest = Vec::new();
        // Cut off, one way or the other.
        let _ = caller.read_to_end(&mut rest).await;
        assert!(rest.is_empty());
    }
    assert_eq!(stand.gateway.linked(), [id("SIM-000001")]);
}

#[tokio::test]
async fn r33_a_name_without_an_end_is_taken_after_a_silence_with_prefix_and_heartbeats() {
    let concentrator = street(1).concentrator(1);
    let mut stand = Stand::with(quick(), planned(&[&concentrator]));
    let door = Door {
        registration: Registration::Text("ID=".to_owned()),
        heartbeat: b"ALIVE?".to_vec(),
        heartbeat_answer: b"YES".to_vec(),
        ..Door::default()
    };
    let to = listening(&stand, door).await;
    let mut caller = TcpStream::connect(to).await.unwrap();
    caller.write_all(b"ID=SIM-000").await.unwrap();
    tokio::time::sleep(Duration::from_millis(10)).await;
    caller.write_all(b"001").await.unwrap();
    let seen = told(&mut stand, |one| match one {
        Observation::CollectorSeen { collector, .. } => Some(collector.clone()),
        _ => None,
    });
    assert_eq!(seen.await, id("SIM-000001"));
    let mut heard = vec![0; 256];
    let count = caller.read(&mut heard).await.unwrap();
    assert_eq!(heard[..4], [0xFE; 4]);
    assert!(count > 4);
    caller.write_all(b"ALIVE?").await.unwrap();
    let mut answered = Vec::new();
    while !answered.ends_with(b"YES") {
        let count = caller.read(&mut heard).await.unwrap();
        assert!(count > 0);
        answered.extend_from_slice(&heard[..count]);
    }
}

#[tokio::test]
async fn r33_two_links_of_one_name_do_not_disturb_the_first_while_it_lives() {
    let concentrator = street(8).concentrator(1);
    let limits = Limits {
        alive_ms: 4_000,
        ..quick()
    };
    let mut stand = Stand::with(limits, planned(&[&concentrator]));
    let to = listening(&stand, Door::default()).await;
    let shown = Arc::new(Mutex::new(concentrator));
    dial(&stand, &shown, to);
    told(&mut stand, |one| {
        matches!(one, Observation::Reading(_)).then_some(())
    })
    .await;
    let mut second = TcpStream::connect(to).await.unwrap();
    second.write_all(b"SIM-000001\n").await.unwrap();
    let (mut why, mut sweep) = (None, None);
    while why.is_none() || sweep.is_none() {
        match stand.next().await {
            Observation::Quarantined { why: told, .. } => why = Some(told),
            Observation::SweepDone { sweep: done, .. } => sweep = Some(done),
            Observation::CollectorLost { why, .. } => panic!("{why:?}"),
            _ => {}
        }
    }
    assert_eq!(why, Some(Quarantine::ClaimedTwice));
    assert_eq!(sweep.unwrap().missing, 0);
    // One that has fallen silent makes room.
    tokio::time::sleep(Duration::from_millis(4_200)).await;
    let mut third = TcpStream::connect(to).await.unwrap();
    third.write_all(b"SIM-000001\n").await.unwrap();
    assert_eq!(told(&mut stand, lost).await, Lost::Replaced);
}

#[tokio::test]
async fn r33_more_links_than_places_are_turned_away() {
    let concentrator = street(1).concentrator(1);
    let limits = Limits {
        links_max: 2,
        registration_ms_max: 15_000,
        ..quick()
    };
    let mut stand = Stand::with(limits, planned(&[&concentrator]));
    let to = listening(&stand, Door::default()).await;
    let mut callers = Vec::new();
    for _ in 0..3 {
        callers.push(TcpStream::connect(to).await.unwrap());
    }
    assert_eq!(
        told(&mut stand, quarantined).await,
        Quarantine::TooManyLinks
    );
    drop(callers);
    let shown = Arc::new(Mutex::new(concentrator));
    // As soon as the places are free again.
    while stand.gateway.linked().is_empty() {
        dial(&stand, &shown, to);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let (_, sweep) = stand.round().await;
    assert_eq!(sweep.answered, 1);
}

#[tokio::test]
async fn r33_a_storm_of_strangers_is_told_in_a_few_words() {
    let limits = Limits {
        tells_per_minute_max: 5,
        ..quick()
    };
    let mut stand = Stand::with(limits, Plan::default());
    let to = listening(&stand, Door::default()).await;
    for _ in 0..40 {
        let mut caller = TcpStream::connect(to).await.unwrap();
        caller.write_all(b"STRANGER\n").await.unwrap();
        let mut rest = Vec::new();
        let _ = caller.read_to_end(&mut rest).await;
    }
    let mut told = 0;
    while let Ok(Observation::Quarantined { .. }) = stand.told.try_recv() {
        told += 1;
    }
    assert_eq!(told, 5);
}

#[tokio::test]
async fn r33_datagrams_with_a_label_are_a_link_as_well() {
    let concentrator = street(8).concentrator(1);
    let plan = planned(&[&concentrator]);
    let mut renamed = Plan::default();
    let own = plan.collectors[&concentrator.id].clone();
    renamed.collectors.insert(id("SIM000001"), own);
    let mut stand = Stand::with(quick(), renamed);
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let to = socket.local_addr().unwrap();
    let gateway = stand.gateway.clone();
    tokio::spawn(async move { gateway.listen_datagrams(socket).await });
    let shown = Arc::new(Mutex::new(concentrator));
    let clock = Arc::clone(&stand.clock);
    tokio::spawn(simulator::dial_datagrams(Arc::clone(&shown), to, clock));
    let (all, sweep) = stand.round().await;
    assert_eq!((sweep.answered, sweep.missing), (8, 0));
    assert_eq!(indexes(&all), true_indexes(&shown));
    // Others send what they like.
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for (datagram, why) in [
        (&b"hello"[..], Quarantine::Datagram),
        (b"CTRL:&NOBODY\x68", Quarantine::Unknown),
        (b"CTRL:&SIM000001\x68", Quarantine::ClaimedTwice),
    ] {
        stranger.send_to(datagram, to).await.unwrap();
        assert_eq!(told(&mut stand, quarantined).await, why);
    }
}

#[tokio::test]
async fn r33_a_data_unit_may_come_by_datagrams_and_is_answered() {
    let mut plan = Plan::default();
    let none = CollectorPlan::every(support::HOUR, Vec::new());
    plan.collectors.insert(id("15821049734"), Arc::new(none));
    let mut stand = Stand::with(quick(), plan);
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let to = socket.local_addr().unwrap();
    let gateway = stand.gateway.clone();
    tokio::spawn(async move { gateway.listen_datagrams(socket).await });
    let unit = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    unit.connect(to).await.unwrap();
    let hello = b"\x7B\x01\x00\x1615821049734\x7F\x00\x00\x01\x00\x00\x7B";
    unit.send(hello).await.unwrap();
    let mut answer = [0; 64];
    let count = unit.recv(&mut answer).await.unwrap();
    assert_eq!(&answer[..count], b"\x7B\x81\x00\x1015821049734\x7B");
    let seen = told(&mut stand, |one| match one {
        Observation::CollectorSeen { collector, .. } => Some(collector.clone()),
        _ => None,
    });
    assert_eq!(seen.await, id("15821049734"));
}

/// A published uplink of a radio water meter (its sum made right for its address).
fn uplink(total: &str) -> String {
    let head = "6810 01000000003378 A11D 901F01";
    let tail = "2C00000000 3500000000 00001628112620 0000 0000";
    let text = format!("{head} 2C{total} {tail}").replace(' ', "");
    let mut frame = hex::decode(text).unwrap();
    let sum = frame.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    frame.extend([sum, 0x16]);
    format!(
        r#"{{"devEUI":"004a770124007dcb","data":"\\xfefefe{}","time":"2026-11-28 08:00:00"}}"#,
        hex::encode(frame)
    )
}

#[tokio::test]
async fn r20_a_radio_meters_uplink_is_a_reading_with_its_frame() {
    let mut plan = Plan::default();
    for radio in ["004A770124007DCB", "004A770124007DCC"] {
        let none = CollectorPlan::every(support::HOUR, Vec::new());
        plan.collectors.insert(id(radio), Arc::new(none));
    }
    let mut stand = Stand::with(quick(), plan);
    let (mut server, here) = tokio::io::duplex(1 << 16);
    let gateway = stand.gateway.clone();
    tokio::spawn(async move { gateway.take_uplinks(here, "lns".to_owned()).await });
    let text = format!("{}\nnot json\n", uplink("45230100"));
    server.write_all(text.as_bytes()).await.unwrap();
    let Observation::Reading(reading) = stand.next().await else {
        panic!("a reading");
    };
    assert_eq!(
        (reading.via, reading.collector),
        (Via::Uplink, id("004A770124007DCB"))
    );
    assert!(matches!(reading.said, Said::Water { .. }));
    assert_eq!(reading.said.index().unwrap().to_string(), "12.345");
    assert_eq!(reading.frames[0][..2], [0x68, 0x10]);
    assert_eq!(told(&mut stand, quarantined).await, Quarantine::Datagram);
    // Another radio says it is the same meter.
    let other = uplink("46230100").replace("7dcb", "7dcc");
    stand.gateway.uplink(other.as_bytes(), "lns").await;
    let moved = told(&mut stand, |one| match one {
        Observation::Odd {
            what: Oddity::MovedFrom { collector },
            ..
        } => Some(collector.clone()),
        _ => None,
    });
    assert_eq!(moved.await, id("004A770124007DCB"));
    let unknown = uplink("45230100").replace("7dcb", "0000");
    stand.gateway.uplink(unknown.as_bytes(), "lns").await;
    assert_eq!(told(&mut stand, quarantined).await, Quarantine::Unknown);
}

#[tokio::test]
async fn r33_a_device_file_is_a_link_and_its_echo_no_answer() {
    // A pipe with a name hands back what is written to it, as an RS485 adapter does.
    let path = std::env::temp_dir().join(format!("serial-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    let device = serial::open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let concentrator: Concentrator = street(1).concentrator(1);
    let collector = concentrator.id.clone();
    let mut stand = Stand::with(quick(), planned(&[&concentrator]));
    let gateway = stand.gateway.clone();
    tokio::spawn(async move { gateway.attach(device, collector, Door::default()).await });
    let (all, sweep) = stand.round().await;
    assert_eq!((sweep.answered, sweep.missing), (0, 1));
    assert!(readings(&all).is_empty());
    assert_eq!((sweep.strangers, sweep.noise_bytes), (0, 0));
}

#[tokio::test]
async fn r33_a_meter_heard_behind_another_collector_is_told() {
    let ours = [street(2).concentrator(1), street(2).concentrator(1)];
    let mut plan = planned(&[&ours[0]]);
    let same = plan.collectors[&ours[0].id].clone();
    plan.collectors.insert(id("OTHER"), same);
    let twice: Vec<MeterAddress> = ours[0].indexes().iter().map(|(meter, _)| *meter).collect();
    assert_eq!(plan.planned_twice(), {
        let mut sorted = twice.clone();
        sorted.sort_unstable();
        sorted
    });
    let mut stand = Stand::with(quick(), plan);
    let [one, other] = ours.map(|one| Arc::new(Mutex::new(one)));
    stand.plug(&one);
    stand.round().await;
    let mut line = stand.pipe(id("OTHER"));
    tokio::spawn(async move {
        let mut chunk = vec![0; 256];
        while let Ok(count @ 1..) = line.read(&mut chunk).await {
            let heard = {
                let mut other = other.lock().unwrap();
                other.fall_silent(chrono::NaiveDateTime::default());
                other.hear(&chunk[..count], chrono::NaiveDateTime::default())
            };
            for (_, bytes) in heard {
                line.write_all(&bytes).await.unwrap();
            }
        }
    });
    let (all, sweep) = stand.round().await;
    assert_eq!(sweep.answered, 2);
    let moved = all.iter().filter(|one| {
        matches!(one, Observation::Odd { what: Oddity::MovedFrom { collector }, .. }
            if collector.as_str() == "SIM-000001")
    });
    assert_eq!(moved.count(), 2);
}
