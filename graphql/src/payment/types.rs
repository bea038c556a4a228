use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::payment;
use chaobiao_domain::units;
use chaobiao_projections::payments::{PaymentPart, PaymentRow};
use chaobiao_projections::personal::PersonalAt;
use chrono::{DateTime, Utc};

use super::loader::{PartsOf, ReceiptsOf};
use crate::receipt::Receipt;
use crate::support::{
    Date, Fen, Viewer, YearMonth, internal, load, mask_name, may_see_account, shown,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "payment::PaymentMethod")]
pub enum PaymentMethod {
    Cash,
    Cheque,
    Transfer,
    /// 银联
    Unionpay,
    WechatPay,
    /// 工资代扣
    Payroll,
    /// 校内转账
    InternalTransfer,
}

/// What the bank has said of a cheque.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum ChequeState {
    /// Nothing yet.
    Pending,
    Cleared,
    /// 退票: the payment is undone.
    Bounced,
}

/// Money put against one bill.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct PaymentAllocation {
    account_no: String,
    bill_no: String,
    /// The month of the bill.
    month: YearMonth,
    amount: Fen,
}

/// Money kept for later bills of an account, or held for it.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct PaymentCredit {
    account_no: String,
    amount: Fen,
}

impl From<PaymentPart> for PaymentCredit {
    fn from(part: PaymentPart) -> Self {
        Self {
            account_no: part.account_no.to_string(),
            amount: part.amount.into(),
        }
    }
}

/// A payment as it was taken, and whether it was undone.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Payment {
    payment_id: String,
    method: PaymentMethod,
    #[graphql(skip)]
    whole: units::Fen,
    paid_at: DateTime<Utc>,
    /// Where the money was taken.
    campus: String,
    /// Such as `staff:li`.
    taken_by: String,
    cheque_number: Option<String>,
    cheque_bank: Option<String>,
    /// 冲正
    reversed_at: Option<DateTime<Utc>>,
    reversed_by: Option<String>,
    reversal_reason: Option<String>,
    /// The line of the bank's statement it was.
    bank_reference: Option<String>,
    /// The transfer claim it was.
    transfer_claim_id: Option<String>,
    /// Where the cash or the cheque lies.
    till_id: Option<String>,
    /// 校内转账凭证, and its day.
    voucher_no: Option<String>,
    voucher_on: Option<Date>,
    /// Null for anything but a cheque.
    cheque_state: Option<ChequeState>,
    #[graphql(skip)]
    payer_at: Option<PersonalAt>,
}

impl From<PaymentRow> for Payment {
    fn from(row: PaymentRow) -> Self {
        let state = match row.cheque_state.as_deref() {
            Some("cleared") => ChequeState::Cleared,
            Some("bounced") => ChequeState::Bounced,
            _ => ChequeState::Pending,
        };
        let cheque = row.cheque_number.is_some().then_some(state);
        Self {
            payer_at: row.payer(),
            cheque_state: cheque,
            bank_reference: row.bank_reference,
            transfer_claim_id: row.transfer_claim,
            till_id: row.till_id,
            voucher_no: row.voucher_no,
            voucher_on: row.voucher_on.map(Date),
            payment_id: row.payment_id.to_string(),
            method: row.method.into(),
            whole: row.amount,
            paid_at: row.paid_at,
            campus: row.campus.to_string(),
            taken_by: row.taken_by,
            cheque_number: row.cheque_number,
            cheque_bank: row.cheque_bank,
            reversed_at: row.reversed_at,
            reversed_by: row.reversed_by,
            reversal_reason: row.reversal_reason,
        }
    }
}

impl Payment {
    /// As far as the viewer may see them: a unit's cheque may have paid for neighbours too.
    async fn parts(&self, ctx: &Context<'_>) -> Result<Vec<PaymentPart>> {
        let parts = load(ctx, PartsOf(self.payment_id.clone()))
            .await?
            .unwrap_or_default();
        if ctx.data::<Viewer>()?.staff().is_some() {
            return Ok(parts);
        }
        let mut visible = Vec::new();
        for part in parts {
            if may_see_account(ctx, part.account_no.as_str()).await? {
                visible.push(part);
            }
        }
        Ok(visible)
    }
}

#[ComplexObject]
impl Payment {
    /// To customers what of it was for accounts of theirs.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Fen> {
        if ctx.data::<Viewer>()?.staff().is_some() {
            return Ok(Fen(self.whole));
        }
        let parts = self.parts(ctx).await?;
        let sum = units::Fen::checked_sum(parts.iter().map(|part| part.amount));
        sum.map(Fen)
            .ok_or_else(|| internal(ctx, "the parts of a payment overflow"))
    }

    /// 代缴人: who has paid, when it was somebody else than the holder. Masked unless the viewer may
    /// see personal data; to staff only.
    async fn payer(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match &self.payer_at {
            Some(at) if ctx.data::<Viewer>()?.staff().is_some() => {
                shown(ctx, at.clone(), "payment.payer", mask_name).await
            }
            _ => Ok(None),
        }
    }

    /// What was paid when the money was taken.
    async fn allocations(&self, ctx: &Context<'_>) -> Result<Vec<PaymentAllocation>> {
        let bill = |part: PaymentPart| {
            Some(PaymentAllocation {
                account_no: part.account_no.to_string(),
                bill_no: part.bill_no?.to_string(),
                month: YearMonth(part.month),
                amount: part.amount.into(),
            })
        };
        Ok(self
            .parts(ctx)
            .await?
            .into_iter()
            .filter_map(bill)
            .collect())
    }

    /// What was over and is kept for later bills.
    async fn credits(&self, ctx: &Context<'_>) -> Result<Vec<PaymentCredit>> {
        let parts = self.parts(ctx).await?.into_iter();
        let credits = parts
            .filter(|part| part.bill_no.is_none() && !part.is_deposit)
            .map(PaymentCredit::from);
        Ok(credits.collect())
    }

    /// 押金: what is held for the account.
    async fn deposits(&self, ctx: &Context<'_>) -> Result<Vec<PaymentCredit>> {
        let parts = self.parts(ctx).await?.into_iter();
        let deposits = parts.filter(|part| part.is_deposit);
        Ok(deposits.map(PaymentCredit::from).collect())
    }

    async fn receipts(&self, ctx: &Context<'_>) -> Result<Vec<Receipt>> {
        let receipts = load(ctx, ReceiptsOf(self.payment_id.clone())).await?;
        Ok(receipts
            .unwrap_or_default()
            .into_iter()
            .map(Receipt::from)
            .collect())
    }

    /// The number of the first receipt, null while none has been given.
    async fn receipt_no(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let receipts = self.receipts(ctx).await?;
        Ok(receipts
            .into_iter()
            .next()
            .map(|receipt| receipt.receipt_no))
    }
}
