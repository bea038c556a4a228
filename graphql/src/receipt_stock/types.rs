use async_graphql::{ComplexObject, Context, Result, SimpleObject};
use chaobiao_projections::receipt_stock::{SheetRow, StockRow, query};
use chrono::{DateTime, Utc};

use crate::support::{load, many};

many! {
    /// The sheets of a bundle, by its number.
    SheetsOf, SheetRow, query::sheets, stock_no;
}

/// The sheet a receipt is printed on, by the receipt's number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PapersOf(pub(crate) String);

impl async_graphql::dataloader::Loader<PapersOf> for crate::support::ReadLoader {
    type Value = SheetRow;
    type Error = String;

    async fn load(
        &self,
        keys: &[PapersOf],
    ) -> Result<std::collections::HashMap<PapersOf, SheetRow>, String> {
        let keys: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let rows = query::papers(self.0.pool(), &keys).await;
        let rows = rows.map_err(|error| error.to_string())?.into_iter();
        let by_receipt = rows.filter_map(|row| Some((PapersOf(row.receipt_no.clone()?), row)));
        Ok(by_receipt.collect())
    }
}

/// A sheet that was used or spoiled.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct StockSheet {
    printed_no: String,
    spoiled: bool,
    /// The receipt printed on it.
    receipt_no: Option<String>,
    /// Why it was spoiled.
    reason: Option<String>,
}

/// 票据本: numbered paper handed to a cashier.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct ReceiptStock {
    stock_no: String,
    /// As printed.
    first_no: String,
    last_no: String,
    campus: String,
    cashier: String,
    issued_by: String,
    issued_at: DateTime<Utc>,
    used: i64,
    spoiled: i64,
    unused: i64,
    /// Who has taken back what was left.
    returned_to: Option<String>,
    returned_at: Option<DateTime<Utc>>,
}

impl From<StockRow> for ReceiptStock {
    fn from(row: StockRow) -> Self {
        Self {
            stock_no: row.stock_no,
            first_no: row.first_no,
            last_no: row.last_no,
            campus: row.campus,
            cashier: row.cashier,
            issued_by: row.issued_by,
            issued_at: row.issued_at,
            used: row.used,
            spoiled: row.spoiled,
            unused: row.sheets - row.used - row.spoiled,
            returned_to: row.returned_to,
            returned_at: row.returned_at,
        }
    }
}

#[ComplexObject]
impl ReceiptStock {
    /// Those that were used or spoiled, in order.
    #[graphql(complexity = "1 + 20 * child_complexity")]
    async fn sheets(&self, ctx: &Context<'_>) -> Result<Vec<StockSheet>> {
        let rows = load(ctx, SheetsOf(self.stock_no.clone())).await?;
        let sheets = rows.unwrap_or_default().into_iter().map(|row| StockSheet {
            printed_no: row.printed_no,
            spoiled: row.state == "spoiled",
            receipt_no: row.receipt_no,
            reason: row.reason,
        });
        Ok(sheets.collect())
    }
}
