//! Money that passes no till and no bank of ours: deducted from wages, moved between departments.

use serde_json::{Value, json};

use crate::support::town::Town;

async fn agree(town: &Town, account_no: &str, employee_no: &str) {
    let agree = json!({ "accountNo": account_no, "employeeNo": employee_no });
    town.centre
        .must(&town.manager, "agreeToPayroll", agree, "")
        .await;
}

async fn opened(town: &Town) -> Value {
    let fields = "batch { batchNo month total rows openedBy }";
    let open = json!({ "month": "2026-10" });
    let mut opened = town
        .centre
        .must(&town.finance, "openPayrollBatch", open, fields)
        .await;
    opened["batch"].take()
}

async fn open_amount(town: &Town, account_no: &str) -> Value {
    town.account(&town.manager, account_no).await["openAmount"].take()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn r94_who_has_agreed_pays_from_wages_and_what_was_not_deducted_is_listed() {
    let town = Town::open().await;
    for account in ["A1", "A2", "A3"] {
        town.august(account).await;
    }
    agree(&town, "A1", "T1001").await;
    agree(&town, "A2", "T1002").await;
    let twice = json!({ "accountNo": "A1", "employeeNo": "T1001" });
    let twice = town.centre.refused(&town.manager, "agreeToPayroll", twice);
    assert_eq!(twice.await.0, "PAYROLL_ALREADY_AGREED");
    let query = "{ payrollMandate(accountNo: \"A1\") { employeeNo notedBy } }";
    let seen = town.centre.ask(&town.manager, query, json!({})).await;
    assert_eq!(
        seen.data()["payrollMandate"],
        json!({ "employeeNo": "T1001", "notedBy": "staff:ma" })
    );
    assert_eq!(
        opened(&town).await,
        json!({
            "batchNo": "GZ000001", "month": "2026-10", "total": "20000", "rows": 2,
            "openedBy": "staff:qian",
        })
    );
    // Nothing is asked for twice.
    let again = json!({ "month": "2026-10" });
    let again = town
        .centre
        .refused(&town.finance, "openPayrollBatch", again);
    assert_eq!(again.await.0, "PAYROLL_NOTHING_TO_DEDUCT");

    let results = json!({ "batchNo": "GZ000001", "rows": [
        { "accountNo": "A1", "deducted": "10000" },
        { "accountNo": "A2", "deducted": "0", "reason": "工资不足" },
        { "accountNo": "A3", "deducted": "10000" },
    ] });
    let fields = "batch { paidRows paid refusedRows } rows { accountNo verdict code }";
    let taken = town
        .centre
        .must(
            &town.finance,
            "enterPayrollResults",
            results.clone(),
            fields,
        )
        .await;
    let figures = json!({ "paidRows": 1, "paid": "10000", "refusedRows": 1 });
    assert_eq!(taken["batch"], figures);
    assert_eq!(
        taken["rows"],
        json!([
            { "accountNo": "A1", "verdict": "PAID", "code": null },
            { "accountNo": "A2", "verdict": "NOT_DEDUCTED", "code": null },
            { "accountNo": "A3", "verdict": "REFUSED", "code": "PAYROLL_ROW_UNKNOWN" },
        ])
    );
    let repeated = town
        .centre
        .must(&town.finance, "enterPayrollResults", results, fields)
        .await;
    assert_eq!(repeated["batch"], figures, "nothing is doubled");
    assert_eq!(repeated["rows"][0]["verdict"], "KNOWN");
    for (account, open) in [("A1", "0"), ("A2", "10000"), ("A3", "10000")] {
        assert_eq!(open_amount(&town, account).await, open, "{account}");
    }
    let query = "{ payrollRows(batchNo: \"GZ000001\", state: REFUSED) { nodes {
        accountNo asked reason decidedBy } } payments(first: 5) { nodes {
        method amount campus tillId takenBy } } }";
    let listed = town
        .centre
        .ask(&town.finance, query, json!({}))
        .await
        .data();
    assert_eq!(
        listed["payrollRows"]["nodes"],
        json!([{
            "accountNo": "A2", "asked": "10000", "reason": "工资不足", "decidedBy": "staff:qian",
        }])
    );
    assert_eq!(
        listed["payments"]["nodes"],
        json!([{
            "method": "PAYROLL", "amount": "10000", "campus": "N", "tillId": null,
            "takenBy": "staff:qian",
        }])
    );
    // What was not deducted is asked for by the next file, as long as the agreement lasts.
    let end = json!({ "accountNo": "A1", "reason": "本人申请" });
    town.centre
        .must(&town.manager, "endPayroll", end, "mandate { accountNo }")
        .await;
    assert_eq!(opened(&town).await["total"], "10000");
    town.verified().await;
}

const SETTLEMENT: &str = "{ payrollBatch(batchNo: \"GZ000001\") { paid undone received difference
    settlement money { bankReference amount receivedBy } } }";

async fn settlement(town: &Town) -> Value {
    let seen = town.centre.ask(&town.finance, SETTLEMENT, json!({})).await;
    seen.data()["payrollBatch"].take()
}

/// What the ledger says has been deducted and has not come, debit less credit.
async fn due_by_ledger(town: &Town) -> i64 {
    let sums = town.ledger(&town.finance).await;
    sums.iter()
        .find(|(account, _)| account == "PAYROLL")
        .map_or(0, |(_, sum)| *sum)
}

async fn line(town: &Town, number: &str, amount: &str) {
    let line = json!({ "bankReference": number, "amount": amount, "bookedOn": "2026-09-20" });
    let input = json!({ "lines": [line] });
    let entered = town.centre.must(&town.finance, "enterBankLines", input, "");
    entered.await;
}

fn set_against(number: &str, amount: &str) -> Value {
    let share = json!({ "batchNo": "GZ000001", "amount": amount });
    json!({ "bankReference": number, "batches": [share] })
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn r94_what_the_payroll_office_pays_in_is_set_against_its_batch_and_taken_back() {
    let town = Town::open().await;
    for (account, employee_no) in [("A1", "T1001"), ("A2", "T1002")] {
        town.august(account).await;
        agree(&town, account, employee_no).await;
    }
    opened(&town).await;
    assert_eq!(settlement(&town).await["settlement"], "NOTHING_DUE");
    let results = json!({ "batchNo": "GZ000001", "rows": [
        { "accountNo": "A1", "deducted": "10000" },
        { "accountNo": "A2", "deducted": "10000" },
    ] });
    let (centre, finance) = (&town.centre, &town.finance);
    centre
        .must(finance, "enterPayrollResults", results, "")
        .await;
    assert_eq!(settlement(&town).await["settlement"], "WAITING");
    assert_eq!(due_by_ledger(&town).await, 20_000);

    // Less than was deducted, then more, each of its own line.
    line(&town, "B1", "15000").await;
    line(&town, "B2", "5100").await;
    let fields = "bankLine { state paymentId }";
    let matched = centre
        .must(
            finance,
            "matchPayrollMoney",
            set_against("B1", "15000"),
            fields,
        )
        .await;
    assert_eq!(
        matched["bankLine"],
        json!({ "state": "MATCHED", "paymentId": null })
    );
    assert_eq!(
        settlement(&town).await,
        json!({
            "paid": "20000", "undone": "0", "received": "15000", "difference": "-5000",
            "settlement": "SHORT",
            "money": [{ "bankReference": "B1", "amount": "15000", "receivedBy": "staff:qian" }],
        })
    );
    assert_eq!(due_by_ledger(&town).await, 5_000);
    centre
        .must(finance, "matchPayrollMoney", set_against("B2", "5100"), "")
        .await;
    let over = settlement(&town).await;
    assert_eq!(
        (&over["difference"], &over["settlement"]),
        (&json!("100"), &json!("OVER"))
    );
    assert_eq!(due_by_ledger(&town).await, -100);

    // The money is no payment of anybody, neither before nor by another way.
    let book = json!({ "bankReference": "B1", "accountNos": ["A1"] });
    let refused = centre.refused(finance, "bookBankLine", book).await;
    assert_eq!(refused.0, "BANK_LINE_ALREADY_MATCHED");
    let again = set_against("B1", "15000");
    let refused = centre.refused(finance, "matchPayrollMoney", again).await;
    assert_eq!(refused.0, "BANK_LINE_ALREADY_MATCHED");
    let part = set_against("B1", "1");
    let counted = "{ payments(first: 9) { nodes { amount method } } }";
    let counted = centre.ask(finance, counted, json!({})).await.data();
    let deducted = json!({ "amount": "10000", "method": "PAYROLL" });
    assert_eq!(counted["payments"]["nodes"], json!([deducted, deducted]));

    // What was set wrongly is taken back with a reason, and the line is free for the right amount.
    let take_back =
        |number: &str, reason: &str| json!({ "bankReference": number, "reason": reason });
    let refused = centre
        .refused(finance, "unmatchPayrollMoney", take_back("B2", " "))
        .await;
    assert_eq!(refused.0, "BANK_LINE_REASON_INVALID");
    let freed = centre
        .must(
            finance,
            "unmatchPayrollMoney",
            take_back("B2", "不是这一批"),
            fields,
        )
        .await;
    assert_eq!(freed["bankLine"]["state"], "OPEN");
    assert_eq!(settlement(&town).await["settlement"], "SHORT");
    let refused = centre
        .refused(finance, "matchPayrollMoney", set_against("B2", "5000"))
        .await;
    assert_eq!(refused.0, "BANK_LINE_SHARES_INVALID");
    line(&town, "B3", "5000").await;
    centre
        .must(finance, "matchPayrollMoney", set_against("B3", "5000"), "")
        .await;
    let settled = settlement(&town).await;
    assert_eq!(
        (&settled["difference"], &settled["settlement"]),
        (&json!("0"), &json!("SETTLED"))
    );
    assert_eq!(due_by_ledger(&town).await, 0);

    // The bank takes a line back: the batch is short of it again.
    let back = json!({ "bankReference": "B3", "returnReference": "R1", "reason": "汇错" });
    let back = centre
        .must(finance, "returnBankLine", back, "bankLine { state }")
        .await;
    assert_eq!(back["bankLine"]["state"], "RETURNED");
    let short = settlement(&town).await;
    assert_eq!(short["difference"], "-5000");
    let refused = centre.refused(finance, "matchPayrollMoney", part).await;
    assert_eq!(refused.0, "BANK_LINE_ALREADY_MATCHED");

    // What was deducted in error and undone is not due from the payroll office.
    let query = "{ payrollRows(batchNo: \"GZ000001\") { nodes { paymentId } } }";
    let rows = centre.ask(finance, query, json!({})).await.data();
    let wrong = &rows["payrollRows"]["nodes"][1]["paymentId"];
    let reverse = json!({ "paymentId": wrong, "reason": "扣错人" });
    centre
        .must(&town.manager, "reversePayment", reverse, "")
        .await;
    let undone = settlement(&town).await;
    assert_eq!(
        (
            &undone["undone"],
            &undone["difference"],
            &undone["settlement"]
        ),
        (&json!("10000"), &json!("5000"), &json!("OVER"))
    );
    assert_eq!(due_by_ledger(&town).await, -5_000);
    town.verified().await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn r94_a_department_pays_by_a_voucher_whose_number_is_used_once_a_year() {
    let town = Town::open().await;
    town.august("A1").await;
    let transfer = |number: &str, on: &str, amount: &str| {
        json!({
            "voucherNo": number, "voucherOn": on, "department": "物理学院", "amount": amount,
            "accountNos": ["A1"],
        })
    };
    let finance = &town.finance;
    let fields = "payment { paymentId method amount voucherNo voucherOn tillId payer
        allocations { billNo amount } credits { amount } }";
    let mut paid = town
        .centre
        .must(
            finance,
            "recordInternalTransfer",
            transfer("记-17", "2026-09-20", "10500"),
            fields,
        )
        .await;
    let payment_id = paid["payment"]["paymentId"].take();
    assert_eq!(
        paid["payment"],
        json!({
            "paymentId": null, "method": "INTERNAL_TRANSFER", "amount": "10500",
            "voucherNo": "记-17", "voucherOn": "2026-09-20", "tillId": null, "payer": "物***",
            "allocations": [{ "billNo": "A1-202608", "amount": "10000" }],
            "credits": [{ "amount": "500" }],
        })
    );
    let code = async |input: Value| {
        let refused = town
            .centre
            .refused(finance, "recordInternalTransfer", input);
        refused.await.0
    };
    assert_eq!(
        code(transfer("记-17", "2026-01-05", "100")).await,
        "PAYMENT_VOUCHER_USED"
    );
    assert_eq!(
        code(transfer(" ", "2026-09-20", "100")).await,
        "PAYMENT_VOUCHER_INVALID"
    );
    assert_eq!(
        code(transfer("记-18", "2027-01-01", "100")).await,
        "PAYMENT_VOUCHER_INVALID"
    );
    assert_eq!(
        code(transfer("记-18", "2026-09-20", "0")).await,
        "PAYMENT_NOT_POSITIVE"
    );
    // Another year's is another voucher; one that was booked wrongly may be booked anew.
    town.centre
        .must(
            finance,
            "recordInternalTransfer",
            transfer("记-17", "2025-12-31", "100"),
            "",
        )
        .await;
    let reverse = json!({ "paymentId": payment_id, "reason": "记错户" });
    town.centre
        .must(&town.manager, "reversePayment", reverse, "")
        .await;
    town.centre
        .must(
            finance,
            "recordInternalTransfer",
            transfer("记-17", "2026-09-20", "10000"),
            "",
        )
        .await;
    let query = "{ trialBalance { account debit credit } }";
    let sums = town.centre.ask(finance, query, json!({})).await.data();
    let sums = sums["trialBalance"].as_array().unwrap();
    let of = |name: &str| sums.iter().find(|row| row["account"] == name).unwrap();
    let moved = of("INTERNAL_TRANSFERS");
    assert_eq!(
        (&moved["debit"], &moved["credit"]),
        (&json!("20600"), &json!("10500"))
    );
    town.verified().await;
}
