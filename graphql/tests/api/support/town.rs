//! A centre with prices, households and counters, for stories about money.

use chaobiao_domain::account::{AccountClass, AssignMeter};
use chaobiao_domain::customer::{ApproveBinding, CustomerKind, RequestBinding};
use chaobiao_domain::meter::{Channel, DeviceSpec, InstallDevice, RegisterMeter, SubmitReading};
use chaobiao_domain::staff::Role;
use chaobiao_domain::tariff::DefineTariff;
use chaobiao_domain::units::{Commodity, Multiplier, business_date};
use chaobiao_eventstore::Clock as _;
use chaobiao_eventstore::access::Principal;
use chaobiao_eventstore::operate::verify;
use serde_json::{Value, json};

use super::{Browser, Centre};

const ACCOUNT: &str = "query($no: String!) { account(accountNo: $no) { openAmount credit
    notices { noticeNo billNo month amount openAmount dueOn overdue }
    bills { nodes { billNo month total openAmount
        lines { meterNo component quantity unit price amount readingIds } } }
    statement { nodes { kind amount balance } }
    payments { nodes { paymentId amount allocations { accountNo amount } } } } }";

/// A centre with two campuses, prices, and the counters' staff.
pub(crate) struct Town {
    pub(crate) centre: Centre,
    pub(crate) cashier: Browser,
    pub(crate) finance: Browser,
    pub(crate) manager: Browser,
}

impl Town {
    pub(crate) async fn open() -> Self {
        Self::set_up(Centre::open().await).await
    }

    pub(crate) async fn set_up(centre: Centre) -> Self {
        for id in ["N", "S"] {
            centre.campus(id).await;
        }
        for (id, commodity, price) in [
            ("W", Commodity::Water, "3.10"),
            ("E", Commodity::Electricity, "0.50"),
        ] {
            let versions = json!([{ "from": "2025-01-01", "tiers": [{ "price": price }] }]);
            let tariff = DefineTariff {
                tariff_id: id.parse().unwrap(),
                name: format!("{id} 价"),
                payment_days: 15,
                commodity,
                terms: serde_json::from_value(json!({ "versions": versions })).unwrap(),
            };
            centre.run(tariff).await;
        }
        let cashier = centre.staff("li", &[Role::Cashier]).await;
        let finance = centre.staff("qian", &[Role::Finance]).await;
        let manager = centre.staff("ma", &[Role::Manager]).await;
        Self {
            centre,
            cashier,
            finance,
            manager,
        }
    }

    /// An account with a water and an electricity meter, both at nought since New Year's Day.
    pub(crate) async fn household(&self, account_no: &str) {
        self.centre
            .open_account(account_no, "王芳", AccountClass::Resident)
            .await;
        for (letter, commodity) in [("W", Commodity::Water), ("E", Commodity::Electricity)] {
            self.meter(account_no, letter, commodity).await;
        }
    }

    pub(crate) async fn meter(&self, account_no: &str, letter: &str, commodity: Commodity) {
        let building = "北苑 3 栋";
        self.meter_in(building, account_no, letter, commodity).await;
    }

    pub(crate) async fn meter_in(
        &self,
        building: &str,
        account_no: &str,
        letter: &str,
        commodity: Commodity,
    ) {
        let number = format!("{letter}-{account_no}");
        let register = RegisterMeter {
            meter_no: number.parse().unwrap(),
            commodity,
            campus: "N".parse().unwrap(),
            building: building.to_owned(),
            room: "201".to_owned(),
            book: "B1".parse().unwrap(),
            walk_order: 1,
            self_read: true,
        };
        self.centre.run(register).await;
        let device = DeviceSpec {
            hardware_no: format!("H{number}").parse().unwrap(),
            digits: Some(5),
            decimals: 0,
            multiplier: Multiplier::ONE,
            max_per_hour: None,
            opening_index: "0".parse().unwrap(),
            photo: None,
        };
        let install = InstallDevice {
            meter_no: number.parse().unwrap(),
            device,
            installed_at: Some("2026-01-01T01:00:00Z".parse().unwrap()),
        };
        self.centre.run(install).await;
        let assign = AssignMeter {
            account_no: account_no.parse().unwrap(),
            meter_no: number.parse().unwrap(),
            tariff_id: letter.parse().unwrap(),
            from: Some("2026-01-01".parse().unwrap()),
        };
        self.centre.run(assign).await;
    }

    /// Somebody at a counter days later, when the old session is over.
    pub(crate) async fn again(&self, login: &str) -> Browser {
        let principal = Principal::Staff(login.to_owned());
        self.centre.signed_in(principal).await
    }

    /// The business day of the centre's clock.
    pub(crate) fn today(&self) -> String {
        business_date(self.centre.clock.now()).to_string()
    }

    pub(crate) async fn read(&self, meter_no: &str, day: &str, index: &str) -> String {
        let reading = SubmitReading {
            meter_no: meter_no.parse().unwrap(),
            index: index.parse().unwrap(),
            read_at: Some(format!("{day}T02:00:00Z").parse().unwrap()),
            channel: Channel::Import,
            photo: None,
            round: None,
            note: None,
            evidence: chaobiao_domain::meter::Evidence::default(),
        };
        self.centre.run(reading).await.reading_id.to_string()
    }

    /// Reads water to 20 and electricity to 76 in August: 62.00 and 38.00, 100.00 in all.
    pub(crate) async fn august(&self, account_no: &str) {
        self.household(account_no).await;
        self.read(&format!("W-{account_no}"), "2026-08-20", "20")
            .await;
        self.read(&format!("E-{account_no}"), "2026-08-20", "76")
            .await;
        self.bill(account_no, "2026-08").await;
    }

    pub(crate) async fn bill(&self, account_no: &str, month: &str) -> Value {
        let input = json!({ "month": month, "accountNos": [account_no] });
        let fields = "run { billed total nothingToBill alreadyBilled refused }";
        let payload = self
            .centre
            .must(&self.finance, "runBilling", input, fields)
            .await;
        payload["run"].clone()
    }

    pub(crate) async fn account(&self, who: &Browser, account_no: &str) -> Value {
        let answer = self
            .centre
            .ask(who, ACCOUNT, json!({ "no": account_no }))
            .await;
        answer.data()["account"].clone()
    }

    pub(crate) async fn pay(&self, amount: &str, accounts: &[&str]) -> Value {
        let input = json!({
            "campusId": "S", "method": "CASH", "amount": amount, "accountNos": accounts,
        });
        let fields = "payment { paymentId amount allocations { accountNo billNo month amount } \
                      credits { accountNo amount } }";
        let payload = self
            .centre
            .must(&self.cashier, "recordPayment", input, fields)
            .await;
        payload["payment"].clone()
    }

    pub(crate) async fn resident(&self, phone: &str, account_no: &str) -> Browser {
        let browser = self.centre.customer(phone, CustomerKind::Resident).await;
        let Some(Principal::Customer(id)) = &browser.principal else {
            unreachable!()
        };
        let request = RequestBinding {
            customer_id: id.parse().unwrap(),
            account_no: account_no.parse().unwrap(),
            holder_name: "王芳".to_owned(),
        };
        let binding_id = self.centre.run(request).await.binding_id;
        self.centre.run(ApproveBinding { binding_id }).await;
        browser
    }

    /// What stands on the ledger's accounts that are not even: debit less credit, in the order of
    /// their names.
    pub(crate) async fn ledger(&self, who: &Browser) -> Vec<(String, i64)> {
        let query = "{ trialBalance { account debit credit } }";
        let data = self.centre.ask(who, query, json!({})).await.data();
        let rows = data["trialBalance"].as_array().unwrap();
        let fen = |value: &Value| value.as_str().unwrap().parse::<i64>().unwrap();
        let mut sums: Vec<(String, i64)> = rows
            .iter()
            .map(|row| {
                let account = row["account"].as_str().unwrap().to_owned();
                (account, fen(&row["debit"]) - fen(&row["credit"]))
            })
            .filter(|(_, sum)| *sum != 0)
            .collect();
        sums.sort();
        sums
    }

    /// Every read model of money equals its replay.
    pub(crate) async fn verified(&self) {
        let money = [
            "account_statement",
            "bill_reconciliations",
            "billing_masters",
            "billing_months",
            "billing_runs",
            "bank_lines",
            "campus_clearing",
            "collection_rounds",
            "gateway_orders",
            "gateway_statements",
            "ledger",
            "payments",
            "payroll",
            "receipt_stock",
            "receipts",
            "refunds",
            "shared_allocations",
            "tariffs",
            "tills",
            "transfer_claims",
            "unpaid_notices",
            "waivers",
        ];
        for projector in chaobiao_projections::all(self.centre.services.store()) {
            if money.contains(&projector.name()) {
                let verification = verify(self.centre.services.store(), projector)
                    .await
                    .unwrap();
                assert!(verification.is_equal(), "{verification:?}");
            }
        }
    }
}
