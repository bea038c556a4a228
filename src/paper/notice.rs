//! 缴款通知单 (R29): the number and the amount of the page, and what they follow from.

use serde::Deserialize;
use serde_json::json;

use super::capitals::in_capitals;
use super::font::PaperFont;
use super::sheet::{Align, Format, Sheet, Writer, column};
use super::words::{Campus, Money, campus, commodity, month};
use crate::http::{AskError, Asker};

const NOTICE: &str = "query($no: String!) { notice(noticeNo: $no) { noticeNo accountNo campus month \
    issuedOn dueOn amount openAmount lateFee bill { billNo lines { meterNo commodity component tier \
    quantity unit price amount readings { index readOn previousIndex } } } } campuses { campusId name contact } }";
const ACCOUNT: &str = "query($no: String!) { account(accountNo: $no) { holder address } }";

#[derive(Debug, Deserialize)]
struct Answer {
    notice: Option<Notice>,
    campuses: Vec<Campus>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notice {
    #[serde(rename = "noticeNo")]
    number: String,
    account_no: String,
    campus: String,
    month: String,
    issued_on: String,
    due_on: String,
    amount: Money,
    open_amount: Money,
    late_fee: Money,
    bill: Option<Bill>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bill {
    bill_no: String,
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    meter_no: String,
    commodity: String,
    component: String,
    tier: Option<i32>,
    quantity: String,
    unit: String,
    price: String,
    amount: Money,
    readings: Vec<Reading>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reading {
    index: String,
    read_on: String,
    /// What it was counted from, where no reading came before it.
    previous_index: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Holders {
    account: Option<Holder>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Holder {
    pub(super) holder: Option<String>,
    pub(super) address: Option<String>,
}

/// Whose account it is, as far as the viewer may know.
pub(super) async fn holder(asker: &Asker<'_>, account_no: &str) -> Result<Holder, AskError> {
    let found: Holders = asker.ask(ACCOUNT, json!({ "no": account_no })).await?;
    found.account.ok_or(AskError::Absent)
}

/// A notice, and the bill its proof is of.
pub(super) struct Wanted {
    notice: Notice,
    bill: Bill,
    holder: Holder,
    campuses: Vec<Campus>,
}

pub(super) async fn find(asker: &Asker<'_>, notice_no: &str) -> Result<Wanted, AskError> {
    let answer: Answer = asker.ask(NOTICE, json!({ "no": notice_no })).await?;
    let mut notice = answer.notice.ok_or(AskError::Absent)?;
    let bill = notice.bill.take().ok_or(AskError::Absent)?;
    Ok(Wanted {
        holder: holder(asker, &notice.account_no).await?,
        notice,
        bill,
        campuses: answer.campuses,
    })
}

impl Wanted {
    pub(super) fn bill_no(&self) -> &str {
        &self.bill.bill_no
    }

    pub(super) fn sheet(&self, font: &PaperFont, proof: Option<&str>) -> Sheet {
        let notice = &self.notice;
        let (name, contact) = campus(&self.campuses, &notice.campus);
        let title = format!("水电费缴款通知单 {}", notice.number);
        let mut paper = Writer::new(font, Format::A5, title);
        if let Some(address) = proof {
            paper.square(address);
        }
        paper.heading("水电费缴款通知单");
        paper.sides(&format!("通知单号：{}", notice.number), "");
        paper.sides(
            &format!(
                "户号：{}　户名：{}",
                notice.account_no,
                known(self.holder.holder.as_ref())
            ),
            "",
        );
        paper.sides(
            &format!("地址：{}", known(self.holder.address.as_ref())),
            "",
        );
        paper.sides(
            &format!(
                "账期：{}　出账日期：{}　缴费截止：{}",
                month(&notice.month),
                notice.issued_on,
                notice.due_on
            ),
            "",
        );
        paper.gap();
        let columns = [
            column("表号", 32.0, Align::Left),
            column("项目", 38.0, Align::Left),
            column("抄见（起—止）", 46.0, Align::Left),
            column("用量", 24.0, Align::Right),
            column("单价（元）", 22.0, Align::Right),
            column("金额（元）", 24.0, Align::Right),
        ];
        let rows: Vec<Vec<String>> = self.bill.lines.iter().map(Line::cells).collect();
        paper.table(&columns, &rows);
        paper.gap();
        paper.sides(
            &format!(
                "本期应缴：{}（{}）",
                notice.amount,
                in_capitals(notice.amount.0)
            ),
            &format!("尚欠：{} 元", notice.open_amount),
        );
        if notice.late_fee.0.is_positive() {
            paper.sides(
                &format!("滞纳金（计至今日，缴清时计收）：{} 元", notice.late_fee),
                "",
            );
        }
        paper.paragraph(
            "缴费方式：凭本通知单到任一校区水电服务点以现金、支票缴纳，或按通知单号转账、在线缴纳。",
        );
        paper.paragraph(&format!("{name}　{contact}"));
        paper.finish()
    }
}

pub(super) fn known(text: Option<&String>) -> &str {
    text.map_or("—", String::as_str)
}

impl Line {
    fn cells(&self) -> Vec<String> {
        let tier = self
            .tier
            .map(|tier| format!(" 第{tier}档"))
            .unwrap_or_default();
        let readings = match (self.readings.first(), self.readings.last()) {
            (Some(first), Some(last)) if self.readings.len() > 1 => format!(
                "{} — {}\n{} 至 {}",
                first.index, last.index, first.read_on, last.read_on
            ),
            (Some(only), _) => match &only.previous_index {
                Some(before) => format!("{before} — {}\n至 {}", only.index, only.read_on),
                None => format!("{}\n{}", only.index, only.read_on),
            },
            _ => "—".to_owned(),
        };
        vec![
            self.meter_no.clone(),
            format!("{} {}{tier}", commodity(&self.commodity), self.component),
            readings,
            format!("{} {}", self.quantity, self.unit),
            self.price.clone(),
            self.amount.to_string(),
        ]
    }
}
