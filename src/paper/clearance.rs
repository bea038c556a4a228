//! 结清证明 (R95): the holder of an account owes nothing and uses nothing any more.

use serde::Deserialize;
use serde_json::json;

use super::capitals::in_capitals;
use super::font::PaperFont;
use super::notice::known;
use super::sheet::{Align, Format, Sheet, Writer, column};
use super::words::{Campus, Money, campus};
use crate::http::{AskError, Asker};

const ACCOUNT: &str = "query($no: String!) { account(accountNo: $no) { accountNo campus holder address \
    openAmount credit certificateNo clearedOn movedOut { on due closings { meterNo index } } } \
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
    certificate_no: Option<String>,
    cleared_on: Option<String>,
    moved_out: Option<MovedOut>,
}

#[derive(Debug, Deserialize)]
struct MovedOut {
    on: String,
    due: Money,
    closings: Vec<Closing>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Closing {
    meter_no: String,
    index: String,
}

pub(super) struct Wanted {
    account: Account,
    certificate_no: String,
    cleared_on: String,
    campuses: Vec<Campus>,
}

/// Refused while anything is open, also where a payment was taken back after the clearance.
pub(super) async fn find(asker: &Asker<'_>, account_no: &str) -> Result<Wanted, AskError> {
    let answer: Answer = asker.ask(ACCOUNT, json!({ "no": account_no })).await?;
    let mut account = answer.account.ok_or(AskError::Absent)?;
    let certified = (account.certificate_no.take(), account.cleared_on.take());
    let (Some(certificate_no), Some(cleared_on)) = certified else {
        return Err(AskError::NotCleared);
    };
    if account.open_amount.0.is_positive() {
        return Err(AskError::NotCleared);
    }
    Ok(Wanted {
        account,
        certificate_no,
        cleared_on,
        campuses: answer.campuses,
    })
}

impl Wanted {
    pub(super) fn certificate_no(&self) -> &str {
        &self.certificate_no
    }

    pub(super) fn sheet(&self, font: &PaperFont, proof: Option<&str>) -> Sheet {
        let account = &self.account;
        let (name, contact) = campus(&self.campuses, &account.campus);
        let title = format!("水电费结清证明 {}", self.certificate_no);
        let mut paper = Writer::new(font, Format::A5, title);
        if let Some(address) = proof {
            paper.square(address);
        }
        paper.heading("水电费结清证明");
        paper.sides(&format!("证明编号：{}", self.certificate_no), "");
        paper.sides(
            &format!(
                "户号：{}　户名：{}",
                account.number,
                known(account.holder.as_ref())
            ),
            "",
        );
        paper.sides(&format!("地址：{}", known(account.address.as_ref())), "");
        paper.sides(&format!("结清日期：{}", self.cleared_on), "");
        paper.gap();
        if let Some(moved_out) = &account.moved_out {
            let columns = [
                column("表号", 60.0, Align::Left),
                column("退房止码", 60.0, Align::Right),
                column("抄表日期", 66.0, Align::Right),
            ];
            let rows = moved_out.closings.iter().map(|closing| {
                vec![
                    closing.meter_no.clone(),
                    closing.index.clone(),
                    moved_out.on.clone(),
                ]
            });
            paper.table(&columns, &rows.collect::<Vec<_>>());
            paper.gap();
            paper.sides(
                &format!(
                    "退房结算应缴：{} 元（{}）",
                    moved_out.due,
                    in_capitals(moved_out.due.0)
                ),
                "",
            );
        }
        paper.paragraph("兹证明上述户号的水电费、滞纳金及其他费用均已结清，不再欠费。");
        if account.credit.0.is_positive() {
            paper.paragraph(&format!("尚有余款 {} 元待退。", account.credit));
        }
        paper.sides("", "出具单位（盖章）：　　　　　　　　　　");
        paper.paragraph(&format!("{name}　{contact}"));
        paper.finish()
    }
}
