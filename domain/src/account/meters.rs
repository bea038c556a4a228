use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::bill::{BillOrigin, ChargedMeter};
use super::error::AccountError;
use super::event::{MeterAssigned, MeterReleased};
use super::standing::StandingBill;
use crate::units::{Commodity, MeterNo, Quantity, RateQuantities, ReadingId, TariffId};

/// A meter this account pays for, and how far it has been billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedMeter {
    pub meter_no: MeterNo,
    pub commodity: Commodity,
    pub tariff_id: TariffId,
    pub from: NaiveDate,
    pub released: Option<MeterReleased>,
    /// The meter's count where this account took over.
    pub opening_cumulative: Quantity,
    opening_reading: Option<ReadingId>,
    /// The same of a time-of-use meter's registers.
    #[serde(default, skip_serializing_if = "RateQuantities::is_empty")]
    opening_rates: RateQuantities,
    /// The meter's count up to which bills have been issued.
    pub billed_cumulative: Quantity,
    pub billed_reading: Option<ReadingId>,
    #[serde(default, skip_serializing_if = "RateQuantities::is_empty")]
    pub billed_rates: RateQuantities,
    /// The first day that no bill has covered yet.
    pub billed_to: NaiveDate,
}

impl AssignedMeter {
    /// The reading this account took over from, where there was one.
    pub const fn opening_reading(&self) -> Option<&ReadingId> {
        self.opening_reading.as_ref()
    }

    pub const fn opening_rates(&self) -> &RateQuantities {
        &self.opening_rates
    }

    /// Released, and billed up to the count at which it was.
    pub fn is_settled(&self) -> bool {
        self.released
            .as_ref()
            .is_some_and(|release| self.billed_cumulative.value() >= release.cumulative.value())
    }
}

/// The account's meters over time, and its usage per tariff and tier period.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Meters {
    /// In the order of assignment.
    pub(super) assigned: Vec<AssignedMeter>,
    to_date: BTreeMap<TariffId, BTreeMap<NaiveDate, Quantity>>,
}

impl Meters {
    fn current(&self, meter_no: &MeterNo) -> Option<&AssignedMeter> {
        self.assigned
            .iter()
            .find(|meter| meter.meter_no == *meter_no && meter.released.is_none())
    }

    pub(super) fn check_assignment(&self, assignment: &MeterAssigned) -> Result<(), AccountError> {
        let meter_no = &assignment.meter_no;
        if self.current(meter_no).is_some() {
            return Err(AccountError::MeterAlreadyAssigned(meter_no.clone()));
        }
        for earlier in self
            .assigned
            .iter()
            .filter(|meter| meter.meter_no == *meter_no)
        {
            let until = earlier
                .released
                .as_ref()
                .map_or(earlier.from, |release| release.on);
            if assignment.from < until || assignment.from <= earlier.from {
                return Err(AccountError::AssignmentOverlaps {
                    meter_no: meter_no.clone(),
                    until,
                });
            }
        }
        Ok(())
    }

    pub(super) fn check_release(&self, release: &MeterReleased) -> Result<(), AccountError> {
        let meter = self
            .current(&release.meter_no)
            .ok_or_else(|| AccountError::MeterNotAssigned(release.meter_no.clone()))?;
        if release.on < meter.billed_to {
            return Err(AccountError::ReleasedTooEarly {
                from: meter.billed_to,
            });
        }
        Ok(())
    }

    pub(super) fn quantity_to_date(&self, tariff: &TariffId, period_from: NaiveDate) -> Quantity {
        let periods = self.to_date.get(tariff);
        periods
            .and_then(|periods| periods.get(&period_from))
            .copied()
            .unwrap_or(Quantity::ZERO)
    }

    pub(super) fn assign(&mut self, assignment: MeterAssigned) {
        self.assigned.push(AssignedMeter {
            meter_no: assignment.meter_no,
            commodity: assignment.commodity,
            tariff_id: assignment.tariff_id,
            from: assignment.from,
            released: None,
            opening_cumulative: assignment.cumulative,
            opening_reading: assignment.reading.clone(),
            opening_rates: assignment.rates.clone(),
            billed_cumulative: assignment.cumulative,
            billed_reading: assignment.reading,
            billed_rates: assignment.rates,
            billed_to: assignment.from,
        });
    }

    pub(super) fn release(&mut self, release: MeterReleased) {
        let same = |meter: &&mut AssignedMeter| {
            meter.meter_no == release.meter_no && meter.released.is_none()
        };
        if let Some(meter) = self.assigned.iter_mut().find(same) {
            meter.released = Some(release);
        }
    }

    /// Tiers count from nought for another holder.
    pub(super) fn start_anew(&mut self) {
        self.to_date.clear();
    }

    /// The places of those that are released and billed up to the end.
    pub(super) fn settled(&self) -> Vec<usize> {
        let meters = self.assigned.iter().enumerate();
        let settled = meters.filter(|(_, meter)| meter.is_settled());
        settled.map(|(place, _)| place).collect()
    }

    /// A meter that was settled before its last reading was corrected is so afterwards.
    pub(super) fn stay_settled(&mut self, settled: &[usize]) {
        for place in settled {
            let Some(meter) = self.assigned.get_mut(*place) else {
                continue;
            };
            let billed = meter.billed_cumulative;
            if let Some(release) = &mut meter.released
                && billed.value() < release.cumulative.value()
            {
                release.cumulative = billed;
            }
        }
    }

    /// How far each has been billed by what stands, and by nothing else. The tiers are those of the
    /// present holder.
    pub(super) fn bill_again<'a>(
        &mut self,
        standing: impl Iterator<Item = &'a StandingBill>,
        holder: u32,
    ) {
        self.to_date.clear();
        for meter in &mut self.assigned {
            meter.billed_cumulative = meter.opening_cumulative;
            meter.billed_reading.clone_from(&meter.opening_reading);
            meter.billed_rates.clone_from(&meter.opening_rates);
            meter.billed_to = meter.from;
        }
        for bill in standing {
            for charged in &bill.meters {
                if bill.holder == holder {
                    self.count(charged);
                }
                self.advance(charged);
            }
            if let Some(origin) = bill.origin.as_ref().filter(|_| bill.holder == holder) {
                self.count_imported(origin);
            }
        }
    }

    pub(super) fn charge(&mut self, charged: &ChargedMeter) {
        self.count(charged);
        self.advance(charged);
    }

    /// What the charging system billed adds to the tiers, whenever its file comes.
    pub(super) fn count_imported(&mut self, origin: &BillOrigin) {
        for counted in &origin.counted {
            let to_date = self.to_date.entry(counted.tariff_id.clone()).or_default();
            let sum = to_date
                .entry(counted.tier_period_from)
                .or_insert(Quantity::ZERO);
            // Sums of usages that fit a file stay far within what a quantity can hold.
            *sum = sum.checked_add(counted.usage).unwrap_or(*sum);
        }
    }

    fn count(&mut self, charged: &ChargedMeter) {
        let to_date = self.to_date.entry(charged.tariff_id.clone()).or_default();
        for tier in &charged.tiers {
            to_date.insert(tier.tier_period_from, tier.quantity_to_date_after);
        }
    }

    fn advance(&mut self, charged: &ChargedMeter) {
        let same = |meter: &&mut AssignedMeter| {
            meter.meter_no == charged.meter_no && meter.from == charged.assigned_from
        };
        if let Some(meter) = self.assigned.iter_mut().find(same) {
            meter.billed_cumulative = charged.cumulative;
            meter.billed_reading = Some(charged.to_reading.clone());
            meter.billed_rates.clone_from(&charged.rates_cumulative);
            meter.billed_to = charged.period.to();
        }
    }
}
