//! Meters come off the wall and others go on.

use std::collections::BTreeSet;

use chaobiao_domain::meter::{RemovalReason, ReplaceDevice};
use chaobiao_domain::units::HardwareNo;

use super::DemoError;
use super::almanac::{at, day};
use super::draw::Draws;
use super::generate::{Campus, Month};
use super::setup::{by, device};
use super::staff::TECHNICIAN;
use super::usage::Milli;

/// One meter in so many is changed in turn (轮换) during the months.
const ROTATED_EVERY: usize = 100;
const FAULT_IN: usize = 6;
const RATIO_IN: usize = 5;
const NEW_RATIO: i64 = 20;

struct Change {
    reason: RemovalReason,
    opening: Milli,
    multiplier: i64,
}

impl Campus<'_> {
    pub(super) fn replace_devices(&mut self, month: Month) -> Result<(), DemoError> {
        let mut draws = Draws::new(self.seed, &month.key("devices"));
        // Spread over the months between the first and the last.
        let (meters, months) = (self.plan.meters.len(), Month::LATEST - 1);
        if (1..=months).contains(&month.number) {
            let turn = (meters / ROTATED_EVERY + month.number - 1) / months;
            // A set: among many meters the same one is drawn twice now and then.
            let chosen: BTreeSet<usize> = (0..turn).map(|_| draws.below(meters)).collect();
            for number in chosen {
                if !self.cast.has_meter(number) {
                    let change = Change {
                        reason: RemovalReason::Rotation,
                        opening: 0,
                        multiplier: 1,
                    };
                    self.replace(month, number, &change)?;
                }
            }
        }
        if month.number == FAULT_IN {
            // The new one comes from the repair shop and has counted before.
            let (reason, opening) = (RemovalReason::Fault, 37_000);
            let change = Change {
                reason,
                opening,
                multiplier: 1,
            };
            self.replace(month, self.cast.replaced_for_fault, &change)?;
        }
        if month.number == RATIO_IN {
            let (reason, multiplier) = (RemovalReason::CapacityChange, NEW_RATIO);
            let change = Change {
                reason,
                opening: 0,
                multiplier,
            };
            self.replace(month, self.cast.changed_ratio, &change)?;
        }
        Ok(())
    }

    fn replace(&mut self, month: Month, number: usize, change: &Change) -> Result<(), DemoError> {
        let meter = &self.plan.meters[number];
        let date = day(month.month, 11);
        let register = &mut self.registers[number];
        register.pass(meter, date, 100);
        let closing_index = register.index()?;
        register.replace(change.opening, change.multiplier);
        let month_of = month.month;
        let hardware_no = HardwareNo::try_new(format!(
            "77{:04}{:02}{:06}",
            month_of.year(),
            month_of.month(),
            number + 1
        ))?;
        let at = at(date, 9, 0) + super::almanac::minutes(number % 400);
        let replace = ReplaceDevice {
            meter_no: meter.meter_no.clone(),
            closing_index,
            closing_photo: None,
            reason: change.reason,
            device: device(meter, &hardware_no, change.opening, change.multiplier)?,
            replaced_at: Some(at),
        };
        let key = month.key(&format!("replace/{}", meter.meter_no));
        self.runner.give(at, by(TECHNICIAN), &key, replace);
        Ok(())
    }
}
