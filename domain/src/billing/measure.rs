//! What a meter has used that no bill has covered yet.

use chrono::{Days, NaiveDate};

use super::error::BillingError;
use crate::account::AssignedMeter;
use crate::meter::{AcceptedReading, Meter};
use crate::units::{BillingMonth, Period, Quantity, RateQuantities, ReadingId};

/// A usage ready to be rated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Measured {
    pub(super) meter: AssignedMeter,
    pub(super) to_reading: ReadingId,
    pub(super) period: Period,
    pub(super) usage: Quantity,
    /// The meter's count at `to_reading`.
    pub(super) cumulative: Quantity,
    /// What a time-of-use meter's registers had counted there.
    pub(super) rates_cumulative: RateQuantities,
    /// What of the usage was in the hours of each rate.
    pub(super) rates: RateQuantities,
}

/// The meter as it stands where bills are made here again: what was used up to the last reading before
/// that day the charging system has billed, whether its bill has come in or not.
pub(super) fn taken_over(
    meter: &AssignedMeter,
    read: &Meter,
    since: Option<NaiveDate>,
) -> Result<AssignedMeter, BillingError> {
    let mut meter = meter.clone();
    let readings = read.accepted();
    let released = meter.released.as_ref().map(|released| released.on);
    let billed_there = |reading: &&AcceptedReading| {
        reading.read_on >= meter.from
            && since.is_some_and(|since| reading.read_on < since)
            && released.is_none_or(|on| reading.read_on <= on)
    };
    let last = readings.iter().rev().find(billed_there);
    if let Some(last) = last.filter(|it| it.cumulative > meter.billed_cumulative) {
        meter.billed_cumulative = last.cumulative;
        meter.billed_reading = Some(last.reading_id.clone());
        meter.billed_rates = rates_at(read, &last.reading_id)?;
        meter.billed_to = meter.billed_to.max(last.read_on);
    }
    Ok(meter)
}

pub(super) fn rates_at(read: &Meter, reading: &ReadingId) -> Result<RateQuantities, BillingError> {
    read.rates_at(reading).map_err(|_| BillingError::Overflow)
}

/// `None` when there is nothing new up to the end of the month.
///
/// Usage is the difference of two counts, so a correction of an earlier reading is settled with
/// the next bill by itself. A count below what has been billed waits until readings catch up.
pub(super) fn measure(
    meter: &AssignedMeter,
    read: &Meter,
    month: BillingMonth,
) -> Result<Option<Measured>, BillingError> {
    let Some(measured) = measure_total(meter, read.accepted(), month)? else {
        return Ok(None);
    };
    let rates_cumulative = rates_at(read, &measured.to_reading)?;
    let rates = rates_cumulative.since(&meter.billed_rates);
    Ok(Some(Measured {
        rates: rates.ok_or(BillingError::Overflow)?,
        rates_cumulative,
        ..measured
    }))
}

pub(super) fn measure_total(
    meter: &AssignedMeter,
    readings: &[AcceptedReading],
    month: BillingMonth,
) -> Result<Option<Measured>, BillingError> {
    let month_end = month.period().to();
    let counts = |reading: &&AcceptedReading| {
        let released = meter.released.as_ref();
        reading.read_on < month_end && released.is_none_or(|it| reading.read_on <= it.on)
    };
    let Some(last) = readings.iter().rev().find(counts) else {
        return Ok(None);
    };
    let usage = last
        .cumulative
        .checked_sub(meter.billed_cumulative)
        .ok_or(BillingError::Overflow)?;
    if usage.is_negative() {
        return Err(BillingError::BilledAlready(meter.meter_no.clone()));
    }
    let seen = meter.billed_reading.as_ref() == Some(&last.reading_id);
    if usage.is_zero() && (seen || last.read_on < meter.billed_to) {
        return Ok(None);
    }
    // A usage needs at least a day to have happened in, even where readings share one.
    let next_day = meter
        .billed_to
        .checked_add_days(Days::new(1))
        .unwrap_or(meter.billed_to);
    let period = Period::try_new(meter.billed_to, last.read_on.max(next_day))
        .map_err(|_| BillingError::Overflow)?;
    Ok(Some(Measured {
        meter: meter.clone(),
        to_reading: last.reading_id.clone(),
        period,
        usage,
        cumulative: last.cumulative,
        rates: RateQuantities::default(),
        rates_cumulative: RateQuantities::default(),
    }))
}
