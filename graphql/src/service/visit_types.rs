use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_domain::service::appointment;
use chaobiao_domain::staff::Permission;
use chaobiao_projections::visits::{SlotRow, VisitRow};
use chrono::{DateTime, Utc};

use super::case_types::named;
use crate::support::{Date, Viewer, mask_phone, personal, shown};

/// What a visit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "appointment::AppointmentKind")]
pub(super) enum AppointmentKind {
    /// 抄表
    MeterReading,
    /// 故障检查
    FaultCheck,
    /// 入住登记
    MoveIn,
    /// 退房结算
    MoveOut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum AppointmentStatus {
    /// No slot yet.
    Requested,
    /// The customer has chosen a slot; the centre has not agreed yet.
    Scheduled,
    Confirmed,
    Finished,
    Cancelled,
}

impl AppointmentStatus {
    const ALL: [Self; 5] = [
        Self::Requested,
        Self::Scheduled,
        Self::Confirmed,
        Self::Finished,
        Self::Cancelled,
    ];

    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Scheduled => "scheduled",
            Self::Confirmed => "confirmed",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An appointment (上门预约).
#[derive(Clone, Debug)]
pub(super) struct Appointment(pub(super) VisitRow);

#[Object]
impl Appointment {
    async fn appointment_id(&self) -> &str {
        &self.0.appointment_id
    }

    async fn kind(&self, ctx: &Context<'_>) -> Result<AppointmentKind> {
        let kinds = appointment::AppointmentKind::ALL.map(|kind| (kind.as_str(), kind.into()));
        named(ctx, &kinds, &self.0.kind)
    }

    async fn status(&self, ctx: &Context<'_>) -> Result<AppointmentStatus> {
        let states = AppointmentStatus::ALL.map(|state| (state.stored(), state));
        named(ctx, &states, &self.0.state)
    }

    async fn campus_id(&self) -> &str {
        &self.0.campus
    }

    async fn place(&self) -> &str {
        &self.0.place
    }

    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    async fn account_no(&self) -> Option<&str> {
        self.0.account_no.as_deref()
    }

    /// The day that would suit, where no slot was chosen.
    async fn wished_on(&self) -> Option<Date> {
        self.0.wished_on.map(Date)
    }

    async fn requested_at(&self) -> DateTime<Utc> {
        self.0.requested_at
    }

    async fn from(&self) -> Option<DateTime<Utc>> {
        self.0.slot_from
    }

    async fn to(&self) -> Option<DateTime<Utc>> {
        self.0.slot_to
    }

    /// Who comes; staff only.
    async fn staff(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let inside = ctx.data::<Viewer>()?.staff().is_some();
        Ok(self.0.staff.as_deref().filter(|_| inside))
    }

    /// What came of the visit.
    async fn result(&self) -> Option<&str> {
        self.0.result.as_deref()
    }

    /// Why it was cancelled.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Whole for whoever asked and for whoever comes, else as personal data is shown.
    async fn contact_phone(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(at) = self.0.phone() else {
            return Ok(None);
        };
        let viewer = ctx.data::<Viewer>()?;
        let own = viewer.actor().to_string() == self.0.requested_by;
        let comes = viewer.staff().is_some_and(|staff| {
            staff.may(Permission::MakeVisits)
                && self.0.staff.as_deref() == Some(staff.login.as_str())
        });
        if own || comes {
            return personal(ctx, at).await;
        }
        shown(ctx, at, "appointment.contact", mask_phone).await
    }
}

/// A stretch of time in which somebody can come.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct VisitSlot {
    slot_id: String,
    campus_id: String,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// Whose slot it is; staff only.
    staff: Option<String>,
    /// Who has it; staff only.
    appointment_id: Option<String>,
}

impl VisitSlot {
    pub(super) fn of(row: SlotRow, for_staff: bool) -> Self {
        Self {
            slot_id: row.slot_id,
            campus_id: row.campus,
            from: row.slot_from,
            to: row.slot_to,
            staff: for_staff.then_some(row.staff),
            appointment_id: row.appointment_id.filter(|_| for_staff),
        }
    }
}
