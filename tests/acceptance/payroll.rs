//! 工资代扣: the file to the payroll office, and the same file as it comes back.

use serde_json::{Value, json};

use crate::support::centre::{ALL_DESKS, Centre};
use crate::support::client::Client;

/// A household that owes 31.00 for February.
fn owing(manager: &mut Client, account_no: &str, shade: u8) {
    let meter_no = Centre::household(manager, account_no, "王芳");
    let photo = manager.photograph(shade);
    let reading = json!({
        "meterNo": meter_no, "index": "110", "channel": "FIELD", "photo": photo,
        "readAt": "2026-02-01T02:00:00Z",
    });
    manager.must("submitReading", reading, "reading { status }");
    let run = json!({ "month": "2026-02", "accountNos": [account_no] });
    manager.must("runBilling", run, "run { billed }");
}

#[tokio::test]
async fn r94_a_payroll_file_goes_out_and_comes_back_once() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    let mut finance = centre.staff("finance", &["FINANCE"]);
    for (account_no, shade) in [("10001", 10), ("10002", 20)] {
        owing(&mut manager, account_no, shade);
        let agree = json!({ "accountNo": account_no, "employeeNo": format!("T{account_no}") });
        manager.must("agreeToPayroll", agree, "");
    }
    let open = json!({ "month": "2026-03" });
    let opened = finance.must("openPayrollBatch", open, "batch { batchNo }");
    assert_eq!(opened["batch"]["batchNo"], "GZ000001");
    let path = "/export/payroll/GZ000001.csv";
    let (answer, file) = finance.download(path);
    assert_eq!(
        answer.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    let file = String::from_utf8(file).unwrap();
    assert_eq!(
        file,
        "\u{feff}代扣批次,扣款月份,户号,工号,应扣金额,实扣金额,未扣原因\r\n\
         GZ000001,2026-03,10001,T10001,31.00,,\r\n\
         GZ000001,2026-03,10002,T10002,31.00,,\r\n"
    );
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    assert_eq!(cashier.get(path).status, 403);
    assert_eq!(finance.get("/export/payroll/GZ000009.csv").status, 404);

    // The payroll office fills it in.
    let filled = file
        .replace("T10001,31.00,,", "T10001,31.00,31.00,")
        .replace("T10002,31.00,,", "T10002,31.00,0,工资不足");
    let back = centre.data_dir().join("back.csv");
    std::fs::write(&back, filled).unwrap();
    let back = back.to_str().unwrap();
    let said = centre.command(&["import", "payroll", back]);
    assert!(said.contains("共 2 行：通过 2"), "{said}");
    let again = centre.command(&["import", "payroll", back]);
    assert!(again.contains("未变 2"), "{again}");
    let query = "{ a: account(accountNo: \"10001\") { openAmount }
        b: account(accountNo: \"10002\") { openAmount }
        payrollRows(batchNo: \"GZ000001\", state: REFUSED) { nodes { accountNo reason } }
        payments(first: 5) { nodes { method amount } } }";
    let shown = Centre::until(|| {
        let shown = finance.query(query, &Value::Null);
        // Each read model catches up by itself.
        let lists = [&shown["payrollRows"], &shown["payments"]];
        let all = lists.iter().all(|list| list["nodes"] != json!([]));
        (shown["a"]["openAmount"] == "0" && all).then_some(shown)
    });
    assert_eq!(shown["b"]["openAmount"], "3100");
    assert_eq!(
        shown["payrollRows"]["nodes"],
        json!([{ "accountNo": "10002", "reason": "工资不足" }])
    );
    assert_eq!(
        shown["payments"]["nodes"],
        json!([{ "method": "PAYROLL", "amount": "3100" }])
    );
    // A row that says otherwise than before, or is in no batch, is listed.
    let other = "代扣批次,户号,实扣金额,未扣原因\nGZ000001,10001,20.00,\nGZ000001,10009,31.00,\n";
    let path = centre.data_dir().join("other.csv");
    std::fs::write(&path, other).unwrap();
    let mut import = centre.command_line();
    let output = import
        .args(["import", "payroll"])
        .arg(path)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let refused = String::from_utf8(output.stdout).unwrap();
    for code in ["PAYROLL_PAID_OTHERWISE", "PAYROLL_ROW_UNKNOWN"] {
        assert!(refused.contains(code), "{refused}");
    }
}
