use chrono::NaiveDate;
use thiserror::Error;

/// Why a year's list or a set of office hours cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CalendarError {
    #[error("{date} 不在 {year} 年内")]
    OutsideYear { year: i32, date: NaiveDate },
    #[error("{date} 重复出现")]
    Repeated { date: NaiveDate },
    #[error("{date} 既是休息日又是调休上班日")]
    OffAndMakeUp { date: NaiveDate },
    #[error("调休上班日 {date} 不是周末")]
    MakeUpNotWeekend { date: NaiveDate },
    #[error("{year} 年的休息日过多，最多 {max} 天")]
    TooManyDaysOff { year: i32, max: usize },
    #[error("{year} 年的日历没有注明依据的文件")]
    NoPaper { year: i32 },
    #[error("办公时间不能为空")]
    NoOfficeHours,
    #[error("办公时间段必须先开始后结束，按先后排列且互不重叠")]
    OfficeHoursOrder,
    #[error("工作日历数据无法读取：{reason}")]
    Unreadable { reason: String },
}

impl CalendarError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OutsideYear { .. } => "CALENDAR_OUTSIDE_YEAR",
            Self::Repeated { .. } => "CALENDAR_REPEATED_DAY",
            Self::OffAndMakeUp { .. } => "CALENDAR_OFF_AND_MAKE_UP",
            Self::MakeUpNotWeekend { .. } => "CALENDAR_MAKE_UP_NOT_WEEKEND",
            Self::TooManyDaysOff { .. } => "CALENDAR_TOO_MANY_DAYS_OFF",
            Self::NoPaper { .. } => "CALENDAR_NO_PAPER",
            Self::NoOfficeHours => "CALENDAR_NO_OFFICE_HOURS",
            Self::OfficeHoursOrder => "CALENDAR_OFFICE_HOURS_ORDER",
            Self::Unreadable { .. } => "CALENDAR_UNREADABLE",
        }
    }
}
