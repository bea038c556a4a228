use chaobiao_domain::units::AccountNo;

use super::asked::MonthUsage;
use crate::export::table::{Cell, Table};

const HEADINGS: [&str; 5] = ["户号", "表号", "月份", "用量", "单位"];

/// Usage by month and meter; another centre takes it in as it is (`import history`).
pub(super) fn table(account_no: &AccountNo, months: &[MonthUsage]) -> Table {
    let cells = |month: &MonthUsage| {
        vec![
            Cell::Text(account_no.to_string()),
            Cell::Text(month.meter_no.clone()),
            Cell::Text(month.month.to_string()),
            Cell::Number(month.usage),
            Cell::Text(month.commodity.unit().to_owned()),
        ]
    };
    Table {
        name: "月用量".to_owned(),
        headings: HEADINGS.map(str::to_owned).to_vec(),
        rows: months.iter().map(cells).collect(),
        created_at: None,
    }
}
