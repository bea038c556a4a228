//! A collector with its meters, simulated, beside the running server: its rounds become intervals and
//! readings, and what people order at its meters is done once and read back.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chaobiao_devices::dlt645::{Operator, Password};
use chaobiao_devices::dlt645_2007::{Di, Request, WIRE};
use chaobiao_devices::simulator::Faults;
use chaobiao_gateway::MeterAddress;
use chaobiao_gateway::simulator::{Concentrator, Street, dial};
use chaobiao_gateway::time::Clock;
use chaobiao_testing::ScratchDirectory;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::centre::{CAMPUS, Centre};
use crate::support::client::Client;
use crate::support::home::{Home, home};

struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// What hangs on the bus: two electricity meters, of which the second is old, and two of water.
const ELECTRIC: usize = 0;
const WATER: usize = 1;
const SILENT: usize = 2;
const OLD: usize = 6;

type Shown = Arc<Mutex<Concentrator>>;

struct Stand {
    _secrets: ScratchDirectory,
    centre: Centre,
    shown: Shown,
    doors: SocketAddr,
    platform: SocketAddr,
    setter: Client,
    technician: Client,
    meters: Vec<String>,
}

/// A port that is free now.
fn free_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

impl Stand {
    async fn open() -> Self {
        let doors = free_port();
        let listen = doors.to_string();
        let platform = free_port();
        let shown = Street {
            meters: 8,
            ..Street::new(7)
        };
        let shown = shown.concentrator(1);
        let forwards = format!("[\"{} {platform}\"]", shown.id);
        let secrets = ScratchDirectory::create();
        let authority = authority(secrets.path());
        let mut centre = Centre::with(&[
            ("CHAOBIAO_COLLECTORS__LISTEN_BARE", &listen),
            ("CHAOBIAO_COLLECTORS__FORWARDS", &forwards),
            ("CHAOBIAO_COLLECTORS__LOST_AFTER_SECONDS", "1"),
            ("CHAOBIAO_COLLECTORS__AUTHORITY_FILE", &authority),
        ])
        .await;
        centre.equip();
        let shown = Arc::new(Mutex::new(shown));
        let setter = centre.staff("jiang", &["TECHNICIAN", "ADMIN"]);
        let technician = centre.staff("tech", &["TECHNICIAN"]);
        let mut stand = Self {
            _secrets: secrets,
            centre,
            shown,
            doors,
            platform,
            setter,
            technician,
            meters: Vec::new(),
        };
        stand.set_up();
        stand
    }

    fn collector_no(&self) -> String {
        self.shown.lock().unwrap().id.to_string()
    }

    /// The collector, and behind it each meter under its address, opened a little ago.
    fn set_up(&mut self) {
        let collector = json!({
            "collectorNo": self.collector_no(), "campus": CAMPUS, "place": "北苑 3 栋配电间",
            "sweeping": { "everyMinutes": 5, "retries": 1 },
        });
        self.setter.must(
            "registerCollector",
            collector,
            "collector { linked meterCount }",
        );
        let indexes = self.shown.lock().unwrap().indexes();
        let opened = Utc::now() - TimeDelta::days(2);
        for (place, (address, hundredths)) in indexes.into_iter().enumerate() {
            let address = address.to_string();
            let water = address.contains('-');
            let meter_no = format!("R{place}");
            let meter = json!({
                "meterNo": meter_no, "commodity": if water { "WATER" } else { "ELECTRICITY" },
                "campusId": CAMPUS, "building": "北苑 3 栋", "room": place.to_string(), "book": "B1",
                "selfRead": false,
            });
            self.setter
                .must("registerMeter", meter, "meter { meterNo }");
            let device = json!({
                "meterNo": meter_no, "hardwareNo": format!("H{place}"), "digits": 6, "decimals": 2,
                "openingIndex": Decimal::new(hundredths - 150, 2).to_string(),
                "installedAt": opened,
            });
            self.setter
                .must("installDevice", device, "meter { meterNo }");
            // How the first speaks is to be found out.
            let protocol = match place {
                ELECTRIC => Value::Null,
                OLD => json!("DLT645_1997"),
                _ if water => json!("CJT188"),
                _ => json!("DLT645_2007"),
            };
            let attach = json!({
                "collectorNo": self.collector_no(), "meterNo": meter_no, "address": address,
                "protocol": protocol, "switchable": true,
            });
            self.setter
                .must("attachMeter", attach, "collector { meterCount }");
            self.meters.push(meter_no);
        }
    }

    fn dial(&self) -> JoinHandle<()> {
        let (shown, doors) = (Arc::clone(&self.shown), self.doors);
        tokio::spawn(async move {
            let _ = dial(shown, doors, Arc::new(WallClock)).await;
        })
    }

    fn collector(&mut self) -> Value {
        let query = "query($no: String!) { collector(collectorNo: $no) { linked lostFor answered
            asked oddities(first: 10) { nodes { oddity meterNo } }
            meters { meterNo protocol lastIndex silentRounds } } }";
        let no = self.collector_no();
        let data = self.technician.query(query, &json!({ "no": no }));
        data["collector"].clone()
    }

    fn until(&mut self, ready: impl Fn(&Value) -> bool) -> Value {
        Centre::until(|| Some(self.collector()).filter(|collector| ready(collector)))
    }

    fn shows(&self, place: usize) -> String {
        let index = self.shown.lock().unwrap().indexes()[place].1;
        Decimal::new(index, 2).to_string()
    }

    fn is_cut_off(&self, place: usize) -> bool {
        self.shown.lock().unwrap().is_cut_off(place).unwrap()
    }

    fn request(&mut self, place: usize, act: &str) -> String {
        let order = json!({
            "meterNo": self.meters[place], "act": act, "reason": "检修", "emergency": true,
        });
        let asked = self
            .technician
            .must("requestDeviceOrder", order, "order { orderId state }");
        asked["order"]["orderId"].as_str().unwrap().to_owned()
    }

    fn ended(&mut self, order_id: &str) -> Value {
        let query =
            "query($id: String!) { deviceOrder(orderId: $id) { state outcome index note } }";
        Centre::until(|| {
            let data = self.technician.query(query, &json!({ "id": order_id }));
            Some(data["deviceOrder"].clone()).filter(|order| order["state"] == "FINISHED")
        })
    }

    fn order(&mut self, place: usize, act: &str) -> Value {
        let id = self.request(place, act);
        self.ended(&id)
    }
}

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

/// What DL/T 645-2007 meters ask for before they obey, where nobody else can read it.
fn authority(folder: &std::path::Path) -> String {
    let file = folder.join("authority");
    fs::write(&file, "02000000\n00000001\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    file.display().to_string()
}
