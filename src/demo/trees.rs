//! Master meters (总表) of some buildings in the family quarters, with the flats' meters behind them.
//!
//! A master counts what the flats used up to their own readings and a little more; one of them
//! counts a good deal more, as where a pipe in the cellar leaks.

use std::collections::BTreeMap;

use chaobiao_domain::account::AccountClass;
use chaobiao_domain::meter::{
    Channel, DeviceSpec, Evidence, InstallDevice, RegisterMeter, SubmitReading,
};
use chaobiao_domain::meter_tree::{LinkSubMeter, SubMeterRole};
use chaobiao_domain::units::{BookNo, Commodity, HardwareNo, Index, MeterNo, Multiplier, Quantity};
use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::DemoError;
use super::almanac::{at, back, day, seconds};
use super::generate::{Campus, Month};
use super::plan::{Plan, campus_id};
use super::setup::by;
use super::staff::{ADMIN, READERS, TECHNICIAN};

/// Thousandths of what the flats use: what a sound building loses.
const WATER_LOSS: i64 = 18;
const POWER_LOSS: i64 = 9;
/// And what is lost in the cellar of the first of them.
const PLANTED_LOSS: i64 = 160;
const DIGITS: u8 = 7;
const DECIMALS: u8 = 2;

/// A building's master for one commodity.
#[derive(Debug)]
pub(super) struct Master {
    pub(super) meter_no: MeterNo,
    hardware_no: HardwareNo,
    commodity: Commodity,
    campus: usize,
    building: String,
    /// Into [`Plan::meters`].
    behind: Vec<usize>,
    per_mille: i64,
}

/// The first building of the quarters on every campus but the first, where other stories play.
pub(super) fn masters(plan: &Plan) -> Result<Vec<Master>, DemoError> {
    let mut buildings: BTreeMap<usize, &str> = BTreeMap::new();
    for place in plan.of_class(AccountClass::Resident) {
        let place = &plan.places[place];
        buildings.entry(place.campus).or_insert(&place.building);
    }
    let mut masters = Vec::new();
    for (campus, building) in buildings.into_iter().filter(|(campus, _)| *campus > 0) {
        for (commodity, letter, usual) in [
            (Commodity::Water, 'W', WATER_LOSS),
            (Commodity::Electricity, 'E', POWER_LOSS),
        ] {
            let behind = plan.of_class(AccountClass::Resident).filter(|place| {
                let place = &plan.places[*place];
                place.campus == campus && place.building == building
            });
            let leaks = campus == 1 && commodity == Commodity::Water;
            masters.push(Master {
                meter_no: MeterNo::try_new(format!("Z{letter}{}001", campus + 1))?,
                hardware_no: HardwareNo::try_new(format!("90{letter}{}00001", campus + 1))?,
                commodity,
                campus,
                building: building.to_owned(),
                behind: behind
                    .filter_map(|place| plan.meter_of(place, commodity))
                    .collect(),
                per_mille: if leaks { PLANTED_LOSS } else { usual },
            });
        }
    }
    Ok(masters)
}

impl Campus<'_> {
    /// Registered and put in with the others; no account pays for them.
    pub(super) fn put_in_masters(&mut self) -> Result<(), DemoError> {
        let registered = at(back(self.almanac.install_day(), 3), 15, 0);
        let installed = at(self.almanac.install_day(), 14, 0);
        for (serial, master) in masters(self.plan)?.into_iter().enumerate() {
            let no = &master.meter_no;
            let register = RegisterMeter {
                meter_no: no.clone(),
                commodity: master.commodity,
                campus: campus_id(master.campus)?,
                building: master.building.clone(),
                room: "总表间".to_owned(),
                book: BookNo::try_new(format!("{}T001", master.campus + 1))?,
                walk_order: u32::try_from(serial + 1).unwrap_or(1),
                self_read: false,
            };
            let key = format!("meter/{no}");
            self.runner
                .give(registered + seconds(serial), by(ADMIN), &key, register);
            let device = DeviceSpec {
                hardware_no: master.hardware_no.clone(),
                digits: Some(DIGITS),
                decimals: DECIMALS,
                multiplier: Multiplier::ONE,
                max_per_hour: Some(Quantity::try_new(Decimal::from(800))?),
                opening_index: Index::try_new(Decimal::ZERO)?,
                photo: None,
            };
            let install = InstallDevice {
                meter_no: no.clone(),
                device,
                installed_at: Some(installed),
            };
            let key = format!("device/{}", master.hardware_no);
            self.runner
                .give(installed + seconds(serial), by(TECHNICIAN), &key, install);
            let linked =
                installed + TimeDelta::minutes(10 * (i64::try_from(serial).unwrap_or(0) + 1));
            for (order, meter) in master.behind.iter().enumerate() {
                let meter_no = &self.plan.meters[*meter].meter_no;
                let link = LinkSubMeter {
                    meter_no: meter_no.clone(),
                    parent_no: no.clone(),
                    role: SubMeterRole::Sub,
                    from: Some(self.almanac.install_day()),
                };
                let key = format!("behind/{meter_no}");
                self.runner
                    .give(linked + seconds(order), by(TECHNICIAN), &key, link);
            }
        }
        Ok(())
    }

    /// On the last day a flat of the building is read, after it.
    pub(super) fn read_masters(&mut self, month: Month) -> Result<(), DemoError> {
        for (serial, master) in masters(self.plan)?.into_iter().enumerate() {
            let due = master.behind.iter().map(|meter| {
                let book = self.plan.meters[*meter].book;
                self.plan.books[book].due_day
            });
            let Some(due) = due.max() else { continue };
            let used: i64 = master
                .behind
                .iter()
                .map(|meter| self.registers[*meter].flowed())
                .sum();
            // From thousandths to the hundredths on the dial.
            let shown = used * (1_000 + master.per_mille) / 1_000 / 10;
            let read_at = at(day(month.month, due), 15, 0) + seconds(serial);
            let submit = SubmitReading {
                meter_no: master.meter_no.clone(),
                index: Index::try_new(Decimal::new(shown, u32::from(DECIMALS)))?,
                read_at: Some(read_at),
                channel: Channel::Handheld,
                photo: None,
                round: None,
                note: None,
                evidence: Evidence::default(),
            };
            let key = month.key(&format!("read/{}", master.meter_no));
            let reader = by(READERS[master.campus % READERS.len()]);
            let told_at = at(day(month.month, due), 17, 0) + seconds(serial);
            self.runner.give(told_at, reader, &key, submit);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_buildings_have_masters_and_one_of_them_loses_much() {
        for meters in [200, 2_000] {
            let plan = Plan::new(1, meters).unwrap();
            let masters = masters(&plan).unwrap();
            assert_eq!(masters.len(), 6);
            for master in &masters {
                assert!(master.behind.len() > 1, "{master:?}");
                for meter in &master.behind {
                    assert_eq!(plan.meters[*meter].commodity, master.commodity);
                }
            }
            let mut losing = masters.iter().filter(|one| one.per_mille > 50);
            assert_eq!(losing.next().unwrap().meter_no.as_str(), "ZW2001");
            assert!(losing.next().is_none());
        }
    }
}
