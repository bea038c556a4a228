//! Rounds, readings by every channel, and what becomes of those that are held.

use chaobiao_decision::Actor;
use chaobiao_decision::Rejection;
use chaobiao_domain::meter::{
    AcceptHeldReading, ApproveCorrection, Channel, Evidence, ReadingJudged, ReadingPhoto,
    ReadingStatus, RejectReading, ReportFault, RequestCorrection, StoredPhoto, SubmitReading,
};
use chaobiao_domain::reading_round::{
    CloseReadingRound, OpenReadingRound, RecordUnreadReason, UnreadReason, round_id,
};
use chaobiao_domain::units::{CorrectionId, Index, PhotoHash, ReadingId, StaffLogin};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::almanac::{ahead, at, day, minutes, seconds};
use super::draw::Draws;
use super::generate::{Campus, Month};
use super::plan::campus_id;
use super::runner::Tag;
use super::setup::by;
use super::staff::{MANAGER, READERS, SECOND_MANAGER};
use super::usage::Milli;
use super::{DemoError, dial};
use crate::photos::MediaType;

/// The month in which a wrong reading was rejected and the meter read again.
const REJECTED_IN: usize = 8;
/// The month in which a reading was wrong and nobody saw it.
const MISREAD_IN: usize = 9;
/// From here on a meter stands still.
const STUCK_FROM: usize = 8;
/// For so long nobody was home, up to the end.
const AWAY_MONTHS: usize = 4;
/// Each waits for the disk.
const KEPT_AT_ONCE: usize = 8;
/// In a hundred: doors nobody opens.
const UNREAD_PERCENT: i64 = 2;

/// How a meter is met on a walk.
enum Visit {
    Read { wrong_by: Milli },
    Unread(Option<UnreadReason>),
}

impl Campus<'_> {
    pub(super) fn open_rounds(&mut self, month: Month) -> Result<(), DemoError> {
        let start = Self::morning(month, 1);
        for book in &self.plan.books {
            let meters = book.meters.iter();
            let open = OpenReadingRound {
                book: book.number.clone(),
                month: month.month,
                campus: campus_id(book.campus)?,
                meters: meters
                    .map(|it| self.plan.meters[*it].meter_no.clone())
                    .collect(),
                due_on: day(month.month, 26),
                reader: Some(StaffLogin::try_new(
                    READERS[book.campus % READERS.len()].login,
                )?),
            };
            let key = month.key(&format!("round/{}", book.number));
            self.runner.give(start, by(MANAGER), &key, open);
        }
        Ok(())
    }

    pub(super) fn close_rounds(&mut self, month: Month) -> Result<(), DemoError> {
        let end = at(day(month.month, 27), 17, 0);
        for book in &self.plan.books {
            let close = CloseReadingRound {
                round_id: round_id(&book.number, month.month)
                    .map_err(Rejection::from)
                    .map_err(broken)?,
            };
            let key = month.key(&format!("round-end/{}", book.number));
            self.runner.give(end, by(MANAGER), &key, close);
        }
        Ok(())
    }

    pub(super) fn read_meters(&mut self, month: Month) -> Result<(), DemoError> {
        let mut draws = Draws::new(self.seed, &month.key("readings"));
        for (number, meter) in self.plan.meters.iter().enumerate() {
            let (percent, door) = (draws.between(88, 112), draws.percent(UNREAD_PERCENT));
            let due = day(month.month, self.plan.books[meter.book].due_day);
            self.flow(month, number, due, percent);
            match self.visit(month, number, door) {
                Visit::Read { wrong_by } => self.read(month, number, due, wrong_by)?,
                Visit::Unread(reason) => self.pass_by(month, number, due, reason)?,
            }
        }
        Ok(())
    }

    /// Moves the register on to the day of the reading.
    fn flow(&mut self, month: Month, number: usize, due: NaiveDate, percent: i64) {
        let (cast, meter) = (self.cast, &self.plan.meters[number]);
        let register = &mut self.registers[number];
        if number == cast.stuck_meter && month.number >= STUCK_FROM {
            register.skip(due);
            return;
        }
        let percent = match number {
            _ if number == cast.leaking_pipe && month.number == Month::LATEST => 1_500,
            _ if self.plan.places[meter.place].meters.contains(&number)
                && meter.place == cast.third_tier =>
            {
                320
            }
            _ => percent,
        };
        register.pass(meter, due, percent);
        if number == cast.empty_room && month.month.month() == 8 {
            // A room nobody lives in over the summer, and yet.
            register.add(226_000);
        }
    }

    fn visit(&self, month: Month, number: usize, door: bool) -> Visit {
        let cast = self.cast;
        let latest = month.number >= Month::LATEST;
        let wrong = |wrong_by| Visit::Read { wrong_by };
        match number {
            _ if number == cast.never_home && month.number + AWAY_MONTHS > Month::LATEST + 1 => {
                Visit::Unread(Some(UnreadReason::NoOneHome))
            }
            _ if number == cast.flooded_pit && latest => Visit::Unread(Some(UnreadReason::Flooded)),
            _ if number == cast.broken_meter && latest => {
                Visit::Unread(Some(UnreadReason::MeterBroken))
            }
            // Digits read in the wrong order: less than last month.
            _ if number == cast.transposed_digits && month.number == Month::LATEST => {
                wrong(-900_000)
            }
            _ if number == cast.rejected_and_read_again && month.number == REJECTED_IN => {
                wrong(-900_000)
            }
            _ if number == cast.corrected_reading && month.number == MISREAD_IN => wrong(60_000),
            _ if cast.has_meter(number) => wrong(0),
            _ if !door => wrong(0),
            _ => Visit::Unread(match self.plan.meters[number].channel {
                // A collector that does not answer gives no reason.
                Channel::Remote | Channel::Import | Channel::Estimate => None,
                Channel::SelfRead => Some(UnreadReason::NoOneHome),
                Channel::Field | Channel::Handheld | Channel::Bluetooth
                    if number.is_multiple_of(3) =>
                {
                    Some(UnreadReason::NoOneHome)
                }
                Channel::Field | Channel::Handheld | Channel::Bluetooth => {
                    Some(UnreadReason::DoorLocked)
                }
            }),
        }
    }

    /// When a meter is read and when that is told to the system.
    fn moments(&self, number: usize, due: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
        let meter = &self.plan.meters[number];
        let order = usize::try_from(meter.walk_order).unwrap_or(0);
        match meter.channel {
            Channel::SelfRead => {
                let read_at = at(due, 19, 0) + minutes(order);
                (read_at, read_at)
            }
            Channel::Field | Channel::Bluetooth => {
                let read_at = at(due, 8, 30) + minutes(order * 5);
                (read_at, read_at)
            }
            // The handheld is emptied in the afternoon.
            Channel::Handheld => (
                at(due, 8, 30) + minutes(order * 4),
                at(due, 16, 30) + seconds(order * 2),
            ),
            Channel::Remote | Channel::Import | Channel::Estimate => {
                (at(due, 0, 0), at(due, 0, 15) + seconds(number))
            }
        }
    }

    fn reader(&self, number: usize) -> Actor {
        let meter = &self.plan.meters[number];
        let customer = self.customers[meter.place].as_ref();
        match (meter.channel, customer) {
            (Channel::SelfRead, Some(customer)) => Actor::Customer(customer.to_string()),
            (Channel::Remote, _) => Actor::System("collector".to_owned()),
            (Channel::Import, _) => Actor::System("platform".to_owned()),
            _ => by(READERS[self.plan.places[meter.place].campus % READERS.len()]),
        }
    }

    fn read(
        &mut self,
        month: Month,
        number: usize,
        due: NaiveDate,
        wrong_by: Milli,
    ) -> Result<(), DemoError> {
        let index = self.registers[number].index_off_by(wrong_by)?;
        let (read_at, told_at) = self.moments(number, due);
        let reading_id = self.submit(month, number, index, (read_at, told_at), "read")?;
        if number == self.cast.rejected_and_read_again && month.number == REJECTED_IN {
            self.reject_and_read_again(month, number, reading_id, due)?;
        } else if number == self.cast.corrected_reading && month.number == MISREAD_IN {
            self.correct(month, number, reading_id)?;
        }
        Ok(())
    }

    fn submit(
        &mut self,
        month: Month,
        number: usize,
        index: Index,
        (read_at, told_at): (DateTime<Utc>, DateTime<Utc>),
        what: &str,
    ) -> Result<ReadingId, DemoError> {
        let meter = &self.plan.meters[number];
        let book = &self.plan.books[meter.book];
        let photo = if meter.channel.needs_photo() && told_at < self.almanac.end() {
            Some(self.photograph(month, number)?)
        } else {
            None
        };
        let submit = SubmitReading {
            meter_no: meter.meter_no.clone(),
            index,
            read_at: Some(read_at),
            channel: meter.channel,
            photo,
            round: Some(
                round_id(&book.number, month.month)
                    .map_err(Rejection::from)
                    .map_err(broken)?,
            ),
            note: None,
            evidence: Evidence::default(),
        };
        let key = month.key(&format!("{what}/{}", meter.meter_no));
        let (actor, tag) = (self.reader(number), Tag::Reading(number));
        let context = self
            .runner
            .give_tagged(told_at, actor, &key, submit, tag, None);
        Ok(ReadingId::try_new(
            context.derive_id("reading").to_string(),
        )?)
    }

    /// Takes a photo; [`Campus::keep_photos`] keeps it.
    fn photograph(&mut self, month: Month, number: usize) -> Result<ReadingPhoto, DemoError> {
        // No two photos are the same picture, as no two of a camera are.
        let shade = u8::try_from((number + month.number * 7) % 48).unwrap_or(0);
        let jpeg = dial::draw(&self.registers[number].face(), shade)?;
        let stored = StoredPhoto {
            bytes: jpeg.len() as u64,
            media_type: MediaType::Jpeg.as_str().to_owned(),
        };
        let hash = PhotoHash::try_new(hex::encode(Sha256::digest(&jpeg)))?;
        let photo = ReadingPhoto::new(hash, Some(stored));
        self.negatives.push(jpeg.into());
        Ok(photo)
    }

    /// The bytes are safe before any event names them.
    pub(super) async fn keep_photos(&mut self) -> Result<(), DemoError> {
        let photos = self.photos;
        futures::stream::iter(self.negatives.drain(..))
            .map(|jpeg| photos.keep(jpeg))
            .buffer_unordered(KEPT_AT_ONCE)
            .try_for_each(|_| std::future::ready(Ok(())))
            .await?;
        Ok(())
    }

    fn pass_by(
        &mut self,
        month: Month,
        number: usize,
        due: NaiveDate,
        reason: Option<UnreadReason>,
    ) -> Result<(), DemoError> {
        let Some(reason) = reason else { return Ok(()) };
        let meter = &self.plan.meters[number];
        let (read_at, _) = self.moments(number, due);
        let book = &self.plan.books[meter.book];
        let record = RecordUnreadReason {
            round_id: round_id(&book.number, month.month)
                .map_err(Rejection::from)
                .map_err(broken)?,
            meter_no: meter.meter_no.clone(),
            reason,
            note: (reason == UnreadReason::Flooded)
                .then(|| "表井积水约半米，已通知抽水".to_owned()),
        };
        let campus = self.plan.places[meter.place].campus;
        let reader = by(READERS[campus % READERS.len()]);
        let key = month.key(&format!("unread/{}", meter.meter_no));
        self.runner.give(read_at, reader.clone(), &key, record);
        if number == self.cast.broken_meter && month.number == Month::LATEST {
            let report = ReportFault {
                meter_no: meter.meter_no.clone(),
                description: "液晶屏不显示，按键无反应".to_owned(),
                photo: None,
            };
            let key = month.key(&format!("fault/{}", meter.meter_no));
            self.runner.give(read_at + minutes(1), reader, &key, report);
        }
        Ok(())
    }

    /// A held reading does not stand in the way of the next.
    fn reject_and_read_again(
        &mut self,
        month: Month,
        number: usize,
        reading_id: ReadingId,
        due: NaiveDate,
    ) -> Result<(), DemoError> {
        let meter = &self.plan.meters[number];
        let reject = RejectReading {
            meter_no: meter.meter_no.clone(),
            reading_id,
            reason: "抄码颠倒，已安排重抄".to_owned(),
        };
        let next_day = ahead(due, 1);
        let key = month.key(&format!("reject/{}", meter.meter_no));
        self.runner
            .give(at(next_day, 9, 0), by(MANAGER), &key, reject);
        let index = self.registers[number].index()?;
        let again = (at(next_day, 10, 0), at(next_day, 16, 30));
        self.submit(month, number, index, again, "read-again")?;
        Ok(())
    }

    /// Found only after the bill: one asks in the next month, another approves.
    fn correct(
        &mut self,
        month: Month,
        number: usize,
        reading_id: ReadingId,
    ) -> Result<(), DemoError> {
        let meter = &self.plan.meters[number];
        let asked = at(day(month.month.next(), 6), 9, 30);
        let request = RequestCorrection {
            meter_no: meter.meter_no.clone(),
            reading_id,
            index: self.registers[number].index()?,
            reason: "用户持照片申诉，原读数多抄 60 度".to_owned(),
        };
        let key = month.key(&format!("correct/{}", meter.meter_no));
        let context = self.runner.give(asked, by(MANAGER), &key, request);
        let approve = ApproveCorrection {
            meter_no: meter.meter_no.clone(),
            correction_id: CorrectionId::try_new(context.derive_id("correction").to_string())?,
        };
        let key = month.key(&format!("approve/{}", meter.meter_no));
        let later = asked + TimeDelta::hours(5);
        self.runner.give(later, by(SECOND_MANAGER), &key, approve);
        Ok(())
    }

    /// Held readings that are no story are looked at before the bills go out.
    pub(super) fn review(
        &mut self,
        month: Month,
        answers: Vec<(Tag, Value)>,
    ) -> Result<(), DemoError> {
        let mut at = at(day(month.month, 27), 9, 0);
        for (tag, outcome) in answers {
            let Tag::Reading(number) = tag else { continue };
            let judged: ReadingJudged = serde_json::from_value(outcome)?;
            if judged.status != ReadingStatus::Held || self.cast.has_meter(number) {
                continue;
            }
            let meter = &self.plan.meters[number];
            let accept = AcceptHeldReading {
                meter_no: meter.meter_no.clone(),
                reading_id: judged.reading_id,
                note: Some("已电话核实，用量属实".to_owned()),
                rollover: false,
            };
            let key = month.key(&format!("accept/{}", meter.meter_no));
            self.runner.give(at, by(MANAGER), &key, accept);
            at += TimeDelta::minutes(3);
        }
        Ok(())
    }
}

/// A book's number and a month always make a round's.
pub(super) fn broken(refusal: Rejection) -> DemoError {
    DemoError::Refused {
        process: "reading_round.open",
        refusal,
    }
}
