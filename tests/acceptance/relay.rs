//! A front-end machine in the inner network reads the meters, and a server beyond it has them: with
//! both sides killed and the link cut, each round arrives once.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chaobiao_testing::ScratchDirectory;
use chrono::{DateTime, Utc};
use sqlx::PgPool;
use tokio::io::copy_bidirectional;
use tokio::net;
use tokio::task::JoinHandle;

use crate::support::centre::Centre;
use crate::support::stand::{Stand, free_port};
use crate::support::{chaobiao, run};

/// The machine in the inner network; killed when dropped.
struct FrontEnd {
    child: Child,
    data_dir: PathBuf,
}

impl FrontEnd {
    fn start(command: Command, data_dir: &Path) -> Self {
        let mut command = command;
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = lines.next().unwrap().unwrap();
        assert!(said.contains("前置机已启动"), "{said}");
        Self {
            child,
            data_dir: data_dir.to_owned(),
        }
    }

    /// Bytes in what it keeps on its disk.
    fn kept(&self) -> u64 {
        let files = fs::read_dir(self.data_dir.join("relay/out")).unwrap();
        let bytes = files.map(|file| file.unwrap().metadata().map_or(0, |file| file.len()));
        bytes.sum()
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for FrontEnd {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The way between them, which can be cut.
struct Way {
    task: JoinHandle<()>,
}

impl Way {
    async fn open(at: SocketAddr, to: SocketAddr) -> Self {
        let listener = net::TcpListener::bind(at).await.unwrap();
        let task = tokio::spawn(async move {
            // One at a time: whoever is cut off leaves no other behind.
            while let Ok((mut here, _)) = listener.accept().await {
                if let Ok(mut there) = net::TcpStream::connect(to).await {
                    let _ = copy_bidirectional(&mut here, &mut there).await;
                }
            }
        });
        Self { task }
    }

    async fn cut(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

struct Beyond {
    stand: Stand,
    relay: SocketAddr,
    way: SocketAddr,
    inner: ScratchDirectory,
}

impl Beyond {
    async fn open() -> Self {
        let (relay, way) = (free_port(), free_port());
        let secrets = ScratchDirectory::create();
        let key = secrets.path().join("relay.key");
        let mut make = chaobiao(&secrets.path().join("data"));
        make.args(["relay", "key", "--out"]).arg(&key);
        assert!(run(make).status.success());
        let settings = [
            ("CHAOBIAO_RELAY__LISTEN", &*relay.to_string()),
            ("CHAOBIAO_RELAY__KEY_FILE", &*key.display().to_string()),
        ];
        let mut stand = Stand::with(&settings, secrets).await;
        stand.doors = free_port();
        let beyond = Self {
            stand,
            relay,
            way,
            inner: ScratchDirectory::create(),
        };
        let plan = beyond.plan();
        let write = ["relay", "plan", "--out", plan.to_str().unwrap()];
        Centre::until(|| {
            let said = beyond.stand.centre.command(&write);
            said.contains("采集器 1 台，表计 8 块").then_some(())
        });
        beyond
    }

    fn plan(&self) -> PathBuf {
        self.inner.path().join("plan.json")
    }

    fn key(&self) -> PathBuf {
        self.stand.secrets.path().join("relay.key")
    }

    fn front_end_line(&self, key: &Path) -> Command {
        let mut command = chaobiao(&self.inner.path().join("data"));
        command
            .env(
                "CHAOBIAO_COLLECTORS__LISTEN_BARE",
                self.stand.doors.to_string(),
            )
            .env("CHAOBIAO_RELAY__SERVER", self.way.to_string())
            .env("CHAOBIAO_RELAY__KEY_FILE", key)
            .env("CHAOBIAO_RELAY__PLAN_FILE", self.plan())
            .args(["relay", "run"]);
        command
    }

    fn front_end(&self) -> FrontEnd {
        let command = self.front_end_line(&self.key());
        FrontEnd::start(command, &self.inner.path().join("data"))
    }

    fn pushing_front_end(&self) -> FrontEnd {
        let mut command = self.front_end_line(&self.key());
        command.env("CHAOBIAO_RELAY__PUSH_ONLY", "true");
        FrontEnd::start(command, &self.inner.path().join("data"))
    }

    /// Has the meters read and everything about it on the disk; when that was.
    fn read_once(&self, front_end: &FrontEnd) -> (DateTime<Utc>, DateTime<Utc>) {
        let (before, began) = (front_end.kept(), Utc::now());
        let link = self.stand.dial();
        // A round of eight meters with their frames is longer than everything else together.
        Centre::until(|| (front_end.kept() > before + 1_000).then_some(()));
        link.abort();
        (began, Utc::now())
    }

    /// The ends of the rounds that arrived, in the order in which they were recorded.
    async fn rounds(&self) -> Vec<DateTime<Utc>> {
        let query = "SELECT (payload ->> 'swept_at')::timestamptz FROM events
            WHERE event_type = 'interval_day.sweep_recorded' ORDER BY global_position";
        let pool: PgPool = self.stand.centre.pool();
        sqlx::query_scalar(query).fetch_all(&pool).await.unwrap()
    }

    /// Of each time of reading a round arrives, none twice, and in order. One more may have begun by
    /// the clock on the wall.
    async fn arrive(&self, times: &[(DateTime<Utc>, DateTime<Utc>)]) {
        let mut rounds = Vec::new();
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let all = times.iter().all(|(from, to)| {
                let mut rounds = rounds.iter();
                rounds.any(|at: &DateTime<Utc>| from <= at && at <= to)
            });
            if all {
                break;
            }
            assert!(Instant::now() < deadline, "{times:?} {rounds:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
            rounds = self.rounds().await;
        }
        // Nothing comes behind that was there before.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let rounds = self.rounds().await;
        assert!(rounds.is_sorted_by(|one, next| one < next), "{rounds:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r37_rounds_read_in_the_inner_network_arrive_once_through_kills_and_cuts() {
    let mut beyond = Beyond::open().await;
    // The way is there, and what is read arrives at once.
    let way = Way::open(beyond.way, beyond.relay).await;
    let mut front_end = beyond.front_end();
    let mut times = vec![beyond.read_once(&front_end)];
    let all = beyond.stand.until(|collector| collector["answered"] == 8);
    for (place, meter) in all["meters"].as_array().unwrap().iter().enumerate() {
        assert_eq!(meter["lastIndex"], beyond.stand.shows(place), "{meter}");
    }
    beyond.arrive(&times).await;

    // The way is cut; three times the machine is killed just after it has read.
    way.cut().await;
    let before = beyond.rounds().await;
    for _ in 0..3 {
        front_end.kill();
        front_end = beyond.front_end();
        times.push(beyond.read_once(&front_end));
    }
    assert_eq!(beyond.rounds().await, before);

    // The way is back, and the server is killed again and again while it takes them in.
    let _way = Way::open(beyond.way, beyond.relay).await;
    for _ in 0..3 {
        beyond.stand.centre.kill_and_restart();
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    beyond.arrive(&times).await;
    // Each of them was given by the relay, with an id of its own.
    let query = "SELECT DISTINCT metadata ->> 'actor' FROM events
        WHERE event_type = 'interval_day.sweep_recorded'";
    let actors: Vec<String> = sqlx::query_scalar(query)
        .fetch_all(&beyond.stand.centre.pool())
        .await
        .unwrap();
    assert_eq!(actors, ["system:relay"]);

    // A meter is taken off and the plan written anew: the machine asks by it.
    let (setter, technician) = (&mut beyond.stand.setter, &mut beyond.stand.technician);
    setter.follow(&beyond.stand.centre);
    technician.follow(&beyond.stand.centre);
    let detach = serde_json::json!({
        "collectorNo": "SIM-000001", "meterNo": "R7", "reason": "拆表",
    });
    setter.must("detachMeter", detach, "collector { meterCount }");
    let plan = beyond.plan();
    let made = ["relay", "plan", "--out", plan.to_str().unwrap()];
    Centre::until(|| {
        let said = beyond.stand.centre.command(&made);
        said.contains("表计 7 块").then_some(())
    });
    front_end.kill();
    front_end = beyond.front_end();
    beyond.read_once(&front_end);
    beyond.stand.until(|collector| collector["answered"] == 7);
    drop(front_end);
}

#[tokio::test(flavor = "multi_thread")]
async fn r37_a_front_end_machine_behind_a_diode_reads_not_one_byte_back() {
    let beyond = Beyond::open().await;
    // A way on which nothing comes back.
    let listener = net::TcpListener::bind(beyond.way).await.unwrap();
    let relay = beyond.relay;
    let way = tokio::spawn(async move {
        while let Ok((mut here, _)) = listener.accept().await {
            let Ok(there) = net::TcpStream::connect(relay).await else {
                continue;
            };
            let (mut back, mut forth) = there.into_split();
            let silence = tokio::spawn(async move {
                let said = tokio::io::copy(&mut back, &mut tokio::io::sink()).await;
                assert_eq!(said.unwrap_or(0), 0, "a diode lets nothing back");
            });
            let _ = tokio::io::copy(&mut here, &mut forth).await;
            silence.abort();
        }
    });
    let mut front_end = beyond.pushing_front_end();
    let mut times = vec![beyond.read_once(&front_end)];
    beyond.arrive(&times).await;
    front_end.kill();
    let front_end = beyond.pushing_front_end();
    times.push(beyond.read_once(&front_end));
    beyond.arrive(&times).await;
    drop(front_end);
    way.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn r37_a_machine_with_another_key_is_sent_away_and_nothing_of_it_kept() {
    let beyond = Beyond::open().await;
    let _way = Way::open(beyond.way, beyond.relay).await;
    let other = beyond.inner.path().join("other.key");
    fs::write(&other, format!("{}\n", "ab".repeat(32))).unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o600)).unwrap();
    let command = beyond.front_end_line(&other);
    let stranger = FrontEnd::start(command, &beyond.inner.path().join("data"));
    beyond.read_once(&stranger);
    let kept = stranger.kept();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(beyond.rounds().await.is_empty());
    let inbox = beyond.stand.centre.data_dir().join("relay/in");
    assert_eq!(fs::read_dir(&inbox).unwrap().count(), 0);
    assert!(stranger.kept() >= kept, "what is not across stays");
    drop(stranger);

    // Nor is the server troubled by somebody who speaks of something else.
    let mut noise = TcpStream::connect(beyond.relay).unwrap();
    noise
        .write_all(b"GET / HTTP/1.1\r\n\r\n and so on and so on and so on")
        .unwrap();
    // What it has kept is sealed with that key: another one is refused before anything is mixed.
    let output = run(beyond.front_end_line(&beyond.key()));
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("另一把密钥"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r37_what_is_missing_in_its_settings_is_said() {
    let scratch = ScratchDirectory::create();
    let line = || {
        let mut command = chaobiao(&scratch.path().join("data"));
        command.args(["relay", "run"]);
        command
    };
    let said = |command: Command| {
        let output = run(command);
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(said(line()).contains("relay.key_file"));
    let key = scratch.path().join("relay.key");
    let mut make = chaobiao(&scratch.path().join("data"));
    make.args(["relay", "key", "--out"]).arg(&key);
    assert!(run(make).status.success());
    let with_key = || {
        let mut command = line();
        command.env("CHAOBIAO_RELAY__KEY_FILE", &key);
        command
    };
    assert!(said(with_key()).contains("relay.server"));
    let with_server = || {
        let mut command = with_key();
        command.env("CHAOBIAO_RELAY__SERVER", "127.0.0.1:9");
        command
    };
    assert!(said(with_server()).contains("relay.plan_file"));
    let plan = scratch.path().join("plan.json");
    fs::write(&plan, "{ \"collectors\": 7 }").unwrap();
    let mut with_plan = with_server();
    with_plan.env("CHAOBIAO_RELAY__PLAN_FILE", &plan);
    let refused = said(with_plan);
    assert!(refused.contains("plan.json"), "{refused}");
    fs::write(&plan, "{ \"collectors\": [] }").unwrap();
    let mut without_door = with_server();
    without_door.env("CHAOBIAO_RELAY__PLAN_FILE", &plan);
    let refused = said(without_door);
    assert!(refused.contains("采集器接入"), "{refused}");
}
