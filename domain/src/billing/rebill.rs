//! 更正重算: what earlier bills should have been, now that a reading is another (X4).
//!
//! Every bill that stands is worked out again from the readings as they are now, in order, so that
//! usage that moves takes its tiers along through the later months. A bill whose usage and place in
//! the tiers stay is left as it was issued, whatever has become of its tariff since. Bills are not
//! rewritten: each that comes out differently gets a note over the difference.

use std::collections::BTreeMap;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::error::BillingError;
use super::measure::rates_at;
use super::process::{Tariffs, bill_lines};
use super::to_date::{Had, Rateable, ToDate, is_last_of_tariff, is_line_of, stays, tiers};
use crate::account::{
    Account, AccountCommand, AccountRecord, AssignedMeter, BillLine, BillOrigin, ChargedMeter,
    CommodityAmount, LedgerBill, Note, OccupantShare, RebilledBill, Rebilling, StandingBill,
    by_commodity,
};
use crate::billing_month::booked_in;
use crate::meter::Meter;
use crate::rating::{minimum_charge, rate};
use crate::tariff::Tariff;
use crate::units::{
    AccountNo, BillNo, BillingMonth, Commodity, Fen, MeterNo, NoteNo, Quantity, RateQuantities,
    ReadingId, business_date, written,
};

pub(super) const REASON_LENGTH_MAX: usize = 200;

pub(super) fn reason(text: &str) -> Result<String, BillingError> {
    written(text, "原因", REASON_LENGTH_MAX).map_err(|_| BillingError::ReasonInvalid)
}

/// Corrects an account's bills by notes, all in one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rebill {
    pub account_no: AccountNo,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebillingPosted {
    pub account_no: AccountNo,
    pub notes: Vec<NoteNo>,
    /// What the account owes more, or less where negative.
    pub net: Fen,
}

impl Process for Rebill {
    const NAME: &'static str = "billing.rebill";
    type Outcome = RebillingPosted;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RebillingPosted, Stop> {
        let reason = reason(&self.reason)?;
        let (rebilling, due_on) = work_out(&self.account_no, &reason, context, workspace)?;
        let posted = RebillingPosted {
            account_no: self.account_no.clone(),
            notes: rebilling.notes().map(|note| note.note_no.clone()).collect(),
            net: rebilling.net,
        };
        let command = AccountCommand::Rebill { rebilling, due_on };
        workspace.execute::<Account>(self.account_no.as_str(), command)?;
        Ok(posted)
    }
}

/// What [`Rebill`] would post now; it decides nothing and writes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PreviewRebilling {
    pub account_no: AccountNo,
}

impl Process for PreviewRebilling {
    const NAME: &'static str = "billing.preview_rebilling";
    type Outcome = Rebilling;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Rebilling, Stop> {
        Ok(work_out(&self.account_no, "", context, workspace)?.0)
    }
}

/// The rebilling, and the last day to pay where a bill gets its first notice by it.
fn work_out(
    account_no: &AccountNo,
    reason: &str,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<(Rebilling, NaiveDate), Stop> {
    let today = business_date(context.at);
    let account = workspace.get::<Account>(account_no.as_str())?;
    let account = account.opened(account_no)?.clone();
    let charged = || account.standing_bills().flat_map(|bill| &bill.meters);
    Stop::join([
        workspace.need::<Meter>(charged().map(|it| it.meter_no.to_string())),
        workspace.need::<Tariff>(charged().map(|it| it.tariff_id.to_string())),
    ])?;
    let mut counts = Counts::default();
    let mut tariffs = Tariffs::default();
    for meter in charged() {
        counts.read(meter, workspace)?;
        tariffs.add(&meter.tariff_id, workspace)?;
    }
    let redone = rebill(&account, &counts, &tariffs)?;
    if redone.is_empty() {
        return Err(BillingError::NothingToRebill(account_no.clone()).into());
    }
    let mut bills = Vec::with_capacity(redone.len());
    for redone in redone {
        let booked_in = booked_in(&account.campus, redone.bill.month, workspace)?;
        bills.push(redone.with_note(&account, booked_in, today, reason)?);
    }
    let notes = bills.iter().filter_map(|bill| bill.note.as_ref());
    let net = Fen::checked_sum(notes.map(|note| note.amount)).ok_or(BillingError::Overflow)?;
    let due_on = today.checked_add_days(Days::new(u64::from(tariffs.payment_days)));
    let rebilling = Rebilling {
        issued_on: today,
        reason: reason.to_owned(),
        bills,
        net,
    };
    Ok((rebilling, due_on.ok_or(BillingError::Overflow)?))
}

/// What meters have counted at readings, as they are now.
#[derive(Default)]
pub(super) struct Counts(pub(super) BTreeMap<(MeterNo, ReadingId), Count>);

/// What a meter had counted, in all and by its registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) cumulative: Quantity,
    pub(super) rates: RateQuantities,
}

impl Count {
    fn since(&self, begun: &Self) -> Option<(Quantity, RateQuantities)> {
        let usage = self.cumulative.checked_sub(begun.cumulative)?;
        Some((usage, self.rates.since(&begun.rates)?))
    }
}

impl Counts {
    fn read(&mut self, charged: &ChargedMeter, workspace: &mut Workspace) -> Result<(), Stop> {
        let meter = workspace.get::<Meter>(charged.meter_no.as_str())?;
        for wanted in charged.from_reading.iter().chain([&charged.to_reading]) {
            let mut readings = meter.accepted().iter().rev();
            if let Some(reading) = readings.find(|it| it.reading_id == *wanted) {
                let key = (charged.meter_no.clone(), wanted.clone());
                let count = Count {
                    cumulative: reading.cumulative,
                    rates: rates_at(meter, wanted)?,
                };
                self.0.insert(key, count);
            }
        }
        Ok(())
    }

    /// Where a usage begins that no bill here ends at: at what the charging system has billed.
    fn before(&self, charged: &ChargedMeter) -> Option<Count> {
        let from = charged.from_reading.clone()?;
        let key = (charged.meter_no.clone(), from);
        self.0.get(&key).cloned()
    }

    fn at(&self, charged: &ChargedMeter) -> Count {
        let key = (charged.meter_no.clone(), charged.to_reading.clone());
        let known = self.0.get(&key).cloned();
        known.unwrap_or_else(|| Count {
            cumulative: charged.cumulative,
            rates: charged.rates_cumulative.clone(),
        })
    }
}

/// A bill that comes out differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Redone<'a> {
    pub(super) bill: &'a StandingBill,
    pub(super) lines: Vec<BillLine>,
    pub(super) meters: Vec<ChargedMeter>,
}

pub(super) fn rebill<'a>(
    account: &'a AccountRecord,
    counts: &Counts,
    tariffs: &Tariffs,
) -> Result<Vec<Redone<'a>>, Stop> {
    let mut again = Again {
        counts,
        tariffs,
        reached: account.meters().iter().map(opening).collect(),
        before: ToDate::default(),
        after: ToDate::default(),
        holder: 0,
    };
    let mut redone = Vec::new();
    for bill in account.standing_bills() {
        let new = again.bill(bill)?;
        if new.lines != bill.lines || new.meters != bill.meters {
            redone.push(new);
        }
    }
    Ok(redone)
}

type Reached = (Option<ReadingId>, Count);

fn opening(meter: &AssignedMeter) -> ((MeterNo, NaiveDate), Reached) {
    let key = (meter.meter_no.clone(), meter.from);
    let reading = meter.opening_reading().cloned();
    let count = Count {
        cumulative: meter.opening_cumulative,
        rates: meter.opening_rates().clone(),
    };
    (key, (reading, count))
}

/// Goes through the bills once more, beside what they were.
struct Again<'a> {
    counts: &'a Counts,
    tariffs: &'a Tariffs,
    /// The reading and the count each meter, in each of its assignments, has been billed up to.
    reached: BTreeMap<(MeterNo, NaiveDate), Reached>,
    before: ToDate<'a>,
    after: ToDate<'a>,
    /// Whose tiers are counted.
    holder: u32,
}

impl Again<'_> {
    fn bill<'b>(&mut self, bill: &'b StandingBill) -> Result<Redone<'b>, Stop> {
        if bill.holder != self.holder {
            self.holder = bill.holder;
            (self.before, self.after) = (ToDate::default(), ToDate::default());
        }
        if let Some(origin) = &bill.origin {
            return self.imported(bill, origin);
        }
        let mut redone = Redone {
            bill,
            lines: Vec::with_capacity(bill.lines.len()),
            meters: Vec::with_capacity(bill.meters.len()),
        };
        let of_none = |line: &&BillLine| !bill.meters.iter().any(|it| is_line_of(line, it));
        redone
            .lines
            .extend(bill.lines.iter().filter(of_none).cloned());
        for charged in &bill.meters {
            let (lines, meter) = self.meter(bill, charged)?;
            redone.lines.extend(lines);
            redone.meters.push(meter);
        }
        Ok(redone)
    }

    /// What the charging system has billed stays; usages after it go on from its counts.
    fn imported<'b>(
        &mut self,
        bill: &'b StandingBill,
        origin: &BillOrigin,
    ) -> Result<Redone<'b>, Stop> {
        for charged in &bill.meters {
            let key = (charged.meter_no.clone(), charged.assigned_from);
            let reached = (Some(charged.to_reading.clone()), self.counts.at(charged));
            self.reached.insert(key, reached);
        }
        self.before.count_imported(&origin.counted)?;
        self.after.count_imported(&origin.counted)?;
        Ok(Redone {
            bill,
            lines: bill.lines.clone(),
            meters: bill.meters.clone(),
        })
    }

    fn meter(
        &mut self,
        bill: &StandingBill,
        charged: &ChargedMeter,
    ) -> Result<(Vec<BillLine>, ChargedMeter), Stop> {
        let tariff_id = &charged.tariff_id;
        let key = (charged.meter_no.clone(), charged.assigned_from);
        let count = self.counts.at(charged);
        let now = (Some(charged.to_reading.clone()), count.clone());
        let begun = match self.reached.insert(key, now) {
            Some((reading, reached)) if reading == charged.from_reading => Some(reached),
            reached => self
                .counts
                .before(charged)
                .or(reached.map(|(_, count)| count)),
        };
        let used = match begun {
            Some(begun) => count.since(&begun),
            None => Some((charged.usage, charged.rates.clone())),
        };
        let (usage, by_rate) = used.ok_or(BillingError::Overflow)?;
        if usage.is_negative() {
            return Err(BillingError::RebilledBelowZero(charged.meter_no.clone()).into());
        }
        // Every tariff of a charged meter was added.
        let schedule = self.tariffs.schedules.get(tariff_id);
        let schedule = schedule.ok_or_else(|| Stop::Corrupt(format!("no tariff {tariff_id}")))?;
        let asked = |usage, rates: &RateQuantities| Rateable {
            tariff_id,
            period: charged.period,
            usage,
            rates: rates.clone(),
            persons: bill.persons,
            stays: stays(charged.occupants.as_deref()),
            month: bill.month,
            is_last: is_last_of_tariff(bill, charged),
        };
        let old = asked(charged.usage, &charged.rates);
        let new = asked(usage, &by_rate);
        let was = self.before.input(schedule, &old)?;
        let is = self.after.input(schedule, &new)?;
        let old_lines = bill.lines.iter().filter(|line| is_line_of(line, charged));
        let (lines, tiers): (Vec<BillLine>, _) = if was == is {
            (old_lines.clone().cloned().collect(), charged.tiers.clone())
        } else {
            let rated = rate(schedule, &is)?;
            let of = (&charged.meter_no, charged.commodity, tariff_id);
            let readings = charged.from_reading.iter().chain([&charged.to_reading]);
            let readings: Vec<ReadingId> = readings.cloned().collect();
            let lines = bill_lines(of, &readings, &rated);
            (lines, tiers(&rated))
        };
        let had = Had::of_lines(old_lines, minimum_charge(schedule, &was)?)?;
        self.before.count(&old, &charged.tiers, had);
        let has = Had::of_lines(lines.iter(), minimum_charge(schedule, &is)?)?;
        self.after.count(&new, &tiers, has);
        let meter = ChargedMeter {
            usage,
            cumulative: count.cumulative,
            rates: by_rate,
            rates_cumulative: count.rates,
            tiers,
            occupants: shared_again(charged, &lines)?,
            ..charged.clone()
        };
        Ok((lines, meter))
    }
}

/// What the same occupants' parts come to now.
fn shared_again(
    charged: &ChargedMeter,
    lines: &[BillLine],
) -> Result<Option<Vec<OccupantShare>>, BillingError> {
    let Some(occupants) = &charged.occupants else {
        return Ok(None);
    };
    let amount = Fen::checked_sum(lines.iter().map(|line| line.amount));
    let shares = amount.and_then(|amount| OccupantShare::share(occupants, amount));
    shares.ok_or(BillingError::Overflow).map(Some)
}

impl Redone<'_> {
    fn with_note(
        self,
        account: &AccountRecord,
        booked_in: BillingMonth,
        issued_on: NaiveDate,
        reason: &str,
    ) -> Result<RebilledBill, Stop> {
        let bill = self.bill;
        let parts = difference(&bill.lines, &self.lines).ok_or(BillingError::Overflow)?;
        let note = if parts.is_empty() {
            None
        } else {
            let amount = Fen::checked_sum(parts.iter().map(|part| part.amount));
            let amount = amount.ok_or(BillingError::Overflow)?;
            Some(Note {
                note_no: note_no(account, &bill.bill_no, amount)?,
                bill_no: bill.bill_no.clone(),
                month: bill.month,
                booked_in,
                issued_on,
                amount,
                parts,
                reason: reason.to_owned(),
            })
        };
        Ok(RebilledBill {
            bill_no: bill.bill_no.clone(),
            month: bill.month,
            note,
            before: bill.lines.clone(),
            after: self.lines,
            meters: self.meters,
            origin: None,
        })
    }
}

/// What the later lines come to beyond the earlier ones, by commodity.
pub(super) fn difference(before: &[BillLine], after: &[BillLine]) -> Option<Vec<CommodityAmount>> {
    let (before, after) = (by_commodity(before)?, by_commodity(after)?);
    let of = |parts: &[CommodityAmount], commodity| {
        let part = parts.iter().find(|part| part.commodity == commodity);
        part.map_or(Fen::ZERO, |part| part.amount)
    };
    let mut parts = Vec::new();
    for commodity in [Commodity::Water, Commodity::Electricity] {
        let amount = of(&after, commodity).checked_sub(of(&before, commodity))?;
        if !amount.is_zero() {
            parts.push(CommodityAmount { commodity, amount });
        }
    }
    Some(parts)
}

/// `A1-202608C1` for a bill's first note, where that is a credit note; D for a debit note.
pub(super) fn note_no(
    account: &AccountRecord,
    bill_no: &BillNo,
    amount: Fen,
) -> Result<NoteNo, Stop> {
    let written = account.ledger().bill(bill_no).map_or(0, LedgerBill::notes);
    let kind = if amount.is_negative() { 'C' } else { 'D' };
    NoteNo::try_new(format!("{bill_no}{kind}{}", written + 1))
        .map_err(|error| Stop::Corrupt(error.to_string()))
}
