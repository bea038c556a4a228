//! Deadlines: how they are reckoned, warned of, missed, and moved with the calendar (R59, R60, X14).

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::super::{CaseCommand, CaseKind, Deadline, ServiceCase};
use super::{CaseChanged, change};
use crate::calendar::{ReplyMode, ServiceSla};
use crate::campus::{Campus, CampusError};
use crate::service::rules::{ReplyRule, ServiceRules};
use crate::units::{CampusId, CaseId, business_date};
use crate::work_calendar::calendar_around;

/// The store keeps microseconds; finer instants would compare differently before and after.
pub(super) fn stored_instant(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}

/// The deadline of what is filed at `from`, by the rules of that day.
pub(super) fn reckon(
    kind: CaseKind,
    campus: &CampusId,
    from: DateTime<Utc>,
    workspace: &mut Workspace,
) -> Result<Deadline, Stop> {
    let rules = workspace
        .get::<ServiceRules>(ServiceRules::ID)?
        .in_force(business_date(from));
    by_rule(rules.reply_to(kind), campus, from, workspace)
}

fn by_rule(
    rule: ReplyRule,
    campus: &CampusId,
    from: DateTime<Utc>,
    workspace: &mut Workspace,
) -> Result<Deadline, Stop> {
    let calendar = calendar_around(from, workspace)?;
    let hours = workspace
        .get::<Campus>(campus.as_str())?
        .office_hours(business_date(from))
        .ok_or(CampusError::Unknown)?;
    let due = calendar.service_request_due(from, hours, rule.sla);
    let planned = ServiceSla {
        mode: ReplyMode::OfficeHours,
        ..rule.sla
    };
    let planned = calendar.service_request_due(from, hours, planned);
    Ok(Deadline {
        due_at: due.value,
        provisional: due.provisional,
        sla: rule.sla,
        warn_minutes: rule.warn_minutes,
        planned_at: planned.value,
    })
}

/// Records that a deadline is near. Given by the due runner; an answer given meanwhile refuses it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WarnOfDeadline {
    pub case_id: CaseId,
    pub due_at: DateTime<Utc>,
}

impl Process for WarnOfDeadline {
    const NAME: &'static str = "service_case.warn_of_deadline";
    type Outcome = CaseChanged;

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<CaseChanged, Stop> {
        let due_at = self.due_at;
        change(&self.case_id, CaseCommand::Warn { due_at }, workspace)
    }
}

/// Records that a case was not answered in time. Given by the due runner, as the warning is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteMissedReply {
    pub case_id: CaseId,
    pub due_at: DateTime<Utc>,
}

impl Process for NoteMissedReply {
    const NAME: &'static str = "service_case.note_missed_reply";
    type Outcome = CaseChanged;

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<CaseChanged, Stop> {
        let due_at = self.due_at;
        change(&self.case_id, CaseCommand::NoteMissed { due_at }, workspace)
    }
}

/// Reckons the deadline of a case that waits again, with the calendar as it is now and the rule it
/// was filed under. What has been answered stays as it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReplanCase {
    pub case_id: CaseId,
    /// Which list was loaded, and by which papers.
    pub reason: String,
}

impl Process for ReplanCase {
    const NAME: &'static str = "service_case.replan";
    type Outcome = CaseChanged;

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<CaseChanged, Stop> {
        let case = workspace.get::<ServiceCase>(self.case_id.as_str())?;
        let record = case.record()?.clone();
        let rule = ReplyRule {
            sla: record.deadline.sla,
            warn_minutes: record.deadline.warn_minutes,
        };
        let deadline = by_rule(rule, &record.opened.campus, record.running_since, workspace)?;
        let command = CaseCommand::Replan {
            deadline,
            reason: self.reason.clone(),
        };
        change(&self.case_id, command, workspace)
    }
}
