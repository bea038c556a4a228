//! Day files, as they are written and as they should not be.

use chaobiao_integrations::wechat_pay::{BillError, TradeKind, read_trade_bill};

const HEADER: &str = "交易时间,公众账号ID,商户号,微信订单号,商户订单号,交易状态,商户退款单号,\
                      手续费,订单金额,申请退款金额";
const PAID: &str = "`2026-09-01 09:00:00,`wx1,`1900000109,`4200001,`order0001,`SUCCESS,`0,\
                    `0.30000,`50.00,`0.00";
const GIVEN_BACK: &str = "`2026-09-01 10:00:00,`wx1,`1900000109,`4200001,`order0001,`REFUND,\
                          `refund0001,`-0.12000,`0.00,`20.00";
const SUMS: &str = "总交易单数,订单总金额,申请退款总金额";

fn file(lines: &[&str]) -> Vec<u8> {
    format!("\u{feff}{}\r\n", lines.join("\r\n")).into_bytes()
}

#[test]
fn rows_are_read_by_the_headers_names_and_agree_with_the_summary() {
    let rows = read_trade_bill(&file(&[HEADER, PAID, GIVEN_BACK, SUMS, "`2,`50.00,`20.00"]));
    let rows = rows.unwrap();
    let shown: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.line,
                row.kind,
                row.amount.value(),
                row.out_refund_no.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (2, TradeKind::Payment, 5000, None),
            (3, TradeKind::Refund, 2000, Some("refund0001")),
        ]
    );
    assert_eq!(
        (rows[0].out_trade_no.as_str(), rows[0].fee.as_str()),
        ("order0001", "0.30000")
    );
}

#[test]
fn a_bill_that_does_not_add_up_is_refused() {
    let sum_wrong = read_trade_bill(&file(&[HEADER, PAID, SUMS, "`1,`50.01,`0.00"]));
    assert!(
        matches!(
            sum_wrong,
            Err(BillError::Sum {
                what: "订单总金额",
                ..
            })
        ),
        "{sum_wrong:?}"
    );
    let count_wrong = read_trade_bill(&file(&[HEADER, PAID, SUMS, "`2,`50.00,`0.00"]));
    assert!(matches!(
        count_wrong,
        Err(BillError::Sum {
            what: "总交易单数",
            ..
        })
    ));
    assert_eq!(
        read_trade_bill(&file(&[HEADER, PAID])),
        Err(BillError::NoSummary),
        "cut short"
    );
    let finer = PAID.replace("`50.00", "`50.001");
    let finer = read_trade_bill(&file(&[HEADER, &finer, SUMS, "`1,`50.00,`0.00"]));
    assert_eq!(
        finer,
        Err(BillError::Value {
            line: 2,
            what: "订单金额"
        })
    );
    assert_eq!(
        read_trade_bill(&file(&["交易时间,商户号", "`a,`b", SUMS, "`1,`0.00,`0.00"])),
        Err(BillError::Column("交易状态"))
    );
}
