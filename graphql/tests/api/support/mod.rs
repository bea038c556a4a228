//! The schema over a real store and a running daemon, asked in process.

#![allow(dead_code, reason = "every test file uses its own part of this")]
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

pub(crate) mod sampler;
pub(crate) mod town;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_graphql::{Request, Response, Variables};
use async_trait::async_trait;
use chaobiao_decision::{Actor, CommandContext, Process, Rejection};
use chaobiao_domain::access_log::AccessEntry;
use chaobiao_domain::account::{AccountClass, OpenAccount};
use chaobiao_domain::calendar::{OfficeHours, OfficeSpan};
use chaobiao_domain::campus::OpenCampus;
use chaobiao_domain::customer::{CustomerKind, Register};
use chaobiao_domain::gateway_order::GatewayChannel;
use chaobiao_domain::meter::{PhotoCheck, StoredPhoto};
use chaobiao_domain::staff::{ContactInput, HireStaff, Role};
use chaobiao_domain::units::{GatewayOrderNo, PhotoHash, RawFrame};
use chaobiao_eventstore::access::{Access, Principal, SessionLimits, SessionToken};
use chaobiao_eventstore::{
    BusOptions, Clock, CommandBus, Daemon, Delivery, EventStore, ManualClock, MasterKey, Outgoing,
    Sender,
};
use chaobiao_graphql::support::{
    AccessRecorder, AccountRefusal, CollectorLinks, CursorKey, DialAnswer, FormField, FrameReader,
    Invocation, JsSdkConfig, LiveFrame, OfficialAccount, PaymentForm, PaymentGateways,
    PhotoQuestion, PhotoShelf, RequestInfo, Services, SharedAnswers, prepare,
};
use chaobiao_graphql::{Schema, SchemaOptions, build_schema};
use chaobiao_testing::TestDatabase;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) struct Centre {
    pub(crate) database: TestDatabase,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) schema: Schema,
    pub(crate) services: Services,
    pub(crate) log: Arc<Entries>,
    sent: Arc<Sent>,
    daemon: Daemon,
    commands: Mutex<u128>,
}

/// The access log, kept in memory.
#[derive(Default)]
pub(crate) struct Entries(Mutex<Vec<AccessEntry>>);

impl AccessRecorder for Entries {
    fn record(&self, entry: AccessEntry) {
        self.0.lock().unwrap().push(entry);
    }
}

impl Entries {
    pub(crate) fn take(&self) -> Vec<AccessEntry> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// A shelf with the photos whose hash begins with f0, and no others.
struct FewPhotos;

#[async_trait::async_trait]
impl PhotoShelf for FewPhotos {
    async fn stored(&self, photo: &PhotoHash) -> Result<Option<StoredPhoto>, String> {
        let kept = photo.as_str().starts_with("f0");
        Ok(kept.then(|| StoredPhoto {
            bytes: 1_000,
            media_type: "image/jpeg".to_owned(),
        }))
    }

    async fn check(&self, question: PhotoQuestion) -> Option<PhotoCheck> {
        crate::photo_checks::seen_on(&question)
    }
}

/// A house without meters to listen to.
struct NoFrames;

impl FrameReader for NoFrames {
    fn water_dial(&self, _frame: &RawFrame) -> Option<DialAnswer> {
        None
    }
}

/// No collector is there.
struct NoLinks;

impl CollectorLinks for NoLinks {
    fn changes(&self) -> Option<tokio::sync::watch::Receiver<i64>> {
        None
    }

    fn latest(&self, _: Option<&str>) -> Vec<LiveFrame> {
        Vec::new()
    }
}

/// UnionPay, where whatever is given to it is taken; WeChat Pay is not set up.
struct OneGateway;

#[async_trait]
impl PaymentGateways for OneGateway {
    fn merchant(&self, channel: GatewayChannel) -> Option<String> {
        (channel == GatewayChannel::UnionPay).then(|| "777290058110048".to_owned())
    }

    async fn hand_over(
        &self,
        order_no: &GatewayOrderNo,
        _context: &CommandContext,
    ) -> Result<Result<Invocation, Rejection>, String> {
        let order_id = FormField {
            name: "orderId".to_owned(),
            value: order_no.to_string(),
        };
        Ok(Ok(Invocation::Form(PaymentForm {
            action: "https://gateway.test/frontTransReq.do".to_owned(),
            fields: vec![order_id],
        })))
    }
}

/// There is no official account.
struct NoAccount;

#[async_trait]
impl OfficialAccount for NoAccount {
    fn app_id(&self) -> Option<String> {
        None
    }

    fn sign_in_url(&self, _: &str) -> Option<String> {
        None
    }

    async fn openid(&self, _: &str) -> Result<String, AccountRefusal> {
        Err(AccountRefusal::NotSetUp)
    }

    async fn page_config(&self, _: &str, _: &str) -> Result<JsSdkConfig, AccountRefusal> {
        Err(AccountRefusal::NotSetUp)
    }
}

/// One person's browser.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    pub(crate) principal: Option<Principal>,
    pub(crate) session: Option<SessionToken>,
    pub(crate) origin: String,
}

/// What came back, with what it did to the browser.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) data: Value,
    pub(crate) errors: Vec<Value>,
    pub(crate) cookie: Option<String>,
}

impl Answer {
    pub(crate) fn new(response: Response) -> Self {
        let cookie = response.http_headers.get("set-cookie");
        let cookie = cookie.map(|cookie| cookie.to_str().unwrap().to_owned());
        let errors = serde_json::to_value(&response.errors).unwrap();
        Self {
            data: response.data.into_json().unwrap(),
            errors: errors.as_array().unwrap().clone(),
            cookie,
        }
    }

    /// The code of the first top-level error.
    pub(crate) fn code(&self) -> Option<&str> {
        self.errors.first()?["extensions"]["code"].as_str()
    }

    /// The data of what must not have failed.
    pub(crate) fn data(self) -> Value {
        assert!(self.errors.is_empty(), "{:?}", self.errors);
        self.data
    }
}

pub(crate) fn start() -> DateTime<Utc> {
    "2026-09-24T01:00:00Z".parse().unwrap()
}

impl Centre {
    pub(crate) async fn open() -> Self {
        Self::open_at(start()).await
    }

    pub(crate) async fn open_at(start: DateTime<Utc>) -> Self {
        let database = TestDatabase::create().await;
        let clock = Arc::new(ManualClock::new(start));
        let master = MasterKey::new([7; 32]);
        let store = EventStore::open(database.pool(), &master, clock.clone())
            .await
            .unwrap();
        let options = BusOptions {
            simulation: true,
            ..BusOptions::default()
        };
        let bus = CommandBus::new(store.clone(), options);
        let sent = Arc::new(Sent::default());
        let daemon = Daemon::builder(bus.clone())
            .projectors(chaobiao_projections::all(&store))
            .sender(Arc::clone(&sent) as Arc<_>)
            .start();
        let log = Arc::new(Entries::default());
        let services = Services {
            bus,
            read_models: Arc::new(daemon.clone()),
            access: Access::new(&store, SessionLimits::default()).unwrap(),
            access_log: Arc::clone(&log) as Arc<_>,
            photos: Arc::new(FewPhotos),
            frames: Arc::new(NoFrames),
            gateways: Arc::new(OneGateway),
            collectors: Arc::new(NoLinks),
            official_account: Arc::new(NoAccount),
            shared_answers: SharedAnswers::default(),
        };
        let cursors = CursorKey::new(&store.hashing_key("cursor").unwrap());
        let schema = build_schema(
            services.clone(),
            cursors,
            SchemaOptions {
                introspection: true,
                ..SchemaOptions::default()
            },
        );
        let commands = Mutex::new(0);
        Self {
            database,
            clock,
            schema,
            services,
            log,
            sent,
            daemon,
            commands,
        }
    }

    /// Ends the background work: what the database is asked from now on, requests ask.
    pub(crate) async fn quiet(&self) {
        self.daemon.shutdown().await;
    }

    pub(crate) fn wait(&self, time: TimeDelta) {
        self.clock.set(self.clock.now() + time);
    }

    /// Runs a command past GraphQL, and waits until it can be seen.
    pub(crate) async fn run<P: Process>(&self, process: P) -> P::Outcome {
        self.run_as(Actor::System("test".to_owned()), process).await
    }

    pub(crate) async fn run_as<P: Process>(&self, actor: Actor, process: P) -> P::Outcome {
        let number = {
            let mut commands = self.commands.lock().unwrap();
            *commands += 1;
            *commands
        };
        let context = CommandContext::new(Uuid::from_u128(number), actor, self.clock.now());
        let executed = self.services.bus.execute(context, process).await.unwrap();
        if let Some(position) = executed.position {
            assert!(
                self.daemon
                    .wait_for(position, Duration::from_secs(20))
                    .await
            );
        }
        executed.outcome
    }

    /// A campus that is there, whether or not it was before.
    pub(crate) async fn campus(&self, id: &str) {
        let span = OfficeSpan {
            from: "08:00:00".parse().unwrap(),
            to: "18:00:00".parse().unwrap(),
        };
        let open = OpenCampus {
            campus_id: id.parse().unwrap(),
            name: format!("{id} 校区"),
            office_hours: OfficeHours::try_new(vec![span]).unwrap(),
            contact: "5566".to_owned(),
        };
        // The same command for the same campus: a second time changes nothing.
        let command = self.services.bus.command_id("test-campus", id);
        let actor = Actor::System("test".to_owned());
        let context = CommandContext::new(command, actor, self.clock.now());
        self.services.bus.execute(context, open).await.unwrap();
    }

    pub(crate) async fn open_account(&self, number: &str, holder: &str, class: AccountClass) {
        self.campus("N").await;
        let account = OpenAccount {
            account_no: number.parse().unwrap(),
            class,
            campus: "N".parse().unwrap(),
            holder: holder.to_owned(),
            phone: None,
            address: format!("北苑 {number}"),
            household_persons: 3,
        };
        self.run(account).await;
    }

    /// Somebody at a browser with a session of theirs.
    pub(crate) async fn signed_in(&self, principal: Principal) -> Browser {
        let opened = self
            .services
            .access
            .open_session(&principal, None)
            .await
            .unwrap();
        Browser {
            principal: Some(principal),
            session: Some(opened.token),
            origin: "10.0.0.1".to_owned(),
        }
    }

    pub(crate) async fn staff(&self, login: &str, roles: &[Role]) -> Browser {
        let hire = HireStaff {
            login: login.parse().unwrap(),
            name: format!("姓名{login}"),
            department: "营业部".to_owned(),
            position: "职员".to_owned(),
            campus: None,
            roles: roles.iter().copied().collect::<BTreeSet<_>>(),
            contact: ContactInput::default(),
        };
        self.run(hire).await;
        self.signed_in(Principal::Staff(login.to_owned())).await
    }

    pub(crate) async fn customer(&self, phone: &str, kind: CustomerKind) -> Browser {
        let phone = phone.parse().unwrap();
        let registered = self.run(Register { phone, kind }).await;
        self.signed_in(Principal::Customer(registered.customer_id.to_string()))
            .await
    }

    pub(crate) async fn request(
        &self,
        browser: &Browser,
        query: &str,
        variables: Value,
    ) -> Request {
        let info = RequestInfo {
            request_id: "r-1".to_owned(),
            origin: Some(browser.origin.clone()),
            session: browser.session.clone(),
            secure: false,
        };
        let viewer = self.services.viewer(info.session.as_ref()).await.unwrap();
        let request = Request::new(query).variables(Variables::from_json(variables));
        prepare(request, &self.services, viewer, info)
    }

    pub(crate) async fn ask(&self, browser: &Browser, query: &str, variables: Value) -> Answer {
        let request = self.request(browser, query, variables).await;
        Answer::new(self.schema.execute(request).await)
    }

    /// One mutation with its input; the payload, or the code of the top-level error.
    pub(crate) async fn mutate(
        &self,
        browser: &Browser,
        name: &str,
        mut input: Value,
        fields: &str,
    ) -> Result<Value, String> {
        const KEYLESS: [&str; 9] = [
            "requestPhoneCode",
            "customerLogin",
            "staffLogin",
            "changePassword",
            "resetPassword",
            "beginSecondFactor",
            "confirmSecondFactor",
            "turnOffSecondFactor",
            "resetSecondFactor",
        ];
        if input["idempotencyKey"].is_null() && !KEYLESS.contains(&name) {
            input["idempotencyKey"] = Uuid::now_v7().to_string().into();
        }
        let type_name = format!("{}{}Input", name[..1].to_ascii_uppercase(), &name[1..]);
        let query = format!(
            "mutation($input: {type_name}!) {{ {name}(input: $input) {{ {fields} \
             userErrors {{ code field message }} }} }}"
        );
        let mut answer = self.ask(browser, &query, json!({ "input": input })).await;
        match answer.code() {
            Some(code) => Err(code.to_owned()),
            None => Ok(answer.data[name].take()),
        }
    }

    /// The payload of a mutation that must be accepted.
    pub(crate) async fn must(
        &self,
        browser: &Browser,
        name: &str,
        input: Value,
        fields: &str,
    ) -> Value {
        let payload = self.mutate(browser, name, input, fields).await.unwrap();
        assert_eq!(payload["userErrors"], json!([]), "{name}");
        payload
    }

    /// Code and field of a mutation's refusal.
    pub(crate) async fn refused(
        &self,
        browser: &Browser,
        name: &str,
        input: Value,
    ) -> (String, String) {
        let payload = self.mutate(browser, name, input, "").await.unwrap();
        let error = &payload["userErrors"][0];
        let path = error["field"].as_array().cloned().unwrap_or_default();
        let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
        (
            error["code"].as_str().unwrap_or("accepted").to_owned(),
            path.join("."),
        )
    }

    /// The code in a phone's so-manyth message.
    pub(crate) async fn code_for(&self, phone: &str, which: usize) -> String {
        for _ in 0..400 {
            let sent = self.sent.0.lock().unwrap().clone();
            let mut messages = sent.iter().filter(|message| told(message, "to") == phone);
            if let Some(message) = messages.nth(which - 1) {
                let text = told(message, "text");
                return text.chars().filter(char::is_ascii_digit).take(6).collect();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nothing was sent to {phone}");
    }
}

fn told<'a>(message: &'a Value, name: &str) -> &'a str {
    message[name]["$personal"]["value"]
        .as_str()
        .unwrap_or_default()
}

/// The phones of this world.
#[derive(Default)]
pub(crate) struct Sent(Mutex<Vec<Value>>);

#[async_trait::async_trait]
impl Sender for Sent {
    async fn send(&self, outgoing: &Outgoing) -> Delivery {
        self.0.lock().unwrap().push(outgoing.message.clone());
        Delivery::sent()
    }
}

/// The session a cookie carries.
pub(crate) fn session_of(cookie: &str) -> SessionToken {
    let pair = cookie.split(';').next().unwrap();
    SessionToken::from_text(pair.split_once('=').unwrap().1)
}
