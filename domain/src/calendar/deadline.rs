use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{OfficeHours, Reckoned, WorkCalendar};
use crate::units::{business_time, instant_of};

/// Which time counts towards a reply that is due on a working day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyMode {
    /// Every minute, at night too.
    #[default]
    WallClock,
    /// Only minutes in which the office is open.
    OfficeHours,
}

/// How soon a service request is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ServiceSla {
    pub mode: ReplyMode,
    pub reply_minutes: u16,
}

impl WorkCalendar {
    /// When a service request is to be answered: within the agreed minutes if filed on a working
    /// day, else by the end of office hours on the next one, whatever the mode.
    pub fn service_request_due(
        &self,
        filed_at: DateTime<Utc>,
        office: &OfficeHours,
        sla: ServiceSla,
    ) -> Reckoned<DateTime<Utc>> {
        let local = business_time(filed_at);
        let filed_on = self.is_working_day(local.date());
        let minutes = TimeDelta::minutes(i64::from(sla.reply_minutes));
        let due = match (filed_on.value, sla.mode) {
            (false, _) => self
                .next_working_day(local.date())
                .map(|day| day.and_time(office.closes())),
            (true, ReplyMode::WallClock) => Reckoned {
                value: local.checked_add_signed(minutes).unwrap_or(local),
                provisional: false,
            },
            (true, ReplyMode::OfficeHours) => self.after_office_time(local, office, minutes),
        };
        due.resting_on(filed_on.provisional).map(instant_of)
    }

    /// The first moment, from `instant` on, that lies inside `hours` of a working day: when a
    /// planned cut-off may happen, say.
    pub fn next_open(
        &self,
        instant: DateTime<Utc>,
        hours: &OfficeHours,
    ) -> Reckoned<DateTime<Utc>> {
        let local = business_time(instant);
        let today = self.is_working_day(local.date());
        let still_open = hours.spans().find(|span| local.time() < span.to);
        let open = match still_open {
            Some(span) if today.value => Reckoned {
                value: local.date().and_time(local.time().max(span.from)),
                provisional: false,
            },
            _ => self
                .next_working_day(local.date())
                .map(|day| day.and_time(hours.opens())),
        };
        open.resting_on(today.provisional).map(instant_of)
    }

    fn after_office_time(
        &self,
        start: NaiveDateTime,
        office: &OfficeHours,
        mut left: TimeDelta,
    ) -> Reckoned<NaiveDateTime> {
        let mut now = start;
        let mut provisional = false;
        // Every turn uses up a whole day's opening time, and `left` is at most 1,093 hours.
        loop {
            for span in office.spans() {
                let open = now.max(now.date().and_time(span.from));
                let room = now.date().and_time(span.to) - open;
                if room >= left {
                    return Reckoned {
                        value: open + left,
                        provisional,
                    };
                }
                left -= room.max(TimeDelta::zero());
            }
            let next = self.next_working_day(now.date());
            provisional |= next.provisional;
            now = next.value.and_time(office.opens());
        }
    }
}
