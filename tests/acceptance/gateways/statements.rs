use chaobiao::gateways::statement::{StatementFile, compare};
use chaobiao_domain::gateway_order::GatewayChannel;
use chaobiao_domain::gateway_statement::DifferenceKind;
use chaobiao_domain::units::{Fen, GatewayOrderNo};
use chaobiao_gateway_stub::{Flaw, WechatStub};

use super::town::Town;

const WECHAT_PAY: &str = "/callback/wechatpay";

/// A trade bill as `WeChat` Pay writes it.
fn bill(rows: &[(&str, &str)]) -> String {
    let header = "\u{feff}交易时间,公众账号ID,商户号,微信订单号,商户订单号,交易状态,商户退款单号,\
                  手续费,订单金额,申请退款金额";
    let mut lines = vec![header.to_owned()];
    let mut sum = Fen::ZERO;
    for (order_no, amount) in rows {
        let mchid = WechatStub::MCHID;
        let fen: Fen = amount.parse().unwrap();
        sum = sum.checked_add(fen).unwrap();
        lines.push(format!(
            "`2026-09-24 09:00:00,`wx1,`{mchid},`42{order_no},`{order_no},`SUCCESS,`0,`0.09000,\
             `{amount},`0.00"
        ));
    }
    lines.push("总交易单数,订单总金额,申请退款总金额".to_owned());
    lines.push(format!("`{},`{sum},`0.00", rows.len()));
    lines.join("\r\n")
}

async fn paid(town: &Town) -> GatewayOrderNo {
    let (order_no, _) = town.start(GatewayChannel::WechatPay).await;
    town.wechat.pay(order_no.as_str());
    order_no
}

#[tokio::test]
async fn a_day_of_wechat_pay_ends_at_nought_and_every_planted_difference_is_found() {
    let town = Town::open().await;
    // Placed before either is paid: the second one's money stays as credit.
    let (first, second, lost) = (paid(&town).await, paid(&town).await, paid(&town).await);
    for order_no in [&first, &second] {
        let (headers, body) = town.wechat.notice(order_no.as_str(), Flaw::None);
        town.post(WECHAT_PAY, headers, body).await;
        town.becomes(order_no, "settled").await;
    }
    let file = |text: &str| text.as_bytes().to_vec();
    let day = |bytes| StatementFile {
        channel: GatewayChannel::WechatPay,
        merchant: WechatStub::MCHID.to_owned(),
        day: "2026-09-24".parse().unwrap(),
        bytes,
    };
    // The second is missing there, the lost one here.
    let planted = file(&bill(&[
        (first.as_str(), "150.00"),
        (lost.as_str(), "150.00"),
    ]));
    let found = compare(&town.desk.bus, &day(&planted)).await.unwrap();
    let found: Vec<_> = found
        .differences
        .iter()
        .map(|it| (it.kind, it.order_no.clone()))
        .collect();
    assert_eq!(
        found,
        [
            (DifferenceKind::MissingHere, lost.to_string()),
            (DifferenceKind::MissingThere, second.to_string()),
        ]
    );
    let wrong = file(&bill(&[
        (first.as_str(), "149.99"),
        (second.as_str(), "150.00"),
    ]));
    let found = compare(&town.desk.bus, &day(&wrong)).await.unwrap();
    assert_eq!(found.differences[0].kind, DifferenceKind::Amount);
    assert_eq!(found.differences.len(), 1);
    let clean = file(&bill(&[
        (first.as_str(), "150.00"),
        (second.as_str(), "150.00"),
    ]));
    let clean = compare(&town.desk.bus, &day(&clean)).await.unwrap();
    assert_eq!(
        (clean.differences.len(), clean.there.paid),
        (0, clean.agreed.paid)
    );
    assert_eq!(clean.agreed.paid, Fen::new(30000));
    town.close().await;
}
