use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use chaobiao::app::Core;
use chaobiao::config::Config;
use chaobiao::gateways::{GatewayDesk, GatewaySender, Gateways, routes};
use chaobiao::policies;
use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use chaobiao_domain::account::{
    Account, AccountClass, AccountCommand, Bill, BillLine, OpenAccount,
};
use chaobiao_domain::calendar::{OfficeHours, OfficeSpan};
use chaobiao_domain::campus::OpenCampus;
use chaobiao_domain::customer::{
    ApproveBinding, CustomerKind, LinkWechat, Register, RequestBinding,
};
use chaobiao_domain::gateway_order::{GatewayChannel, PlaceGatewayOrder};
use chaobiao_domain::units::{Commodity, Fen, GatewayOrderNo};
use chaobiao_eventstore::{BusOptions, Clock as _, CommandError, Daemon, ManualClock};
use chaobiao_gateway_stub::{UnionPayStub, WechatStub};
use chaobiao_graphql::support::{Invocation, PaymentGateways as _};
use chaobiao_projections::gateway_orders::{self, OrderRow};
use chaobiao_projections::payments;
use chaobiao_testing::{ScratchDirectory, TestDatabase};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tower::ServiceExt as _;
use uuid::Uuid;

/// A campus with the account A1, which owes 150.00, bound to a resident whom `WeChat` knows.
pub(super) struct Town {
    core: Core,
    daemon: Daemon,
    clock: Arc<ManualClock>,
    pub(super) wechat: Arc<WechatStub>,
    pub(super) union_pay: Arc<UnionPayStub>,
    pub(super) desk: GatewayDesk,
    routes: Router,
    customer_id: String,
    // Kept until the end.
    _database: TestDatabase,
    _folder: ScratchDirectory,
}

#[derive(Serialize, Deserialize)]
struct Owe(i64);

impl Process for Owe {
    const NAME: &'static str = "test.owe";
    type Outcome = ();

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let line = BillLine {
            meter_no: "W1".parse().unwrap(),
            commodity: Commodity::Water,
            component: "flat".to_owned(),
            tariff_id: "flat".parse().unwrap(),
            version_from: "2026-01-01".parse().unwrap(),
            tier: None,
            quantity: "1".parse().unwrap(),
            price: "1".parse().unwrap(),
            amount: Fen::new(self.0),
            borne: None,
            readings: Vec::new(),
        };
        let bill = Bill {
            bill_no: "A1-202608".parse().unwrap(),
            month: "2026-08".parse().unwrap(),
            issued_on: "2026-09-01".parse().unwrap(),
            lines: vec![line],
            total: Fen::new(self.0),
            meters: Vec::new(),
            origin: None,
            shared_of: None,
        };
        let charge = AccountCommand::Charge {
            bill,
            notice_no: "NA1-202608".parse().unwrap(),
            due_on: "2026-12-31".parse().unwrap(),
        };
        workspace.execute::<Account>("A1", charge)
    }
}

/// Nine o'clock of a day.
pub(super) fn morning(day: &str) -> DateTime<Utc> {
    format!("{day}T01:00:00Z").parse().unwrap()
}

impl Town {
    pub(super) async fn open() -> Self {
        let town = Self::on("2026-09-24").await;
        town.run(Owe(15000)).await;
        town
    }

    /// Nine in the morning of a day; A1 owes nothing.
    pub(super) async fn on(day: &str) -> Self {
        let start = morning(day);
        let database = TestDatabase::create().await;
        let folder = ScratchDirectory::create();
        let config = Config {
            data_dir: folder.path().to_path_buf(),
            ..Config::default()
        };
        let clock = Arc::new(ManualClock::new(start));
        let options = BusOptions {
            simulation: true,
            ..BusOptions::default()
        };
        let core = Core::open(&config, database.pool(), clock.clone(), options);
        let core = core.await.unwrap();
        let (wechat, union_pay) = (WechatStub::new(start), UnionPayStub::new(start));
        let desk = GatewayDesk {
            gateways: Gateways::of(
                Some(wechat.client()),
                Some(union_pay.client()),
                "https://pay.example.edu.cn",
            ),
            bus: core.bus.clone(),
        };
        let keepers = core.keepers(&config).unwrap();
        let outbox = keepers.outbox.clone();
        let daemon = Daemon::builder(core.bus.clone())
            .projectors(chaobiao_projections::all(&core.store))
            .policies(policies::all(keepers, core.analyst.clone()))
            .processes(policies::processes())
            .sender(GatewaySender::new(desk.clone(), outbox))
            .start();
        let mut town = Self {
            routes: routes(desk.clone()),
            customer_id: String::new(),
            core,
            daemon,
            clock,
            wechat,
            union_pay,
            desk,
            _database: database,
            _folder: folder,
        };
        town.set_up().await;
        town
    }

    async fn set_up(&mut self) {
        let span = OfficeSpan {
            from: "08:00:00".parse().unwrap(),
            to: "12:00:00".parse().unwrap(),
        };
        self.run(OpenCampus {
            campus_id: "S".parse().unwrap(),
            name: "南校区".to_owned(),
            office_hours: OfficeHours::try_new(vec![span]).unwrap(),
            contact: "5566".to_owned(),
        })
        .await;
        self.run(OpenAccount {
            account_no: "A1".parse().unwrap(),
            class: AccountClass::Resident,
            campus: "S".parse().unwrap(),
            holder: "王芳".to_owned(),
            phone: None,
            address: "北苑 3 栋 201".to_owned(),
            household_persons: 3,
        })
        .await;
        let register = Register {
            phone: "13800138000".parse().unwrap(),
            kind: CustomerKind::Resident,
        };
        let customer_id = self.run(register).await.customer_id;
        self.customer_id = customer_id.to_string();
        let openid = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".to_owned();
        self.run(LinkWechat {
            customer_id: customer_id.clone(),
            openid,
        })
        .await;
        let request = RequestBinding {
            customer_id,
            account_no: "A1".parse().unwrap(),
            holder_name: "王芳".to_owned(),
        };
        let binding_id = self.run(request).await.binding_id;
        self.run(ApproveBinding { binding_id }).await;
    }

    fn context(&self, actor: Actor) -> CommandContext {
        CommandContext::new(Uuid::now_v7(), actor, self.clock.now())
    }

    pub(super) async fn run<P: Process>(&self, process: P) -> P::Outcome {
        let context = self.context(Actor::Staff("li".to_owned()));
        let executed = self.core.bus.execute(context, process).await;
        executed
            .map_err(|error: CommandError| error.to_string())
            .unwrap()
            .outcome
    }

    /// The resident asks to pay what A1 owes, and the page gets what it needs.
    pub(super) async fn start(&self, channel: GatewayChannel) -> (GatewayOrderNo, Invocation) {
        self.order_of(channel, None).await
    }

    /// The resident asks to pay what A1 owes, or to put money on it.
    pub(super) async fn order_of(
        &self,
        channel: GatewayChannel,
        top_up: Option<Fen>,
    ) -> (GatewayOrderNo, Invocation) {
        let place = PlaceGatewayOrder {
            channel,
            merchant: self.desk.merchant(channel),
            accounts: vec!["A1".parse().unwrap()],
            bills: Vec::new(),
            top_up,
        };
        let context = self.context(Actor::Customer(self.customer_id.clone()));
        let placed = self.core.bus.execute(context.clone(), place).await;
        let order_no = placed
            .map_err(|error| error.to_string())
            .unwrap()
            .outcome
            .order_no;
        let handed = self.desk.hand_over(&order_no, &context).await.unwrap();
        (order_no, handed.unwrap())
    }

    pub(super) fn later(&self, minutes: i64) {
        self.set_time(self.clock.now() + TimeDelta::minutes(minutes));
    }

    pub(super) fn set_time(&self, now: DateTime<Utc>) {
        self.clock.set(now);
        self.wechat.set_now(now);
        self.union_pay.set_now(now);
    }

    pub(super) async fn post(
        &self,
        path: &str,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    ) -> StatusCode {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(body)).unwrap();
        self.routes.clone().oneshot(request).await.unwrap().status()
    }

    pub(super) async fn order(&self, order_no: &GatewayOrderNo) -> Option<OrderRow> {
        let pool = self.core.store.pool();
        gateway_orders::query::by_no(pool, order_no.as_str())
            .await
            .unwrap()
    }

    /// Waits until the order is shown with a status.
    pub(super) async fn becomes(&self, order_no: &GatewayOrderNo, status: &str) -> OrderRow {
        let mut last = None;
        for _ in 0..600 {
            last = self.order(order_no).await;
            if let Some(row) = last.as_ref().filter(|row| row.status == status) {
                return row.clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{order_no} does not become {status}: {last:?}")
    }

    /// Id, amount and whether undone of every payment there is.
    pub(super) async fn payments(&self) -> Vec<(String, i64, bool)> {
        let pool = self.core.store.pool();
        let page = chaobiao_projections::paging::Page::first(50);
        let slice = payments::query::list(pool, &payments::PaymentFilter::default(), &page).await;
        let rows = slice.unwrap().rows.into_iter();
        rows.map(|(_, row)| {
            (
                row.payment_id.to_string(),
                row.amount.value(),
                row.reversed_at.is_some(),
            )
        })
        .collect()
    }

    /// [`Town::payments`] when there are so many, or after a while.
    pub(super) async fn payments_of(&self, count: usize) -> Vec<(String, i64, bool)> {
        for _ in 0..200 {
            let payments = self.payments().await;
            if payments.len() >= count {
                return payments;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.payments().await
    }

    /// Whether everything that has happened so far was reacted to and is shown.
    pub(super) async fn settled_down(&self) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    pub(super) fn pool(&self) -> &PgPool {
        self.core.store.pool()
    }

    pub(super) async fn close(self) {
        self.daemon.shutdown().await;
    }
}
