//! 收费系统账单 (R91): where the charging system bills, its file of bills is taken in bill by bill. What
//! it says is kept as it is: the lines are its own, not worked out here.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{Days, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::deduct::payment_days;
use super::error::BillingError;
use super::measure::measure;
use super::process::{bill_no, load};
use super::rebill::{difference, note_no};
use crate::account::{
    Account, AccountCommand, AccountError, AccountRecord, AssignedMeter, Bill, BillLine,
    BillOrigin, ChargedMeter, ImportedStep, Note, RebilledBill, Rebilling, SaidThere, StandingBill,
    UsageCounted,
};
use crate::billing_master::{BillingMaster, mastery};
use crate::billing_month::{booked_in, require_open};
use crate::meter::Meter;
use crate::tariff::Tariff;
use crate::units::{
    AccountNo, BillNo, BillingMonth, ChargeBillNo, Fen, ImportBatchId, LinePrice, MeterNo,
    NoticeNo, Quantity, RateQuantities, ReadingId, TariffId, business_date, written,
};

const COMPONENT_LENGTH_MAX: usize = 30;
/// What a line is called that the file does not name.
const COMPONENT: &str = "收费系统计费";
const PRICE_DECIMALS: u32 = 4;
const CORRECTED: &str = "收费系统更正账单";
const WITHDRAWN: &str = "收费系统撤销账单";

/// What the charging system asks of one account for one month: all of it, so that a line that is
/// not there is one it has withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportBill {
    pub account_no: AccountNo,
    pub month: BillingMonth,
    pub lines: Vec<ImportedLine>,
    /// Without one, as many days from now as the tariffs give.
    pub due_on: Option<NaiveDate>,
    /// It has no such bill any more.
    pub withdrawn: bool,
    pub batch: Option<ImportBatchId>,
}

/// One row of its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedLine {
    pub meter_no: MeterNo,
    /// Its own number of the bill.
    pub bill_no: Option<ChargeBillNo>,
    /// 费用项目
    pub component: Option<String>,
    pub usage: Quantity,
    pub amount: Fen,
    /// 滞纳金 asked so far.
    pub late_fee: Option<Fen>,
    /// 欠费: what is open there, late fee included.
    pub open: Option<Fen>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportedAs {
    Issued,
    Corrected,
    Withdrawn,
    /// It is here already, and is as the file says.
    Known,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillImported {
    pub account_no: AccountNo,
    pub month: BillingMonth,
    pub bill_no: Option<BillNo>,
    pub became: ImportedAs,
}

impl Process for ImportBill {
    const NAME: &'static str = "billing.import_bill";
    type Outcome = BillImported;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillImported, Stop> {
        let today = business_date(context.at);
        if self.month.first_day() > today {
            return Err(BillingError::MonthInFuture(self.month).into());
        }
        let account = workspace.get::<Account>(self.account_no.as_str())?;
        let account = account.opened(&self.account_no)?.clone();
        if mastery(&account.campus, self.month, workspace)?.master == BillingMaster::Here {
            return Err(BillingError::BilledHere(self.month).into());
        }
        let since = account.tenancy().since();
        if since.is_some_and(|since| self.month.period().to() <= since) {
            return Err(BillingError::MonthOfFormerHolder(self.month).into());
        }
        let ledger = account.ledger();
        let standing = ledger.bill_of(self.month);
        let bill_no = standing.map(|bill| bill.bill_no.clone());
        let command = match standing {
            Some(bill) if !bill.is_imported() => {
                let (account_no, month) = (self.account_no.clone(), self.month);
                return Err(AccountError::MonthAlreadyBilled { account_no, month }.into());
            }
            None if self.withdrawn => None,
            Some(bill) if self.withdrawn => {
                require_open(&account.campus, self.month, workspace)?;
                Some(ImportedStep::Withdrawn {
                    bill_no: bill.bill_no.clone(),
                    voided_on: today,
                    reason: WITHDRAWN.to_owned(),
                })
            }
            Some(bill) => Some(self.correct(&account, &bill.bill_no, context, workspace)?),
            None => Some(self.issue(&account, context, workspace)?),
        };
        if let Some(command) = command {
            let command = AccountCommand::Imported(command);
            workspace.execute::<Account>(self.account_no.as_str(), command)?;
        }
        let after = workspace.get::<Account>(self.account_no.as_str())?;
        let after = after.opened(&self.account_no)?;
        let standing = after.ledger().bill_of(self.month);
        Ok(BillImported {
            account_no: self.account_no.clone(),
            month: self.month,
            became: match (&bill_no, standing) {
                _ if *after == account => ImportedAs::Known,
                (None, _) => ImportedAs::Issued,
                (Some(_), None) => ImportedAs::Withdrawn,
                (Some(_), Some(_)) => ImportedAs::Corrected,
            },
            bill_no: standing.map(|bill| bill.bill_no.clone()).or(bill_no),
        })
    }
}

/// The lines of a bill with what they are about.
struct Drafted {
    lines: Vec<BillLine>,
    meters: Vec<ChargedMeter>,
    origin: BillOrigin,
    total: Fen,
    said: SaidThere,
}

impl ImportBill {
    fn issue(
        &self,
        account: &AccountRecord,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ImportedStep, Stop> {
        let today = business_date(context.at);
        let drafted = self.draft(account, today, workspace)?;
        require_open(&account.campus, self.month, workspace)?;
        let bill_no = bill_no(account, self.month)?;
        let notice_no = NoticeNo::try_new(format!("N{bill_no}"))
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        Ok(ImportedStep::Issued {
            due_on: self.due_on(account, today, workspace)?,
            bill: Box::new(Bill {
                bill_no,
                month: self.month,
                issued_on: today,
                lines: drafted.lines,
                total: drafted.total,
                meters: drafted.meters,
                origin: Some(drafted.origin),
                shared_of: None,
            }),
            notice_no,
            said: drafted.said,
        })
    }

    /// What was taken in before and is not as the file says now becomes so by a note.
    fn correct(
        &self,
        account: &AccountRecord,
        bill_no: &BillNo,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ImportedStep, Stop> {
        let today = business_date(context.at);
        let drafted = self.draft(account, today, workspace)?;
        let mut standing = account.standing_bills();
        let standing = standing
            .find(|bill| bill.bill_no == *bill_no)
            .ok_or_else(|| Stop::Corrupt(format!("bill {bill_no} does not stand")))?;
        let said = drafted.said;
        let rebilling = if drafted.says_the_same(standing) {
            None
        } else {
            let booked_in = booked_in(&account.campus, self.month, workspace)?;
            Some(drafted.rebilling(account, standing, (booked_in, today))?)
        };
        Ok(ImportedStep::Corrected {
            bill_no: bill_no.clone(),
            rebilling,
            due_on: self.due_on(account, today, workspace)?,
            said,
        })
    }

    fn due_on(
        &self,
        account: &AccountRecord,
        today: NaiveDate,
        workspace: &mut Workspace,
    ) -> Result<NaiveDate, Stop> {
        if let Some(due_on) = self.due_on {
            return Ok(due_on);
        }
        let days = payment_days(account, workspace)?;
        let due_on = today.checked_add_days(Days::new(u64::from(days)));
        Ok(due_on.ok_or(BillingError::Overflow)?)
    }

    /// The assignment by which the account pays for a meter in the month.
    fn assigned<'a>(
        &self,
        account: &'a AccountRecord,
        meter_no: &MeterNo,
    ) -> Result<&'a AssignedMeter, AccountError> {
        let period = self.month.period();
        let assigned = || account.meters().iter().rev();
        let of_meter = |meter: &&AssignedMeter| meter.meter_no == *meter_no;
        let of_month = |meter: &&AssignedMeter| {
            let released = meter.released.as_ref();
            meter.from < period.to() && released.is_none_or(|it| it.on >= period.from())
        };
        // Arrears may be older than what is known here of who paid for the meter.
        let found = assigned().find(|meter| of_meter(meter) && of_month(meter));
        found
            .or_else(|| assigned().find(of_meter))
            .ok_or_else(|| AccountError::MeterNotAssigned(meter_no.clone()))
    }

    fn draft(
        &self,
        account: &AccountRecord,
        today: NaiveDate,
        workspace: &mut Workspace,
    ) -> Result<Drafted, Stop> {
        if self.lines.is_empty() {
            return Err(BillingError::NoLines.into());
        }
        let mut lines: Vec<(&ImportedLine, &AssignedMeter)> = Vec::new();
        for line in &self.lines {
            let unsigned = |amount: Fen| !amount.is_negative();
            let late_fee = line.late_fee.is_none_or(unsigned);
            if !unsigned(line.amount) || !late_fee || !line.open.is_none_or(unsigned) {
                return Err(BillingError::ImportedAmountNegative.into());
            }
            if line.usage.is_negative() {
                return Err(BillingError::ImportedUsageNegative.into());
            }
            lines.push((line, self.assigned(account, &line.meter_no)?));
        }
        let meters: Vec<AssignedMeter> = lines.iter().map(|(_, meter)| (*meter).clone()).collect();
        load(&account.campus, self.month, &meters, workspace)?;
        let late_fees_here = mastery(&account.campus, self.month, workspace)?.late_fees_here;
        let mut drafted = Drafted {
            lines: Vec::with_capacity(lines.len()),
            meters: Vec::new(),
            origin: BillOrigin {
                batch: self.batch.clone(),
                late_fees_here,
                ..BillOrigin::default()
            },
            total: self.sum(|line| Some(line.amount))?.unwrap_or_default(),
            said: SaidThere {
                late_fee: if late_fees_here {
                    None
                } else {
                    self.sum(|line| line.late_fee)?
                },
                open: self.sum(|line| line.open)?,
                on: today,
            },
        };
        let fee = drafted.said.late_fee.unwrap_or_default();
        let asked = drafted.total.checked_add(fee);
        let asked = asked.ok_or(BillingError::Overflow)?;
        if drafted.said.open.is_some_and(|open| open > asked) {
            return Err(BillingError::ArrearsAboveAmount.into());
        }
        for (line, meter) in lines {
            drafted.add(line, meter, self.month, workspace)?;
        }
        Ok(drafted)
    }

    /// Over all lines; none unless every line says so.
    fn sum(&self, of: impl Fn(&ImportedLine) -> Option<Fen>) -> Result<Option<Fen>, BillingError> {
        let amounts: Option<Vec<Fen>> = self.lines.iter().map(of).collect();
        let sum = |amounts| Fen::checked_sum(amounts).ok_or(BillingError::Overflow);
        amounts.map(sum).transpose()
    }
}

impl Drafted {
    fn add(
        &mut self,
        line: &ImportedLine,
        meter: &AssignedMeter,
        month: BillingMonth,
        workspace: &mut Workspace,
    ) -> Result<(), Stop> {
        let component = line.component.as_deref().unwrap_or(COMPONENT);
        let component = written(component, "费用项目", COMPONENT_LENGTH_MAX)
            .map_err(|_| BillingError::ImportedComponentInvalid)?;
        let first = !self.lines.iter().any(|it| it.meter_no == line.meter_no);
        if first {
            self.charge(line, meter, month, workspace)?;
        }
        self.count(line, &meter.tariff_id, month, workspace)?;
        let charged = self.meters.iter().find(|it| it.meter_no == line.meter_no);
        let readings: Vec<ReadingId> = charged
            .into_iter()
            .flat_map(|it| it.from_reading.iter().chain([&it.to_reading]))
            .cloned()
            .collect();
        self.lines.push(BillLine {
            meter_no: line.meter_no.clone(),
            commodity: meter.commodity,
            component,
            tariff_id: meter.tariff_id.clone(),
            version_from: month.first_day(),
            tier: None,
            quantity: line.usage,
            price: average(line.amount, line.usage)?,
            amount: line.amount,
            borne: None,
            readings,
        });
        let number = line.bill_no.as_ref();
        if let Some(number) = number.filter(|number| !self.origin.bill_nos.contains(number)) {
            self.origin.bill_nos.push(number.clone());
        }
        Ok(())
    }

    /// How far the meter is billed by it, where its reading is here.
    fn charge(
        &mut self,
        line: &ImportedLine,
        meter: &AssignedMeter,
        month: BillingMonth,
        workspace: &mut Workspace,
    ) -> Result<(), Stop> {
        let readings = workspace.get::<Meter>(meter.meter_no.as_str())?;
        // A bill for a month before what is billed already moves nothing.
        if let Ok(Some(measured)) = measure(meter, readings, month) {
            self.meters.push(ChargedMeter {
                meter_no: meter.meter_no.clone(),
                assigned_from: meter.from,
                commodity: meter.commodity,
                tariff_id: meter.tariff_id.clone(),
                from_reading: meter.billed_reading.clone(),
                to_reading: measured.to_reading,
                period: measured.period,
                usage: line.usage,
                cumulative: measured.cumulative,
                rates: RateQuantities::default(),
                rates_cumulative: measured.rates_cumulative,
                tiers: Vec::new(),
                occupants: None,
            });
        }
        Ok(())
    }

    /// Several lines of a meter are over the same usage: the largest counts.
    fn count(
        &mut self,
        line: &ImportedLine,
        tariff_id: &TariffId,
        month: BillingMonth,
        workspace: &mut Workspace,
    ) -> Result<(), Stop> {
        let of_meter = self.lines.iter().filter(|it| it.meter_no == line.meter_no);
        let before = of_meter.map(|it| it.quantity).max();
        let more = line.usage.checked_sub(before.unwrap_or(Quantity::ZERO));
        let more = more.ok_or(BillingError::Overflow)?;
        let Tariff::Defined(tariff) = workspace.get::<Tariff>(tariff_id.as_str())? else {
            return Ok(());
        };
        if more.is_zero() || more.is_negative() {
            return Ok(());
        }
        let start = tariff.schedule.terms().tier_period.start(month.first_day());
        let counted = &mut self.origin.counted;
        let same =
            |it: &&mut UsageCounted| it.tariff_id == *tariff_id && it.tier_period_from == start;
        match counted.iter_mut().find(same) {
            Some(counted) => {
                let sum = counted.usage.checked_add(more);
                counted.usage = sum.ok_or(BillingError::Overflow)?;
            }
            None => counted.push(UsageCounted {
                tariff_id: tariff_id.clone(),
                tier_period_from: start,
                usage: more,
            }),
        }
        Ok(())
    }

    /// Whatever is known of readings since.
    fn says_the_same(&self, standing: &StandingBill) -> bool {
        let said = |lines: &[BillLine]| -> Vec<_> {
            let lines = lines.iter().map(|line| {
                let (meter_no, component) = (line.meter_no.clone(), line.component.clone());
                (meter_no, component, line.quantity, line.amount)
            });
            lines.collect()
        };
        let numbers = standing.origin.as_ref().map(|origin| &origin.bill_nos);
        said(&self.lines) == said(&standing.lines) && numbers == Some(&self.origin.bill_nos)
    }

    fn rebilling(
        mut self,
        account: &AccountRecord,
        standing: &StandingBill,
        (booked_in, issued_on): (BillingMonth, NaiveDate),
    ) -> Result<Rebilling, Stop> {
        // Readings and counts stay: it is the master's figures that are others.
        let usage_of = |meter_no: &MeterNo| {
            let lines = self.lines.iter().filter(|it| it.meter_no == *meter_no);
            lines.map(|line| line.quantity).max()
        };
        let mut meters = standing.meters.clone();
        for meter in &mut meters {
            meter.usage = usage_of(&meter.meter_no).unwrap_or(Quantity::ZERO);
        }
        for line in &mut self.lines {
            let mut before = standing.lines.iter();
            if let Some(before) = before.find(|it| it.meter_no == line.meter_no) {
                line.readings.clone_from(&before.readings);
            }
        }
        let parts = difference(&standing.lines, &self.lines).ok_or(BillingError::Overflow)?;
        let amount = Fen::checked_sum(parts.iter().map(|part| part.amount));
        let amount = amount.ok_or(BillingError::Overflow)?;
        let note = if parts.is_empty() {
            None
        } else {
            Some(Note {
                note_no: note_no(account, &standing.bill_no, amount)?,
                bill_no: standing.bill_no.clone(),
                month: standing.month,
                booked_in,
                issued_on,
                amount,
                parts,
                reason: CORRECTED.to_owned(),
            })
        };
        let bill = RebilledBill {
            bill_no: standing.bill_no.clone(),
            month: standing.month,
            note,
            before: standing.lines.clone(),
            after: self.lines,
            meters,
            origin: Some(self.origin),
        };
        Ok(Rebilling {
            issued_on,
            reason: CORRECTED.to_owned(),
            bills: vec![bill],
            net: amount,
        })
    }
}

/// 均价: a bill of the charging system's does not say by which prices it came about.
fn average(amount: Fen, usage: Quantity) -> Result<LinePrice, BillingError> {
    let price = amount
        .to_yuan()
        .checked_div(usage.value())
        .unwrap_or(Decimal::ZERO)
        .round_dp_with_strategy(PRICE_DECIMALS, RoundingStrategy::MidpointAwayFromZero);
    LinePrice::try_new(price).map_err(|_| BillingError::Overflow)
}
