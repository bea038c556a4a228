//! 收费系统账单: rows of one account and month are one bill, wherever they stand in the file.

use std::collections::HashMap;

use chaobiao_decision::Rejection;
use chaobiao_domain::bill_reconciliation::BillThere;
use chaobiao_domain::billing::{ImportBill, ImportedLine};
use chaobiao_domain::units::{AccountNo, BillingMonth, Fen, ImportBatchId, Quantity, ValueError};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::cell::refused;
use super::columns::{ACCOUNT_NO, Column, Fields, Heading, METER_NO};
use super::history_rows::month;
use super::table::Row;

/// The smallest coin.
const MONEY_PLACES: u32 = 2;

pub(super) const COLUMNS: &[Column] = &[
    ACCOUNT_NO,
    METER_NO,
    Column {
        field: "month",
        label: "账期",
        required: true,
        aliases: &[
            "账期",
            "月份",
            "年月",
            "账单月份",
            "费用月份",
            "缴费月份",
            "month",
        ],
    },
    Column {
        field: "usage",
        label: "用量",
        required: true,
        aliases: &[
            "用量",
            "用水量",
            "用电量",
            "水量",
            "电量",
            "本月用量",
            "计费量",
            "usage",
        ],
    },
    Column {
        field: "amount",
        label: "金额",
        required: true,
        aliases: &["金额", "应收金额", "账单金额", "应收", "费用", "amount"],
    },
    Column {
        field: "component",
        label: "费用项目",
        required: false,
        aliases: &["费用项目", "费用名称", "收费项目", "费项", "component"],
    },
    Column {
        field: "dueOn",
        label: "缴费截止日期",
        required: false,
        aliases: &[
            "缴费截止日期",
            "截止日期",
            "缴款截止日期",
            "到期日",
            "缴费期限",
            "dueOn",
            "due",
        ],
    },
    Column {
        field: "billNo",
        label: "账单号",
        required: false,
        aliases: &[
            "账单号",
            "收费系统账单号",
            "账单编号",
            "单号",
            "billNo",
            "bill",
        ],
    },
    Column {
        field: "open",
        label: "欠费",
        required: false,
        aliases: &[
            "欠费",
            "欠费金额",
            "未缴金额",
            "未收金额",
            "尚欠",
            "arrears",
            "open",
        ],
    },
    Column {
        field: "lateFee",
        label: "滞纳金",
        required: false,
        aliases: &["滞纳金", "违约金", "lateFee"],
    },
    Column {
        field: "state",
        label: "状态",
        required: false,
        aliases: &["状态", "账单状态", "state"],
    },
];

type Key = (AccountNo, BillingMonth);

/// A row as it was read.
struct BillRow {
    key: Key,
    line: ImportedLine,
    due_on: Option<NaiveDate>,
    withdrawn: bool,
}

/// The bills of a file, by their rows.
#[derive(Debug, Default)]
pub(super) struct Bills {
    rows: HashMap<usize, Result<Key, Rejection>>,
    by_key: HashMap<Key, ImportBill>,
    /// A row by which the bill cannot be read.
    broken: HashMap<Key, usize>,
}

impl Bills {
    pub(super) fn of(heading: &Heading, rows: &[Row], batch: Option<&ImportBatchId>) -> Self {
        let mut bills = Self::default();
        for row in rows {
            let read = bills.take(heading, row, batch);
            bills.rows.insert(row.number, read);
        }
        bills
    }

    fn take(
        &mut self,
        heading: &Heading,
        row: &Row,
        batch: Option<&ImportBatchId>,
    ) -> Result<Key, Rejection> {
        let fields = heading.fields(row)?;
        let read = parse(fields).inspect_err(|_| {
            if let Ok(key) = key(fields) {
                self.broken.entry(key).or_insert(row.number);
            }
        })?;
        let BillRow {
            key,
            line,
            due_on,
            withdrawn,
        } = read;
        let bill = self
            .by_key
            .entry(key.clone())
            .or_insert_with(|| ImportBill {
                account_no: key.0.clone(),
                month: key.1,
                lines: Vec::new(),
                due_on: None,
                withdrawn: true,
                batch: batch.cloned(),
            });
        // Where rows differ, the later day: nobody is to be late by a row that was overlooked.
        bill.due_on = bill.due_on.max(due_on);
        if withdrawn {
            return Ok(key);
        }
        bill.withdrawn = false;
        let doubled = bill.lines.iter().any(|before| {
            before.meter_no == line.meter_no
                && before.component == line.component
                && before.bill_no == line.bill_no
        });
        if doubled {
            self.broken.entry(key).or_insert(row.number);
            return Err(Rejection::new(
                "IMPORT_BILL_LINE_DOUBLED",
                format!("表号 {} 的同一费用在该账单中已有一行", line.meter_no),
            )
            .on("meterNo"));
        }
        bill.lines.push(line);
        Ok(key)
    }

    /// The bills a list has, or how many rows cannot be read, and the first of them.
    pub(super) fn there(&self) -> Result<Vec<BillThere>, (usize, usize)> {
        let unread = self.rows.iter().filter(|(_, read)| read.is_err());
        let unread: Vec<usize> = unread.map(|(row, _)| *row).collect();
        if let Some(first) = unread.iter().min() {
            return Err((unread.len(), *first));
        }
        let standing = self.by_key.values().filter(|bill| !bill.withdrawn);
        let mut there = Vec::new();
        for bill in standing {
            let lines = bill.lines.iter();
            let asked = lines.clone().map(|line| line.amount);
            let fees = lines.clone().filter_map(|line| line.late_fee);
            let open: Option<Vec<Fen>> = lines.map(|line| line.open).collect();
            // A sum beyond all amounts is no bill of anybody's.
            let asked = Fen::checked_sum(asked.chain(fees)).ok_or((1, 0))?;
            there.push(BillThere {
                account_no: bill.account_no.clone(),
                month: bill.month,
                asked,
                open: open.and_then(Fen::checked_sum),
            });
        }
        there.sort_by(|one, other| {
            (&one.account_no, one.month).cmp(&(&other.account_no, other.month))
        });
        Ok(there)
    }

    /// The bill a row belongs to: whole, or not at all.
    pub(super) fn bill(&self, row: usize) -> Result<ImportBill, Rejection> {
        let key = match self.rows.get(&row) {
            Some(Ok(key)) => key,
            Some(Err(rejection)) => return Err(rejection.clone()),
            None => return Err(incomplete(row)),
        };
        match (self.broken.get(key), self.by_key.get(key)) {
            (None, Some(bill)) => Ok(bill.clone()),
            (broken, _) => Err(incomplete(broken.copied().unwrap_or(row))),
        }
    }
}

fn incomplete(row: usize) -> Rejection {
    Rejection::new(
        "IMPORT_BILL_INCOMPLETE",
        format!("该账单第 {row} 行有误，整张账单未导入"),
    )
}

fn key(fields: Fields<'_>) -> Result<Key, Rejection> {
    let month = month(&fields.required_text("month")?);
    let month = month.ok_or_else(|| refused(&ValueError::BadFormat { what: "账期" }).on("month"));
    Ok((fields.required("accountNo")?, month?))
}

fn parse(fields: Fields<'_>) -> Result<BillRow, Rejection> {
    let usage = required(fields, "usage", "用量")?;
    let due_on = match fields.moment("dueOn")? {
        None => None,
        Some(moment) => Some(moment.date.ok_or_else(|| {
            refused(&ValueError::BadFormat {
                what: "缴费截止日期",
            })
            .on("dueOn")
        })?),
    };
    let amount = required(fields, "amount", "金额")?;
    Ok(BillRow {
        key: key(fields)?,
        line: ImportedLine {
            meter_no: fields.required("meterNo")?,
            bill_no: fields.parsed("billNo")?,
            component: fields.text("component")?,
            usage: Quantity::try_new(usage).map_err(|error| refused(&error).on("usage"))?,
            amount: fen(amount, "amount", "金额")?,
            late_fee: money(fields, "lateFee", "滞纳金")?,
            open: money(fields, "open", "欠费")?,
        },
        due_on,
        withdrawn: withdrawn(fields)?,
    })
}

fn required(fields: Fields<'_>, field: &str, what: &'static str) -> Result<Decimal, Rejection> {
    let value = fields.decimal(field)?;
    value.ok_or_else(|| refused(&ValueError::Empty { what }).on(field))
}

fn money(fields: Fields<'_>, field: &str, what: &'static str) -> Result<Option<Fen>, Rejection> {
    let amount = fields.decimal(field)?;
    amount.map(|yuan| fen(yuan, field, what)).transpose()
}

/// Exactly; a part of a fen is somebody's mistake.
fn fen(yuan: Decimal, field: &str, what: &'static str) -> Result<Fen, Rejection> {
    if yuan.normalize().scale() > MONEY_PLACES {
        let places = MONEY_PLACES;
        return Err(refused(&ValueError::TooPrecise { what, places }).on(field));
    }
    let fen = Fen::from_yuan_half_up(yuan);
    fen.ok_or_else(|| refused(&ValueError::OutOfRange { what }).on(field))
}

fn withdrawn(fields: Fields<'_>) -> Result<bool, Rejection> {
    let state = fields.text("state")?;
    match state.as_deref().map(str::to_lowercase).as_deref() {
        None
        | Some(
            "正常" | "有效" | "已缴" | "未缴" | "已缴费" | "未缴费" | "欠费" | "部分缴费" | "open"
            | "paid",
        ) => Ok(false),
        Some("作废" | "已作废" | "撤销" | "已撤销" | "冲销" | "已冲销" | "void") => {
            Ok(true)
        }
        Some(_) => Err(refused(&ValueError::BadFormat { what: "状态" }).on("state")),
    }
}
