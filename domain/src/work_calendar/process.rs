use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};

use super::WorkYear;
use crate::calendar::{CalendarYear, WorkCalendar};
use crate::units::business_date;

/// How many earlier lists tell which dates are off every year, for a year without a list.
const EARLIER_YEARS: i32 = 4;

/// Loads a year's list, in place of any other for that year. The same list again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadYear {
    pub list: CalendarYear,
}

/// The year a list was loaded for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearLoaded {
    pub year: i32,
}

impl Process for LoadYear {
    const NAME: &'static str = "work_calendar.load_year";
    type Outcome = YearLoaded;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<YearLoaded, Stop> {
        let year = self.list.year();
        workspace.execute::<WorkYear>(&year.to_string(), self.list.clone())?;
        Ok(YearLoaded { year })
    }
}

/// The calendar as far as it matters for deadlines that start at `instant`: the lists of its year,
/// of the next one, and of a few before.
pub fn calendar_around(
    instant: DateTime<Utc>,
    workspace: &mut Workspace,
) -> Result<WorkCalendar, Stop> {
    let year = business_date(instant).year();
    let years = (year - EARLIER_YEARS..=year + 1).map(|year| year.to_string());
    workspace.need::<WorkYear>(years.clone())?;
    let mut calendar = WorkCalendar::default();
    for year in years {
        if let Some(list) = workspace.get::<WorkYear>(&year)?.list() {
            calendar.load(list.clone());
        }
    }
    Ok(calendar)
}
