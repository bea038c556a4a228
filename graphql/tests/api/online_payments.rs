//! Paying at a payment gateway, as the schema answers. The way over the gateways themselves is
//! tested where they are spoken to.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::town::Town;
use chaobiao_domain::gateway_order::{
    GatewayChannel, NoteReport, ReportSource, SettleGatewayOrder,
};
use chaobiao_domain::units::Fen;
use serde_json::{Value, json};

const STARTED: &str = "onlinePayment { orderNo channel amount status accountNos } \
    wechatPageCall { package } paymentForm { action fields { name value } }";
const SHOWN: &str = "query($no: String!) { onlinePayment(orderNo: $no) {
    status amount transactionId payment { paymentId method amount receiptNo }
    dispute { cause label reportedAmount } note } }";

fn paid(order_no: &str, amount: i64) -> NoteReport {
    NoteReport {
        order_no: order_no.parse().unwrap(),
        source: ReportSource::Query,
        channel: GatewayChannel::UnionPay,
        merchant: "777290058110048".to_owned(),
        transaction_id: format!("T{order_no}"),
        amount: Fen::new(amount),
        currency: "CNY".to_owned(),
        paid_at: None,
        evidence: None,
    }
}

async fn started(town: &Town, who: &crate::support::Browser) -> String {
    let input = json!({ "channel": "UNION_PAY", "accountNos": ["A1"] });
    let payload = town
        .centre
        .must(who, "startOnlinePayment", input, STARTED)
        .await;
    let order = &payload["onlinePayment"];
    assert_eq!(
        (&order["channel"], &order["amount"], &order["status"]),
        (&json!("UNION_PAY"), &json!("10000"), &json!("WAITING"))
    );
    assert_eq!(order["accountNos"], json!(["A1"]));
    let field = &payload["paymentForm"]["fields"][0];
    assert_eq!(
        (&field["name"], &field["value"]),
        (&json!("orderId"), &order["orderNo"])
    );
    assert_eq!(payload["wechatPageCall"], Value::Null);
    order["orderNo"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn r27_a_resident_pays_online_and_the_receipt_is_given_at_any_sub_centre() {
    let town = Town::open().await;
    town.august("A1").await;
    let resident = town.resident("13800138000", "A1").await;
    let order_no = started(&town, &resident).await;
    town.centre.run(paid(&order_no, 10000)).await;
    let settle = SettleGatewayOrder {
        order_no: order_no.parse().unwrap(),
    };
    town.centre.run(settle).await;
    let answer = town
        .centre
        .ask(&resident, SHOWN, json!({ "no": order_no }))
        .await;
    let order = answer.data()["onlinePayment"].clone();
    assert_eq!(order["status"], "SETTLED");
    assert_eq!(order["payment"]["method"], "UNIONPAY");
    assert_eq!(order["payment"]["amount"], "10000");
    let account = town.account(&resident, "A1").await;
    assert_eq!(account["openAmount"], "0");
    for (place, campus) in ["N", "S"].into_iter().enumerate() {
        let input = json!({ "paymentId": order["payment"]["paymentId"], "campusId": campus });
        if place == 0 {
            let fields = "receipt { receiptNo }";
            town.centre
                .must(&town.cashier, "issueReceipt", input, fields)
                .await;
        } else {
            let refused = town
                .centre
                .refused(&town.cashier, "issueReceipt", input)
                .await;
            assert_eq!(refused.0, "RECEIPT_ALREADY_ISSUED");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_paid_online_is_refused_with_the_reason() {
    let town = Town::open().await;
    town.august("A1").await;
    town.august("B2").await;
    let resident = town.resident("13800138000", "A1").await;
    let start =
        |channel: &str, account_no: &str| json!({ "channel": channel, "accountNos": [account_no] });
    let cases = [
        (
            start("WECHAT_PAY", "A1"),
            "GATEWAY_NOT_CONFIGURED",
            "input.channel",
        ),
        (
            start("UNION_PAY", "B2"),
            "GATEWAY_ORDER_ACCOUNT_NOT_BOUND",
            "input.accountNos",
        ),
    ];
    for (input, code, field) in cases {
        let refused = town
            .centre
            .refused(&resident, "startOnlinePayment", input.clone())
            .await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()), "{input}");
    }
    let by_staff = start("UNION_PAY", "A1");
    let denied = town
        .centre
        .mutate(&town.cashier, "startOnlinePayment", by_staff, "pending")
        .await;
    assert_eq!(denied.unwrap_err(), "FORBIDDEN");
    let at_the_counter = json!({
        "campusId": "S", "method": "UNIONPAY", "amount": "10000", "accountNos": ["A1"],
    });
    let refused = town
        .centre
        .refused(&town.cashier, "recordPayment", at_the_counter)
        .await;
    assert_eq!(
        refused,
        (
            "PAYMENT_NOT_AT_COUNTER".to_owned(),
            "input.method".to_owned()
        )
    );
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story from its beginning to its end"
)]
async fn orders_are_their_customers_own_and_disputes_the_staffs() {
    let town = Town::open().await;
    town.august("A1").await;
    let resident = town.resident("13800138000", "A1").await;
    let neighbour = town
        .centre
        .customer(
            "13900139000",
            chaobiao_domain::customer::CustomerKind::Resident,
        )
        .await;
    let order_no = started(&town, &resident).await;
    town.centre.run(paid(&order_no, 9999)).await;
    let variables = json!({ "no": order_no });
    let seen = town.centre.ask(&neighbour, SHOWN, variables.clone()).await;
    assert_eq!(seen.data()["onlinePayment"], Value::Null);
    let check = json!({ "orderNo": order_no });
    let refused = town
        .centre
        .refused(&neighbour, "checkOnlinePayment", check.clone())
        .await;
    assert_eq!(
        refused,
        (
            "GATEWAY_ORDER_UNKNOWN".to_owned(),
            "input.orderNo".to_owned()
        )
    );
    let own = town.centre.ask(&resident, SHOWN, variables.clone()).await;
    let own = own.data()["onlinePayment"].clone();
    assert_eq!(
        (&own["status"], &own["dispute"]),
        (&json!("DISPUTED"), &Value::Null)
    );
    let list = "query { onlinePayments(statuses: [DISPUTED, UNPLACED]) { nodes {
        orderNo dispute { cause label reportedAmount } } } }";
    let listed = town.centre.ask(&town.finance, list, json!({})).await;
    let nodes = listed.data()["onlinePayments"]["nodes"].clone();
    assert_eq!(
        nodes,
        json!([{ "orderNo": order_no, "dispute": {
            "cause": "AMOUNT", "label": "金额不符", "reportedAmount": "9999" } }])
    );
    assert_eq!(
        town.account(&resident, "A1").await["openAmount"],
        "10000",
        "nothing is booked"
    );
    let resolve = json!({ "orderNo": order_no, "note": " " });
    let refused = town
        .centre
        .refused(&town.finance, "resolveOnlinePayment", resolve)
        .await;
    assert_eq!(
        refused,
        (
            "GATEWAY_ORDER_NOTE_INVALID".to_owned(),
            "input.note".to_owned()
        )
    );
    let resolve = json!({ "orderNo": order_no, "note": "已与银联核对" });
    let fields = "onlinePayment { status note }";
    let resolved = town
        .centre
        .must(&town.finance, "resolveOnlinePayment", resolve, fields)
        .await;
    assert_eq!(
        resolved["onlinePayment"],
        json!({ "status": "WAITING", "note": "已与银联核对" })
    );
    town.centre
        .must(
            &resident,
            "checkOnlinePayment",
            check,
            "onlinePayment { status }",
        )
        .await;
    town.centre.run(paid(&order_no, 10000)).await;
    let refund = json!({ "orderNo": order_no, "reason": "用户要求" });
    let refunded = town
        .centre
        .must(&town.finance, "refundOnlinePayment", refund.clone(), fields)
        .await;
    assert_eq!(refunded["onlinePayment"]["status"], "REFUNDING");
    let again = town
        .centre
        .refused(&town.finance, "refundOnlinePayment", refund)
        .await;
    assert_eq!(again.0, "GATEWAY_ORDER_REFUND_ALREADY_ASKED");
    town.verified().await;
}
