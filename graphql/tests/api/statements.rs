//! How often a request asks the database: as often for many rows as for one.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support;
use std::fmt;
use std::sync::{Arc, Mutex};

use crate::support::{Browser, Centre};
use chaobiao_domain::account::{AccountClass, AssignMeter};
use chaobiao_domain::meter::{Channel, DeviceSpec, InstallDevice, RegisterMeter, SubmitReading};
use chaobiao_domain::staff::Role;
use chaobiao_domain::tariff::DefineTariff;
use chaobiao_domain::units::{Commodity, Multiplier};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const ACCOUNT: &str = "20260001";

/// Every statement sqlx tells of, in whatever task.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut summary = Summary(String::new());
        event.record(&mut summary);
        // The pool's question whether a connection may be handed out is not the request's.
        if !summary.0.contains("statement_timestamp") {
            self.0.lock().unwrap().push(summary.0);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Summary(String);

impl Visit for Summary {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "summary" {
            self.0 = format!("{value:?}");
        }
    }
}

async fn prices(centre: &Centre) {
    centre.campus("N").await;
    let versions = json!([{ "from": "2025-01-01", "tiers": [{ "price": "3.10" }] }]);
    let tariff = DefineTariff {
        tariff_id: "W".parse().unwrap(),
        name: "水价".to_owned(),
        payment_days: 15,
        commodity: Commodity::Water,
        terms: serde_json::from_value(json!({ "versions": versions })).unwrap(),
    };
    centre.run(tariff).await;
}

/// A meter of the account with one accepted reading a month for so many months.
async fn meter(centre: &Centre, meter_no: &str, months: u32) {
    let register = RegisterMeter {
        meter_no: meter_no.parse().unwrap(),
        commodity: Commodity::Water,
        campus: "N".parse().unwrap(),
        building: "北苑 3 栋".to_owned(),
        room: meter_no.to_owned(),
        book: "B1".parse().unwrap(),
        walk_order: 1,
        self_read: true,
    };
    centre.run(register).await;
    let device = DeviceSpec {
        hardware_no: format!("H{meter_no}").parse().unwrap(),
        digits: Some(5),
        decimals: 0,
        multiplier: Multiplier::ONE,
        max_per_hour: None,
        opening_index: "0".parse().unwrap(),
        photo: None,
    };
    let install = InstallDevice {
        meter_no: meter_no.parse().unwrap(),
        device,
        installed_at: Some("2025-09-01T01:00:00Z".parse().unwrap()),
    };
    centre.run(install).await;
    let assign = AssignMeter {
        account_no: ACCOUNT.parse().unwrap(),
        meter_no: meter_no.parse().unwrap(),
        tariff_id: "W".parse().unwrap(),
        from: Some("2025-09-01".parse().unwrap()),
    };
    centre.run(assign).await;
    for month in 1..=months {
        let (year, month_of_year) = (2025 + (month + 8) / 12, (month + 8) % 12 + 1);
        let day = format!("{year}-{month_of_year:02}-20T02:00:00Z");
        let reading = SubmitReading {
            meter_no: meter_no.parse().unwrap(),
            index: (month * 8).to_string().parse().unwrap(),
            read_at: Some(day.parse().unwrap()),
            channel: Channel::Import,
            photo: None,
            round: None,
            note: None,
            evidence: chaobiao_domain::meter::Evidence::default(),
        };
        centre.run(reading).await;
    }
}

/// The statements behind one answer; signing in, which every request does alike, is not counted.
async fn statements(
    centre: &Centre,
    counted: &Statements,
    who: &Browser,
    query: &str,
    variables: Value,
) -> (Vec<String>, Value) {
    let request = centre.request(who, query, variables).await;
    counted.take();
    let answer = support::Answer::new(centre.schema.execute(request).await);
    // What is asked at the same time arrives in any order.
    let mut statements = counted.take();
    statements.sort_unstable();
    (statements, answer.data())
}

#[tokio::test]
async fn a_meter_with_twelve_months_takes_as_many_statements_as_one_with_a_month() {
    const ONE: &str = "query($no: String!) { meter(meterNo: $no) { meterNo room
        lastReading { index } readings(first: 12) { nodes { index usage meter { room } } } } }";
    const LIST: &str = "query($first: Int!) { meters(first: $first) { nodes { meterNo
        lastReading { index meter { room } } } } }";
    let counted = Statements::default();
    tracing::subscriber::set_global_default(counted.clone()).unwrap();
    let centre = Centre::open().await;
    prices(&centre).await;
    centre
        .open_account(ACCOUNT, "王芳", AccountClass::Resident)
        .await;
    meter(&centre, "W-YEAR", 12).await;
    meter(&centre, "W-MONTH", 1).await;
    for number in 1..=4 {
        meter(&centre, &format!("W-{number}"), 1).await;
    }
    let manager = centre.staff("ma", &[Role::Manager]).await;
    centre.quiet().await;

    let ask =
        async |query, variables| statements(&centre, &counted, &manager, query, variables).await;
    let (year, data) = ask(ONE, json!({ "no": "W-YEAR" })).await;
    assert_eq!(
        data["meter"]["readings"]["nodes"].as_array().unwrap().len(),
        12
    );
    let (month, data) = ask(ONE, json!({ "no": "W-MONTH" })).await;
    assert_eq!(
        data["meter"]["readings"]["nodes"].as_array().unwrap().len(),
        1
    );
    assert_eq!(year, month);
    // The meter, its readings, its last reading, and the meters of all those readings.
    assert_eq!(year.len(), 4, "{year:#?}");

    let (six, data) = ask(LIST, json!({ "first": 6 })).await;
    assert_eq!(data["meters"]["nodes"].as_array().unwrap().len(), 6);
    let (one, _) = ask(LIST, json!({ "first": 1 })).await;
    assert_eq!(six, one);
    assert_eq!(six.len(), 3, "{six:#?}");
}
