//! The trade bill of a day.

use chaobiao_domain::units::Fen;

/// Whether money came or went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeKind {
    Payment,
    Refund,
}

/// One row that moved money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillRow {
    /// Counted from 1, the header being line 1.
    pub line: usize,
    pub kind: TradeKind,
    pub out_trade_no: String,
    pub transaction_id: String,
    pub mchid: String,
    pub out_refund_no: Option<String>,
    pub amount: Fen,
    /// 手续费; negative when given back.
    pub fee: String,
}

/// Why a bill is refused as a whole: what it sums up is not what it lists.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BillError {
    #[error("the file is not UTF-8 text")]
    Text,
    #[error("the column {0} is missing")]
    Column(&'static str),
    #[error("line {line}: {what} cannot be read")]
    Value { line: usize, what: &'static str },
    #[error("the closing summary is missing")]
    NoSummary,
    #[error("the summary says {said} of {what}, the rows {found}")]
    Sum {
        what: &'static str,
        said: String,
        found: String,
    },
}

struct Columns<'a> {
    names: Vec<&'a str>,
    cells: Vec<&'a str>,
    line: usize,
}

impl<'a> Columns<'a> {
    fn cell(&self, name: &'static str) -> Result<&'a str, BillError> {
        let place = self.names.iter().position(|known| *known == name);
        let place = place.ok_or(BillError::Column(name))?;
        self.cells.get(place).copied().ok_or(BillError::Value {
            line: self.line,
            what: name,
        })
    }

    fn amount(&self, name: &'static str) -> Result<Fen, BillError> {
        self.cell(name)?.parse().map_err(|_| BillError::Value {
            line: self.line,
            what: name,
        })
    }
}

fn cells(line: &str) -> Vec<&str> {
    // A value begins with a backquote; a comma inside one is not followed by a backquote.
    match line.strip_prefix('`') {
        Some(values) => values.split(",`").map(str::trim).collect(),
        None => line.split(',').map(str::trim).collect(),
    }
}

/// Rows of `ALL`, checked against the summary at the end.
pub fn read_trade_bill(file: &[u8]) -> Result<Vec<BillRow>, BillError> {
    let text = std::str::from_utf8(file).map_err(|_| BillError::Text)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    let Some((_, header)) = lines.next() else {
        return Err(BillError::NoSummary);
    };
    let names = cells(header);
    let mut rows = Vec::new();
    for (place, line) in lines.by_ref() {
        if !line.starts_with('`') {
            let summary = lines.next().ok_or(BillError::NoSummary)?;
            check(&rows, &cells(line), &cells(summary.1), summary.0 + 1)?;
            return Ok(rows);
        }
        let columns = Columns {
            names: names.clone(),
            cells: cells(line),
            line: place + 1,
        };
        rows.push(row(&columns)?);
    }
    Err(BillError::NoSummary)
}

fn row(columns: &Columns<'_>) -> Result<BillRow, BillError> {
    let kind = match columns.cell("交易状态")? {
        "SUCCESS" => TradeKind::Payment,
        "REFUND" | "REVOKED" => TradeKind::Refund,
        _ => {
            return Err(BillError::Value {
                line: columns.line,
                what: "交易状态",
            });
        }
    };
    let amount = match kind {
        TradeKind::Payment => columns.amount("订单金额")?,
        TradeKind::Refund => columns.amount("申请退款金额")?,
    };
    let refund_no = columns.cell("商户退款单号")?;
    Ok(BillRow {
        line: columns.line,
        kind,
        out_trade_no: columns.cell("商户订单号")?.to_owned(),
        transaction_id: columns.cell("微信订单号")?.to_owned(),
        mchid: columns.cell("商户号")?.to_owned(),
        out_refund_no: (kind == TradeKind::Refund).then(|| refund_no.to_owned()),
        amount,
        fee: columns.cell("手续费")?.to_owned(),
    })
}

fn check(rows: &[BillRow], names: &[&str], values: &[&str], line: usize) -> Result<(), BillError> {
    let summary = Columns {
        names: names.to_vec(),
        cells: values.to_vec(),
        line,
    };
    let said = summary.cell("总交易单数")?;
    if said != rows.len().to_string() {
        return Err(BillError::Sum {
            what: "总交易单数",
            said: said.to_owned(),
            found: rows.len().to_string(),
        });
    }
    for (what, kind) in [
        ("订单总金额", TradeKind::Payment),
        ("申请退款总金额", TradeKind::Refund),
    ] {
        let said = summary.amount(what)?;
        let amounts = rows.iter().filter(|row| row.kind == kind);
        let found = Fen::checked_sum(amounts.map(|row| row.amount));
        if found != Some(said) {
            return Err(BillError::Sum {
                what,
                said: said.to_string(),
                found: found.map(|sum| sum.to_string()).unwrap_or_default(),
            });
        }
    }
    Ok(())
}
