use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::calendar;
use chaobiao_domain::service::ContactGiven;
use chaobiao_domain::service::appointment::{
    AppointmentChanged, CancelAppointment, ConfirmAppointment, FinishAppointment,
    RequestAppointment, ScheduleAppointment,
};
use chaobiao_domain::service::roster::SetRosterDay;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AppointmentId, CampusId, SlotId, StaffLogin};
use chaobiao_projections::visits;

use super::case_mutation::optional;
use super::visit_types::{Appointment, AppointmentKind};
use crate::campus::{OfficeSpanInput, clock};
use crate::support::{Date, Services, UserError, customer_or, field, internal, may, payloads, run};

#[derive(InputObject)]
pub(super) struct SetVisitSlotsInput {
    idempotency_key: String,
    login: String,
    campus_id: String,
    date: Date,
    /// All slots of the day; none to be visited by nobody.
    slots: Vec<OfficeSpanInput>,
}

#[derive(SimpleObject)]
pub(super) struct SetVisitSlotsPayload {
    slot_ids: Vec<String>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(InputObject)]
pub(super) struct RequestAppointmentInput {
    idempotency_key: String,
    kind: AppointmentKind,
    campus_id: String,
    place: String,
    text: Option<String>,
    /// Of a customer's own accounts only.
    account_no: Option<String>,
    /// A free slot of the campus.
    slot_id: Option<String>,
    /// The day that would suit, where no slot is chosen.
    wished_on: Option<Date>,
    /// A customer's own phone, when left out.
    contact_phone: Option<String>,
    contact_name: Option<String>,
}

#[derive(InputObject)]
pub(super) struct ScheduleAppointmentInput {
    idempotency_key: String,
    appointment_id: String,
    slot_id: String,
}

#[derive(InputObject)]
pub(super) struct ConfirmAppointmentInput {
    idempotency_key: String,
    appointment_id: String,
}

#[derive(InputObject)]
pub(super) struct FinishAppointmentInput {
    idempotency_key: String,
    appointment_id: String,
    /// What came of the visit.
    text: String,
}

#[derive(InputObject)]
pub(super) struct CancelAppointmentInput {
    idempotency_key: String,
    appointment_id: String,
    /// Why.
    text: String,
}

payloads!(
    appointment: Appointment, |ctx, changed: AppointmentChanged| find(ctx, changed);
    RequestAppointmentPayload,
    ScheduleAppointmentPayload,
    ConfirmAppointmentPayload,
    FinishAppointmentPayload,
    CancelAppointmentPayload
);

async fn find(ctx: &Context<'_>, changed: &AppointmentChanged) -> Result<Option<Appointment>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = visits::by_id(pool, changed.appointment_id.as_str()).await;
    Ok(row.map_err(|error| internal(ctx, error))?.map(Appointment))
}

fn id(text: &str) -> Result<AppointmentId, Rejection> {
    field("appointmentId", AppointmentId::try_new(text))
}

fn roster_day(input: &SetVisitSlotsInput) -> Result<SetRosterDay, Rejection> {
    let span = |span: &OfficeSpanInput| {
        Ok(calendar::OfficeSpan {
            from: clock(&span.from, "slots")?,
            to: clock(&span.to, "slots")?,
        })
    };
    let slots: Result<Vec<_>, Rejection> = input.slots.iter().map(span).collect();
    Ok(SetRosterDay {
        login: field("login", StaffLogin::try_new(&input.login))?,
        campus: field("campusId", CampusId::try_new(&input.campus_id))?,
        date: input.date.0,
        slots: slots?,
    })
}

fn request(input: &RequestAppointmentInput) -> Result<RequestAppointment, Rejection> {
    Ok(RequestAppointment {
        kind: input.kind.into(),
        campus: field("campusId", CampusId::try_new(&input.campus_id))?,
        place: input.place.clone(),
        note: input.text.clone(),
        account_no: optional("accountNo", input.account_no.as_ref())?,
        wished_on: input.wished_on.map(|day| day.0),
        slot_id: optional("slotId", input.slot_id.as_ref())?,
        contact: ContactGiven {
            phone: optional("contactPhone", input.contact_phone.as_ref())?,
            name: input.contact_name.clone(),
        },
    })
}

#[derive(Default)]
pub struct VisitMutation;

#[Object]
impl VisitMutation {
    /// Says when visits can be made by a member of staff on a day, in place of what was said before.
    #[graphql(guard = "may(Permission::ManageVisits)")]
    async fn set_visit_slots(
        &self,
        ctx: &Context<'_>,
        input: SetVisitSlotsInput,
    ) -> Result<SetVisitSlotsPayload> {
        let process = roster_day(&input);
        let ran = run(ctx, "setVisitSlots", &input.idempotency_key, process).await?;
        let slots = ran.outcome.map(|day| day.slots).unwrap_or_default();
        Ok(SetVisitSlotsPayload {
            slot_ids: slots.into_iter().map(String::from).collect(),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Asks for a visit; whoever has bound no account may. Staff ask for people who call.
    #[graphql(guard = "customer_or(Permission::ManageVisits)")]
    async fn request_appointment(
        &self,
        ctx: &Context<'_>,
        input: RequestAppointmentInput,
    ) -> Result<RequestAppointmentPayload> {
        let process = request(&input);
        let ran = run(ctx, "requestAppointment", &input.idempotency_key, process).await?;
        RequestAppointmentPayload::of(ctx, ran).await
    }

    /// Gives an appointment a slot, or another one: customers their own, staff any. What staff
    /// choose is confirmed.
    #[graphql(guard = "customer_or(Permission::ManageVisits)")]
    async fn schedule_appointment(
        &self,
        ctx: &Context<'_>,
        input: ScheduleAppointmentInput,
    ) -> Result<ScheduleAppointmentPayload> {
        let process = id(&input.appointment_id).and_then(|appointment_id| {
            Ok(ScheduleAppointment {
                appointment_id,
                slot_id: field("slotId", SlotId::try_new(&input.slot_id))?,
            })
        });
        let ran = run(ctx, "scheduleAppointment", &input.idempotency_key, process).await?;
        ScheduleAppointmentPayload::of(ctx, ran).await
    }

    /// Agrees to the slot a customer chose.
    #[graphql(guard = "may(Permission::ManageVisits)")]
    async fn confirm_appointment(
        &self,
        ctx: &Context<'_>,
        input: ConfirmAppointmentInput,
    ) -> Result<ConfirmAppointmentPayload> {
        let process = id(&input.appointment_id);
        let process = process.map(|appointment_id| ConfirmAppointment { appointment_id });
        let ran = run(ctx, "confirmAppointment", &input.idempotency_key, process).await?;
        ConfirmAppointmentPayload::of(ctx, ran).await
    }

    /// The visit was made.
    #[graphql(guard = "may(Permission::MakeVisits)")]
    async fn finish_appointment(
        &self,
        ctx: &Context<'_>,
        input: FinishAppointmentInput,
    ) -> Result<FinishAppointmentPayload> {
        let process = id(&input.appointment_id).map(|appointment_id| FinishAppointment {
            appointment_id,
            result: input.text,
        });
        let ran = run(ctx, "finishAppointment", &input.idempotency_key, process).await?;
        FinishAppointmentPayload::of(ctx, ran).await
    }

    /// Nobody comes after all: customers their own, staff any.
    #[graphql(guard = "customer_or(Permission::ManageVisits)")]
    async fn cancel_appointment(
        &self,
        ctx: &Context<'_>,
        input: CancelAppointmentInput,
    ) -> Result<CancelAppointmentPayload> {
        let process = id(&input.appointment_id).map(|appointment_id| CancelAppointment {
            appointment_id,
            reason: input.text,
        });
        let ran = run(ctx, "cancelAppointment", &input.idempotency_key, process).await?;
        CancelAppointmentPayload::of(ctx, ran).await
    }
}
