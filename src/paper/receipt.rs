//! 收据 (R31): the number in the register, what it is for, and marks that say what became of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::capitals::in_capitals;
use super::font::PaperFont;
use super::notice::{Holder, holder, known};
use super::sheet::{Align, Format, Sheet, Writer, column};
use super::words::{Campus, Money, campus, day, method, who};
use crate::http::{AskError, Asker};

const RECEIPT: &str = "query($no: String!) { receipt(receiptNo: $no) { receiptNo campus issuedAt \
    issuedBy copies voided total items { accountNo part amount } payment { method paidAt chequeNumber \
    chequeBank } } campuses { campusId name contact } }";

#[derive(Debug, Deserialize)]
struct Answer {
    receipt: Option<Receipt>,
    campuses: Vec<Campus>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    #[serde(rename = "receiptNo")]
    number: String,
    campus: String,
    issued_at: DateTime<Utc>,
    issued_by: String,
    copies: i32,
    voided: bool,
    total: Money,
    items: Vec<Item>,
    payment: Payment,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    account_no: String,
    part: String,
    amount: Money,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payment {
    method: String,
    paid_at: DateTime<Utc>,
    cheque_number: Option<String>,
    cheque_bank: Option<String>,
}

pub(super) struct Wanted {
    receipt: Receipt,
    holders: BTreeMap<String, Holder>,
    campuses: Vec<Campus>,
}

pub(super) async fn find(asker: &Asker<'_>, receipt_no: &str) -> Result<Wanted, AskError> {
    let answer: Answer = asker.ask(RECEIPT, json!({ "no": receipt_no })).await?;
    let receipt = answer.receipt.ok_or(AskError::Absent)?;
    let mut holders = BTreeMap::new();
    for Item { account_no, .. } in &receipt.items {
        if !holders.contains_key(account_no) {
            holders.insert(account_no.clone(), holder(asker, account_no).await?);
        }
    }
    Ok(Wanted {
        receipt,
        holders,
        campuses: answer.campuses,
    })
}

impl Wanted {
    pub(super) fn sheet(&self, font: &PaperFont, proof: Option<&str>) -> Sheet {
        let receipt = &self.receipt;
        let (name, contact) = campus(&self.campuses, &receipt.campus);
        let title = format!("收据 {}", receipt.number);
        let mut paper = Writer::new(font, Format::A5, title);
        if let Some(address) = proof {
            paper.square(address);
        }
        if receipt.voided {
            paper.stamp("作废");
        } else if receipt.copies > 0 {
            paper.stamp(&format!("副本 第{}次补打", receipt.copies));
        }
        paper.heading("水电费收据");
        paper.sides(&format!("收据编号：{}", receipt.number), "");
        paper.sides(
            &format!("开具日期：{}　开具校区：{name}", day(receipt.issued_at)),
            "",
        );
        let payment = &receipt.payment;
        let cheque = match (&payment.cheque_number, &payment.cheque_bank) {
            (Some(number), Some(bank)) => format!("　支票号：{number}（{bank}）"),
            _ => String::new(),
        };
        paper.sides(
            &format!(
                "缴费方式：{}　缴费日期：{}{cheque}",
                method(&payment.method),
                day(payment.paid_at)
            ),
            "",
        );
        paper.gap();
        paper.gap();
        let columns = [
            column("户号", 36.0, Align::Left),
            column("户名", 44.0, Align::Left),
            column("地址", 50.0, Align::Left),
            column("款项", 26.0, Align::Left),
            column("金额（元）", 30.0, Align::Right),
        ];
        let rows = receipt.items.iter().map(|item| {
            let holder = self.holders.get(&item.account_no);
            let of =
                |field: fn(&Holder) -> Option<&String>| known(holder.and_then(field)).to_owned();
            vec![
                item.account_no.clone(),
                of(|holder| holder.holder.as_ref()),
                of(|holder| holder.address.as_ref()),
                part(&item.part).to_owned(),
                item.amount.to_string(),
            ]
        });
        paper.table(&columns, &rows.collect::<Vec<_>>());
        paper.gap();
        paper.sides(
            &format!("合计（大写）：{}", in_capitals(receipt.total.0)),
            &format!("¥ {}", receipt.total),
        );
        paper.gap();
        paper.sides(
            &format!("收款人：{}", who(&receipt.issued_by)),
            "收款单位（盖章）：　　　　　　　　　　",
        );
        paper.paragraph(&format!("{name}　{contact}"));
        paper.finish()
    }
}

fn part(part: &str) -> &str {
    match part {
        "WATER" => "水费",
        "ELECTRICITY" => "电费",
        "CREDIT" => "预存余额",
        "LATE_FEE" => "滞纳金",
        "DEPOSIT" => "押金",
        other => other,
    }
}
