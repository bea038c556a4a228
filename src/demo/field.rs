//! Readers' work of the last months: outings, visits in vain, a campaign, and the books from which
//! the rounds to come are opened.

use chaobiao_decision::Rejection;
use chaobiao_domain::meter::Channel;
use chaobiao_domain::reading_book::{OpenReadingBook, ReadingCycle, Schedule};
use chaobiao_domain::reading_round::{RecordVisit, round_id};
use chaobiao_domain::reading_session::{AddSessionNote, FinishSession, StartSession};
use chaobiao_domain::self_read_campaign::OpenCampaign;
use chaobiao_domain::units::{CampaignId, ReasonCode, SessionId, StaffLogin};
use chrono::TimeDelta;

use super::DemoError;
use super::almanac::day;
use super::generate::{Campus, Month};
use super::plan::campus_id;
use super::readings::broken;
use super::setup::by;
use super::staff::{MANAGER, READERS};

const NOTES: [&str; 4] = [
    "三号楼地下水表井积水，已请物业抽水",
    "五层配电间换锁，钥匙在值班室",
    "雨天，两块表盘起雾，擦净后拍照",
    "新贴条码三张，旧码已撕",
];

impl Campus<'_> {
    /// Of the last months only: the log of older outings would be read by nobody.
    pub(super) fn go_out(&mut self, month: Month) -> Result<(), DemoError> {
        if month.number + 1 < Month::LATEST {
            return Ok(());
        }
        self.ask_for_self_reading(month)?;
        self.keep_sessions(month)?;
        self.leave_notes(month)?;
        if month.number == Month::LATEST {
            self.open_books(month)?;
        }
        Ok(())
    }

    fn keep_sessions(&mut self, month: Month) -> Result<(), DemoError> {
        for ((reader, note), date) in READERS.into_iter().zip(NOTES).zip(12..) {
            let start = Self::morning(month, date);
            let session_id = SessionId::try_new(format!("{}-{}", reader.login, month.month))?;
            let key = |what: &str| month.key(&format!("session/{}/{what}", reader.login));
            let begin = StartSession {
                session_id: Some(session_id.clone()),
                round: None,
                started_at: None,
                device: Some("PDA-3".to_owned()),
            };
            self.runner.give(start, by(reader), &key("start"), begin);
            let note = AddSessionNote {
                session_id: session_id.clone(),
                text: note.to_owned(),
                meter_no: None,
                noted_at: None,
            };
            let (noon, evening) = (TimeDelta::hours(3), TimeDelta::hours(9));
            self.runner
                .give(start + noon, by(reader), &key("note"), note);
            let end = FinishSession {
                session_id,
                finished_at: None,
                summary: Some("按册抄完，未抄的已留联系便条".to_owned()),
            };
            self.runner
                .give(start + evening, by(reader), &key("end"), end);
        }
        Ok(())
    }

    /// At the first meter of every book the door was locked before its day.
    fn leave_notes(&mut self, month: Month) -> Result<(), DemoError> {
        for (book, number) in self.plan.books.iter().zip(1..) {
            let Some(meter) = book.meters.first() else {
                continue;
            };
            let visit = RecordVisit {
                round_id: round_id(&book.number, month.month)
                    .map_err(Rejection::from)
                    .map_err(broken)?,
                meter_no: self.plan.meters[*meter].meter_no.clone(),
                visited_at: None,
                reason: ReasonCode::try_new("door_locked")?,
                note: None,
                left_note: Some(format!("便条 {number:04}")),
            };
            let reader = by(READERS[book.campus % READERS.len()]);
            let key = month.key(&format!("visit/{}", book.number));
            let at = Self::morning(month, 2) + TimeDelta::minutes(10 * i64::from(number));
            self.runner.give(at, reader, &key, visit);
        }
        Ok(())
    }

    fn ask_for_self_reading(&mut self, month: Month) -> Result<(), DemoError> {
        let own = |meter: &&super::plan::PlannedMeter| {
            meter.channel == Channel::SelfRead && self.plan.places[meter.place].campus == 0
        };
        let meters: Vec<_> = self.plan.meters.iter().filter(own).collect();
        if meters.is_empty() {
            return Ok(());
        }
        let campaign = OpenCampaign {
            campaign_id: CampaignId::try_new(format!("self-{}", month.month))?,
            name: format!("{} 自助抄表", month.month),
            campus: campus_id(0)?,
            meters: meters.iter().map(|meter| meter.meter_no.clone()).collect(),
            from: day(month.month, 1),
            until: day(month.month, 26),
            remind_on: Vec::new(),
        };
        let key = month.key("campaign");
        let start = Self::morning(month, 1);
        self.runner.give(start, by(MANAGER), &key, campaign);
        Ok(())
    }

    /// From the next month on the rounds are opened by their books.
    fn open_books(&mut self, month: Month) -> Result<(), DemoError> {
        let next = month.month.next();
        for book in &self.plan.books {
            let meters = book.meters.iter();
            let open = OpenReadingBook {
                book: book.number.clone(),
                name: format!("抄表册 {}", book.number),
                campus: campus_id(book.campus)?,
                meters: meters
                    .map(|meter| self.plan.meters[*meter].meter_no.clone())
                    .collect(),
                schedule: Schedule {
                    cycle: ReadingCycle::Month,
                    first_on: next.next().first_day(),
                    due_days: 25,
                },
                reader: Some(StaffLogin::try_new(
                    READERS[book.campus % READERS.len()].login,
                )?),
            };
            let key = format!("book/{}", book.number);
            let at = Self::morning(month, 28);
            self.runner.give(at, by(MANAGER), &key, open);
        }
        Ok(())
    }
}
