//! Comparing a gateway's day with our orders, row by row.

use std::collections::BTreeSet;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::{GatewayStatement, GatewayStatementCommand};
use super::error::GatewayStatementError;
use super::event::{Difference, DifferenceKind, RowKind, StatementCompared, StatementSums};
use crate::gateway_order::{GatewayChannel, GatewayOrder, GatewayOrderRecord, RefundStatus};
use crate::units::{Fen, FileHash, GatewayOrderNo};

/// Keeps one commit to a size that never holds a transaction open for long.
pub(super) const ROWS_MAX: usize = 20_000;

/// A row of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRow {
    pub line: u32,
    pub kind: RowKind,
    /// Our number of the order, as the file has it.
    pub order_no: String,
    /// Of a refund, our number of that, where the file has it.
    pub refund_no: Option<String>,
    pub transaction_id: String,
    pub merchant: String,
    pub amount: Fen,
}

/// Compares a day's file; the same file with the same result again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompareGatewayStatement {
    pub channel: GatewayChannel,
    pub merchant: String,
    pub day: NaiveDate,
    pub file: FileHash,
    pub rows: Vec<StatementRow>,
    /// The orders we have as paid by that gateway on that day, for the other direction.
    pub ours: Vec<GatewayOrderNo>,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Agrees,
    Differs(DifferenceKind),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedRow {
    pub line: u32,
    pub order_no: String,
    pub verdict: Verdict,
}

/// The verdicts, row by row, and everything that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    pub rows: Vec<ComparedRow>,
    pub differences: Vec<Difference>,
    pub there: StatementSums,
    pub agreed: StatementSums,
}

impl StatementSums {
    fn add(&mut self, kind: RowKind, amount: Fen) -> Result<(), GatewayStatementError> {
        let sum = match kind {
            RowKind::Payment => &mut self.paid,
            RowKind::Refund => &mut self.refunded,
        };
        *sum = sum
            .checked_add(amount)
            .ok_or(GatewayStatementError::Overflow)?;
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }
}

/// What we have of a row's money; none where we have nothing.
fn ours(order: Option<&GatewayOrderRecord>, row: &StatementRow) -> Option<(String, Fen)> {
    let order = order?;
    match row.kind {
        RowKind::Payment => {
            let (id, amount) = order.transaction()?;
            Some((id.to_owned(), amount))
        }
        RowKind::Refund => {
            let refund = order.refund.as_ref()?;
            let same = row
                .refund_no
                .as_ref()
                .is_none_or(|no| no == refund.asked.refund_no.as_str());
            let done = refund.status == RefundStatus::Done && same;
            done.then(|| (row.transaction_id.clone(), refund.asked.amount))
        }
    }
}

impl CompareGatewayStatement {
    fn stream(&self) -> String {
        format!("{}/{}/{}", self.channel.as_str(), self.merchant, self.day)
    }

    fn known_numbers(&self) -> BTreeSet<GatewayOrderNo> {
        let of_file = self.rows.iter();
        let of_file = of_file.filter_map(|row| GatewayOrderNo::try_new(&row.order_no).ok());
        of_file.chain(self.ours.iter().cloned()).collect()
    }

    fn compare(&self, workspace: &mut Workspace) -> Result<Comparison, Stop> {
        let mut comparison = Comparison {
            rows: Vec::with_capacity(self.rows.len()),
            differences: Vec::new(),
            there: StatementSums::default(),
            agreed: StatementSums::default(),
        };
        let mut seen = BTreeSet::new();
        for row in &self.rows {
            comparison.there.add(row.kind, row.amount)?;
            let number = (row.kind, &row.order_no, &row.refund_no);
            let repeated = !seen.insert(number);
            let (kind, here) = self.judge(row, repeated, workspace)?;
            let verdict = match kind {
                None => {
                    comparison.agreed.add(row.kind, row.amount)?;
                    Verdict::Agrees
                }
                Some(kind) => {
                    comparison.differences.push(Difference {
                        kind,
                        line: Some(row.line),
                        row: row.kind,
                        order_no: row.order_no.clone(),
                        there: Some(row.amount),
                        here,
                    });
                    Verdict::Differs(kind)
                }
            };
            comparison.rows.push(ComparedRow {
                line: row.line,
                order_no: row.order_no.clone(),
                verdict,
            });
        }
        let paid: BTreeSet<&str> = self
            .rows
            .iter()
            .filter(|row| row.kind == RowKind::Payment)
            .map(|row| row.order_no.as_str())
            .collect();
        for order_no in &self.ours {
            let order = workspace.get::<GatewayOrder>(order_no.as_str())?;
            let order = order.placed(order_no).ok();
            let transaction = order.and_then(GatewayOrderRecord::transaction);
            let Some((_, amount)) = transaction else {
                continue;
            };
            if !paid.contains(order_no.as_str()) {
                comparison.differences.push(Difference {
                    kind: DifferenceKind::MissingThere,
                    line: None,
                    row: RowKind::Payment,
                    order_no: order_no.to_string(),
                    there: None,
                    here: Some(amount),
                });
            }
        }
        Ok(comparison)
    }

    fn judge(
        &self,
        row: &StatementRow,
        repeated: bool,
        workspace: &mut Workspace,
    ) -> Result<(Option<DifferenceKind>, Option<Fen>), Stop> {
        if repeated {
            return Ok((Some(DifferenceKind::Repeated), None));
        }
        if row.merchant != self.merchant {
            return Ok((Some(DifferenceKind::Merchant), None));
        }
        let Ok(order_no) = GatewayOrderNo::try_new(&row.order_no) else {
            return Ok((Some(DifferenceKind::MissingHere), None));
        };
        let order = workspace.get::<GatewayOrder>(order_no.as_str())?;
        let order = order.placed(&order_no).ok();
        Ok(match ours(order, row) {
            None => (Some(DifferenceKind::MissingHere), None),
            Some((_, here)) if here != row.amount => (Some(DifferenceKind::Amount), Some(here)),
            Some((id, here)) if id != row.transaction_id => {
                (Some(DifferenceKind::Transaction), Some(here))
            }
            Some((_, here)) => (None, Some(here)),
        })
    }
}

impl Process for CompareGatewayStatement {
    const NAME: &'static str = "gateway_statement.compare";
    type Outcome = Comparison;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Comparison, Stop> {
        if self.rows.len() > ROWS_MAX {
            return Err(GatewayStatementError::TooManyRows.into());
        }
        let numbers = self.known_numbers();
        workspace.need::<GatewayOrder>(numbers.iter().map(ToString::to_string))?;
        let comparison = self.compare(workspace)?;
        let command = GatewayStatementCommand::Compare(StatementCompared {
            channel: self.channel.as_str().to_owned(),
            merchant: self.merchant.clone(),
            day: self.day,
            file: self.file.clone(),
            there: comparison.there,
            agreed: comparison.agreed,
            differences: comparison.differences.clone(),
            compared_at: context.at,
        });
        workspace.execute::<GatewayStatement>(&self.stream(), command)?;
        Ok(comparison)
    }
}
