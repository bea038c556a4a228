//! The use cases of service cases.

mod clock;
mod handling;
mod open;

use chaobiao_decision::{Stop, Workspace};
use serde::{Deserialize, Serialize};

pub use clock::{NoteMissedReply, ReplanCase, WarnOfDeadline};
pub use handling::{
    AssignCase, CloseCase, NameStaffConcerned, RateCase, ReopenCase, ReplyToCase, ResolveCase,
};
pub use open::{CaseFiled, CasePhoto, OpenCase};

use super::{CaseCommand, ServiceCase};
use crate::units::CaseId;

/// The case a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseChanged {
    pub case_id: CaseId,
}

fn change(
    case_id: &CaseId,
    command: CaseCommand,
    workspace: &mut Workspace,
) -> Result<CaseChanged, Stop> {
    workspace.execute::<ServiceCase>(case_id.as_str(), command)?;
    Ok(CaseChanged {
        case_id: case_id.clone(),
    })
}
