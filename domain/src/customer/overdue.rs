//! Requests that were not decided in time (R51).

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Customer;
use super::command::CustomerCommand;
use crate::units::{BindingId, CustomerId};

/// Records that a request was still waiting when its time had come. Given by the due runner; a
/// request decided meanwhile refuses it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteOverdueBinding {
    pub customer_id: CustomerId,
    pub binding_id: BindingId,
    pub due_at: DateTime<Utc>,
}

impl Process for NoteOverdueBinding {
    const NAME: &'static str = "binding.note_overdue";
    type Outcome = ();

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let command = CustomerCommand::NoteOverdueBinding {
            binding_id: self.binding_id.clone(),
            due_at: self.due_at,
        };
        workspace.execute::<Customer>(self.customer_id.as_str(), command)
    }
}
