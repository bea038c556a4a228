//! A collector with its meters, simulated, beside the running server: its rounds become intervals and
//! readings, and what people order at its meters is done once and read back.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chaobiao_devices::cjt188::{self, DiOrder, Target};
use chaobiao_devices::dlt645::{Operator, Password};
use chaobiao_devices::dlt645_2007::{Di, Request, WIRE};
use chaobiao_devices::quantity::{Format, Unit};
use chaobiao_devices::simulator::{Faults, Model, SimulatedMeter};
use chaobiao_gateway::MeterAddress;
use chaobiao_gateway::simulator::{Street, dial, serve};
use chaobiao_testing::ScratchDirectory;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::centre::{CAMPUS, Centre};
use crate::support::home::{Home, home};
use crate::support::stand::{ELECTRIC, SILENT, Stand, WATER, WallClock, free_port};

#[tokio::test(flavor = "multi_thread")]
async fn r17_r34_r42_rounds_of_a_collector_become_readings_with_their_frames() {
    let mut stand = Stand::open().await;
    assert_eq!(stand.collector()["linked"], false);
    let link = stand.dial();
    let all = stand.until(|collector| collector["answered"] == 8);
    assert_eq!(all["linked"], true);
    for (place, meter) in all["meters"].as_array().unwrap().iter().enumerate() {
        assert_eq!(meter["lastIndex"], stand.shows(place), "{meter}");
    }
    assert_eq!(
        all["meters"][ELECTRIC]["protocol"], "DLT645_2007",
        "found out"
    );

    // The first index of the day is a reading, with what was heard.
    let query = "{ readingReview(status: ACCEPTED, first: 20) { nodes { meterNo index channel usage
        rawFrame device } } }";
    let readings = Centre::until(|| {
        let data = stand.technician.query(query, &Value::Null);
        let nodes = data["readingReview"]["nodes"].clone();
        Some(nodes).filter(|nodes| nodes.as_array().is_some_and(|all| all.len() == 8))
    });
    for reading in readings.as_array().unwrap() {
        assert_eq!(reading["channel"], "REMOTE");
        assert_eq!(reading["usage"], "1.5", "{reading}");
        assert_eq!(reading["device"], stand.collector_no());
        assert!(reading["rawFrame"].as_str().unwrap().len() > 20);
    }

    // A second round within the same interval: what is known already is no reading again.
    let today = (Utc::now() + TimeDelta::hours(8)).date_naive();
    let intervals = "query($from: Date!, $to: Date!) {
        meterIntervals(meterNo: \"R1\", from: $from, to: $to) { stepMinutes lastIndex moved } }";
    let range = json!({
        "from": (today - TimeDelta::days(1)).to_string(),
        "to": (today + TimeDelta::days(1)).to_string(),
    });
    let days = stand.technician.query(intervals, &range);
    let day = &days["meterIntervals"].as_array().unwrap()[0];
    assert_eq!(day["stepMinutes"], 5);
    assert_eq!(day["moved"].as_array().unwrap().len(), 288);
    assert_eq!(day["lastIndex"], stand.shows(WATER));

    link.abort();
    let gone = stand.until(|collector| collector["linked"] == false);
    assert_eq!(gone["lostFor"], "对方关闭了连接");
    stand.dial();
    stand.until(|collector| collector["linked"] == true);
    assert_eq!(stand.centre.events_of("collector.link_opened").await, 2);
    assert_eq!(stand.centre.events_of("meter.reading_accepted").await, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn r33_meters_are_read_cut_off_and_restored_on_order_and_the_outcome_is_read_back() {
    let mut stand = Stand::open().await;
    // Without a link it waits, and can be taken back.
    let waiting = stand.request(WATER, "READ");
    let cancel = json!({ "orderId": waiting, "reason": "不需要了" });
    stand
        .technician
        .must("cancelDeviceOrder", cancel, "order { state }");
    stand.dial();
    stand.until(|collector| collector["answered"] == 8);

    let read = stand.order(WATER, "READ");
    assert_eq!(read["outcome"], "READ", "{read}");
    assert_eq!(read["index"], stand.shows(WATER));
    for (place, back) in [(ELECTRIC, "PERMIT_RESTORE"), (WATER, "RESTORE")] {
        let off = stand.order(place, "CUT_OFF");
        assert_eq!(off["outcome"], "CONFIRMED", "{off}");
        assert!(stand.is_cut_off(place));
        let on = stand.order(place, back);
        assert_eq!(on["outcome"], "CONFIRMED", "{on}");
        assert!(!stand.is_cut_off(place));
    }

    // A meter that falls silent: nobody knows, nothing is repeated, and somebody has to look.
    let mute = Faults {
        silent: 1_000,
        ..Faults::default()
    };
    stand.shown.lock().unwrap().spoil(SILENT, mute, 1);
    let order_id = stand.request(SILENT, "CUT_OFF");
    let unclear = stand.ended(&order_id);
    assert_eq!(unclear["outcome"], "UNKNOWN", "{unclear}");
    let again = json!({
        "meterNo": stand.meters[SILENT], "act": "RESTORE", "reason": "恢复", "emergency": false,
    });
    let (code, _) = stand
        .technician
        .refused("requestDeviceOrder", again.clone());
    assert_eq!(code, "DEVICE_ORDER_METER_BUSY");
    let settle = json!({ "orderId": order_id, "seen": "OFF", "note": "现场查看，已断开" });
    stand
        .technician
        .must("settleDeviceOrder", settle, "order { state seen note }");
    stand
        .technician
        .must("requestDeviceOrder", again, "order { state }");

    // Only those who may.
    let mut reader = stand.centre.staff("du", &["READER"]);
    let order = "mutation($input: RequestDeviceOrderInput!) {
        requestDeviceOrder(input: $input) { pending } }";
    let input = json!({ "input": {
        "idempotencyKey": "k", "meterNo": stand.meters[WATER], "act": "CUT_OFF", "reason": "试试",
    } });
    assert_eq!(reader.error_code(order, &input), "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn r35_a_platform_reads_through_with_its_own_frames_and_its_writes_stop_here() {
    let mut stand = Stand::open().await;
    stand.dial();
    stand.until(|collector| collector["answered"] == 8);
    let (address, hundredths) = stand.shown.lock().unwrap().indexes()[SILENT];
    let MeterAddress::Dlt645(address) = address else {
        panic!("{address}");
    };
    let di = Di::from_wire([0, 0, 1, 0]);
    let arguments = Vec::new();
    let read = Request::Read { di, arguments };
    let mut platform = TcpStream::connect(stand.platform).unwrap();
    let patience = Some(Duration::from_secs(10));
    platform.set_read_timeout(patience).unwrap();
    platform
        .write_all(&read.encode(&address, WIRE).unwrap())
        .unwrap();
    let mut answer = [0; 256];
    let heard = platform.read(&mut answer).unwrap();
    // The index as the meter puts it: the lowest digits first, 33H more in each byte.
    let digits = format!("{hundredths:08}");
    let pairs = (0..4).rev().map(|place| &digits[2 * place..2 * place + 2]);
    let index: Vec<u8> = pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap().wrapping_add(0x33))
        .collect();
    let answer = &answer[..heard];
    assert!(answer.windows(4).any(|bytes| bytes == index), "{answer:X?}");

    let write = Request::Write {
        di,
        password: Password {
            level: 2,
            secret: [0; 3],
        },
        operator: Operator([0; 4]),
        data: vec![0; 4],
    };
    platform
        .write_all(&write.encode(&address, WIRE).unwrap())
        .unwrap();
    let stopped = platform.read(&mut [0; 16]);
    assert!(stopped.is_err(), "{stopped:?}");
    stand.centre.server.signal("-TERM");
    stand.centre.server.wait();
    let query = "SELECT payload FROM events WHERE event_type = 'collector.bytes_forwarded'";
    let told: Vec<Value> = sqlx::query_scalar(query)
        .fetch_all(&stand.centre.pool())
        .await
        .unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["exchanges"][0]["answer_bytes"], heard, "{told:?}");
    assert_eq!(told[0]["blocked"].as_array().unwrap().len(), 1, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_not_let_in_and_two_meters_of_one_address_are_noticed() {
    let mut stand = Stand::open().await;
    let stranger = Street::new(9).concentrator(77);
    let stranger = Arc::new(Mutex::new(stranger));
    let doors = stand.doors;
    let sent_away = tokio::spawn(dial(stranger, doors, Arc::new(WallClock)));
    let index = stand.shown.lock().unwrap().indexes()[WATER].1;
    stand.shown.lock().unwrap().double(WATER, index + 700);
    stand.dial();
    stand.until(|collector| collector["linked"] == true);
    // The second answer is dropped where it comes just between two questions: asked again and again.
    let noticed = Centre::until(|| {
        stand.order(WATER, "READ");
        let collector = stand.collector();
        let oddities = collector["oddities"]["nodes"].as_array().unwrap();
        let mut oddities = oddities.iter();
        oddities.find(|odd| odd["oddity"] == "TWO_ANSWERS").cloned()
    });
    assert_eq!(noticed["meterNo"], "R1");
    let _ = sent_away.await.unwrap();
    let list = stand
        .technician
        .query("{ collectors { nodes { collectorNo } } }", &Value::Null);
    assert_eq!(list["collectors"]["nodes"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn r34_a_collector_that_waits_to_be_called_is_called() {
    let waits = free_port();
    let dials = format!("[\"SIM-000001 {waits}\"]");
    let settings = [("CHAOBIAO_COLLECTORS__DIALS", &*dials)];
    let mut stand = Stand::with(&settings, ScratchDirectory::create()).await;
    // Only now can it be called: its first round asks all of its meters.
    let waits = tokio::net::TcpListener::bind(waits).await.unwrap();
    let shown = Arc::clone(&stand.shown);
    tokio::spawn(async move {
        while let Ok((stream, _)) = waits.accept().await {
            let _ = serve(Arc::clone(&shown), stream, Arc::new(WallClock)).await;
        }
    });
    let all = stand.until(|collector| collector["answered"] == 8);
    assert_eq!(all["meters"][WATER]["lastIndex"], stand.shows(WATER));
}

/// Posts a body with a bearer token; the status and what is said.
fn post_uplink(server: SocketAddr, token: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(server).unwrap();
    let request = format!(
        "POST /uplinks HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn r44_a_radio_is_heard_through_its_network_server() {
    const RADIO: &str = "004A770124007DCB";
    let secrets = ScratchDirectory::create();
    let file = secrets.path().join("uplink.key");
    let key = "5c".repeat(32);
    fs::write(&file, &key).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let file = file.display().to_string();
    let settings = [("CHAOBIAO_COLLECTORS__UPLINK_KEY_FILE", &*file)];
    let mut stand = Stand::with(&settings, secrets).await;
    // The meter is taken off the bus, and gets a radio.
    let (address, hundredths) = stand.shown.lock().unwrap().indexes()[WATER];
    let MeterAddress::Cjt188 { kind, address } = address else {
        panic!("{address}");
    };
    let detach = json!({ "collectorNo": stand.collector_no(), "meterNo": "R1", "reason": "换装" });
    stand
        .setter
        .must("detachMeter", detach, "collector { meterCount }");
    let radio = json!({
        "collectorNo": RADIO, "campus": CAMPUS, "place": "北苑 3 栋",
        "sweeping": { "everyMinutes": 60, "retries": 0 },
    });
    stand
        .setter
        .must("registerCollector", radio, "collector { linked }");
    let attach = json!({
        "collectorNo": RADIO, "meterNo": "R1", "address": MeterAddress::Cjt188 { kind, address }.to_string(),
        "protocol": "CJT188", "switchable": false,
    });
    stand
        .setter
        .must("attachMeter", attach, "collector { meterCount }");
    let mut meter = SimulatedMeter::new(Model::Cjt188(kind, address), Faults::default(), 7);
    let digits = Format::new(4, 2, Unit::CubicMetre)
        .write(hundredths)
        .unwrap();
    meter.set(0x901F, digits);
    let target = Target {
        meter_type: kind,
        address,
        di_order: DiOrder::default(),
    };
    let asked = cjt188::Request::Read {
        di: cjt188::Di(0x901F),
        seq: 1,
    };
    let asked = asked.encode(&target, cjt188::Wire::STANDARD).unwrap();
    let replies = meter.hear(&asked, Utc::now().naive_utc());
    let frame: Vec<u8> = replies
        .iter()
        .flat_map(|reply| reply.bytes.clone())
        .collect();
    let object = json!({ "devEUI": RADIO, "data": hex::encode(frame), "fPort": 2 }).to_string();

    let server = stand.centre.server.address;
    assert_eq!(post_uplink(server, &"00".repeat(32), &object).0, 401);
    let (status, said) = post_uplink(server, &key, r#"{"devEUI":"1","data":"68"}"#);
    assert_eq!(status, 400);
    assert!(said.contains("devEUI"), "{said}");
    let heard = Centre::until(|| {
        // What it said before the plan knew it is not taken; a radio speaks again.
        assert_eq!(post_uplink(server, &key, &object).0, 204);
        let query = "query($no: String!) { collector(collectorNo: $no) { answered meters {
            meterNo lastIndex } } }";
        let data = stand.technician.query(query, &json!({ "no": RADIO }));
        Some(data["collector"].clone()).filter(|collector| collector["answered"] == 1)
    });
    assert_eq!(heard["meters"][0]["lastIndex"], stand.shows(WATER));
    // Somebody else's radio is nobody's.
    let stranger = object.replace(RADIO, "004A770124007DCC");
    assert_eq!(post_uplink(server, &key, &stranger).0, 204);
    let list = stand
        .technician
        .query("{ collectors { nodes { collectorNo } } }", &Value::Null);
    assert_eq!(list["collectors"]["nodes"].as_array().unwrap().len(), 2);
}

/// Set in the process that has the network to itself.
const INSIDE: &str = "CHAOBIAO_ALONE_INSIDE";
const ALONE: &str = "collectors::r38_the_whole_program_needs_nothing_but_loopback";

/// The names of the network interfaces there are.
fn interfaces() -> Vec<String> {
    let table = fs::read_to_string("/proc/net/dev").unwrap();
    let names = table.lines().filter_map(|line| line.split_once(':'));
    names.map(|(name, _)| name.trim().to_owned()).collect()
}

/// Meters are read, a household's reading is billed and paid, a page is served.
async fn a_day_at_the_centre() {
    let mut stand = Stand::open().await;
    stand.dial();
    stand.until(|collector| collector["answered"] == 8);
    let read = stand.order(WATER, "READ");
    assert_eq!(read["outcome"], "READ", "{read}");
    let mut home = home(&mut stand.centre);
    let accepted = home.read("110", "2026-02-01T02:00:00Z", 10);
    assert_eq!(accepted["status"], "ACCEPTED", "{accepted}");
    let mut cashier = stand.centre.staff("cash", &["CASHIER"]);
    assert_eq!(home.bill("2026-02")["openAmount"], "3100");
    Home::pay(&mut cashier, "3100");
    assert_eq!(home.manager.get("/m/").status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn r38_the_whole_program_needs_nothing_but_loopback() {
    if std::env::var_os(INSIDE).is_some() {
        assert_eq!(interfaces(), ["lo"]);
        a_day_at_the_centre().await;
        return;
    }
    // Where namespaces are not allowed the same is done with the network there is.
    let allowed = Command::new("unshare").args(["-n", "true"]).status();
    if !allowed.is_ok_and(|status| status.success()) {
        a_day_at_the_centre().await;
        return;
    }
    let script = format!("ip link set lo up && exec \"$0\" --exact {ALONE} --nocapture");
    let status = Command::new("unshare")
        .args(["-n", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, "yes")
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}
