//! Transparent forwarding, in held time.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chaobiao_devices::{cjt188, dlt645_2007};
use chaobiao_gateway::forward::{self, Blocked, Rights};
use chaobiao_gateway::{CollectorId, MeterAddress, Observation};
use support::{Stand, planned, street};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::timeout;

fn platform(stand: &Stand, collector: &CollectorId, rights: Rights) -> DuplexStream {
    let (here, there) = tokio::io::duplex(1 << 16);
    let (gateway, collector) = (stand.gateway.clone(), collector.clone());
    tokio::spawn(async move { forward::serve(here, &gateway, &collector, rights).await });
    there
}

/// A collector of which the test is the bus, its first round done with.
async fn bus() -> (Stand, CollectorId, DuplexStream) {
    let concentrator = street(0).concentrator(1);
    let collector = concentrator.id.clone();
    let mut stand = Stand::new(planned(&[&concentrator]));
    let line = stand.pipe(collector.clone());
    stand.round().await;
    (stand, collector, line)
}

async fn read(line: &mut DuplexStream) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    let some = timeout(Duration::from_secs(20), line.read(&mut bytes)).await;
    let count = some.map_or(0, Result::unwrap);
    bytes.truncate(count);
    bytes
}

/// As published: a request with preambles, its answer, and the answer in pieces with noise.
const READ: &str = "FEFE6861100130121568110433333433 7B16";
const ANSWER: &str = "FEFEFE00FF686110013012156891083333343 3AB3933334916";

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

#[tokio::test(start_paused = true)]
async fn r35_request_and_answer_pass_byte_by_byte_as_they_are() {
    let (mut stand, collector, mut line) = bus().await;
    let mut platform = platform(&stand, &collector, Rights::default());
    let (request, answer) = (bytes(READ), bytes(ANSWER));
    platform.write_all(&request).await.unwrap();
    assert_eq!(read(&mut line).await, request);
    // In two pieces, with noise before.
    line.write_all(&answer[..9]).await.unwrap();
    assert_eq!(read(&mut platform).await, answer[..9]);
    line.write_all(&answer[9..]).await.unwrap();
    assert_eq!(read(&mut platform).await, answer[9..]);
    let Observation::Forwarded {
        request: told,
        answer: answered,
        late_bytes,
        ..
    } = stand.next().await
    else {
        panic!("forwarded");
    };
    assert_eq!((told, answered, late_bytes), (request, answer, 0));
}

#[tokio::test(start_paused = true)]
async fn r35_water_and_old_meters_are_forwarded_to_as_well() {
    let whole = street(8).concentrator(1);
    let addresses: Vec<MeterAddress> = whole.indexes().iter().map(|(meter, _)| *meter).collect();
    let mut stand = Stand::new(planned(&[&whole]));
    let shown = Arc::new(Mutex::new(whole));
    stand.plug(&shown);
    stand.round().await;
    let collector = shown.lock().unwrap().id.clone();
    let mut platform = platform(&stand, &collector, Rights::default());
    for address in addresses {
        let request = match address {
            MeterAddress::Cjt188 { kind, address } => {
                let target = cjt188::Target {
                    meter_type: kind,
                    address,
                    di_order: cjt188::DiOrder::HighFirst,
                };
                let di = cjt188::Di::READING;
                cjt188::Request::Read { di, seq: 9 }.encode(&target, cjt188::Wire::STANDARD)
            }
            MeterAddress::Dlt645(address) => {
                dlt645_2007::Request::ReadAddress.encode(&address, dlt645_2007::WIRE)
            }
        };
        platform.write_all(&request.unwrap()).await.unwrap();
        let answered = read(&mut platform).await;
        let Observation::Forwarded { answer, .. } = stand.next().await else {
            panic!("forwarded");
        };
        assert_eq!(answer, answered);
    }
}

#[tokio::test(start_paused = true)]
async fn r35_a_write_is_blocked_unless_the_platform_may() {
    let trip = bytes("686110013012156 81C10356A3935343333334D3333333363 45CC2C16");
    let (mut stand, collector, mut line) = bus().await;
    let mut reader = platform(&stand, &collector, Rights::default());
    reader.write_all(&trip).await.unwrap();
    let told = stand.next().await;
    let Observation::ForwardBlocked { why, request, .. } = told else {
        panic!("{told:?}");
    };
    assert_eq!((why, &request), (Blocked::Write(0x1C), &trip));
    assert!(read(&mut line).await.is_empty());
    let mut writer = platform(&stand, &collector, Rights { writes: true });
    writer.write_all(&trip).await.unwrap();
    assert_eq!(read(&mut line).await, trip);
}

#[tokio::test(start_paused = true)]
async fn r35_half_a_write_never_goes_down_and_too_much_neither() {
    let trip = bytes("686110013012156 81C10356A3935343333334D3333333363 45CC2C16");
    let (mut stand, collector, mut line) = bus().await;
    let mut platform = platform(&stand, &collector, Rights::default());
    for half in [&trip[..10], &trip[10..]] {
        platform.write_all(half).await.unwrap();
        let told = stand.next().await;
        let Observation::ForwardBlocked { why, .. } = told else {
            panic!("{told:?}");
        };
        assert_eq!(why, Blocked::Unreadable);
    }
    platform.write_all(&[0x68; 5000]).await.unwrap();
    let told = stand.next().await;
    let Observation::ForwardBlocked { why, request, .. } = told else {
        panic!("{told:?}");
    };
    assert_eq!((why, request.len()), (Blocked::TooLong, 2048));
    assert!(read(&mut line).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn r35_an_answer_after_its_window_is_dropped_and_counted() {
    let (mut stand, collector, mut line) = bus().await;
    let mut platform = platform(&stand, &collector, Rights::default());
    let (request, answer) = (bytes(READ), bytes(ANSWER));
    platform.write_all(&request).await.unwrap();
    assert_eq!(read(&mut line).await, request);
    let Observation::Forwarded { answer: none, .. } = stand.next().await else {
        panic!("forwarded");
    };
    assert!(none.is_empty());
    line.write_all(&answer).await.unwrap();
    assert!(read(&mut platform).await.is_empty());
    // The meter spoke by itself, as far as the gateway knows.
    let Observation::Reading(_) = stand.next().await else {
        panic!("an uplink");
    };
    platform.write_all(&request).await.unwrap();
    assert_eq!(read(&mut line).await, request);
    line.write_all(&answer).await.unwrap();
    assert_eq!(read(&mut platform).await, answer);
    let Observation::Forwarded { late_bytes, .. } = stand.next().await else {
        panic!("forwarded");
    };
    assert_eq!(late_bytes, answer.len() as u64);
}

#[tokio::test(start_paused = true)]
async fn r35_two_platforms_take_turns_on_one_bus() {
    let (mut stand, collector, mut line) = bus().await;
    let mut one = platform(&stand, &collector, Rights::default());
    let mut other = platform(&stand, &collector, Rights::default());
    let (request, answer) = (bytes(READ), bytes(ANSWER));
    one.write_all(&request).await.unwrap();
    assert_eq!(read(&mut line).await, request);
    other.write_all(&request[2..]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    line.write_all(&answer).await.unwrap();
    assert_eq!(read(&mut one).await, answer);
    assert_eq!(read(&mut line).await, request[2..]);
    line.write_all(&answer[3..]).await.unwrap();
    assert_eq!(read(&mut other).await, answer[3..]);
    stand.next().await;
}

#[tokio::test(start_paused = true)]
async fn r35_without_a_link_the_platform_hears_nothing_and_we_say_why() {
    let concentrator = street(1).concentrator(1);
    let mut stand = Stand::new(planned(&[&concentrator]));
    let mut platform = platform(&stand, &concentrator.id, Rights::default());
    platform.write_all(&bytes(READ)).await.unwrap();
    let told = stand.next().await;
    let Observation::ForwardBlocked { why, .. } = told else {
        panic!("{told:?}");
    };
    assert_eq!(why, Blocked::NoLink);
}
