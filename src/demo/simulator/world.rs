//! The months of the campus, meter by meter: neighbours do not change each other's figures.

use chaobiao_decision::Actor;
use chaobiao_domain::campus::OpenCampus;
use chaobiao_domain::meter::{
    AcceptHeldReading, ApproveCorrection, Channel, DeactivateMeter, Evidence, Inactivity,
    InstallDevice, ReactivateMeter, ReadingJudged, ReadingPhoto, ReadingStatus, RegisterMeter,
    RejectReading, RemovalReason, ReplaceDevice, RequestCorrection, Rule, SubmitReading,
};
use chaobiao_domain::units::{BillingMonth, Commodity, HardwareNo, Index, ReadingId};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::super::DemoError;
use super::super::almanac::{at, back, day};
use super::super::draw::Draws;
use super::super::names::CAMPUSES;
use super::super::plan::{Plan, PlannedMeter, campus_id};
use super::super::register::Register;
use super::super::setup::{by, device, office_hours, rules};
use super::super::staff::{MANAGER, READERS, SECOND_MANAGER, TECHNICIAN};
use super::desk::Desk;
use super::fault::written_down;
use super::{Fault, Found, Score, photo};

/// Meters that share a workspace: they have the rules in common.
pub(super) const CHUNK: usize = 200;
/// Before that a meter has nothing to be compared with.
pub(super) const QUIET_MONTHS: usize = 2;
/// One meter in so many is replaced in each month.
const REPLACED_ONE_IN: usize = 300;
/// One meter in so many begins shortly before its register is full.
const ROLLING_ONE_IN: usize = 40;
/// One reading in so many is sent twice.
const REPEATED_ONE_IN: usize = 25;
/// One meter in so many is read with a photo, and in so many of a hundred photos no digit is seen.
const PICTURED_ONE_IN: usize = 8;
const BLURRED_PERCENT: i64 = 4;
const LEAK_PERCENT: i64 = 600;

/// How large a campus, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimulationOptions {
    pub seed: u64,
    pub meters: usize,
    pub months: usize,
    /// The first month.
    pub from: BillingMonth,
}

/// Lives through the months and counts what the rules found.
pub fn simulate(options: SimulationOptions) -> Result<Score, DemoError> {
    let plan = Plan::new(options.seed, options.meters)?;
    let mut score = blank(&plan, options);
    let numbers: Vec<usize> = (0..plan.meters.len()).collect();
    for chunk in numbers.chunks(CHUNK) {
        let mut desk = open(options)?;
        for &number in chunk {
            let mut life = Life::begin(&plan, number, options, &mut desk)?;
            for month in life.months.clone().into_iter().enumerate() {
                life.month(month, &mut desk, &mut score)?;
            }
            life.end(&mut desk, &mut score)?;
        }
    }
    Ok(score)
}

/// Before anything is read.
pub(super) fn blank(plan: &Plan, options: SimulationOptions) -> Score {
    let faults = Fault::ALL.into_iter();
    Score {
        meters: plan.meters.len(),
        months: options.months,
        faults: faults.map(|fault| (fault, Found::default())).collect(),
        ..Score::default()
    }
}

pub(super) fn begins(options: SimulationOptions) -> NaiveDate {
    back(options.from.first_day(), 6)
}

/// Campuses and rules.
pub(super) fn open(options: SimulationOptions) -> Result<Desk, DemoError> {
    let mut desk = Desk::default();
    let before = at(back(begins(options), 8), 9, 0);
    for (campus, (_, name, ..)) in CAMPUSES.iter().enumerate() {
        let open = OpenCampus {
            campus_id: campus_id(campus)?,
            name: (*name).to_owned(),
            office_hours: office_hours()?,
            contact: "8101".to_owned(),
        };
        desk.must(before, &by(MANAGER), &open)?;
    }
    let publish = rules(back(begins(options), 8));
    desk.must(before, &by(MANAGER), &publish)?;
    Ok(desk)
}

/// One meter on its way through the months.
pub(super) struct Life<'a> {
    pub(super) meter: PlannedMeter,
    next_door: &'a PlannedMeter,
    register: Register,
    draws: Draws,
    camera: Draws,
    pub(super) months: Vec<BillingMonth>,
    due_day: u32,
    reader: Actor,
    standing_still: bool,
    /// A wrong reading that counted, and what the dial had shown.
    undiscovered: Option<(Fault, ReadingId, Index)>,
    /// The month it was last thought to be out of use.
    vacant_in: Option<usize>,
    rolling: bool,
}

impl<'a> Life<'a> {
    pub(super) fn begin(
        plan: &'a Plan,
        number: usize,
        options: SimulationOptions,
        desk: &mut Desk,
    ) -> Result<Self, DemoError> {
        let planned = &plan.meters[number];
        let place = &plan.places[planned.place];
        let mut draws = Draws::new(options.seed, &format!("simulated/{number}"));
        let rolling = draws.below(ROLLING_ONE_IN) == 0;
        let mut meter = planned.clone();
        let mut camera = Draws::new(options.seed, &format!("photos/{number}"));
        // Most come by handhelds; no pictures are drawn for figures, only what is seen on them.
        meter.channel = if camera.below(PICTURED_ONE_IN) == 0 {
            Channel::Field
        } else {
            Channel::Handheld
        };
        if rolling {
            let full = 10_i64.pow(u32::from(meter.digits)) * 1_000;
            meter.opening = full - meter.daily * draws.between(60, 240);
            meter.opening -= meter.opening % 1_000;
        }
        let installed = begins(options);
        let (admin, start) = (by(TECHNICIAN), at(installed, 8, 0));
        let register = RegisterMeter {
            meter_no: meter.meter_no.clone(),
            commodity: meter.commodity,
            campus: campus_id(place.campus)?,
            building: place.building.clone(),
            room: place.room.clone(),
            book: plan.books[meter.book].number.clone(),
            walk_order: meter.walk_order,
            self_read: false,
        };
        desk.must(start, &admin, &register)?;
        let install = InstallDevice {
            meter_no: meter.meter_no.clone(),
            device: device(&meter, &meter.hardware_no, meter.opening, 1)?,
            installed_at: Some(start),
        };
        desk.must(start, &admin, &install)?;
        let mut month = options.from;
        let mut months = Vec::with_capacity(options.months);
        for _ in 0..options.months {
            months.push(month);
            month = month.next();
        }
        Ok(Self {
            register: Register::new(&meter, place.class, installed),
            next_door: &plan.meters[(number + 1) % plan.meters.len()],
            due_day: plan.books[meter.book].due_day,
            reader: by(READERS[place.campus % READERS.len()]),
            meter,
            draws,
            camera,
            months,
            standing_still: false,
            undiscovered: None,
            vacant_in: None,
            rolling,
        })
    }

    pub(super) fn month(
        &mut self,
        (number, month): (usize, BillingMonth),
        desk: &mut Desk,
        score: &mut Score,
    ) -> Result<(), DemoError> {
        let due = day(month, self.due_day);
        if self.draws.below(REPLACED_ONE_IN) == 0 && !self.standing_still {
            score.replaced += u64::from(self.replace(back(due, 9), desk)?);
        }
        let befallen = Fault::draw(&mut self.draws)
            .filter(|_| number >= QUIET_MONTHS && !self.standing_still)
            // Somebody has just moved in.
            .filter(|fault| {
                let again = self.vacant_in.is_some_and(|vacant| vacant + 2 > number);
                *fault != Fault::Vacant || !again
            });
        let fault = self.flow(befallen, (number, due), desk)?;
        let truth = self.register.index()?;
        let read_at = at(due, 9, 0);
        let (written, fault) = self.written(truth, fault);
        let photo = self.photograph((written, truth), read_at, score)?;
        let judged = self.submit((written, photo.clone()), read_at, desk)?;
        score.readings += 1;
        let Ok(judged) = judged else {
            refused(fault, score);
            return self.read_again(truth, read_at, desk, score);
        };
        if self.draws.below(REPEATED_ONE_IN) == 0 {
            score.repeated += 1;
            let again = self.submit((written, photo), read_at, desk)?;
            score.doubled += u64::from(!again.is_ok_and(|again| again.duplicate));
        }
        self.count(fault, &judged, truth, desk, score)?;
        if judged.status == ReadingStatus::Held {
            self.review(fault, &judged, (truth, read_at), desk, score)?;
        }
        if befallen == Some(Fault::Vacant) {
            self.move_in(read_at + TimeDelta::days(1), desk)?;
        }
        Ok(())
    }

    /// Lets the month pass. A fault that changes nothing this time is none.
    fn flow(
        &mut self,
        fault: Option<Fault>,
        (number, due): (usize, NaiveDate),
        desk: &mut Desk,
    ) -> Result<Option<Fault>, DemoError> {
        let percent = self.draws.between(88, 112);
        if fault == Some(Fault::Standstill) || self.standing_still {
            self.standing_still = true;
            self.register.skip(due);
            return Ok(fault);
        }
        if fault == Some(Fault::Vacant) {
            let since = self.last_read(desk)?;
            let deactivate = DeactivateMeter {
                meter_no: self.meter.meter_no.clone(),
                inactivity: Inactivity::Vacant,
                since: Some(since),
                reason: "退房".to_owned(),
            };
            desk.must(since + TimeDelta::minutes(1), &by(MANAGER), &deactivate)?;
            self.vacant_in = Some(number);
        }
        let before = self.register.index()?;
        let percent = if fault == Some(Fault::Leak) {
            LEAK_PERCENT
        } else {
            percent
        };
        self.register.pass(&self.meter, due, percent);
        let still = self.register.index()? == before;
        Ok(fault.filter(|fault| *fault != Fault::Vacant || !still))
    }

    fn last_read(&self, desk: &mut Desk) -> Result<DateTime<Utc>, DemoError> {
        desk.meter(&self.meter.meter_no, |state, meter| {
            let last = meter.accepted().last().map(|reading| reading.read_at);
            let installed = state.device().map(|device| device.installed_at);
            last.or(installed).unwrap_or_default()
        })
    }

    fn move_in(&self, since: DateTime<Utc>, desk: &mut Desk) -> Result<(), DemoError> {
        let reactivate = ReactivateMeter {
            meter_no: self.meter.meter_no.clone(),
            since: Some(since),
            reason: None,
        };
        desk.must(since, &by(MANAGER), &reactivate)?;
        Ok(())
    }

    fn written(&mut self, truth: Index, fault: Option<Fault>) -> (Index, Option<Fault>) {
        let Some(fault) = fault.filter(|fault| fault.is_of_the_reader()) else {
            return (truth, fault);
        };
        let whole = self.next_door.opening / 1_000 % 10_i64.pow(u32::from(self.meter.digits));
        let Ok(next_door) = Index::try_new(Decimal::from(whole)) else {
            return (truth, None);
        };
        let digits = self.meter.digits;
        match written_down(fault, truth, digits, next_door, &mut self.draws) {
            Some(wrong) => (wrong, Some(fault)),
            None => (truth, None),
        }
    }

    /// The dial as a camera sees it: what was written down, something else, or nothing.
    fn photograph(
        &mut self,
        (written, truth): (Index, Index),
        read_at: DateTime<Utc>,
        score: &mut Score,
    ) -> Result<Option<ReadingPhoto>, DemoError> {
        if self.meter.channel != Channel::Field {
            return Ok(None);
        }
        let blurred = self.camera.percent(BLURRED_PERCENT);
        score.photos += 1;
        score.blurred += u64::from(blurred);
        photo::of(&self.meter.meter_no, (written, truth), read_at, blurred).map(Some)
    }

    fn submit(
        &self,
        (index, photo): (Index, Option<ReadingPhoto>),
        read_at: DateTime<Utc>,
        desk: &mut Desk,
    ) -> Result<Result<ReadingJudged, chaobiao_decision::Rejection>, DemoError> {
        let submit = SubmitReading {
            meter_no: self.meter.meter_no.clone(),
            index,
            read_at: Some(read_at),
            channel: self.meter.channel,
            photo,
            round: None,
            note: None,
            evidence: Evidence::default(),
        };
        desk.run(read_at + TimeDelta::hours(7), &self.reader, &submit)
    }

    fn count(
        &mut self,
        fault: Option<Fault>,
        judged: &ReadingJudged,
        truth: Index,
        desk: &mut Desk,
        score: &mut Score,
    ) -> Result<(), DemoError> {
        let held = judged.status == ReadingStatus::Held;
        let told = !judged.findings.is_empty();
        let rolled = judged
            .findings
            .iter()
            .any(|finding| finding.rule == Rule::V5);
        score.rolled_over += u64::from(rolled && !held && fault.is_none());
        let earlier = self.undiscovered.take();
        if let Some((earlier, reading_id, shown)) = earlier {
            let found = score.faults.entry(earlier).or_default();
            if held || told {
                found.late += 1;
                self.correct(reading_id, shown, judged, desk)?;
                // What this one shows is the other's fault.
                if fault.is_none() {
                    return Ok(());
                }
            } else {
                found.missed += 1;
            }
        }
        let Some(fault) = fault else {
            // A meter that stands still is known by then.
            if !self.standing_still {
                score.clean.readings += 1;
                score.clean.held += u64::from(held);
                score.clean.warned += u64::from(told && !held);
            }
            return Ok(());
        };
        let found = score.faults.entry(fault).or_default();
        found.planted += 1;
        if held {
            found.held += 1;
        } else if told {
            found.warned += 1;
        } else if fault.is_of_the_reader() {
            self.undiscovered = Some((fault, judged.reading_id.clone(), truth));
        } else {
            found.missed += 1;
        }
        Ok(())
    }

    /// What the next reading has shown to be wrong is put right by two people, where it can be.
    fn correct(
        &self,
        reading_id: ReadingId,
        shown: Index,
        judged: &ReadingJudged,
        desk: &mut Desk,
    ) -> Result<(), DemoError> {
        let at = self.last_read(desk)? + TimeDelta::hours(9);
        let request = RequestCorrection {
            meter_no: self.meter.meter_no.clone(),
            reading_id,
            index: shown,
            reason: format!("下次读数 {} 表明抄错", judged.reading_id),
        };
        if let Ok(asked) = desk.run(at, &by(MANAGER), &request)? {
            let approve = ApproveCorrection {
                meter_no: self.meter.meter_no.clone(),
                correction_id: asked.correction_id,
            };
            let _ = desk.run(at, &by(SECOND_MANAGER), &approve)?;
        }
        Ok(())
    }

    /// A person looks at what was held: what is wrong is read again, what is right counts.
    fn review(
        &mut self,
        fault: Option<Fault>,
        judged: &ReadingJudged,
        (truth, read_at): (Index, DateTime<Utc>),
        desk: &mut Desk,
        score: &mut Score,
    ) -> Result<(), DemoError> {
        let later = read_at + TimeDelta::hours(8);
        if fault.is_some_and(Fault::is_of_the_reader) {
            self.reject(judged, later, desk)?;
            return self.read_again(truth, read_at, desk, score);
        }
        self.accept(judged, later, desk)
    }

    fn reject(
        &self,
        judged: &ReadingJudged,
        at: DateTime<Utc>,
        desk: &mut Desk,
    ) -> Result<(), DemoError> {
        let reject = RejectReading {
            meter_no: self.meter.meter_no.clone(),
            reading_id: judged.reading_id.clone(),
            reason: "与照片不符".to_owned(),
        };
        desk.must(at, &by(MANAGER), &reject)?;
        Ok(())
    }

    /// What cannot be put in its place after all is read again next month.
    fn accept(
        &self,
        judged: &ReadingJudged,
        at: DateTime<Utc>,
        desk: &mut Desk,
    ) -> Result<(), DemoError> {
        let accept = AcceptHeldReading {
            meter_no: self.meter.meter_no.clone(),
            reading_id: judged.reading_id.clone(),
            note: None,
            rollover: self.rolling,
        };
        match desk.run(at, &by(MANAGER), &accept)? {
            Ok(_) => Ok(()),
            Err(_) => self.reject(judged, at, desk),
        }
    }

    fn read_again(
        &mut self,
        truth: Index,
        read_at: DateTime<Utc>,
        desk: &mut Desk,
        score: &mut Score,
    ) -> Result<(), DemoError> {
        let again = read_at + TimeDelta::hours(2);
        let photo = self.photograph((truth, truth), again, score)?;
        let Ok(judged) = self.submit((truth, photo), again, desk)? else {
            score.clean.readings += 1;
            score.clean.refused += 1;
            return Ok(());
        };
        score.readings += 1;
        self.count(None, &judged, truth, desk, score)?;
        if judged.status == ReadingStatus::Held {
            self.accept(&judged, read_at + TimeDelta::hours(10), desk)?;
        }
        Ok(())
    }

    /// Read once more, on the day its holder goes. What is doubted is looked at: it is right.
    pub(super) fn read_finally(
        &mut self,
        on: NaiveDate,
        desk: &mut Desk,
        score: &mut Score,
    ) -> Result<(), DemoError> {
        if self.standing_still {
            self.register.skip(on);
        } else {
            self.register.pass(&self.meter, on, 100);
        }
        let truth = self.register.index()?;
        self.read_again(truth, at(on, 8, 0), desk, score)
    }

    /// A wrong reading before it may contradict the closing index: then the device stays for now.
    fn replace(&mut self, on: NaiveDate, desk: &mut Desk) -> Result<bool, DemoError> {
        self.register.pass(&self.meter, on, 100);
        let closing_index = self.register.index()?;
        let at = at(on, 10, 0);
        let hardware_no = HardwareNo::try_new(format!(
            "77{}{:04}",
            self.meter.meter_no,
            self.draws.between(0, 9_999)
        ))?;
        let replace = ReplaceDevice {
            meter_no: self.meter.meter_no.clone(),
            closing_index,
            closing_photo: None,
            reason: RemovalReason::Rotation,
            device: device(&self.meter, &hardware_no, 0, 1)?,
            replaced_at: Some(at),
        };
        let replaced = desk.run(at, &by(TECHNICIAN), &replace)?.is_ok();
        if replaced {
            self.register.replace(0, 1);
            self.rolling = false;
        }
        Ok(replaced)
    }

    /// What counted of it in all.
    pub(super) fn end(self, desk: &mut Desk, score: &mut Score) -> Result<Decimal, DemoError> {
        if let Some((fault, ..)) = self.undiscovered {
            score.faults.entry(fault).or_default().missed += 1;
        }
        let counted = desk.meter(&self.meter.meter_no, |_, meter| {
            let last = meter.accepted().last();
            last.map_or(Decimal::ZERO, |last| last.cumulative.value())
        })?;
        let flow = match self.meter.commodity {
            Commodity::Water => &mut score.water,
            Commodity::Electricity => &mut score.electricity,
        };
        flow.flowed += Decimal::new(self.register.flowed(), 3);
        flow.counted += counted;
        Ok(counted)
    }
}

fn refused(fault: Option<Fault>, score: &mut Score) {
    if let Some(fault) = fault {
        let found = score.faults.entry(fault).or_default();
        found.planted += 1;
        found.refused += 1;
    } else {
        score.clean.readings += 1;
        score.clean.refused += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campus(seed: u64, meters: usize, months: usize) -> Score {
        simulate(SimulationOptions {
            seed,
            meters,
            months,
            from: "2024-10".parse().unwrap(),
        })
        .unwrap()
    }

    #[test]
    fn x17_the_rules_find_what_was_planted_and_little_else() {
        let score = campus(1, 400, 24);
        assert_eq!(score, campus(1, 400, 24), "the seed decides");
        assert_ne!(score, campus(2, 400, 24));
        assert_eq!(score.doubled, 0);
        assert!(score.repeated > 0 && score.replaced > 0 && score.rolled_over > 0);
        assert!(score.blurred > 0 && score.blurred * 10 < score.photos);
    }
}
