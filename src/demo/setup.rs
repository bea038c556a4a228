//! Everything that was there before the first month.

use std::collections::{BTreeMap, BTreeSet};

use chaobiao_decision::Actor;
use chaobiao_domain::account::{AssignMeter, OpenAccount};
use chaobiao_domain::calendar::{OfficeHours, OfficeSpan};
use chaobiao_domain::campus::OpenCampus;
use chaobiao_domain::meter::{DeviceSpec, InstallDevice, RegisterMeter};
use chaobiao_domain::staff::{ContactInput, HireStaff};
use chaobiao_domain::tariff::PublishTariffVersion;
use chaobiao_domain::units::{
    Commodity, HardwareNo, Index, Multiplier, Quantity, StaffLogin, TariffId,
};
use chaobiao_domain::validation_rules::{CommodityRules, PublishValidationRules};
use chaobiao_domain::work_calendar::LoadYear;
use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;

use super::almanac::{at, back, seconds};
use super::generate::Campus;
use super::names::{CAMPUSES, UNIVERSITY};
use super::plan::{PlannedMeter, campus_id};
use super::staff::{self, ADMIN, FINANCE, MANAGER, TECHNICIAN};
use super::usage::Milli;
use super::{DemoError, tariffs};

pub(super) fn by(person: staff::Person) -> Actor {
    Actor::Staff(person.login.to_owned())
}

impl Campus<'_> {
    /// The centre opens its books: campuses, people, prices, then accounts and meters.
    pub(super) async fn set_up(&mut self) -> Result<(), DemoError> {
        self.open_campuses()?;
        self.hire()?;
        self.load_calendars()?;
        self.publish_rules();
        self.define_tariffs()?;
        self.open_accounts()?;
        self.register_meters()?;
        self.install_devices()?;
        self.assign_meters()?;
        self.describe_points()?;
        self.put_in_masters()?;
        self.runner.run(at(self.almanac.begins(), 0, 0)).await?;
        Ok(())
    }

    fn open_campuses(&mut self) -> Result<(), DemoError> {
        let start = at(self.almanac.setup_day(), 8, 30);
        for (number, (id, name, contact, _)) in CAMPUSES.into_iter().enumerate() {
            let open = OpenCampus {
                campus_id: campus_id(number)?,
                name: name.to_owned(),
                office_hours: office_hours()?,
                contact: contact.to_owned(),
            };
            let actor = Actor::System("demo".to_owned());
            self.runner
                .give(start, actor, &format!("campus/{id}"), open);
        }
        Ok(())
    }

    fn hire(&mut self) -> Result<(), DemoError> {
        let start = at(self.almanac.setup_day(), 8, 40);
        for (serial, person) in staff::all().enumerate() {
            // The first administrator is made by the program, everybody else by her.
            let actor = if person.login == ADMIN.login {
                Actor::System("demo".to_owned())
            } else {
                by(ADMIN)
            };
            let hire = HireStaff {
                login: StaffLogin::try_new(person.login)?,
                name: person.name.to_owned(),
                department: format!("{UNIVERSITY}水电保障中心"),
                position: person.position.to_owned(),
                campus: person.campus.map(campus_id).transpose()?,
                roles: BTreeSet::from([person.role]),
                contact: ContactInput {
                    office_phone: Some(format!("内线 80{serial:02}")),
                    ..ContactInput::default()
                },
            };
            let key = format!("staff/{}", person.login);
            self.runner.give(start + seconds(serial), actor, &key, hire);
        }
        Ok(())
    }

    fn load_calendars(&mut self) -> Result<(), DemoError> {
        for (known, list) in self.almanac.lists()? {
            let key = format!("calendar/{}", list.year());
            self.runner.give(known, by(ADMIN), &key, LoadYear { list });
        }
        Ok(())
    }

    fn publish_rules(&mut self) {
        let publish = rules(self.almanac.setup_day());
        let start = at(self.almanac.setup_day(), 9, 10);
        self.runner.give(start, by(MANAGER), "rules", publish);
    }

    fn define_tariffs(&mut self) -> Result<(), DemoError> {
        let start = at(self.almanac.setup_day(), 9, 20);
        for define in tariffs::definitions(self.almanac.begins())? {
            let key = format!("tariff/{}", define.tariff_id);
            self.runner.give(start, by(FINANCE), &key, define);
        }
        Ok(())
    }

    /// Announced ten days before it counts.
    pub(super) fn publish_price_change(&mut self) -> Result<(), DemoError> {
        let Some(from) = self.almanac.price_change() else {
            return Ok(());
        };
        if let Some(version) = tariffs::new_version(from)? {
            let publish = PublishTariffVersion {
                tariff_id: TariffId::try_new(tariffs::WATER_HOMES)?,
                version,
            };
            let announced = at(back(from, 10), 10, 0);
            self.runner
                .give(announced, by(FINANCE), "price-change", publish);
        }
        Ok(())
    }

    fn open_accounts(&mut self) -> Result<(), DemoError> {
        let start = at(self.almanac.setup_day(), 9, 30);
        for (serial, place) in self.plan.places.iter().enumerate() {
            let open = OpenAccount {
                account_no: place.account_no.clone(),
                class: place.class,
                campus: campus_id(place.campus)?,
                holder: place.holder.clone(),
                phone: place.phone.clone(),
                address: format!("{}{}", place.building, place.room),
                household_persons: place.persons,
            };
            let key = format!("account/{}", place.account_no);
            self.runner
                .give(start + seconds(serial), by(ADMIN), &key, open);
        }
        Ok(())
    }

    fn register_meters(&mut self) -> Result<(), DemoError> {
        let start = at(back(self.almanac.install_day(), 4), 9, 0);
        for (serial, meter) in self.plan.meters.iter().enumerate() {
            let place = &self.plan.places[meter.place];
            let register = RegisterMeter {
                meter_no: meter.meter_no.clone(),
                commodity: meter.commodity,
                campus: campus_id(place.campus)?,
                building: place.building.clone(),
                room: place.room.clone(),
                book: self.plan.books[meter.book].number.clone(),
                walk_order: meter.walk_order,
                self_read: place.self_read && meter.commodity == Commodity::Water,
            };
            let key = format!("meter/{}", meter.meter_no);
            self.runner
                .give(start + seconds(serial), by(ADMIN), &key, register);
        }
        Ok(())
    }

    fn install_devices(&mut self) -> Result<(), DemoError> {
        let start = at(self.almanac.install_day(), 8, 0);
        for (serial, meter) in self.plan.meters.iter().enumerate() {
            let install = InstallDevice {
                meter_no: meter.meter_no.clone(),
                device: device(meter, &meter.hardware_no, meter.opening, 1)?,
                installed_at: Some(start),
            };
            let key = format!("device/{}", meter.hardware_no);
            self.runner
                .give(start + seconds(serial), by(TECHNICIAN), &key, install);
        }
        Ok(())
    }

    fn assign_meters(&mut self) -> Result<(), DemoError> {
        let day = self.almanac.install_day();
        // After the last device, whatever their number.
        let start = at(day, 8, 0) + seconds(self.plan.meters.len());
        for (serial, meter) in self.plan.meters.iter().enumerate() {
            let place = &self.plan.places[meter.place];
            let assign = AssignMeter {
                account_no: place.account_no.clone(),
                meter_no: meter.meter_no.clone(),
                tariff_id: TariffId::try_new(tariffs::id_of(place.class, meter.commodity))?,
                from: Some(day),
            };
            let key = format!("assign/{}", meter.meter_no);
            self.runner
                .give(start + seconds(serial), by(ADMIN), &key, assign);
        }
        Ok(())
    }
}

/// Floors that keep the return from a vacation from looking like a leak.
pub(super) fn rules(effective_from: NaiveDate) -> PublishValidationRules {
    let rules = |floor| CommodityRules {
        high_factor: Decimal::TWO,
        high_floor_per_day: Decimal::from(floor),
        // Dormitories are empty then.
        zero_quiet_months: [2, 8].into(),
        ..CommodityRules::default()
    };
    PublishValidationRules {
        effective_from,
        reason: "系统启用，按上一学年用量设定".to_owned(),
        future_tolerance_minutes: 5,
        water: rules(3),
        electricity: rules(30),
        classes: BTreeMap::new(),
    }
}

/// A device for a meter of the plan.
pub(super) fn device(
    meter: &PlannedMeter,
    hardware_no: &HardwareNo,
    opening: Milli,
    multiplier: i64,
) -> Result<DeviceSpec, DemoError> {
    let places = u32::from(meter.decimals).min(3);
    let opening = Decimal::new(opening / 10_i64.pow(3 - places), places);
    // Many times what ever flows, and far below a whole turn of the register.
    let most_an_hour = match meter.commodity {
        Commodity::Water => 25,
        Commodity::Electricity => 200,
    };
    Ok(DeviceSpec {
        hardware_no: hardware_no.clone(),
        digits: Some(meter.digits),
        decimals: meter.decimals,
        multiplier: Multiplier::try_new(Decimal::from(multiplier))?,
        max_per_hour: Some(Quantity::try_new(Decimal::from(most_an_hour))?),
        opening_index: Index::try_new(opening)?,
        photo: None,
    })
}

pub(super) fn office_hours() -> Result<OfficeHours, DemoError> {
    let clock = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN);
    let spans = vec![
        OfficeSpan {
            from: clock(8, 0),
            to: clock(12, 0),
        },
        OfficeSpan {
            from: clock(14, 0),
            to: clock(17, 30),
        },
    ];
    Ok(OfficeHours::try_new(spans)?)
}
