//! R91, R97: the charging system bills, or we do; never both for an account and month.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::Browser;
use crate::support::town::Town;
use chaobiao_domain::billing::{BillImported, ImportBill, ImportedAs, ImportedLine};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::Fen;
use serde_json::{Value, json};

/// Household A1, billed by the charging system since ever; read in August.
async fn theirs() -> (Town, Browser) {
    let town = Town::open().await;
    let admin = town.centre.staff("zhao", &[Role::Admin]).await;
    town.household("A1").await;
    town.read("W-A1", "2026-08-20", "20").await;
    town.read("E-A1", "2026-08-20", "76").await;
    set(&town, &admin, "CHARGING_SYSTEM", "2025-01")
        .await
        .unwrap();
    (town, admin)
}

async fn set(town: &Town, admin: &Browser, master: &str, from: &str) -> Result<Value, String> {
    let input = json!({
        "campusId": "N", "master": master, "from": from, "reason": "并行核对结束，按通知切换",
    });
    let fields = "billingMasters { from master reason setBy } userErrors { code field }";
    let payload = town
        .centre
        .mutate(admin, "setBillingMaster", input, fields)
        .await?;
    match payload["userErrors"].get(0) {
        Some(error) => Err(error["code"].as_str().unwrap().to_owned()),
        None => Ok(payload["billingMasters"].clone()),
    }
}

fn line(meter_no: &str, usage: &str, amount: i64, open: Option<i64>) -> ImportedLine {
    ImportedLine {
        meter_no: meter_no.parse().unwrap(),
        bill_no: Some(format!("SF-{meter_no}").parse().unwrap()),
        component: None,
        usage: usage.parse().unwrap(),
        amount: Fen::new(amount),
        late_fee: None,
        open: open.map(Fen::new),
    }
}

async fn import(town: &Town, month: &str, lines: Vec<ImportedLine>) -> BillImported {
    let bill = ImportBill {
        account_no: "A1".parse().unwrap(),
        month: month.parse().unwrap(),
        lines,
        due_on: Some("2026-09-30".parse().unwrap()),
        withdrawn: false,
        batch: Some(
            "charging_system_bills-0123456789abcdef012345"
                .parse()
                .unwrap(),
        ),
    };
    town.centre.run(bill).await
}

async fn bill(town: &Town, bill_no: &str) -> Value {
    let query = "query($no: String!) { bill(billNo: $no) { total openAmount voidedOn adjusted
        lines { meterNo component quantity price amount }
        chargingSystem { billNos importBatchId lateFeesHere paidThere }
        notice { noticeNo dueOn openAmount lateFee } } }";
    let answer = town
        .centre
        .ask(&town.finance, query, json!({ "no": bill_no }))
        .await;
    answer.data()["bill"].clone()
}

#[tokio::test]
async fn r91_a_switch_is_dated_and_refuses_to_bill_a_month_twice() {
    let town = Town::open().await;
    let admin = town.centre.staff("zhao", &[Role::Admin]).await;
    town.august("A1").await;
    // August is billed here already.
    let late = set(&town, &admin, "CHARGING_SYSTEM", "2026-08").await;
    assert_eq!(late, Err("BILLING_MASTER_BILLED".to_owned()));
    // September is not, and nothing was said before.
    let said = set(&town, &admin, "CHARGING_SYSTEM", "2026-09")
        .await
        .unwrap();
    assert_eq!(
        said,
        json!([{
            "from": "2026-09", "master": "CHARGING_SYSTEM",
            "reason": "并行核对结束，按通知切换", "setBy": "staff:zhao",
        }])
    );
    let begun = set(&town, &admin, "HERE", "2026-09").await;
    assert_eq!(begun, Err("BILLING_MASTER_MONTH_BEGUN".to_owned()));
    let said = set(&town, &admin, "HERE", "2026-10").await.unwrap();
    assert_eq!(
        (&said[0]["from"], &said[1]["from"]),
        (&json!("2026-10"), &json!("2026-09"))
    );
    let elsewhere = json!({
        "campusId": "X", "master": "HERE", "from": "2026-10", "reason": "没有这个校区",
    });
    let refused = town
        .centre
        .refused(&admin, "setBillingMaster", elsewhere)
        .await;
    assert_eq!(
        refused,
        ("CAMPUS_UNKNOWN".to_owned(), "input.campusId".to_owned())
    );
    town.read("W-A1", "2026-09-20", "30").await;
    let run = town.bill("A1", "2026-09").await;
    assert_eq!((&run["billed"], &run["refused"]), (&json!(0), &json!(0)));
    town.verified().await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn r91_their_bill_is_shown_paid_and_sent_back_like_any_other() {
    let (town, _) = theirs().await;
    let of_campus = json!({ "month": "2026-08", "campus": "N" });
    let refused = town
        .centre
        .refused(&town.finance, "runBilling", of_campus)
        .await;
    assert_eq!(refused.0, "BILLING_MASTER_IS_CHARGING_SYSTEM");
    let all = json!({ "month": "2026-08" });
    let fields = "run { billed billedThere refused }";
    let run = town
        .centre
        .must(&town.finance, "runBilling", all, fields)
        .await;
    assert_eq!(
        run["run"],
        json!({ "billed": 0, "billedThere": 1, "refused": 0 })
    );

    let lines = || {
        vec![
            line("W-A1", "20", 6_200, Some(6_200)),
            line("E-A1", "76", 3_800, Some(1_800)),
        ]
    };
    let imported = import(&town, "2026-08", lines()).await;
    assert_eq!(imported.became, ImportedAs::Issued);
    let again = import(&town, "2026-08", lines()).await;
    assert_eq!(again.became, ImportedAs::Known);
    assert_eq!(
        bill(&town, "A1-202608").await,
        json!({
            "total": "10000", "openAmount": "8000", "voidedOn": null, "adjusted": "0",
            "lines": [
                { "meterNo": "W-A1", "component": "收费系统计费", "quantity": "20",
                  "price": "3.10", "amount": "6200" },
                { "meterNo": "E-A1", "component": "收费系统计费", "quantity": "76",
                  "price": "0.50", "amount": "3800" },
            ],
            "chargingSystem": {
                "billNos": ["SF-W-A1", "SF-E-A1"],
                "importBatchId": "charging_system_bills-0123456789abcdef012345",
                "lateFeesHere": false, "paidThere": "2000",
            },
            "notice": {
                "noticeNo": "NA1-202608", "dueOn": "2026-09-30", "openAmount": "8000",
                "lateFee": "0",
            },
        })
    );
    let payment = town.pay("8000", &["A1"]).await;
    assert_eq!(payment["allocations"][0]["billNo"], "A1-202608");
    let account = town.account(&town.cashier, "A1").await;
    assert_eq!(account["openAmount"], "0");
    let kinds: Vec<&Value> = account["statement"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["kind"])
        .collect();
    assert_eq!(kinds, ["PAID", "PAID_THERE", "CHARGED"]);
    // Only what was paid here goes back, with their own numbers.
    let create = json!({ "basis": "BILL_MONTH", "month": "2026-08" });
    let created = town
        .centre
        .must(
            &town.finance,
            "createPaymentExport",
            create,
            "batch { batchId total }",
        )
        .await;
    assert_eq!(created["batch"]["total"], "8000");
    let batch = created["batch"]["batchId"].as_str().unwrap();
    let pool = town.centre.services.store().pool();
    let rows = chaobiao_projections::payments::query::export_rows(pool, batch.parse().unwrap());
    let rows = rows.await.unwrap();
    let numbers: Vec<&str> = rows[0].charge_bill_nos.iter().map(String::as_str).collect();
    assert_eq!(numbers, ["SF-E-A1", "SF-W-A1"]);
    let voided = json!({ "billNo": "A1-202608", "reason": "试试" });
    let refused = town.centre.refused(&town.finance, "voidBill", voided).await;
    assert_eq!(refused.0, "BILLING_BILL_IMPORTED");
    town.verified().await;
}

#[tokio::test]
async fn r91_a_later_file_corrects_their_bill_and_what_was_paid_too_much_is_credit() {
    let (town, _) = theirs().await;
    import(&town, "2026-08", vec![line("W-A1", "20", 6_200, None)]).await;
    town.pay("6200", &["A1"]).await;
    let imported = import(&town, "2026-08", vec![line("W-A1", "18", 5_580, None)]).await;
    assert_eq!(imported.became, ImportedAs::Corrected);
    let corrected = bill(&town, "A1-202608").await;
    assert_eq!(
        (
            &corrected["total"],
            &corrected["adjusted"],
            &corrected["openAmount"]
        ),
        (&json!("6200"), &json!("-620"), &json!("0"))
    );
    let account = town.account(&town.cashier, "A1").await;
    assert_eq!(account["credit"], "620");
    town.verified().await;
}

#[tokio::test]
async fn r97_a_parallel_run_lists_what_differs_with_the_lines_of_both() {
    let (town, _) = theirs().await;
    town.household("B2").await;
    import(
        &town,
        "2026-08",
        vec![
            line("W-A1", "20", 6_200, None),
            line("E-A1", "76", 3_801, None),
        ],
    )
    .await;
    let query = "{ parallelRun(month: \"2026-08\") { userErrors { code } run {
        accounts agreed differing here there difference differences {
            accountNo kind difference refusalCode
            here { billNo total lines { meterNo quantity amount } }
            there { billNo total lines { meterNo quantity amount } } } } } }";
    let answer = town.centre.ask(&town.finance, query, json!({})).await;
    let lines = |power: &str| {
        json!([
            { "meterNo": "W-A1", "quantity": "20", "amount": "6200" },
            { "meterNo": "E-A1", "quantity": "76", "amount": power },
        ])
    };
    assert_eq!(
        answer.data()["parallelRun"],
        json!({ "userErrors": [], "run": {
            "accounts": 1, "agreed": 0, "differing": 1,
            "here": "10000", "there": "10001", "difference": "-1",
            "differences": [{
                "accountNo": "A1", "kind": "PRICE", "difference": "-1", "refusalCode": null,
                "here": { "billNo": null, "total": "10000", "lines": lines("3800") },
                "there": { "billNo": "A1-202608", "total": "10001", "lines": lines("3801") },
            }],
        } })
    );
    import(
        &town,
        "2026-08",
        vec![
            line("W-A1", "20", 6_200, None),
            line("E-A1", "76", 3_800, None),
        ],
    )
    .await;
    let answer = town
        .centre
        .ask(&town.finance, query, json!({}))
        .await
        .data();
    let run = &answer["parallelRun"]["run"];
    assert_eq!(
        (&run["agreed"], &run["differing"], &run["difference"]),
        (&json!(1), &json!(0), &json!("0"))
    );
}
