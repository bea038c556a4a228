//! 对账单: an account's bills, payments and credit as one timeline, the oldest first.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::json;

use chaobiao_domain::units::business_date;

use super::font::PaperFont;
use super::notice::known;
use super::sheet::{Align, Format, Sheet, Writer, column};
use super::words::{Campus, Money, campus, month};
use crate::http::{AskError, Asker, Paged};

const STATEMENT: &str = "query($no: String!, $after: String) { account(accountNo: $no) { accountNo \
    campus holder address openAmount credit statement(first: 100, after: $after) { nodes { at kind \
    billNo month paymentId amount balance } pageInfo { hasNextPage endCursor } } } \
    campuses { campusId name contact } }";

#[derive(Debug, Deserialize)]
struct Answer {
    account: Option<Account>,
    campuses: Vec<Campus>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    #[serde(rename = "accountNo")]
    number: String,
    campus: String,
    holder: Option<String>,
    address: Option<String>,
    open_amount: Money,
    credit: Money,
    statement: Paged<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    at: DateTime<Utc>,
    kind: String,
    bill_no: Option<String>,
    month: Option<String>,
    payment_id: Option<String>,
    amount: Money,
    balance: Money,
}

/// The days a statement is of, the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
}

pub(super) struct Wanted {
    account: Account,
    campuses: Vec<Campus>,
    days: Days,
}

pub(super) async fn find(
    asker: &Asker<'_>,
    account_no: &str,
    days: Days,
) -> Result<Wanted, AskError> {
    let mut after: Option<String> = None;
    let mut entries = Vec::new();
    loop {
        let variables = json!({ "no": account_no, "after": after });
        let answer: Answer = asker.ask(STATEMENT, variables).await?;
        let mut account = answer.account.ok_or(AskError::Absent)?;
        let page = std::mem::take(&mut account.statement.nodes);
        let early = |entry: &Entry| days.from.is_some_and(|from| business_date(entry.at) < from);
        let enough = page.last().is_some_and(early);
        entries.extend(page.into_iter().filter(|entry| {
            !early(entry) && days.to.is_none_or(|to| business_date(entry.at) <= to)
        }));
        after = account.statement.next().filter(|_| !enough);
        if after.is_some() {
            continue;
        }
        entries.reverse();
        account.statement.nodes = entries;
        return Ok(Wanted {
            account,
            campuses: answer.campuses,
            days,
        });
    }
}

impl Wanted {
    pub(super) fn sheet(&self, font: &PaperFont) -> Sheet {
        let account = &self.account;
        let (name, contact) = campus(&self.campuses, &account.campus);
        let title = format!("水电费对账单 {}", account.number);
        let mut paper = Writer::new(font, Format::A4, title);
        paper.heading("水电费对账单");
        paper.sides(
            &format!(
                "户号：{}　户名：{}",
                account.number,
                known(account.holder.as_ref())
            ),
            &format!("校区：{name}"),
        );
        let day = |day: Option<NaiveDate>, open: &str| {
            day.map_or_else(|| open.to_owned(), |day| day.to_string())
        };
        paper.sides(
            &format!("地址：{}", known(account.address.as_ref())),
            &format!(
                "期间：{} 至 {}",
                day(self.days.from, "开户"),
                day(self.days.to, "今日")
            ),
        );
        paper.gap();
        let columns = [
            column("日期", 26.0, Align::Left),
            column("事项", 34.0, Align::Left),
            column("账期", 26.0, Align::Left),
            column("凭据", 48.0, Align::Left),
            column("金额（元）", 26.0, Align::Right),
            column("余欠（元）", 26.0, Align::Right),
        ];
        let rows: Vec<Vec<String>> = account.statement.nodes.iter().map(Entry::cells).collect();
        paper.table(&columns, &rows);
        paper.gap();
        paper.sides(
            &format!("目前尚欠：{} 元", account.open_amount),
            &format!("目前余额：{} 元", account.credit),
        );
        paper.paragraph(&format!("{name}　{contact}"));
        paper.finish()
    }
}

impl Entry {
    fn cells(&self) -> Vec<String> {
        let evidence = self.bill_no.as_ref().or(self.payment_id.as_ref());
        vec![
            business_date(self.at).to_string(),
            kind(&self.kind).to_owned(),
            self.month.as_deref().map(month).unwrap_or_default(),
            evidence.cloned().unwrap_or_default(),
            self.amount.to_string(),
            self.balance.to_string(),
        ]
    }
}

fn kind(kind: &str) -> &str {
    match kind {
        "CHARGED" => "出账",
        "PAID" => "缴费",
        "CREDIT_ADDED" => "多缴转入余额",
        "CREDIT_APPLIED" => "余额抵扣",
        "PAYMENT_REVERSED" => "缴费冲正",
        "CREDIT_WITHDRAWN" => "余额退回",
        "BILL_RAISED" => "账单调增",
        "BILL_LOWERED" => "账单调减",
        "BILL_VOIDED" => "账单作废",
        "PAYMENT_RELEASED" => "销账转余额",
        "LATE_FEE_CHARGED" => "滞纳金",
        "WRITTEN_OFF" => "减免核销",
        "WRITE_OFF_REVERSED" => "撤销核销",
        "PAID_THERE" => "收费系统已收",
        "PAID_THERE_UNDONE" => "收费系统已收冲回",
        "DEPOSIT_TAKEN" => "收押金",
        "DEPOSIT_RELEASED" => "押金转余额",
        "DEPOSIT_WITHDRAWN" => "押金冲正",
        "CREDIT_REFUNDED" => "余额退款",
        "DEPOSIT_REFUNDED" => "退押金",
        "CREDIT_RETURNED" => "余额退款退回",
        "DEPOSIT_RETURNED" => "退押金退回",
        other => other,
    }
}
