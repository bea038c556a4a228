use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::payment;
use chaobiao_projections::evidence::Evidence;
use chaobiao_projections::receipts;
use chrono::{DateTime, Utc};

use chaobiao_domain::units;

use crate::audit::{AuditProof, proof_of};
use crate::payment::{ItemsOf, Payment, visible};
use crate::receipt_stock::PapersOf;
use crate::support::{Fen, Viewer, internal, load, may_see_account, not_found};

/// What a piece of a receipt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "payment::ReceiptPart")]
pub(super) enum ReceiptPart {
    Water,
    Electricity,
    Credit,
    /// 滞纳金
    LateFee,
    /// 押金
    Deposit,
}

/// Why an e-invoice is reversed, in the order of the tax authority's codes 01 to 04.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "payment::RedReason")]
pub(super) enum RedReason {
    /// 01 开票有误
    IssuedInError,
    /// 02 销货退回
    GoodsReturned,
    /// 03 服务中止
    ServiceEnded,
    /// 04 销售折让
    PriceReduced,
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
    #[graphql(skip)]
    whole: units::Fen,
    issued_at: DateTime<Utc>,
    /// Such as `staff:li`.
    issued_by: String,
    /// How often it was printed again.
    copies: i32,
    /// 作废: the payment it was given for was reversed, and the paper is to be taken back.
    voided: bool,
    /// When the void paper came back (收回), or was noted as lost; null while it is out.
    returned_at: Option<DateTime<Utc>>,
    /// Why it will never come back.
    lost: Option<String>,
    /// The e-invoice (数电发票) it was exchanged for.
    invoice_no: Option<String>,
    /// The red invoice (红字发票) that has reversed that.
    red_invoice_no: Option<String>,
    red_reason: Option<RedReason>,
}

impl From<receipts::Receipt> for Receipt {
    fn from(row: receipts::Receipt) -> Self {
        Self {
            receipt_no: row.receipt_no.to_string(),
            payment_id: row.payment_id.to_string(),
            campus: row.campus.to_string(),
            whole: row.total,
            issued_at: row.issued_at,
            issued_by: row.issued_by,
            copies: row.copies,
            voided: row.reversed,
            returned_at: row.returned_at,
            lost: row.lost,
            invoice_no: row.invoice_no.map(String::from),
            red_invoice_no: row.red_invoice_no.map(String::from),
            red_reason: row.red_reason.map(Into::into),
        }
    }
}

impl Receipt {
    /// As far as the viewer may see them.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<receipts::ReceiptLine>> {
        let lines = load(ctx, ItemsOf(self.receipt_no.clone()))
            .await?
            .unwrap_or_default();
        if ctx.data::<Viewer>()?.staff().is_some() {
            return Ok(lines);
        }
        let mut visible = Vec::new();
        for line in lines {
            if may_see_account(ctx, line.account_no.as_str()).await? {
                visible.push(line);
            }
        }
        Ok(visible)
    }
}

#[ComplexObject]
impl Receipt {
    /// To customers what of it was for accounts of theirs.
    async fn total(&self, ctx: &Context<'_>) -> Result<Fen> {
        if ctx.data::<Viewer>()?.staff().is_some() {
            return Ok(Fen(self.whole));
        }
        let lines = self.lines(ctx).await?;
        let sum = units::Fen::checked_sum(lines.iter().map(|line| line.amount));
        sum.map(Fen)
            .ok_or_else(|| internal(ctx, "the items of a receipt overflow"))
    }

    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<ReceiptItem>> {
        let item = |line: receipts::ReceiptLine| ReceiptItem {
            account_no: line.account_no.to_string(),
            part: line.part.into(),
            amount: line.amount.into(),
        };
        Ok(self.lines(ctx).await?.into_iter().map(item).collect())
    }

    /// Proof that the receipt is in the published log; null until a signed head covers it. For
    /// auditors, and for customers when all of it is for accounts of theirs.
    #[graphql(complexity = "20")]
    async fn audit_proof(&self, ctx: &Context<'_>) -> Result<Option<AuditProof>> {
        let seen = units::Fen::checked_sum(self.lines(ctx).await?.iter().map(|line| line.amount));
        match units::ReceiptNo::try_new(&self.receipt_no) {
            Ok(receipt_no) => {
                let own = seen == Some(self.whole);
                proof_of(ctx, Evidence::Receipt(receipt_no), own).await
            }
            Err(error) => Err(internal(ctx, error)),
        }
    }

    /// The number printed on the paper it is on, where numbered paper was used.
    async fn printed_no(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let sheet = load(ctx, PapersOf(self.receipt_no.clone())).await?;
        Ok(sheet.map(|sheet| sheet.printed_no))
    }

    async fn payment(&self, ctx: &Context<'_>) -> Result<Payment> {
        let payment = visible(ctx, &self.payment_id).await?;
        payment.ok_or_else(|| not_found("缴费记录"))
    }
}
