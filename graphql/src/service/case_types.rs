use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::calendar;
use chaobiao_domain::service::case;
use chaobiao_domain::staff::Permission;
use chaobiao_projections::service_cases::{self, CaseRow, StepRow};
use chrono::{DateTime, Utc};

use crate::support::{
    Services, Viewer, internal, load, many, mask_name, mask_phone, personal, record, shown,
};

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "case::CaseKind")]
pub(super) enum ServiceCaseKind {
    /// 服务诉求
    ServiceRequest,
    /// 投诉
    Complaint,
    /// 建议
    Suggestion,
    /// 表扬
    Praise,
    /// 故障报修
    Fault,
    /// 节能先锋
    EnergyTip,
    /// 现场上报
    Patrol,
}

/// What a service request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "case::RequestTopic")]
pub(super) enum RequestTopic {
    /// 计量疑问
    MeteringQuestion,
    /// 新增容量
    NewCapacity,
    /// 用水用电安全评估
    SafetyAssessment,
    Other,
}

/// Which time counts towards a reply that is due on a working day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "calendar::ReplyMode")]
pub(super) enum ReplyMode {
    WallClock,
    OfficeHours,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum ServiceCaseStatus {
    Open,
    Assigned,
    Resolved,
    Closed,
}

impl ServiceCaseStatus {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Assigned => "assigned",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }
}

/// What happened to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum ServiceCaseStepKind {
    Opened,
    Assigned,
    StaffNamed,
    Replied,
    Resolved,
    Closed,
    Rated,
    Reopened,
    DeadlineWarned,
    DeadlineMissed,
    Replanned,
}

const STEPS: [(&str, ServiceCaseStepKind); 11] = [
    ("opened", ServiceCaseStepKind::Opened),
    ("assigned", ServiceCaseStepKind::Assigned),
    ("staff_named", ServiceCaseStepKind::StaffNamed),
    ("replied", ServiceCaseStepKind::Replied),
    ("resolved", ServiceCaseStepKind::Resolved),
    ("closed", ServiceCaseStepKind::Closed),
    ("rated", ServiceCaseStepKind::Rated),
    ("reopened", ServiceCaseStepKind::Reopened),
    ("deadline_warned", ServiceCaseStepKind::DeadlineWarned),
    ("deadline_missed", ServiceCaseStepKind::DeadlineMissed),
    ("replanned", ServiceCaseStepKind::Replanned),
];

many! {
    /// The story of a case, by its id.
    StepsOf, StepRow, service_cases::steps, case_id;
    /// A case, by its id.
    CasesOf, CaseRow, service_cases::by_ids, case_id;
}

/// The value an enum of the schema has for what is stored, by one of its own lists.
pub(super) fn named<T: Copy>(ctx: &Context<'_>, list: &[(&str, T)], stored: &str) -> Result<T> {
    let found = list.iter().find(|(name, _)| *name == stored);
    found
        .map(|(_, value)| *value)
        .ok_or_else(|| internal(ctx, format!("no such value: {stored}")))
}

/// One line of a case's story.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ServiceCaseStep {
    kind: ServiceCaseStepKind,
    at: DateTime<Utc>,
    /// Such as `staff:li`; null for the reporter, whom it does not concern which colleague it was.
    by: Option<String>,
    /// What was replied, found or given as a reason.
    text: Option<String>,
    /// Who was to handle it, or is complained about; staff only.
    colleague: Option<String>,
    due_at: Option<DateTime<Utc>>,
}

/// A service case (诉求、投诉、报修、上报) and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServiceCase(pub(super) CaseRow);

impl ServiceCase {
    /// Staff who answer cases see how they are worked on; reporters see what they are told.
    fn for_staff(ctx: &Context<'_>) -> Result<bool> {
        Ok(ctx.data::<Viewer>()?.may(Permission::HandleCases))
    }

    /// Whose own case it is, or who handles it, has to call: the number is whole for them.
    fn is_close(&self, ctx: &Context<'_>) -> Result<bool> {
        let viewer = ctx.data::<Viewer>()?;
        let own = viewer.actor().to_string() == self.0.reported_by;
        let handles = viewer
            .staff()
            .is_some_and(|staff| self.0.assignee.as_deref() == Some(staff.login.as_str()));
        if handles && !own {
            let subject = format!("service_case/{}", self.0.case_id);
            let kind = AccessKind::PersonalDataSeen;
            record(ctx, kind, "service_case.contact", Some(subject));
        }
        Ok(own || handles)
    }
}

#[Object]
impl ServiceCase {
    async fn case_id(&self) -> &str {
        &self.0.case_id
    }

    async fn kind(&self, ctx: &Context<'_>) -> Result<ServiceCaseKind> {
        let kinds = case::CaseKind::ALL.map(|kind| (kind.as_str(), ServiceCaseKind::from(kind)));
        named(ctx, &kinds, &self.0.kind)
    }

    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<RequestTopic>> {
        let topics = case::RequestTopic::ALL.map(|topic| (topic.as_str(), topic.into()));
        let topic = self.0.topic.as_deref();
        topic.map(|topic| named(ctx, &topics, topic)).transpose()
    }

    async fn status(&self, ctx: &Context<'_>) -> Result<ServiceCaseStatus> {
        use ServiceCaseStatus::{Assigned, Closed, Open, Resolved};
        let states = [Open, Assigned, Resolved, Closed].map(|state| (state.stored(), state));
        named(ctx, &states, &self.0.state)
    }

    async fn campus_id(&self) -> &str {
        &self.0.campus
    }

    async fn place(&self) -> &str {
        &self.0.place
    }

    async fn text(&self) -> &str {
        &self.0.description
    }

    /// Hashes, to be fetched under `/photos`.
    async fn photos(&self) -> &[String] {
        &self.0.photos
    }

    async fn account_no(&self) -> Option<&str> {
        self.0.account_no.as_deref()
    }

    async fn meter_no(&self) -> Option<&str> {
        self.0.meter_no.as_deref()
    }

    async fn filed_at(&self) -> DateTime<Utc> {
        self.0.filed_at
    }

    /// Until when it is to be answered.
    async fn due_at(&self) -> DateTime<Utc> {
        self.0.due_at
    }

    /// The calendar of that time was not complete.
    async fn due_provisional(&self) -> bool {
        self.0.due_provisional
    }

    async fn reply_mode(&self, ctx: &Context<'_>) -> Result<ReplyMode> {
        let modes = [
            ("wall_clock", ReplyMode::WallClock),
            ("office_hours", ReplyMode::OfficeHours),
        ];
        named(ctx, &modes, &self.0.reply_mode)
    }

    /// The deadline by office hours, for planning the work.
    async fn planned_at(&self) -> DateTime<Utc> {
        self.0.planned_at
    }

    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.answered_at
    }

    /// When the deadline was warned of; staff only.
    async fn warned_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(Self::for_staff(ctx)?.then_some(self.0.warned_at).flatten())
    }

    /// When it was noted that nobody had answered in time; staff only.
    async fn missed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(Self::for_staff(ctx)?.then_some(self.0.missed_at).flatten())
    }

    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }

    /// Who handles it; staff only.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let assignee = self.0.assignee.as_deref();
        Ok(assignee.filter(|_| Self::for_staff(ctx).unwrap_or(false)))
    }

    /// Whom a complaint is about, where that is known; staff only.
    async fn staff_concerned(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let concerned = self.0.concerned.as_deref();
        Ok(concerned.filter(|_| Self::for_staff(ctx).unwrap_or(false)))
    }

    /// Such as `customer:…` or `staff:li`.
    async fn reported_by(&self) -> &str {
        &self.0.reported_by
    }

    /// Whole for the reporter and for who handles it, else as personal data is shown.
    async fn contact_phone(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(at) = self.0.phone() else {
            return Ok(None);
        };
        if self.is_close(ctx)? {
            return personal(ctx, at).await;
        }
        shown(ctx, at, "service_case.contact", mask_phone).await
    }

    async fn contact_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(at) = self.0.name() else {
            return Ok(None);
        };
        if self.is_close(ctx)? {
            return personal(ctx, at).await;
        }
        shown(ctx, at, "service_case.contact", mask_name).await
    }

    /// 1 to 5.
    async fn stars(&self) -> Option<i32> {
        self.0.stars.map(i32::from)
    }

    async fn rating_comment(&self) -> Option<&str> {
        self.0.rating_comment.as_deref()
    }

    /// Everything that happened to it, in order.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn steps(&self, ctx: &Context<'_>) -> Result<Vec<ServiceCaseStep>> {
        use ServiceCaseStepKind as Kind;
        let for_staff = Self::for_staff(ctx)?;
        let rows = load(ctx, StepsOf(self.0.case_id.clone())).await?;
        let mut steps = Vec::new();
        for row in rows.unwrap_or_default() {
            let kind = named(ctx, &STEPS, &row.kind)?;
            let inside = matches!(
                kind,
                Kind::StaffNamed | Kind::DeadlineWarned | Kind::DeadlineMissed
            );
            if inside && !for_staff {
                continue;
            }
            steps.push(ServiceCaseStep {
                kind,
                at: row.at,
                by: for_staff.then_some(row.by),
                text: row.note.filter(|_| for_staff || kind != Kind::Assigned),
                colleague: row.colleague.filter(|_| for_staff),
                due_at: row.due_at,
            });
        }
        Ok(steps)
    }
}

/// How the answers stand.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ServiceBoard {
    /// Not answered yet.
    pub(super) waiting: i32,
    /// Of these, warned of.
    pub(super) warned: i32,
    /// Of these, past their deadline.
    pub(super) overdue: i32,
    /// Filed on or after `since` and answered in time.
    pub(super) answered_in_time: i32,
    /// Filed on or after `since` and answered late, or late and not answered.
    pub(super) late: i32,
}

/// A case the viewer may see: their own, or any but a complaint about themselves for staff who
/// answer cases.
pub(super) async fn visible(ctx: &Context<'_>, case_id: &str) -> Result<Option<ServiceCase>> {
    let rows = load(ctx, CasesOf(case_id.to_owned())).await?;
    let Some(row) = rows.into_iter().flatten().next() else {
        return Ok(None);
    };
    let viewer = ctx.data::<Viewer>()?;
    let own = viewer.actor().to_string() == row.reported_by;
    let handles = viewer.staff().is_some_and(|staff| {
        staff.may(Permission::HandleCases) && row.concerned.as_deref() != Some(staff.login.as_str())
    });
    if own || handles {
        return Ok(Some(ServiceCase(row)));
    }
    let subject = Some(format!("service_case/{case_id}"));
    record(ctx, AccessKind::Denied, "service_case", subject);
    Ok(None)
}

/// A case whatever the viewer may see: for the answer to a command they were allowed to give.
pub(super) async fn changed(ctx: &Context<'_>, case_id: &str) -> Result<Option<ServiceCase>> {
    let row = service_cases::by_id(Services::of(ctx)?.store().pool(), case_id).await;
    Ok(row.map_err(|error| internal(ctx, error))?.map(ServiceCase))
}
