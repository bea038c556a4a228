//! A collector with its meters, simulated, beside a running server where they are registered.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chaobiao_gateway::simulator::{Concentrator, Street, dial};
use chaobiao_gateway::time::Clock;
use chaobiao_testing::ScratchDirectory;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::centre::{CAMPUS, Centre};
use super::client::Client;

pub(crate) struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// What hangs on the bus: two electricity meters, of which the second is old, and two of water.
pub(crate) const ELECTRIC: usize = 0;
pub(crate) const WATER: usize = 1;
pub(crate) const SILENT: usize = 2;
const OLD: usize = 6;

pub(crate) type Shown = Arc<Mutex<Concentrator>>;

pub(crate) struct Stand {
    pub(crate) secrets: ScratchDirectory,
    pub(crate) centre: Centre,
    pub(crate) shown: Shown,
    pub(crate) doors: SocketAddr,
    pub(crate) platform: SocketAddr,
    pub(crate) setter: Client,
    pub(crate) technician: Client,
    pub(crate) meters: Vec<String>,
}

/// A port that is free now.
pub(crate) fn free_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

fn shown() -> Concentrator {
    let street = Street {
        meters: 8,
        ..Street::new(7)
    };
    street.concentrator(1)
}

impl Stand {
    /// A server that receives the collector itself, and a platform that speaks through it.
    pub(crate) async fn open() -> Self {
        let (doors, platform) = (free_port(), free_port());
        let secrets = ScratchDirectory::create();
        let authority = authority(secrets.path());
        let forwards = format!("[\"{} {platform}\"]", shown().id);
        let settings = [
            ("CHAOBIAO_COLLECTORS__LISTEN_BARE", &*doors.to_string()),
            ("CHAOBIAO_COLLECTORS__FORWARDS", &forwards),
            ("CHAOBIAO_COLLECTORS__LOST_AFTER_SECONDS", "1"),
            ("CHAOBIAO_COLLECTORS__AUTHORITY_FILE", &authority),
        ];
        let mut stand = Self::with(&settings, secrets).await;
        stand.doors = doors;
        stand.platform = platform;
        stand
    }

    /// The collector and its meters are registered with a server of these settings.
    pub(crate) async fn with(settings: &[(&str, &str)], secrets: ScratchDirectory) -> Self {
        let mut centre = Centre::with(settings).await;
        centre.equip();
        let setter = centre.staff("jiang", &["TECHNICIAN", "ADMIN"]);
        let technician = centre.staff("tech", &["TECHNICIAN"]);
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut stand = Self {
            secrets,
            centre,
            shown: Arc::new(Mutex::new(shown())),
            doors: nowhere,
            platform: nowhere,
            setter,
            technician,
            meters: Vec::new(),
        };
        stand.set_up();
        stand
    }

    pub(crate) fn collector_no(&self) -> String {
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

    /// Dials in, and again whenever it is sent away or cut off, as collectors do.
    pub(crate) fn dial(&self) -> JoinHandle<()> {
        let (shown, doors) = (Arc::clone(&self.shown), self.doors);
        tokio::spawn(async move {
            loop {
                let _ = dial(Arc::clone(&shown), doors, Arc::new(WallClock)).await;
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        })
    }

    pub(crate) fn collector(&mut self) -> Value {
        let query = "query($no: String!) { collector(collectorNo: $no) { linked lostFor answered
            asked oddities(first: 10) { nodes { oddity meterNo } }
            meters { meterNo protocol lastIndex silentRounds } } }";
        let no = self.collector_no();
        let data = self.technician.query(query, &json!({ "no": no }));
        data["collector"].clone()
    }

    pub(crate) fn until(&mut self, ready: impl Fn(&Value) -> bool) -> Value {
        Centre::until(|| Some(self.collector()).filter(|collector| ready(collector)))
    }

    pub(crate) fn shows(&self, place: usize) -> String {
        let index = self.shown.lock().unwrap().indexes()[place].1;
        Decimal::new(index, 2).to_string()
    }

    pub(crate) fn is_cut_off(&self, place: usize) -> bool {
        self.shown.lock().unwrap().is_cut_off(place).unwrap()
    }

    pub(crate) fn request(&mut self, place: usize, act: &str) -> String {
        let order = json!({
            "meterNo": self.meters[place], "act": act, "reason": "检修", "emergency": true,
        });
        let asked = self
            .technician
            .must("requestDeviceOrder", order, "order { orderId state }");
        asked["order"]["orderId"].as_str().unwrap().to_owned()
    }

    pub(crate) fn ended(&mut self, order_id: &str) -> Value {
        let query =
            "query($id: String!) { deviceOrder(orderId: $id) { state outcome index note } }";
        Centre::until(|| {
            let data = self.technician.query(query, &json!({ "id": order_id }));
            Some(data["deviceOrder"].clone()).filter(|order| order["state"] == "FINISHED")
        })
    }

    pub(crate) fn order(&mut self, place: usize, act: &str) -> Value {
        let id = self.request(place, act);
        self.ended(&id)
    }
}

/// What DL/T 645-2007 meters ask for before they obey, where nobody else can read it.
fn authority(folder: &std::path::Path) -> String {
    let file = folder.join("authority");
    fs::write(&file, "02000000\n00000001\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    file.display().to_string()
}
