use async_graphql::{ComplexObject, Context, Result, SimpleObject};
use chaobiao_domain::account;
use chaobiao_domain::units::{self, business_date};
use chaobiao_projections::evidence::Evidence;
use chaobiao_projections::{account_statement, unpaid_notices};

use super::late_fee::late_fee_of;
use super::loader::{BillsOf, LinesOf, NotesOf, NoticeOf};
use super::note::BillNote;
use crate::audit::{AuditProof, proof_of};
use crate::meter::reading_of;
use crate::reading::Reading;
use crate::support::{Commodity, Date, Decimal, Fen, Services, YearMonth, internal, load};

/// One component of a bill at one version's price, in one tier unless it is a surcharge.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct BillLine {
    meter_no: String,
    commodity: Commodity,
    component: String,
    tariff_id: String,
    /// The first day of the tariff version.
    version_from: Date,
    /// Counted from 1; surcharges have none.
    tier: Option<i32>,
    quantity: Decimal,
    unit: &'static str,
    /// Yuan per unit.
    price: Decimal,
    amount: Fen,
    /// Of a line that is free (免费额度): what it would have cost, which the centre bears.
    borne_by_centre: Option<Fen>,
    /// The readings between which the quantity was used.
    reading_ids: Vec<String>,
}

#[ComplexObject]
impl BillLine {
    /// R2: the readings it follows from, with their photos.
    async fn readings(&self, ctx: &Context<'_>) -> Result<Vec<Reading>> {
        let mut readings = Vec::with_capacity(self.reading_ids.len());
        for reading_id in &self.reading_ids {
            readings.extend(reading_of(ctx, reading_id).await?.map(Reading));
        }
        Ok(readings)
    }
}

impl From<account_statement::StatementLineRow> for BillLine {
    fn from(row: account_statement::StatementLineRow) -> Self {
        Self {
            meter_no: row.meter_no.into(),
            unit: row.commodity.unit(),
            commodity: row.commodity.into(),
            component: row.component,
            tariff_id: row.tariff_id.into(),
            version_from: Date(row.version_from),
            tier: row.tier,
            quantity: row.quantity.into(),
            price: row.price.into(),
            amount: row.amount.into(),
            borne_by_centre: row.borne.map(Into::into),
            reading_ids: row.readings.into_iter().map(String::from).collect(),
        }
    }
}

impl From<account::BillLine> for BillLine {
    fn from(line: account::BillLine) -> Self {
        Self {
            meter_no: line.meter_no.into(),
            unit: line.commodity.unit(),
            commodity: line.commodity.into(),
            component: line.component,
            tariff_id: line.tariff_id.into(),
            version_from: Date(line.version_from),
            tier: line.tier.and_then(|tier| i32::try_from(tier).ok()),
            quantity: line.quantity.into(),
            price: line.price.into(),
            amount: line.amount.into(),
            borne_by_centre: line.borne.map(Into::into),
            reading_ids: line.readings.into_iter().map(String::from).collect(),
        }
    }
}

/// An occupant's part of a bill.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct OccupantShare {
    occupant_no: String,
    amount: Fen,
    meters: Vec<OccupantMeterShare>,
}

/// An occupant's part of what one meter comes to.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct OccupantMeterShare {
    meter_no: String,
    /// How many days of the meter's period the occupant was there.
    days: u32,
    amount: Fen,
}

/// By occupant.
pub(super) fn occupant_shares(rows: Vec<account_statement::ShareRow>) -> Vec<OccupantShare> {
    let mut shares: Vec<(units::Fen, OccupantShare)> = Vec::new();
    for row in rows {
        let part = OccupantMeterShare {
            meter_no: row.meter_no.into(),
            days: row.days,
            amount: row.amount.into(),
        };
        let occupant_no = String::from(row.occupant);
        match shares.last_mut() {
            Some((sum, share)) if share.occupant_no == occupant_no => {
                // Parts of a bill's total, which fits.
                *sum = sum.checked_add(row.amount).unwrap_or(*sum);
                share.amount = (*sum).into();
                share.meters.push(part);
            }
            _ => shares.push((
                row.amount,
                OccupantShare {
                    occupant_no,
                    amount: row.amount.into(),
                    meters: vec![part],
                },
            )),
        }
    }
    shares.into_iter().map(|(_, share)| share).collect()
}

/// 账单
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Bill {
    pub(super) bill_no: String,
    account_no: String,
    month: YearMonth,
    issued_on: Date,
    /// As issued, which never changes.
    total: Fen,
    /// What notes have added since; negative where they took from it.
    adjusted: Fen,
    /// Since when the bill is void (作废): it asks for nothing.
    voided_on: Option<Date>,
    void_reason: Option<String>,
    /// What is still to be paid.
    open_amount: Fen,
    /// Who shares what its meters come to, as it was last worked out; none where the account knows no
    /// occupants.
    occupant_shares: Vec<OccupantShare>,
    /// 公摊: the common meter whose usage the bill is a share of; null for one of the account's own meters.
    shared_of: Option<String>,
    /// Of a bill that the charging system (收费系统) made; null for one made here.
    charging_system: Option<ChargingSystemBill>,
}

/// What makes a bill one of the charging system's.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ChargingSystemBill {
    /// Its own numbers of the bill.
    bill_nos: Vec<String>,
    /// The import its file came in by.
    import_batch_id: Option<String>,
    /// Whether the tariffs kept here say what paying it late costs.
    late_fees_here: bool,
    /// What of it was paid to the charging system.
    paid_there: Fen,
}

impl From<account_statement::StatementBill> for Bill {
    fn from(row: account_statement::StatementBill) -> Self {
        Self {
            bill_no: row.bill_no.into(),
            account_no: row.account_no.into(),
            month: row.month.into(),
            issued_on: Date(row.issued_on),
            total: row.total.into(),
            adjusted: row.adjusted.into(),
            voided_on: row.voided_on.map(Date),
            void_reason: row.void_reason,
            open_amount: row.open.into(),
            occupant_shares: occupant_shares(row.shares),
            shared_of: row.shared_of.map(String::from),
            charging_system: row.origin.map(|origin| ChargingSystemBill {
                bill_nos: origin.bill_nos.into_iter().map(String::from).collect(),
                import_batch_id: origin.batch.map(String::from),
                late_fees_here: origin.late_fees_here,
                paid_there: row.paid_there.into(),
            }),
        }
    }
}

#[ComplexObject]
impl Bill {
    /// Credit and debit notes, in the order they were written.
    #[graphql(complexity = "5 * child_complexity")]
    async fn notes(&self, ctx: &Context<'_>) -> Result<Vec<BillNote>> {
        let notes = load(ctx, NotesOf(self.bill_no.clone())).await?;
        Ok(notes.into_iter().flatten().map(BillNote::from).collect())
    }

    /// As they were issued.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<BillLine>> {
        let lines = load(ctx, LinesOf(self.bill_no.clone())).await?;
        Ok(lines.into_iter().flatten().map(BillLine::from).collect())
    }

    /// Proof that the bill is in the published log; null until a signed head covers it. For the
    /// account's customers and auditors.
    #[graphql(complexity = "20")]
    async fn audit_proof(&self, ctx: &Context<'_>) -> Result<Option<AuditProof>> {
        match units::BillNo::try_new(&self.bill_no) {
            Ok(bill_no) => proof_of(ctx, Evidence::Bill(bill_no), true).await,
            Err(error) => Err(internal(ctx, error)),
        }
    }

    /// Null for a bill over nothing.
    async fn notice(&self, ctx: &Context<'_>) -> Result<Option<Notice>> {
        let notices = load(ctx, NoticeOf(self.bill_no.clone())).await?;
        Ok(notices.into_iter().flatten().next().map(Notice::from))
    }
}

/// 缴款通知单
#[derive(Clone, Debug, PartialEq, SimpleObject)]
#[graphql(complex)]
pub struct Notice {
    notice_no: String,
    bill_no: String,
    account_no: String,
    campus: String,
    /// The month of the bill.
    month: YearMonth,
    issued_on: Date,
    due_on: Date,
    amount: Fen,
    /// What is still to be paid.
    open_amount: Fen,
    #[graphql(skip)]
    open: units::Fen,
}

impl From<unpaid_notices::Notice> for Notice {
    fn from(row: unpaid_notices::Notice) -> Self {
        Self {
            notice_no: row.notice_no.into(),
            bill_no: row.bill_no.into(),
            account_no: row.account_no.into(),
            campus: row.campus.into(),
            month: row.month.into(),
            issued_on: Date(row.issued_on),
            due_on: Date(row.due_on),
            amount: row.amount.into(),
            open_amount: row.open.into(),
            open: row.open,
        }
    }
}

#[ComplexObject]
impl Notice {
    /// 滞纳金: what paying late costs by the end of a day, beyond what was charged and is part of
    /// `openAmount`; left out, today. It is charged when the bill is settled. The terms are the
    /// tariff's.
    #[graphql(complexity = "20")]
    async fn late_fee(&self, ctx: &Context<'_>, by: Option<Date>) -> Result<Fen> {
        let today = business_date(Services::of(ctx)?.store().clock().now());
        let by = by.map_or(today, |by| by.0);
        let fee = late_fee_of(ctx, &self.account_no, &self.bill_no, by).await?;
        Ok(fee.into())
    }

    /// Not paid on time.
    async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        let today = business_date(Services::of(ctx)?.store().clock().now());
        Ok(self.open.is_positive() && self.due_on.0 < today)
    }

    async fn bill(&self, ctx: &Context<'_>) -> Result<Option<Bill>> {
        let bills = load(ctx, BillsOf(self.bill_no.clone())).await?;
        Ok(bills.into_iter().flatten().next().map(Bill::from))
    }
}
