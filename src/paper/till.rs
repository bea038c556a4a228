//! 收款日结单: what a cashier took on a day, as booked and as counted, to be signed.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::capitals::in_capitals;
use super::font::PaperFont;
use super::sheet::{Align, Format, Sheet, Writer, column};
use super::words::{Campus, Money, campus, method, time, who};
use crate::http::{AskError, Asker, Paged};

const TILL: &str = "query($id: String!, $after: String) { till(tillId: $id) { tillId campus date \
    cashier state cash { expected counted difference } cheque { expected counted difference } \
    payments reason signedAt approvedBy approvedAt \
    taken(first: 50, after: $after) { nodes { paidAt method amount receiptNo reversedAt \
    allocations { accountNo } credits { accountNo } deposits { accountNo } } \
    pageInfo { hasNextPage endCursor } } } campuses { campusId name contact } }";

#[derive(Debug, Deserialize)]
struct Answer {
    till: Option<Till>,
    campuses: Vec<Campus>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Till {
    #[serde(rename = "tillId")]
    number: String,
    campus: String,
    date: String,
    cashier: String,
    state: String,
    cash: Amount,
    cheque: Amount,
    payments: i64,
    reason: Option<String>,
    signed_at: Option<DateTime<Utc>>,
    approved_by: Option<String>,
    approved_at: Option<DateTime<Utc>>,
    taken: Paged<Payment>,
}

#[derive(Debug, Deserialize)]
struct Amount {
    expected: Money,
    counted: Option<Money>,
    difference: Option<Money>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payment {
    paid_at: DateTime<Utc>,
    method: String,
    amount: Money,
    receipt_no: Option<String>,
    reversed_at: Option<DateTime<Utc>>,
    allocations: Vec<For>,
    credits: Vec<For>,
    deposits: Vec<For>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct For {
    account_no: String,
}

impl Payment {
    /// The accounts it was for, each once.
    fn accounts(&self) -> String {
        let all = [&self.allocations, &self.credits, &self.deposits];
        let mut numbers: Vec<&str> = Vec::new();
        for paid in all.into_iter().flatten() {
            if !numbers.contains(&paid.account_no.as_str()) {
                numbers.push(&paid.account_no);
            }
        }
        match numbers[..] {
            [] => String::new(),
            [one] => one.to_owned(),
            [first, ..] => format!("{first} 等 {} 户", numbers.len()),
        }
    }
}

pub(super) struct Wanted {
    till: Till,
    campuses: Vec<Campus>,
}

pub(super) async fn find(asker: &Asker<'_>, till_id: &str) -> Result<Wanted, AskError> {
    let mut taken = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let variables = json!({ "id": till_id, "after": after });
        let answer: Answer = asker.ask(TILL, variables).await?;
        let mut till = answer.till.ok_or(AskError::Absent)?;
        taken.append(&mut till.taken.nodes);
        after = till.taken.next();
        if after.is_none() {
            taken.reverse();
            till.taken.nodes = taken;
            let campuses = answer.campuses;
            return Ok(Wanted { till, campuses });
        }
    }
}

impl Wanted {
    pub(super) fn sheet(&self, font: &PaperFont) -> Sheet {
        let till = &self.till;
        let (name, _) = campus(&self.campuses, &till.campus);
        let title = format!("收款日结单 {}", till.number);
        let mut paper = Writer::new(font, Format::A4, title);
        if till.state == "OPEN" {
            paper.stamp("未签字");
        }
        paper.heading("收款日结单");
        paper.sides(
            &format!("校区：{name}　日期：{}", till.date),
            &format!("收款员：{}", till.cashier),
        );
        paper.gap();
        let columns = [
            column("", 46.5, Align::Left),
            column("账面", 46.5, Align::Right),
            column("点收", 46.5, Align::Right),
            column("长短款", 46.5, Align::Right),
        ];
        let text = |amount: Option<Money>| amount.map(|amount| amount.to_string());
        let row = |what: &str, amount: &Amount| {
            vec![
                what.to_owned(),
                amount.expected.to_string(),
                text(amount.counted).unwrap_or_default(),
                text(amount.difference).unwrap_or_default(),
            ]
        };
        paper.table(
            &columns,
            &[row("现金", &till.cash), row("支票", &till.cheque)],
        );
        if let Some(total) = till.cash.expected.0.checked_add(till.cheque.expected.0) {
            paper.sides(
                &format!("合计 {} 笔，{} 元", till.payments, Money(total)),
                &format!("大写：{}", in_capitals(total)),
            );
        }
        if let Some(reason) = &till.reason {
            paper.paragraph(&format!("长短款原因：{reason}"));
        }
        paper.gap();
        self.payments(&mut paper);
        paper.gap();
        let signed = |who: Option<&str>, at: Option<DateTime<Utc>>| match (who, at) {
            (Some(who), Some(at)) => format!("{who}　{}", time(at)),
            _ => "　　　　　　".to_owned(),
        };
        paper.sides(
            &format!(
                "收款员签字：{}",
                signed(Some(&till.cashier), till.signed_at)
            ),
            &format!(
                "复核：{}",
                signed(till.approved_by.as_deref().map(who), till.approved_at)
            ),
        );
        paper.finish()
    }

    fn payments(&self, paper: &mut Writer<'_>) {
        let columns = [
            column("时间", 34.0, Align::Left),
            column("户号", 42.0, Align::Left),
            column("方式", 20.0, Align::Left),
            column("收据", 46.0, Align::Left),
            column("金额", 28.0, Align::Right),
            column("冲正", 16.0, Align::Left),
        ];
        let rows = self.till.taken.nodes.iter().map(|payment| {
            let undone = payment.reversed_at.map(|_| "冲正".to_owned());
            vec![
                time(payment.paid_at),
                payment.accounts(),
                method(&payment.method).to_owned(),
                payment.receipt_no.clone().unwrap_or_default(),
                payment.amount.to_string(),
                undone.unwrap_or_default(),
            ]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        if rows.is_empty() {
            paper.paragraph("当日没有收款。");
        } else {
            paper.table(&columns, &rows);
        }
    }
}
