use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{AccessEntry, AccessLog};
use crate::units::business_date;

/// Writes a batch of entries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordAccess {
    pub entries: Vec<AccessEntry>,
}

impl Process for RecordAccess {
    const NAME: &'static str = "access_log.record";
    type Outcome = ();

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let day = business_date(context.at);
        let stream = format!("{day}/{}", context.derive_id("batch"));
        workspace.execute::<AccessLog>(&stream, self.entries.clone())
    }
}
