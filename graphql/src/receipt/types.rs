use async_graphql::dataloader::DataLoader;
use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::payment;
use chaobiao_projections::receipts;
use chrono::{DateTime, Utc};

use crate::payment::{ItemsOf, Payment, PaymentLoader, visible};
use crate::support::{Fen, internal, not_found};

/// What a piece of a receipt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "payment::ReceiptPart")]
pub(super) enum ReceiptPart {
    Water,
    Electricity,
    Credit,
}

#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ReceiptItem {
    account_no: String,
    part: ReceiptPart,
    amount: Fen,
}

/// A receipt in the register. Its number is never used again.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Receipt {
    pub(crate) receipt_no: String,
    #[graphql(skip)]
    payment_id: String,
    /// Where it was handed out.
    campus: String,
    total: Fen,
    issued_at: DateTime<Utc>,
    /// Such as `staff:li`.
    issued_by: String,
    /// How often it was printed again.
    copies: i32,
    /// The payment it was given for was reversed: the paper is to be taken back.
    reversed: bool,
}

impl From<receipts::Receipt> for Receipt {
    fn from(row: receipts::Receipt) -> Self {
        Self {
            receipt_no: row.receipt_no.to_string(),
            payment_id: row.payment_id.to_string(),
            campus: row.campus.to_string(),
            total: row.total.into(),
            issued_at: row.issued_at,
            issued_by: row.issued_by,
            copies: row.copies,
            reversed: row.reversed,
        }
    }
}

#[ComplexObject]
impl Receipt {
    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<ReceiptItem>> {
        let loader = ctx.data::<DataLoader<PaymentLoader>>()?;
        let items = loader.load_one(ItemsOf(self.receipt_no.clone())).await;
        let items = items
            .map_err(|error| internal(ctx, error))?
            .unwrap_or_default();
        let item = |line: receipts::ReceiptLine| ReceiptItem {
            account_no: line.account_no.to_string(),
            part: line.part.into(),
            amount: line.amount.into(),
        };
        Ok(items.into_iter().map(item).collect())
    }

    async fn payment(&self, ctx: &Context<'_>) -> Result<Payment> {
        let payment = visible(ctx, &self.payment_id).await?;
        payment.ok_or_else(|| not_found("缴费记录"))
    }
}
