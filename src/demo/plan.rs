//! The campus as data: who lives where, what is metered, who walks past it.

use chaobiao_domain::account::AccountClass;
use chaobiao_domain::meter::Channel;
use chaobiao_domain::units::{
    AccountNo, BookNo, CampusId, Commodity, HardwareNo, MeterNo, Phone, ValueError,
};

use super::draw::Draws;
use super::names::{CAMPUSES, DEPARTMENTS, QUARTERS, STAFF_HALLS, STUDENT_HALLS, person, phone};
use super::usage::Milli;

/// Meters a reader does on a walk.
const BOOK_SIZE: usize = 60;
/// One flat in so many is read by the people who live in it.
const SELF_READ_EVERY: usize = 12;

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) places: Vec<Place>,
    pub(super) meters: Vec<PlannedMeter>,
    pub(super) books: Vec<Book>,
}

/// One account with its meters.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) account_no: AccountNo,
    pub(super) class: AccountClass,
    pub(super) campus: usize,
    pub(super) building: String,
    pub(super) room: String,
    pub(super) holder: String,
    pub(super) phone: Option<Phone>,
    pub(super) persons: u32,
    /// Into [`Plan::meters`].
    pub(super) meters: Vec<usize>,
    /// The people of this flat read its water themselves.
    pub(super) self_read: bool,
}

#[derive(Clone, Debug)]
pub(super) struct PlannedMeter {
    pub(super) meter_no: MeterNo,
    pub(super) hardware_no: HardwareNo,
    pub(super) commodity: Commodity,
    /// Into [`Plan::places`].
    pub(super) place: usize,
    /// Into [`Plan::books`].
    pub(super) book: usize,
    pub(super) walk_order: u32,
    pub(super) channel: Channel,
    pub(super) digits: u8,
    pub(super) decimals: u8,
    pub(super) opening: Milli,
    /// An ordinary day.
    pub(super) daily: Milli,
}

#[derive(Debug)]
pub(super) struct Book {
    pub(super) number: BookNo,
    pub(super) campus: usize,
    /// 抄表例日: the day of the month it is read on.
    pub(super) due_day: u32,
    /// Into [`Plan::meters`], in the order of the walk.
    pub(super) meters: Vec<usize>,
}

pub(super) fn campus_id(campus: usize) -> Result<CampusId, ValueError> {
    CampusId::try_new(CAMPUSES[campus % CAMPUSES.len()].0)
}

impl Plan {
    pub(super) fn new(seed: u64, meters: usize) -> Result<Self, ValueError> {
        let mut planner = Planner {
            seed,
            plan: Self {
                places: Vec::new(),
                meters: Vec::with_capacity(meters),
                books: Vec::new(),
            },
        };
        for (campus, (.., share)) in CAMPUSES.into_iter().enumerate() {
            planner.campus(campus, meters * share / 100)?;
        }
        // What rounding left over stands in the first campus's departments.
        let left = meters - planner.plan.meters.len();
        if left > 0 {
            planner.units(0, left, 90)?;
        }
        planner.bind_books()?;
        Ok(planner.plan)
    }

    pub(super) fn of_class(&self, class: AccountClass) -> impl Iterator<Item = usize> {
        (0..self.places.len()).filter(move |place| self.places[*place].class == class)
    }

    /// The meter of a place for a commodity.
    pub(super) fn meter_of(&self, place: usize, commodity: Commodity) -> Option<usize> {
        let meters = &self.places[place].meters;
        meters
            .iter()
            .copied()
            .find(|meter| self.meters[*meter].commodity == commodity)
    }
}

struct Planner {
    seed: u64,
    plan: Plan,
}

impl Planner {
    fn campus(&mut self, campus: usize, meters: usize) -> Result<(), ValueError> {
        // Two meters to a room or flat.
        let (students, staff, flats) = (meters * 22 / 100, meters * 6 / 100, meters * 17 / 100);
        for room in 0..students {
            self.room(campus, AccountClass::StudentDorm, room)?;
        }
        for room in 0..staff {
            self.room(campus, AccountClass::StaffDorm, room)?;
        }
        for room in 0..flats {
            self.room(campus, AccountClass::Resident, room)?;
        }
        self.units(campus, meters - 2 * (students + staff + flats), 0)
    }

    fn room(
        &mut self,
        campus: usize,
        class: AccountClass,
        serial: usize,
    ) -> Result<(), ValueError> {
        let mut draws = Draws::new(self.seed, &format!("room/{campus}/{class:?}/{serial}"));
        // Six floors of twelve rooms, or three stairways of twelve flats.
        let (block, within) = (serial / 72 + 1, serial % 72);
        let halls: &[&str] = match class {
            AccountClass::StudentDorm => &STUDENT_HALLS,
            AccountClass::StaffDorm => &STAFF_HALLS,
            AccountClass::Resident | AccountClass::Unit => &QUARTERS,
        };
        let hall = halls[(campus + block) % halls.len()];
        let (building, room) = if class == AccountClass::Resident {
            let (floor, door) = (within % 24 / 4 + 1, within % 4 + 1);
            (
                format!("{hall}{block}幢"),
                format!("{}单元{floor}{door:02}", within / 24 + 1),
            )
        } else {
            (
                format!("{hall}{block}栋"),
                format!("{}{:02}", within / 12 + 1, within % 12 + 1),
            )
        };
        let holder = match class {
            AccountClass::StudentDorm => format!("{building}{room}室"),
            _ => person(&mut draws),
        };
        let number = self.plan.places.len();
        let place = Place {
            account_no: self.account_no(campus, class)?,
            class,
            campus,
            building,
            room,
            holder,
            phone: (class != AccountClass::StudentDorm)
                .then(|| Phone::try_new(phone(number)))
                .transpose()?,
            persons: match class {
                AccountClass::StudentDorm => 4,
                AccountClass::StaffDorm => 1,
                _ => u32::try_from(draws.between(1, 6)).unwrap_or(3),
            },
            meters: Vec::with_capacity(2),
            self_read: class == AccountClass::Resident && serial.is_multiple_of(SELF_READ_EVERY),
        };
        self.plan.places.push(place);
        let (water, power) = match class {
            AccountClass::StudentDorm => ((280, 520), (3_000, 6_000)),
            AccountClass::StaffDorm => ((120, 260), (2_500, 5_500)),
            _ => ((220, 640), (4_000, 9_000)),
        };
        self.meter(
            Commodity::Water,
            draws.between(water.0, water.1),
            &mut draws,
        )?;
        self.meter(
            Commodity::Electricity,
            draws.between(power.0, power.1),
            &mut draws,
        )
    }

    /// Departments with up to nine meters each.
    fn units(&mut self, campus: usize, meters: usize, first: usize) -> Result<(), ValueError> {
        let mut left = meters;
        let mut serial = first;
        while left > 0 {
            let mut draws = Draws::new(self.seed, &format!("unit/{campus}/{serial}"));
            let (department, building) = DEPARTMENTS[serial % DEPARTMENTS.len()];
            let round = serial / DEPARTMENTS.len();
            let room = if round == 0 {
                "总表间".to_owned()
            } else {
                format!("{}号配电间", round + 1)
            };
            let number = self.plan.places.len();
            let place = Place {
                account_no: self.account_no(campus, AccountClass::Unit)?,
                class: AccountClass::Unit,
                campus,
                building: building.to_owned(),
                room,
                holder: format!("{department}（{}）", CAMPUSES[campus].1),
                phone: Some(Phone::try_new(phone(number))?),
                persons: 0,
                meters: Vec::new(),
                self_read: false,
            };
            self.plan.places.push(place);
            let count = usize::try_from(draws.between(2, 9)).unwrap_or(2).min(left);
            for at in 0..count {
                let water = at % 3 == 0;
                let (commodity, least, most) = if water {
                    (Commodity::Water, 3_000, 40_000)
                } else {
                    (Commodity::Electricity, 60_000, 900_000)
                };
                self.meter(commodity, draws.between(least, most), &mut draws)?;
            }
            left -= count;
            serial += 1;
        }
        Ok(())
    }

    fn account_no(&self, campus: usize, class: AccountClass) -> Result<AccountNo, ValueError> {
        let kind = match class {
            AccountClass::StudentDorm => 1,
            AccountClass::StaffDorm => 2,
            AccountClass::Resident => 3,
            AccountClass::Unit => 4,
        };
        AccountNo::try_new(format!(
            "{}{kind}{:06}",
            campus + 1,
            self.plan.places.len() + 1
        ))
    }

    /// Adds a meter to the place made last.
    fn meter(
        &mut self,
        commodity: Commodity,
        daily: Milli,
        draws: &mut Draws,
    ) -> Result<(), ValueError> {
        let place = self.plan.places.len() - 1;
        let number = self.plan.meters.len();
        let Place {
            campus,
            class,
            self_read,
            ..
        } = self.plan.places[place];
        let (letter, maker) = match commodity {
            Commodity::Water => ('W', "21"),
            Commodity::Electricity => ('E', "33"),
        };
        let channel = channel(class, commodity, self_read, place);
        let (digits, decimals) = match (commodity, channel) {
            (Commodity::Water, Channel::Remote) => (6, 3),
            (Commodity::Water, _) => (5, 0),
            (Commodity::Electricity, _) => (7, 2),
        };
        let scale = 10_i64.pow(3 - u32::from(decimals));
        let opening = draws.between(25, 900) * draws.between(50, 90) * 1_000 / scale * scale;
        let made = draws.between(2_012, 2_024);
        self.plan.places[place].meters.push(number);
        self.plan.meters.push(PlannedMeter {
            meter_no: MeterNo::try_new(format!("{letter}{}{:06}", campus + 1, number + 1))?,
            hardware_no: HardwareNo::try_new(format!("{maker}{made}{:06}", number + 1))?,
            commodity,
            place,
            // Given by `bind_books`.
            book: 0,
            walk_order: 0,
            channel,
            digits,
            decimals,
            opening,
            daily,
        });
        Ok(())
    }

    /// Meters of one campus that are read the same way, in the order of their rooms.
    fn bind_books(&mut self) -> Result<(), ValueError> {
        let plan = &mut self.plan;
        for campus in 0..CAMPUSES.len() {
            for (letter, channel, due_day) in [
                ('Z', Channel::SelfRead, 18),
                ('X', Channel::Field, 20),
                ('H', Channel::Handheld, 21),
                ('Y', Channel::Remote, 25),
            ] {
                let meters: Vec<usize> = (0..plan.meters.len())
                    .filter(|meter| {
                        let meter = &plan.meters[*meter];
                        meter.channel == channel && plan.places[meter.place].campus == campus
                    })
                    .collect();
                for (serial, walk) in meters.chunks(BOOK_SIZE).enumerate() {
                    let book = plan.books.len();
                    for (order, meter) in (1..).zip(walk) {
                        plan.meters[*meter].book = book;
                        plan.meters[*meter].walk_order = order;
                    }
                    plan.books.push(Book {
                        number: BookNo::try_new(format!(
                            "{}{letter}{:03}",
                            campus + 1,
                            serial + 1
                        ))?,
                        campus,
                        due_day: due_day + u32::try_from(serial % 3).unwrap_or(0),
                        meters: walk.to_vec(),
                    });
                }
            }
        }
        Ok(())
    }
}

fn channel(class: AccountClass, commodity: Commodity, self_read: bool, place: usize) -> Channel {
    match (class, commodity) {
        (AccountClass::Resident, Commodity::Water) if self_read => Channel::SelfRead,
        // Old meters in some cellars; the others were given a radio.
        (AccountClass::Unit, Commodity::Water) if place.is_multiple_of(3) => Channel::Field,
        (AccountClass::Unit, _) | (AccountClass::Resident, Commodity::Water) => Channel::Remote,
        (AccountClass::StudentDorm | AccountClass::StaffDorm | AccountClass::Resident, _) => {
            Channel::Handheld
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_plan_has_the_meters_it_was_asked_for_each_in_one_book_and_place() {
        for wanted in [100, 2_000, 2_003] {
            let plan = Plan::new(1, wanted).unwrap();
            assert_eq!(plan.meters.len(), wanted);
            let numbers: HashSet<_> = plan.meters.iter().map(|it| &it.meter_no).collect();
            assert_eq!(numbers.len(), wanted);
            let booked: usize = plan.books.iter().map(|book| book.meters.len()).sum();
            assert_eq!(booked, wanted);
            let placed: usize = plan.places.iter().map(|place| place.meters.len()).sum();
            assert_eq!(placed, wanted);
            for book in &plan.books {
                assert!((1..=BOOK_SIZE).contains(&book.meters.len()));
            }
        }
    }

    #[test]
    fn every_campus_has_every_class_and_few_meters_need_photos() {
        let plan = Plan::new(1, 2_000).unwrap();
        for campus in 0..CAMPUSES.len() {
            for class in AccountClass::ALL {
                let there = |place: usize| plan.places[place].campus == campus;
                assert!(plan.of_class(class).any(there), "{campus} {class:?}");
            }
        }
        let photos = plan
            .meters
            .iter()
            .filter(|meter| meter.channel.needs_photo());
        assert!((20..80).contains(&photos.count()));
    }

    #[test]
    fn the_seed_decides() {
        let shape = |seed| format!("{:?}", Plan::new(seed, 300).unwrap());
        assert_eq!(shape(7), shape(7));
        assert_ne!(shape(7), shape(8));
    }
}
