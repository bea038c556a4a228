//! A centre on an empty database with its server running, its first staff, and what they set up.

use std::path::PathBuf;
use std::process::Output;
use std::time::{Duration, Instant};

use chaobiao_testing::{ScratchDirectory, TestDatabase};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::client::Client;
use super::{Server, chaobiao, run};

pub(crate) const CAMPUS: &str = "N";
/// Somebody who may set everything up; rights are apart in real life.
pub(crate) const ALL_DESKS: [&str; 3] = ["MANAGER", "ADMIN", "FINANCE"];

pub(crate) struct Centre {
    pub(crate) server: Server,
    scratch: ScratchDirectory,
    database: TestDatabase,
    /// Environment variables of the server.
    settings: Vec<(String, String)>,
    pub(crate) admin: Client,
}

impl Centre {
    /// A server and an administrator who has chosen a password, nothing else.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// One whose server writes everything it has to say, as JSON, to [`Centre::log`].
    pub(crate) async fn logging() -> Self {
        Self::on(&[], start_logging).await
    }

    /// One whose server has some more settings, as environment variables.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        Self::on(settings, start).await
    }

    async fn on(
        settings: &[(&str, &str)],
        start: fn(&TestDatabase, &ScratchDirectory, &[(String, String)]) -> Server,
    ) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let settings: Vec<_> = settings.iter().map(owned).collect();
        let database = TestDatabase::create().await;
        let scratch = ScratchDirectory::create();
        let server = start(&database, &scratch, &settings);
        let made = command(&database, &scratch, &["staff", "create-admin"]);
        let initial = made.trim().rsplit('：').next().unwrap().to_owned();
        let mut admin = Client::new(server.address, "admin");
        sign_in(&mut admin, "admin", &initial);
        Self {
            server,
            scratch,
            database,
            settings,
            admin,
        }
    }

    /// With a campus, the working calendar of 2026, and tariffs for water and electricity.
    pub(crate) async fn equipped() -> Self {
        let mut centre = Self::new().await;
        centre.equip();
        centre
    }

    pub(crate) fn equip(&mut self) {
        let hours = json!([{ "from": "08:00", "to": "12:00" }, { "from": "14:00", "to": "18:00" }]);
        for (id, name) in [(CAMPUS, "北校区"), ("S", "南校区")] {
            let campus = json!({
                "campusId": id, "name": name, "contact": "5566", "officeHours": hours,
            });
            self.admin.must("openCampus", campus, "campus { name }");
        }
        let mut manager = self.staff("manager", &ALL_DESKS);
        for (id, commodity, price) in [("W", "WATER", "3.10"), ("E", "ELECTRICITY", "0.55")] {
            let tariff = json!({
                "tariffId": id, "name": id, "commodity": commodity, "basePersons": 4,
                "quotaPerExtraPerson": "30", "priceChange": "PRORATE_BY_DAY",
                "versions": [{
                    "from": "2025-01-01",
                    "tiers": [{ "upTo": "180", "price": price }, { "price": "9.30" }],
                }],
            });
            manager.must("defineTariff", tariff, "tariff { tariffId }");
        }
    }

    /// One more server process on the same database and data directory.
    pub(crate) fn another_node(&self) -> Server {
        start(&self.database, &self.scratch, &self.settings)
    }

    pub(crate) fn pool(&self) -> PgPool {
        self.database.pool()
    }

    pub(crate) fn client(&self, name: &str) -> Client {
        Client::new(self.server.address, name)
    }

    /// Hires somebody and signs them in.
    pub(crate) fn staff(&mut self, login: &str, roles: &[&str]) -> Client {
        let hire = json!({
            "login": login, "name": "李四", "department": "计量部", "position": "专员",
            "campusId": CAMPUS, "roles": roles,
        });
        let hired = self.admin.must("hireStaff", hire, "initialPassword");
        let initial = hired["initialPassword"].as_str().unwrap().to_owned();
        let mut client = self.client(login);
        sign_in(&mut client, login, &initial);
        client
    }

    /// Registers a customer by phone and code.
    pub(crate) fn customer(&self, phone: &str, kind: &str) -> Client {
        self.customer_called(phone, phone, kind)
    }

    /// The same under a name of its own, by which requests sent again are told from new ones.
    pub(crate) fn customer_called(&self, name: &str, phone: &str, kind: &str) -> Client {
        let mut client = self.client(name);
        client.must("requestPhoneCode", json!({ "phone": phone }), "");
        let code = self.code(phone);
        let register = json!({ "phone": phone, "code": code, "kind": kind });
        client.must("registerCustomer", register, "viewer { customer { kind } }");
        client
    }

    /// The last code sent to a phone, from the development outbox.
    pub(crate) fn code(&self, phone: &str) -> String {
        let wanted = |message: &Value| {
            message["channel"] == "sms" && message["message"].to_string().contains(phone)
        };
        let message = self.await_message(wanted);
        let text = message["message"]["text"]["$personal"]["value"]
            .as_str()
            .unwrap_or_default();
        let code = text
            .split(|c: char| !c.is_ascii_digit())
            .find(|run| run.len() == 6);
        code.unwrap_or_else(|| panic!("no code in {message}"))
            .to_owned()
    }

    /// The newest message of the development outbox that fits.
    pub(crate) fn await_message(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let path = self.data_dir().join("outbox.jsonl");
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let messages = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            if let Some(message) = messages.filter(&wanted).last() {
                return message;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("no such message was sent");
    }

    /// Opens an account with one water meter, read for the first time at `opening`.
    pub(crate) fn household(manager: &mut Client, account_no: &str, holder: &str) -> String {
        let meter_no = format!("W-{account_no}");
        let account = json!({
            "accountNo": account_no, "class": "RESIDENT", "campus": CAMPUS, "holder": holder,
            "address": "北苑 3 栋 201", "householdPersons": 3,
        });
        manager.must("openAccount", account, "account { accountNo }");
        let meter = json!({
            "meterNo": meter_no, "commodity": "WATER", "campusId": CAMPUS, "building": "北苑 3 栋",
            "room": "201", "book": "B1", "walkOrder": 1, "selfRead": true,
        });
        manager.must("registerMeter", meter, "meter { meterNo }");
        let device = json!({
            "meterNo": meter_no, "hardwareNo": format!("HW{account_no}"), "digits": 5,
            "decimals": 0, "multiplier": "1", "openingIndex": "100",
            "installedAt": "2026-01-01T01:00:00Z",
        });
        manager.must("installDevice", device, "meter { meterNo }");
        let assign = json!({
            "accountNo": account_no, "meterNo": meter_no, "tariffId": "W", "from": "2026-01-01",
        });
        manager.must("assignMeter", assign, "account { accountNo }");
        meter_no
    }

    /// Asks until there is an answer: a busy machine may show things later than it answers.
    pub(crate) fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(40);
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            assert!(Instant::now() < deadline, "there was no answer in time");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// How many events of the business there are; the journal of looks and logins is not meant.
    pub(crate) async fn events(&self) -> i64 {
        let count = "SELECT count(*) FROM events WHERE aggregate_type <> 'access_log'";
        let pool = self.database.pool();
        sqlx::query_scalar(count).fetch_one(&pool).await.unwrap()
    }

    /// Runs the command line beside the server.
    pub(crate) fn command(&self, arguments: &[&str]) -> String {
        command(&self.database, &self.scratch, arguments)
    }

    /// Runs the command line beside the server; it must fail. Gives what it says.
    pub(crate) fn command_fails(&self, arguments: &[&str]) -> String {
        let output = output(&self.database, &self.scratch, arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Runs the command line beside the server; `None` when it fails.
    pub(crate) fn try_command(&self, arguments: &[&str]) -> Option<()> {
        let output = output(&self.database, &self.scratch, arguments);
        output.status.success().then_some(())
    }

    /// How many events of a type there are.
    pub(crate) async fn events_of(&self, event_type: &str) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = $1")
            .bind(event_type)
            .fetch_one(&self.database.pool())
            .await
            .unwrap()
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.scratch.path().join("data")
    }

    /// The command line beside the server, to be given arguments.
    pub(crate) fn command_line(&self) -> std::process::Command {
        let mut command = chaobiao(&self.data_dir());
        command.env("DATABASE_URL", self.database.url());
        command
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(log_file(&self.scratch)).unwrap()
    }

    /// Kills the server as a power cut would, and starts it again.
    pub(crate) fn kill_and_restart(&mut self) {
        self.kill();
        self.start_again();
    }

    pub(crate) fn kill(&mut self) {
        self.server.signal("-KILL");
        self.server.wait();
    }

    pub(crate) fn start_again(&mut self) {
        self.server = self.another_node();
    }
}

fn start(
    database: &TestDatabase,
    scratch: &ScratchDirectory,
    settings: &[(String, String)],
) -> Server {
    let mut command = chaobiao(&scratch.path().join("data"));
    command.env("DATABASE_URL", database.url());
    command.envs(settings.iter().cloned());
    Server::start(command, &[])
}

fn log_file(scratch: &ScratchDirectory) -> PathBuf {
    scratch.path().join("server.log")
}

fn start_logging(
    database: &TestDatabase,
    scratch: &ScratchDirectory,
    _: &[(String, String)],
) -> Server {
    let mut command = chaobiao(&scratch.path().join("data"));
    command
        .env("DATABASE_URL", database.url())
        .env("CHAOBIAO_TELEMETRY__LOG_FORMAT", "json")
        .env("CHAOBIAO_TELEMETRY__LOG_FILTER", "debug,sqlx=warn")
        .stderr(std::fs::File::create(log_file(scratch)).unwrap());
    Server::start(command, &[])
}

fn command(database: &TestDatabase, scratch: &ScratchDirectory, arguments: &[&str]) -> String {
    let output = output(database, scratch, arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {text}{errors}");
    text
}

fn output(database: &TestDatabase, scratch: &ScratchDirectory, arguments: &[&str]) -> Output {
    let mut command = chaobiao(&scratch.path().join("data"));
    command.env("DATABASE_URL", database.url()).args(arguments);
    run(command)
}

fn sign_in(client: &mut Client, login: &str, initial: &str) {
    const PASSWORD: &str = "correct horse battery staple";
    let first = json!({ "login": login, "password": initial });
    client.must("staffLogin", first, "viewer { displayName }");
    let change = json!({ "currentPassword": initial, "newPassword": PASSWORD });
    client.must("changePassword", change, "");
    let again = json!({ "login": login, "password": PASSWORD });
    client.must("staffLogin", again, "viewer { displayName }");
}

impl Client {
    /// Moves a client to a server that was started again; the session stays.
    pub(crate) fn follow(&mut self, centre: &Centre) {
        self.go_to(centre.server.address);
    }

    /// Talks to another node; the session stays.
    pub(crate) fn go_to(&mut self, address: std::net::SocketAddr) {
        self.address = address;
    }
}
