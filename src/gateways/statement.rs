//! A gateway's file of a day, taken in and compared with what is recorded here.

use std::collections::HashMap;

use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::gateway_order::GatewayChannel;
use chaobiao_domain::gateway_statement::{
    CompareGatewayStatement, Comparison, RowKind, StatementRow,
};
use chaobiao_domain::units::{FileHash, start_of_business_day};
use chaobiao_eventstore::{CommandBus, CommandError};
use chaobiao_integrations::unionpay::{self, DayFile};
use chaobiao_integrations::wechat_pay::{self, TradeKind};
use chaobiao_projections::gateway_orders;
use chrono::{Days, NaiveDate};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Why a file is not compared.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    #[error("对账单无法读取：{0}")]
    WechatPay(#[from] wechat_pay::BillError),
    #[error("对账单无法读取：{0}")]
    UnionPay(#[from] unionpay::FileError),
    #[error("对账单不是文本")]
    Text,
    #[error("对账单有 {0} 行格式不对，已停止：第 {1} 行起")]
    Incomplete(usize, usize),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error("{0}")]
    Value(#[from] chaobiao_domain::units::ValueError),
}

/// Which file of which day.
#[derive(Clone, Debug)]
pub struct StatementFile<'a> {
    pub channel: GatewayChannel,
    pub merchant: String,
    pub day: NaiveDate,
    pub bytes: &'a [u8],
}

/// Compares a file. The same one again, with the same result, changes nothing.
pub async fn compare(
    bus: &CommandBus,
    file: &StatementFile<'_>,
) -> Result<Comparison, StatementError> {
    let pool = bus.store().pool();
    let rows = match file.channel {
        GatewayChannel::WechatPay => wechat_rows(file.bytes)?,
        GatewayChannel::UnionPay => {
            let text = std::str::from_utf8(file.bytes).map_err(|_| StatementError::Text)?;
            let day = unionpay::read_day_file(text)?;
            if let Some(first) = day.unreadable.first() {
                return Err(StatementError::Incomplete(day.unreadable.len(), *first));
            }
            let refunds: Vec<String> = day.rows.iter().map(|row| row.order_id.clone()).collect();
            let orders = gateway_orders::query::of_refunds(pool, &refunds).await?;
            union_pay_rows(day, &orders)
        }
    };
    let next = file.day.checked_add_days(Days::new(1)).unwrap_or(file.day);
    let ours = gateway_orders::query::paid_between(
        pool,
        file.channel,
        start_of_business_day(file.day),
        start_of_business_day(next),
    )
    .await?;
    let compare = CompareGatewayStatement {
        channel: file.channel,
        merchant: file.merchant.clone(),
        day: file.day,
        file: FileHash::try_new(hex::encode(Sha256::digest(file.bytes)))?,
        rows,
        ours,
    };
    let actor = Actor::System("import".to_owned());
    let now = bus.store().clock().now();
    let context = CommandContext::new(Uuid::now_v7(), actor, now);
    Ok(bus.execute(context, compare).await?.outcome)
}

fn line(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn wechat_rows(bytes: &[u8]) -> Result<Vec<StatementRow>, StatementError> {
    let rows = wechat_pay::read_trade_bill(bytes)?.into_iter();
    let rows = rows.map(|row| StatementRow {
        line: line(row.line),
        kind: match row.kind {
            TradeKind::Payment => RowKind::Payment,
            TradeKind::Refund => RowKind::Refund,
        },
        order_no: row.out_trade_no,
        refund_no: row.out_refund_no,
        transaction_id: row.transaction_id,
        merchant: row.mchid,
        amount: row.amount,
    });
    Ok(rows.collect())
}

/// A refund of `UnionPay`'s has a number of its own; `orders` tells of which order it is.
fn union_pay_rows(day: DayFile, orders: &HashMap<String, String>) -> Vec<StatementRow> {
    let rows = day.rows.into_iter();
    let rows = rows.map(|row| {
        let line = line(row.line);
        if row.txn_type == "01" {
            return StatementRow {
                line,
                kind: RowKind::Payment,
                order_no: row.order_id,
                refund_no: None,
                transaction_id: row.query_id,
                merchant: row.mer_id,
                amount: row.amount,
            };
        }
        let order_no = orders.get(&row.order_id);
        StatementRow {
            line,
            kind: RowKind::Refund,
            order_no: order_no.unwrap_or(&row.order_id).clone(),
            refund_no: Some(row.order_id),
            transaction_id: row.query_id,
            merchant: row.mer_id,
            amount: row.amount,
        }
    });
    rows.collect()
}
