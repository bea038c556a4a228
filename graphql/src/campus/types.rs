use async_graphql::{Context, Object, Result, SimpleObject};
use chaobiao_domain::calendar::{CalendarYear, OfficeHours};
use chaobiao_domain::units::business_date;
use chaobiao_projections::directory::CampusRow;

use crate::support::{Date, Services};

/// A stretch of opening time by the local clock, written `08:00`.
#[derive(Clone, Debug, SimpleObject)]
pub struct OfficeSpan {
    from: String,
    to: String,
}

fn spans(hours: Option<&OfficeHours>) -> Vec<OfficeSpan> {
    let clock = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
    let span = |span: chaobiao_domain::calendar::OfficeSpan| OfficeSpan {
        from: clock(span.from),
        to: clock(span.to),
    };
    hours
        .into_iter()
        .flat_map(OfficeHours::spans)
        .map(span)
        .collect()
}

/// A campus of the university.
#[derive(Clone, Debug)]
pub struct Campus(pub(super) CampusRow);

#[Object]
impl Campus {
    async fn campus_id(&self) -> &str {
        &self.0.campus_id
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What residents may call or write to.
    async fn contact(&self) -> &str {
        &self.0.contact
    }

    /// When the office is open on working days; without `on` those of today.
    async fn office_hours(&self, ctx: &Context<'_>, on: Option<Date>) -> Result<Vec<OfficeSpan>> {
        let day = match on {
            Some(Date(day)) => day,
            None => business_date(Services::of(ctx)?.store().clock().now()),
        };
        Ok(spans(self.0.office_hours_on(day)))
    }
}

/// One year's list of days off and weekend days worked in exchange.
#[derive(Clone, Debug, SimpleObject)]
pub struct WorkYear {
    year: i32,
    /// The State Council papers the list is taken from.
    papers: Vec<String>,
    off_days: Vec<Date>,
    make_up_days: Vec<Date>,
}

impl From<CalendarYear> for WorkYear {
    fn from(list: CalendarYear) -> Self {
        Self {
            year: list.year(),
            papers: list.papers().to_vec(),
            off_days: list.off_days().iter().copied().map(Date).collect(),
            make_up_days: list.make_up_days().iter().copied().map(Date).collect(),
        }
    }
}
