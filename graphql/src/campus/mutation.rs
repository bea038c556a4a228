use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::calendar::{self, CalendarError, CalendarYear, OfficeHours};
use chaobiao_domain::campus::{OpenCampus, SetOfficeHours};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::CampusId;
use chaobiao_domain::work_calendar::LoadYear;
use chaobiao_projections::directory;
use chrono::NaiveTime;

use super::{Campus, WorkYear};
use crate::support::{Date, Services, UserError, field, internal, may, run};

/// A stretch of opening time by the local clock, written `08:00`.
#[derive(InputObject)]
pub(crate) struct OfficeSpanInput {
    pub(crate) from: String,
    pub(crate) to: String,
}

#[derive(InputObject)]
pub(super) struct OpenCampusInput {
    idempotency_key: String,
    campus_id: String,
    name: String,
    contact: String,
    office_hours: Vec<OfficeSpanInput>,
}

#[derive(InputObject)]
pub(super) struct SetOfficeHoursInput {
    idempotency_key: String,
    campus_id: String,
    /// The first day they hold on.
    from: Date,
    office_hours: Vec<OfficeSpanInput>,
}

#[derive(InputObject)]
pub(super) struct LoadWorkCalendarInput {
    idempotency_key: String,
    year: i32,
    /// The State Council papers the list is taken from.
    papers: Vec<String>,
    off_days: Vec<Date>,
    make_up_days: Vec<Date>,
}

#[derive(SimpleObject)]
pub(super) struct OpenCampusPayload {
    campus: Option<Campus>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(SimpleObject)]
pub(super) struct SetOfficeHoursPayload {
    campus: Option<Campus>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(SimpleObject)]
pub(super) struct LoadWorkCalendarPayload {
    work_year: Option<WorkYear>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

fn refusal(error: &CalendarError, on: &str) -> Rejection {
    Rejection::new(error.code(), error.to_string()).on(on)
}

/// Reads a time as it stands on a door plate.
pub(crate) fn clock(text: &str, on: &str) -> Result<NaiveTime, Rejection> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M")
        .map_err(|_| Rejection::new("VALUE_BAD_FORMAT", "时间应写作 08:00").on(on))
}

fn hours(spans: &[OfficeSpanInput]) -> Result<OfficeHours, Rejection> {
    let span = |span: &OfficeSpanInput| {
        Ok(calendar::OfficeSpan {
            from: clock(&span.from, "officeHours")?,
            to: clock(&span.to, "officeHours")?,
        })
    };
    let spans: Result<Vec<_>, Rejection> = spans.iter().map(span).collect();
    OfficeHours::try_new(spans?).map_err(|error| refusal(&error, "officeHours"))
}

fn open_campus(input: &OpenCampusInput) -> Result<OpenCampus, Rejection> {
    Ok(OpenCampus {
        campus_id: field("campusId", CampusId::try_new(&input.campus_id))?,
        name: input.name.clone(),
        office_hours: hours(&input.office_hours)?,
        contact: input.contact.clone(),
    })
}

fn set_hours(input: &SetOfficeHoursInput) -> Result<SetOfficeHours, Rejection> {
    Ok(SetOfficeHours {
        campus_id: field("campusId", CampusId::try_new(&input.campus_id))?,
        from: input.from.0,
        office_hours: hours(&input.office_hours)?,
    })
}

async fn find(ctx: &Context<'_>, id: Option<CampusId>) -> Result<Option<Campus>> {
    let Some(id) = id else {
        return Ok(None);
    };
    let rows = directory::campuses(Services::of(ctx)?.store().pool()).await;
    let rows = rows.map_err(|error| internal(ctx, error))?;
    Ok(rows
        .into_iter()
        .find(|row| row.campus_id == id.as_str())
        .map(Campus))
}

#[derive(Default)]
pub struct CampusMutation;

#[Object]
impl CampusMutation {
    #[graphql(guard = "may(Permission::ManageCampuses)")]
    async fn open_campus(
        &self,
        ctx: &Context<'_>,
        input: OpenCampusInput,
    ) -> Result<OpenCampusPayload> {
        let process = open_campus(&input);
        let ran = run(ctx, "openCampus", &input.idempotency_key, process).await?;
        let campus = find(ctx, ran.outcome.map(|changed| changed.campus_id)).await?;
        Ok(OpenCampusPayload {
            campus,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    #[graphql(guard = "may(Permission::ManageCampuses)")]
    async fn set_office_hours(
        &self,
        ctx: &Context<'_>,
        input: SetOfficeHoursInput,
    ) -> Result<SetOfficeHoursPayload> {
        let process = set_hours(&input);
        let ran = run(ctx, "setOfficeHours", &input.idempotency_key, process).await?;
        let campus = find(ctx, ran.outcome.map(|changed| changed.campus_id)).await?;
        Ok(SetOfficeHoursPayload {
            campus,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Loads a year's list of days off, in place of any other for that year.
    #[graphql(guard = "may(Permission::ManageCampuses)")]
    async fn load_work_calendar(
        &self,
        ctx: &Context<'_>,
        input: LoadWorkCalendarInput,
    ) -> Result<LoadWorkCalendarPayload> {
        let days = |days: Vec<Date>| days.into_iter().map(|day| day.0);
        let (off, make_up) = (days(input.off_days), days(input.make_up_days));
        let list = CalendarYear::try_new(input.year, input.papers, off, make_up)
            .map_err(|error| refusal(&error, "offDays"));
        let process = list.clone().map(|list| LoadYear { list });
        let ran = run(ctx, "loadWorkCalendar", &input.idempotency_key, process).await?;
        let work_year = ran.outcome.and_then(|_| list.ok()).map(WorkYear::from);
        Ok(LoadWorkCalendarPayload {
            work_year,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
