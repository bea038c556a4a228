//! 现场收费查询: what readers may tell whoever they meet at the meter (R11).

use async_graphql::{Context, Object, Result, SimpleObject};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::AccountNo;
use chaobiao_projections::paging::Page;
use chaobiao_projections::{account_statement, directory, meter_card};

use super::loader::SummaryOf;
use crate::billing::NoticesOf;
use crate::support::{
    Date, Fen, Services, YearMonth, internal, load, mask_name, may_any, personal,
};

/// Enough to answer at the door.
const BILLS: u32 = 6;

/// A bill as it is told of on site.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ChargedBill {
    bill_no: String,
    month: YearMonth,
    issued_on: Date,
    total: Fen,
    open_amount: Fen,
}

/// 户号的缴费情况. Nothing in it can be changed, and nobody's name is whole.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct AccountCharges {
    account_no: String,
    /// 王*; a unit's as it is.
    holder: Option<String>,
    /// What is open of all bills.
    open_amount: Fen,
    /// Since when the longest due has been: null when nothing is.
    due_since: Option<Date>,
    /// Paid too much, or before.
    credit: Fen,
    /// The last six, the newest first.
    bills: Vec<ChargedBill>,
}

#[derive(Default)]
pub struct ChargesQuery;

#[Object]
impl ChargesQuery {
    /// What the account that pays for a meter owes, and its last bills; for who is at the meter. Null
    /// where nobody pays for it.
    #[graphql(
        guard = "may_any(&[Permission::SubmitReadings, Permission::ViewAccounts])",
        complexity = "10 + child_complexity"
    )]
    async fn account_charges(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
    ) -> Result<Option<AccountCharges>> {
        let pool = Services::of(ctx)?.store().pool();
        let payer = meter_card::query::payer(pool, &meter_no).await;
        let Some(number) = payer.map_err(|error| internal(ctx, error))? else {
            return Ok(None);
        };
        let account = directory::account(pool, &number).await;
        let Some(account) = account.map_err(|error| internal(ctx, error))? else {
            return Ok(None);
        };
        let holder = personal(ctx, account.holder()).await?;
        let whole = account.class == "unit";
        let holder = holder.map(|name| if whole { name } else { mask_name(&name) });
        let account_no = AccountNo::try_new(&number).map_err(|error| internal(ctx, error))?;
        let summary = load(ctx, SummaryOf(number.clone())).await?;
        let summary = summary.into_iter().flatten().next();
        let notices = load(ctx, NoticesOf(number.clone())).await?;
        let due_since = notices
            .into_iter()
            .flatten()
            .map(|notice| notice.due_on)
            .min();
        let page = Page::first(BILLS);
        let bills = account_statement::query::bills(pool, &account_no, &page).await;
        let bills = bills.map_err(|error| internal(ctx, error))?;
        Ok(Some(AccountCharges {
            account_no: number,
            holder,
            open_amount: summary
                .as_ref()
                .map(|sums| sums.open)
                .unwrap_or_default()
                .into(),
            due_since: due_since.map(Date),
            credit: summary
                .as_ref()
                .map(|sums| sums.credit)
                .unwrap_or_default()
                .into(),
            bills: bills
                .rows
                .into_iter()
                .filter(|(_, bill)| bill.voided_on.is_none())
                .map(|(_, bill)| ChargedBill {
                    bill_no: bill.bill_no.to_string(),
                    month: YearMonth(bill.month),
                    issued_on: Date(bill.issued_on),
                    total: bill.total.into(),
                    open_amount: bill.open.into(),
                })
                .collect(),
        }))
    }
}
