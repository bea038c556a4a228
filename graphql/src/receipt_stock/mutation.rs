use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::receipt_stock::{
    IssueStock, PrintReceipt, ReceiptPrinted, ReceiptStockError, ReturnStock, SpoilSheet,
    StockChanged,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CampusId, ReceiptNo, StaffLogin, StockNo};

use super::query::find;
use super::types::ReceiptStock;
use crate::receipt::{self, Receipt};
use crate::support::{field, may, payloads, run};

#[derive(InputObject)]
pub(super) struct IssueReceiptStockInput {
    idempotency_key: String,
    stock_no: String,
    /// Printed before the number.
    #[graphql(default)]
    prefix: String,
    /// How many digits are printed.
    digits: i32,
    first: i32,
    /// Included; a bundle has 50 sheets at most, a thicker one is handed out in two.
    last: i32,
    campus_id: String,
    cashier: String,
}

#[derive(InputObject)]
pub(super) struct PrintReceiptInput {
    idempotency_key: String,
    receipt_no: String,
    stock_no: String,
    /// The sheet's number, without prefix and noughts.
    number: i32,
}

#[derive(InputObject)]
pub(super) struct SpoilReceiptSheetInput {
    idempotency_key: String,
    stock_no: String,
    number: i32,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ReturnReceiptStockInput {
    idempotency_key: String,
    stock_no: String,
}

payloads!(
    stock: ReceiptStock, |ctx, changed: StockChanged| find(ctx, changed.stock_no.as_str());
    IssueReceiptStockPayload,
    SpoilReceiptSheetPayload,
    ReturnReceiptStockPayload
);
payloads!(
    receipt: Receipt, |ctx, printed: ReceiptPrinted| receipt::find(ctx, printed.receipt_no.as_str());
    PrintReceiptPayload
);

fn stock_no(text: &str) -> Result<StockNo, Rejection> {
    field("stockNo", StockNo::try_new(text))
}

fn number(number: i32) -> Result<u32, Rejection> {
    u32::try_from(number).map_err(|_| ReceiptStockError::RangeInvalid.into())
}

fn issuing(input: &IssueReceiptStockInput) -> Result<IssueStock, Rejection> {
    let digits = u8::try_from(input.digits).map_err(|_| ReceiptStockError::RangeInvalid)?;
    Ok(IssueStock {
        stock_no: stock_no(&input.stock_no)?,
        prefix: input.prefix.clone(),
        digits,
        first: number(input.first)?,
        last: number(input.last)?,
        campus: field("campusId", CampusId::try_new(&input.campus_id))?,
        cashier: field("cashier", StaffLogin::try_new(&input.cashier))?,
    })
}

fn printing(input: &PrintReceiptInput) -> Result<PrintReceipt, Rejection> {
    Ok(PrintReceipt {
        receipt_no: field("receiptNo", ReceiptNo::try_new(&input.receipt_no))?,
        stock_no: stock_no(&input.stock_no)?,
        number: number(input.number)?,
    })
}

fn spoiling(input: SpoilReceiptSheetInput) -> Result<SpoilSheet, Rejection> {
    Ok(SpoilSheet {
        stock_no: stock_no(&input.stock_no)?,
        number: number(input.number)?,
        reason: input.reason,
    })
}

#[derive(Default)]
pub struct ReceiptStockMutation;

#[Object]
impl ReceiptStockMutation {
    /// 领用: hands a bundle of numbered paper to a cashier.
    #[graphql(guard = "may(Permission::ApproveTills)")]
    async fn issue_receipt_stock(
        &self,
        ctx: &Context<'_>,
        input: IssueReceiptStockInput,
    ) -> Result<IssueReceiptStockPayload> {
        let process = issuing(&input);
        let ran = run(ctx, "issueReceiptStock", &input.idempotency_key, process).await?;
        IssueReceiptStockPayload::of(ctx, ran).await
    }

    /// Prints a receipt on a sheet of the cashier's own: from then on both numbers name it.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn print_receipt(
        &self,
        ctx: &Context<'_>,
        input: PrintReceiptInput,
    ) -> Result<PrintReceiptPayload> {
        let process = printing(&input);
        let ran = run(ctx, "printReceipt", &input.idempotency_key, process).await?;
        PrintReceiptPayload::of(ctx, ran).await
    }

    /// 作废: a sheet was misprinted or torn. What was on it may be printed on another.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn spoil_receipt_sheet(
        &self,
        ctx: &Context<'_>,
        input: SpoilReceiptSheetInput,
    ) -> Result<SpoilReceiptSheetPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "spoilReceiptSheet", &key, spoiling(input)).await?;
        SpoilReceiptSheetPayload::of(ctx, ran).await
    }

    /// 缴销: takes what is left of a bundle back; not by its cashier.
    #[graphql(guard = "may(Permission::ApproveTills)")]
    async fn return_receipt_stock(
        &self,
        ctx: &Context<'_>,
        input: ReturnReceiptStockInput,
    ) -> Result<ReturnReceiptStockPayload> {
        let process = stock_no(&input.stock_no).map(|stock_no| ReturnStock { stock_no });
        let ran = run(ctx, "returnReceiptStock", &input.idempotency_key, process).await?;
        ReturnReceiptStockPayload::of(ctx, ran).await
    }
}
