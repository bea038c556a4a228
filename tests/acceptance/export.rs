//! Payments for the charging system, over HTTP and the command line.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::centre::{ALL_DESKS, CAMPUS, Centre};
use crate::support::client::Client;
use serde_json::{Value, json};

/// Reads the household's meter on a day, so that there is something to bill.
fn read(manager: &mut Client, meter_no: &str, index: &str, read_at: &str, shade: u8) {
    let photo = manager.photograph(shade);
    let reading = json!({
        "meterNo": meter_no, "index": index, "channel": "FIELD", "photo": photo,
        "readAt": read_at,
    });
    let read = manager.must("submitReading", reading, "reading { status }");
    assert_eq!(read["reading"]["status"], "ACCEPTED");
}

fn bill(manager: &mut Client, month: &str) {
    let run = json!({ "month": month, "accountNos": ["10001", "10002"] });
    manager.must("runBilling", run, "run { billed }");
}

/// Two households, billed for February and for April.
pub(crate) fn two_months(manager: &mut Client) {
    for (number, shade) in [("10001", 10), ("10002", 20)] {
        let meter_no = Centre::household(manager, number, "王芳");
        read(manager, &meter_no, "110", "2026-02-01T02:00:00Z", shade);
    }
    bill(manager, "2026-02");
    for (number, shade) in [("10001", 30), ("10002", 40)] {
        let meter_no = format!("W-{number}");
        read(manager, &meter_no, "115", "2026-04-01T02:00:00Z", shade);
    }
    bill(manager, "2026-04");
}

fn pay(cashier: &mut Client, account_no: &str, amount: &str) -> String {
    let payment = json!({
        "campusId": CAMPUS, "method": "CASH", "amount": amount, "accountNos": [account_no],
    });
    let paid = cashier.must("recordPayment", payment, "payment { paymentId }");
    paid["payment"]["paymentId"].as_str().unwrap().to_owned()
}

fn close(finance: &mut Client, basis: &str, month: &str) -> String {
    let create = json!({ "basis": basis, "month": month });
    let created = finance.must("createPaymentExport", create, "batch { batchId }");
    created["batch"]["batchId"].as_str().unwrap().to_owned()
}

/// Account, bill month, amount and kind of every line.
fn lines(csv: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(csv).unwrap();
    let rows = text.strip_prefix('\u{feff}').unwrap().lines().skip(1);
    let mut rows: Vec<String> = rows
        .map(|row| row.split(',').take(4).collect::<Vec<_>>().join(" "))
        .collect();
    rows.sort();
    rows
}

/// The file by the command line.
fn by_command(centre: &Centre, batch: &str, format: &str) -> Vec<u8> {
    let out = centre.data_dir().join(format!("{batch}-again.{format}"));
    let path = out.to_str().unwrap();
    centre.command(&[
        "export", "payments", "--batch", batch, "--format", format, "--out", path,
    ]);
    std::fs::read(out).unwrap()
}

#[tokio::test]
async fn r56_payments_are_exported_once_by_month_and_fetched_again_to_the_byte() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    let mut finance = centre.staff("finance", &["FINANCE"]);
    two_months(&mut manager);

    // 31.00 for February and 15.50 for April each: twice part of one bill is one line.
    let first = pay(&mut cashier, "10001", "1000");
    pay(&mut cashier, "10001", "2100");
    pay(&mut cashier, "10002", "4650");
    let batch = close(&mut finance, "BILL_MONTH", "2026-02");
    let path = format!("/export/payments/{batch}.csv");
    let (answer, csv) = finance.download(&path);
    assert_eq!(
        lines(&csv),
        ["10001 2026-02 31.00 缴费", "10002 2026-02 31.00 缴费"]
    );
    assert_eq!(
        answer.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let disposition = answer.header("content-disposition").unwrap();
    assert!(
        disposition.starts_with("attachment; filename=\"pe000001.csv\"; filename*=utf-8''%e7"),
        "{disposition}"
    );

    // A reversal is a line of its own in the next batch, with the other sign.
    let reverse = json!({ "paymentId": first, "reason": "收错户" });
    manager.must("reversePayment", reverse, "");
    let next = close(&mut finance, "BILL_MONTH", "2026-02");
    let (_, reversed) = finance.download(&format!("/export/payments/{next}.csv"));
    assert_eq!(lines(&reversed), ["10001 2026-02 -10.00 冲正"]);

    // By month of payment: what is left of this month, whatever month it was billed for.
    let month = today_in_shanghai();
    let by_paid_month = centre.command(&["export", "payments", "--month", &month, "--paid-month"]);
    assert_eq!(
        lines(by_paid_month.as_bytes()),
        ["10002 2026-04 15.50 缴费"]
    );
    let nothing = json!({ "basis": "PAID_MONTH", "month": month });
    let (code, _) = finance.refused("createPaymentExport", nothing);
    assert_eq!(code, "PAYMENT_EXPORT_NOTHING_NEW");

    // The same bytes whenever and however a batch is fetched.
    assert_eq!(finance.download(&path).1, csv);
    assert_eq!(by_command(&centre, &batch, "csv"), csv);
    let (answer, xlsx) = finance.download(&format!("/export/payments/{batch}.xlsx"));
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .ends_with("spreadsheetml.sheet")
    );
    assert_eq!(by_command(&centre, &batch, "xlsx"), xlsx);

    who_may_fetch(&mut centre, &mut cashier, &path);
}

fn today_in_shanghai() -> String {
    let now = chrono::Utc::now() + chrono::TimeDelta::hours(8);
    now.format("%Y-%m").to_string()
}

fn who_may_fetch(centre: &mut Centre, cashier: &mut Client, path: &str) {
    assert_eq!(cashier.get(path).status, 403);
    assert_eq!(centre.client("nobody").get(path).status, 401);
    let mut finance = centre.staff("finance2", &["FINANCE"]);
    for absent in ["PE000099.csv", "PE000001.pdf", "1"] {
        let answer = finance.get(&format!("/export/payments/{absent}"));
        assert_eq!(answer.status, 404, "{absent}");
        assert!(answer.body.contains("NOT_FOUND"), "{}", answer.body);
    }
    let mut auditor = centre.staff("auditor", &["AUDITOR"]);
    let trail = "{ auditTrail(first: 100) { nodes { kind actor what stream } } }";
    let looks = Centre::until(|| {
        let seen = auditor.query(trail, &Value::Null);
        let nodes = seen["auditTrail"]["nodes"].as_array().unwrap().clone();
        let about = |node: &&Value| node["what"] == "export.payments";
        let looks: Vec<Value> = nodes.iter().filter(about).cloned().collect();
        let denied = looks.iter().any(|look| look["actor"] == "staff:cashier");
        denied.then_some(looks)
    });
    assert!(
        looks
            .iter()
            .any(|look| look["actor"] == "staff:finance"
                && look["stream"] == "payment_export/PE000001"),
        "{looks:?}"
    );
}

/// The cells of every row under the heading.
pub(crate) fn rows(csv: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(csv).unwrap();
    let rows = text.strip_prefix('\u{feff}').unwrap().lines().skip(1);
    rows.map(|row| row.split(',').map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn r32_what_is_owed_and_what_came_in_are_files() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    two_months(&mut manager);
    pay(&mut cashier, "10001", "1000");

    // 31.00 and 15.50 a household; ten yuan of the first have been paid, none is due yet.
    let (_, ageing) = cashier.download("/export/money/ageing.csv");
    assert_eq!(
        rows(&ageing),
        [[CAMPUS, "未到期", "2", "4", "83.00"].map(str::to_owned)]
    );
    let (_, debtors) = cashier.download("/export/money/debtors.csv");
    assert_eq!(rows(&debtors), Vec::<Vec<String>>::new());
    let day = today_in_shanghai();
    let path = format!("/export/money/collections.csv?from={day}-01&to={day}-28");
    let longer = format!("/export/money/collections.csv?from={day}-01&to=2999-01-01");
    let taken = ["staff:cashier", "现金", "1", "10.00", "0", "0.00", "10.00"];
    let (_, collections) = cashier.download(&longer);
    let collections = rows(&collections);
    assert_eq!(collections.len(), 1);
    assert_eq!(collections[0][1..], taken.map(str::to_owned));
    let (answer, _) = cashier.download(&path.replace(".csv", ".xlsx"));
    assert_eq!(answer.status, 200);

    let wrong = "/export/money/collections.csv?from=2026-02-01&to=2026-01-01";
    assert_eq!(cashier.get(wrong).status, 400);
    assert_eq!(cashier.get("/export/money/everything.csv").status, 404);
    assert_eq!(
        centre
            .client("nobody")
            .get("/export/money/ageing.csv")
            .status,
        401
    );
    let mut reader = centre.staff("reader", &["READER"]);
    assert_eq!(reader.get("/export/money/debtors.csv").status, 403);
}
