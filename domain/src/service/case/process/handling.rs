use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::clock::{reckon, stored_instant};
use super::{CaseChanged, change};
use crate::service::case::{CaseCommand, CaseError, ServiceCase};
use crate::staff::{Permission, Staff, role};
use crate::units::{CaseId, StaffLogin};

/// Says who handles a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AssignCase {
    pub case_id: CaseId,
    pub login: StaffLogin,
    /// For the colleague; the reporter does not see it.
    pub note: Option<String>,
}

impl Process for AssignCase {
    const NAME: &'static str = "service_case.assign";
    type Outcome = CaseChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CaseChanged, Stop> {
        if !role::may(self.login.as_str(), Permission::HandleCases, workspace)? {
            return Err(CaseError::AssigneeNotAllowed.into());
        }
        let command = CaseCommand::Assign {
            to: self.login.clone(),
            note: self.note.clone(),
            by: context.actor.clone(),
        };
        change(&self.case_id, command, workspace)
    }
}

/// Says whom a complaint is about, when the reporter could not (R65).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NameStaffConcerned {
    pub case_id: CaseId,
    pub login: StaffLogin,
}

impl Process for NameStaffConcerned {
    const NAME: &'static str = "service_case.name_staff_concerned";
    type Outcome = CaseChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CaseChanged, Stop> {
        if !workspace.get::<Staff>(self.login.as_str())?.is_employed() {
            return Err(CaseError::StaffUnknown.into());
        }
        let command = CaseCommand::NameStaff {
            concerned: self.login.clone(),
            by: context.actor.clone(),
        };
        change(&self.case_id, command, workspace)
    }
}

/// Answers the reporter; what is to be done may still be done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReplyToCase {
    pub case_id: CaseId,
    pub text: String,
}

impl Process for ReplyToCase {
    const NAME: &'static str = "service_case.reply";
    type Outcome = CaseChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CaseChanged, Stop> {
        let command = CaseCommand::Reply {
            text: self.text.clone(),
            by: context.actor.clone(),
        };
        change(&self.case_id, command, workspace)
    }
}

/// It is done; the reporter sees the outcome.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResolveCase {
    pub case_id: CaseId,
    pub outcome: String,
}

impl Process for ResolveCase {
    const NAME: &'static str = "service_case.resolve";
    type Outcome = CaseChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CaseChanged, Stop> {
        let command = CaseCommand::Resolve {
            outcome: self.outcome.clone(),
            by: context.actor.clone(),
        };
        change(&self.case_id, command, workspace)
    }
}

/// Ends a case: staff for good, reporters to withdraw it or to agree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloseCase {
    pub case_id: CaseId,
    pub reason: Option<String>,
}

impl Process for CloseCase {
    const NAME: &'static str = "service_case.close";
    type Outcome = CaseChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CaseChanged, Stop> {
        let command = CaseCommand::Close {
            reason: self.reason.clone(),
            by: context.actor.clone(),
        };
        change(&self.case_id, command, workspace)
    }
}

/// The reporter says how it went, once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RateCase {
    pub case_id: CaseId,
    pub stars: u8,
    pub comment: Option<String>,
}

impl Process for RateCase {
    const NAME: &'static str = "service_case.rate";
    type Outcome = CaseChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CaseChanged, Stop> {
        let command = CaseCommand::Rate {
            stars: self.stars,
            comment: self.comment.clone(),
            by: context.actor.clone(),
        };
        change(&self.case_id, command, workspace)
    }
}

/// It was not done after all; a new deadline runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReopenCase {
    pub case_id: CaseId,
    pub reason: String,
}

impl Process for ReopenCase {
    const NAME: &'static str = "service_case.reopen";
    type Outcome = CaseChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CaseChanged, Stop> {
        let case = workspace.get::<ServiceCase>(self.case_id.as_str())?;
        let (kind, campus) = {
            let opened = &case.record()?.opened;
            (opened.kind, opened.campus.clone())
        };
        let reopened_at = stored_instant(context.at);
        let deadline = reckon(kind, &campus, reopened_at, workspace)?;
        let command = CaseCommand::Reopen {
            reason: self.reason.clone(),
            reopened_at,
            deadline,
            by: context.actor.clone(),
        };
        change(&self.case_id, command, workspace)
    }
}
