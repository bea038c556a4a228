use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::start_of_business_day;
use chaobiao_projections::visits::{self, SlotFilter, VisitFilter};

use super::visit_types::{Appointment, AppointmentStatus, VisitSlot};
use crate::support::{
    Connection, Date, Services, Viewer, connection, internal, may, page, page_size, signed_in,
};

#[derive(Default)]
pub struct VisitQuery;

#[Object]
impl VisitQuery {
    /// Slots of a campus from a day to before another, by time. Customers see the free ones to
    /// come, without names.
    #[graphql(
        guard = "signed_in()",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn visit_slots(
        &self,
        ctx: &Context<'_>,
        campus_id: String,
        from: Date,
        to: Date,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<VisitSlot>> {
        let page = page(ctx, "visit_slots", first, after.as_deref())?;
        let store = Services::of(ctx)?.store();
        let for_staff = ctx.data::<Viewer>()?.may(Permission::MakeVisits);
        let from = start_of_business_day(from.0);
        let filter = SlotFilter {
            campus: campus_id,
            from: if for_staff {
                from
            } else {
                from.max(store.clock().now())
            },
            to: start_of_business_day(to.0),
            free_only: !for_staff,
        };
        let slice = visits::slots(store.pool(), &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "visit_slots", slice, |row| {
            VisitSlot::of(row, for_staff)
        })
    }

    /// Appointments by the time of the visit, for whoever makes them.
    #[graphql(
        guard = "may(Permission::MakeVisits)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn appointments(
        &self,
        ctx: &Context<'_>,
        status: Option<Vec<AppointmentStatus>>,
        campus_id: Option<String>,
        staff: Option<String>,
        from: Option<Date>,
        to: Option<Date>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Appointment>> {
        let page = page(ctx, "appointments", first, after.as_deref())?;
        let wanted = status.unwrap_or_default();
        let filter = VisitFilter {
            states: wanted.iter().map(|it| it.stored().to_owned()).collect(),
            campus: campus_id,
            staff,
            from: from.map(|day| start_of_business_day(day.0)),
            to: to.map(|day| start_of_business_day(day.0)),
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = visits::visits(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "appointments", slice, Appointment)
    }

    /// What the viewer has asked for, the newest first.
    #[graphql(
        guard = "signed_in()",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn my_appointments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Appointment>> {
        let page = page(ctx, "my_appointments", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let requester = ctx.data::<Viewer>()?.actor();
        let slice = visits::requested_by(pool, &requester, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "my_appointments", slice, Appointment)
    }

    /// An appointment of the viewer's, or any for whoever makes visits.
    #[graphql(guard = "signed_in()")]
    async fn appointment(
        &self,
        ctx: &Context<'_>,
        appointment_id: String,
    ) -> Result<Option<Appointment>> {
        let pool = Services::of(ctx)?.store().pool();
        let row = visits::by_id(pool, &appointment_id).await;
        let row = row.map_err(|error| internal(ctx, error))?;
        let viewer = ctx.data::<Viewer>()?;
        let visible = row.filter(|row| {
            viewer.may(Permission::MakeVisits) || row.requested_by == viewer.actor().to_string()
        });
        Ok(visible.map(Appointment))
    }
}
