use chaobiao_decision::Personal;
use chrono::{DateTime, Utc};

use super::aggregate::Following;
use super::event::{BindingRequest, CustomerRegistered};
use crate::units::BindingId;

/// What may be asked of one customer's record.
#[derive(Clone, Debug)]
pub enum CustomerCommand {
    Register(CustomerRegistered),
    LinkWechat(Personal<String>),
    UnlinkWechat,
    NoteFollowing(Following),
    RequestBinding(BindingRequest),
    ApproveBinding(BindingId),
    RejectBinding {
        binding_id: BindingId,
        reason: String,
    },
    NoteOverdueBinding {
        binding_id: BindingId,
        due_at: DateTime<Utc>,
    },
    RevokeBinding(BindingId),
    Erase,
}
