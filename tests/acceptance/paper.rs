//! Papers as PDF, read by a program that is not ours (`pdftotext`), and the proofs they lead to.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use chaobiao_proof::{Leaf, ProofFile};
use serde_json::{Value, json};

use crate::support::centre::Centre;
use crate::support::client::Client;
use crate::support::home::{Home, home};

/// What stands on a paper, line by line as it is seen.
fn print(client: &mut Client, path: &str) -> String {
    let (answer, pdf) = client.download(path);
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.header("content-type"), Some("application/pdf"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    reader.stdin.take().unwrap().write_all(&pdf).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_inclusive('\n')
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n")
        .collect()
}

fn shows(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part} in:\n{text}");
    }
}

/// Where the square of a bill or a receipt leads, from the proof that auditors get of it.
fn proof_of(centre: &Centre, kind: &str, number: &str) -> String {
    let option = format!("--{kind}");
    let text = Centre::until(|| {
        let out = centre.data_dir().join("proof");
        let path = out.to_str().unwrap();
        centre.try_command(&["audit", "prove", &option, number, "--out", path])?;
        std::fs::read_to_string(out).ok()
    });
    let preimage = ProofFile::from_bytes(text.as_bytes()).unwrap().preimage;
    let leaf = Leaf::from_preimage(&hex::decode(preimage).unwrap()).unwrap();
    format!("/proof/{kind}/{number}/{}", hex::encode(leaf.hash().0))
}

fn notice(home: &mut Home) -> (String, String) {
    let account = home.bill("2026-02");
    let notice = &account["notices"][0];
    let text = |name: &str| notice[name].as_str().unwrap().to_owned();
    (text("noticeNo"), text("billNo"))
}

#[tokio::test]
async fn r29_a_notice_on_paper_has_the_number_the_amount_and_what_they_follow_from() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    home.read("110", "2026-02-01T02:00:00Z", 10);
    let (notice_no, bill_no) = notice(&mut home);
    let path = format!("/paper/notices/{notice_no}.pdf");
    let own = print(&mut home.resident, &path);
    shows(
        &own,
        &[
            "水电费缴款通知单",
            &format!("通知单号：{notice_no}"),
            "户号：10001",
            "2026年2月",
            &home.meter_no,
            "100 — 110",
            "31.00（叁拾壹元整）",
            "尚欠：31.00 元",
        ],
    );
    // Staff with the right see the name as it is; the resident's own is masked as on the page.
    shows(&print(&mut home.manager, &path), &["户名：王芳"]);

    // Nobody else gets it, and whoever is not signed in is asked to be.
    let mut stranger = centre.customer("13800138009", "RESIDENT");
    assert_eq!(stranger.get(&path).status, 404);
    assert_eq!(centre.client("nobody").get(&path).status, 401);
    for none in [
        "/paper/notices/NONE.pdf",
        "/paper/notices/.pdf",
        "/paper/notices/x",
    ] {
        assert_eq!(home.manager.get(none).status, 404, "{none}");
    }

    let proof = proof_of(&centre, "bill", &bill_no);
    let page = centre.client("nobody").get(&proof);
    assert_eq!(page.status, 200);
    shows(&page.body, &["与水电保障中心的记录一致", &bill_no, "31.00"]);
    assert!(!page.body.contains("王芳"), "a proof says no name");
}

#[tokio::test]
async fn r31_x12_a_receipt_on_paper_says_what_became_of_it_and_leads_to_its_proof() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    home.read("110", "2026-02-01T02:00:00Z", 10);
    home.bill("2026-02");
    let receipt_no = Home::pay(&mut cashier, "3100");
    let path = format!("/paper/receipts/{receipt_no}.pdf");
    let first = print(&mut cashier, &path);
    shows(
        &first,
        &[
            "水电费收据",
            &format!("收据编号：{receipt_no}"),
            "现金",
            "水费",
            "叁拾壹元整",
            "¥ 31.00",
            "收款人：cashier",
        ],
    );
    assert!(
        !first.contains("副本") && !first.contains("作废"),
        "{first}"
    );

    let again = json!({ "receiptNo": receipt_no });
    cashier.must("reprintReceipt", again, "receipt { copies }");
    shows(&print(&mut cashier, &path), &["【副本 第1次补打】"]);

    let proof = proof_of(&centre, "receipt", &receipt_no);
    let mut anybody = centre.client("nobody");
    shows(&anybody.get(&proof).body, &[&receipt_no, "31.00", "有效"]);
    // One letter of the hash changed, or another number: there is no such paper.
    let last = if proof.ends_with('0') { '1' } else { '0' };
    let forged = format!("{}{last}", &proof[..proof.len() - 1]);
    let other = proof.replace(&receipt_no, "S-2026-000999");
    for wrong in [forged, other, "/proof/staff/li/00".to_owned()] {
        assert_eq!(anybody.get(&wrong).status, 404, "{wrong}");
    }

    let query = format!("{{ receipt(receiptNo: \"{receipt_no}\") {{ payment {{ paymentId }} }} }}");
    let seen = home.manager.query(&query, &Value::Null);
    let reverse = json!({
        "paymentId": seen["receipt"]["payment"]["paymentId"], "reason": "收错户",
    });
    home.manager.must("reversePayment", reverse, "");
    shows(&print(&mut cashier, &path), &["【作废】"]);
    shows(&anybody.get(&proof).body, &["作废"]);
}

#[tokio::test]
async fn a_statement_on_paper_has_every_entry_of_its_days_and_the_sums_of_the_page() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    home.read("110", "2026-02-01T02:00:00Z", 10);
    home.bill("2026-02");
    Home::pay(&mut cashier, "5000");
    let whole = print(&mut home.resident, "/paper/statements/10001.pdf");
    shows(
        &whole,
        &[
            "水电费对账单",
            "出账",
            "缴费",
            "31.00",
            "目前余额：19.00 元",
        ],
    );
    let before = print(
        &mut home.resident,
        "/paper/statements/10001.pdf?to=2020-01-01",
    );
    assert!(!before.contains("出账"), "{before}");
    let mistyped = home
        .resident
        .get("/paper/statements/10001.pdf?to=yesterday");
    assert_eq!(mistyped.status, 400);
    let unknown = home.manager.get("/paper/statements/99999.pdf");
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn r95_a_clearance_is_on_paper_and_refused_while_anything_is_open() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    let path = "/paper/clearances/10001.pdf";
    home.read("110", "2026-02-01T02:00:00Z", 10);
    let early = home.manager.get(path);
    assert_eq!(early.status, 409, "{}", early.body);
    assert!(early.body.contains("ACCOUNT_NOT_CLEARED"), "{}", early.body);
    let settle = json!({ "accountNo": "10001", "on": "2026-02-01" });
    let fields = "settlement { openAmount certificateNo }";
    let settled = home.manager.must("settleMoveOut", settle, fields);
    assert_eq!(
        settled["settlement"],
        json!({ "openAmount": "3100", "certificateNo": null })
    );
    assert_eq!(home.manager.get(path).status, 409, "still owed");
    let receipt_no = Home::pay(&mut cashier, "3100");
    let clear = json!({ "accountNo": "10001" });
    let cleared = home.manager.must("clearHolder", clear, fields);
    let number = cleared["settlement"]["certificateNo"].as_str().unwrap();
    let paper = print(&mut home.manager, path);
    shows(
        &paper,
        &[
            "水电费结清证明",
            &format!("证明编号：{number}"),
            "户号：10001",
            "户名：王芳",
            &home.meter_no,
            "110",
            "2026-02-01",
            "31.00 元（叁拾壹元整）",
            "均已结清",
        ],
    );
    // Who has left sees nothing of the account any more.
    assert_eq!(home.resident.get(path).status, 404);
    let kind = proof_of(&centre, "certificate", number);
    let proof = kind.replace("/proof/certificate/", "/proof/clearance/");
    let mut anybody = centre.client("nobody");
    shows(&anybody.get(&proof).body, &[number, "10001", "已结清"]);
    // Money that goes back takes the paper along.
    let query = format!("{{ receipt(receiptNo: \"{receipt_no}\") {{ payment {{ paymentId }} }} }}");
    let seen = home.manager.query(&query, &Value::Null);
    let reverse = json!({
        "paymentId": seen["receipt"]["payment"]["paymentId"], "reason": "假币",
    });
    home.manager.must("reversePayment", reverse, "");
    assert_eq!(home.manager.get(path).status, 409);
    shows(&anybody.get(&proof).body, &["其后又有欠费"]);
}

#[tokio::test]
async fn r25_the_close_of_a_day_is_on_paper_as_booked_and_as_counted() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    home.read("110", "2026-02-01T02:00:00Z", 10);
    home.bill("2026-02");
    let receipt_no = Home::pay(&mut cashier, "3100");
    let tills = "{ tills { nodes { tillId } } }";
    let till_id = cashier.query(tills, &Value::Null)["tills"]["nodes"][0]["tillId"].take();
    let path = format!("/paper/tills/{}.pdf", till_id.as_str().unwrap());
    shows(
        &print(&mut cashier, &path),
        &["未签字", "收款日结单", &receipt_no],
    );

    let count = json!({ "tillId": till_id, "cash": "3000", "cheque": "0", "reason": "少收一元" });
    cashier.must("signTill", count, "till { state }");
    home.manager.must(
        "approveTill",
        json!({ "tillId": till_id }),
        "till { state }",
    );
    let paper = print(&mut home.manager, &path);
    shows(
        &paper,
        &[
            "收款员：cashier",
            "31.00",
            "30.00",
            "-1.00",
            "长短款原因：少收一元",
            "叁拾壹元整",
            "10001",
            &receipt_no,
        ],
    );
    assert!(!paper.contains("未签字"), "{paper}");
    assert_eq!(home.resident.get(&path).status, 403);
    assert_eq!(cashier.get("/paper/tills/N.pdf").status, 404);
}
