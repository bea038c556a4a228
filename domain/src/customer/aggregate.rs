use std::collections::BTreeMap;

use chaobiao_decision::Personal;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::CustomerCommand;
use super::error::{BindingError, CustomerError};
use super::event::{BindingRequest, CustomerEvent, CustomerKind, CustomerRegistered};
use crate::units::{AccountNo, BindingId, CustomerId, Phone};

pub(super) const REASON_LENGTH_MAX: usize = 120;

/// One customer, from their events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Customer {
    #[default]
    Absent,
    Registered(Box<CustomerRecord>),
    /// 已注销: nothing is known of the person any more.
    Erased,
}

/// What is known of a customer who has registered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerRecord {
    pub customer_id: CustomerId,
    pub kind: CustomerKind,
    pub phone: Personal<Phone>,
    pub(super) openid: Option<Personal<String>>,
    /// Not known before the person follows, or stops to, while linked.
    following: Option<Following>,
    bindings: BTreeMap<BindingId, Binding>,
}

/// Whether somebody follows the official account, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Following {
    pub follows: bool,
    pub at: DateTime<Utc>,
}

/// One request to bind an account, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    pub account_no: AccountNo,
    pub state: BindingState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BindingState {
    Pending,
    Approved,
    Rejected,
    Revoked,
}

impl Customer {
    pub fn record(&self) -> Result<&CustomerRecord, CustomerError> {
        match self {
            Self::Registered(record) => Ok(record),
            Self::Absent => Err(CustomerError::Unknown),
            Self::Erased => Err(CustomerError::Erased),
        }
    }

    /// Whether the account is bound to this customer, approved and not revoked since (R52).
    pub fn may_use(&self, account_no: &AccountNo) -> bool {
        self.record().is_ok_and(|record| {
            record.bindings.values().any(|binding| {
                binding.state == BindingState::Approved && binding.account_no == *account_no
            })
        })
    }
}

impl CustomerRecord {
    /// By which `WeChat` knows the person, where that is known.
    pub fn openid(&self) -> Option<&Personal<String>> {
        self.openid.as_ref()
    }

    pub fn follows(&self) -> Option<bool> {
        self.following.map(|following| following.follows)
    }

    pub fn binding(&self, binding_id: &BindingId) -> Result<&Binding, BindingError> {
        self.bindings.get(binding_id).ok_or(BindingError::Unknown)
    }

    /// Bindings that take one of the customer's places.
    fn in_force(&self) -> impl Iterator<Item = &Binding> {
        self.bindings.values().filter(|binding| {
            matches!(
                binding.state,
                BindingState::Pending | BindingState::Approved
            )
        })
    }

    /// The bindings in a state, with the accounts.
    pub(super) fn bindings_in(
        &self,
        state: BindingState,
    ) -> impl Iterator<Item = (&BindingId, &AccountNo)> {
        self.bindings
            .iter()
            .filter(move |(_, binding)| binding.state == state)
            .map(|(binding_id, binding)| (binding_id, &binding.account_no))
    }

    fn check_request(&self, request: &BindingRequest) -> Result<(), BindingError> {
        let account_no = &request.account_no;
        if let Some(same) = self
            .in_force()
            .find(|binding| binding.account_no == *account_no)
        {
            return Err(match same.state {
                BindingState::Approved => BindingError::AlreadyBound(account_no.clone()),
                _ => BindingError::AlreadyPending(account_no.clone()),
            });
        }
        let limit = self.kind.binding_limit();
        if self.in_force().count() >= limit {
            return Err(BindingError::LimitReached { limit });
        }
        Ok(())
    }

    fn check_pending(&self, binding_id: &BindingId) -> Result<(), BindingError> {
        match self.binding(binding_id)?.state {
            BindingState::Pending => Ok(()),
            _ => Err(BindingError::AlreadyDecided),
        }
    }

    fn check_in_force(&self, binding_id: &BindingId) -> Result<(), BindingError> {
        match self.binding(binding_id)?.state {
            BindingState::Pending | BindingState::Approved => Ok(()),
            BindingState::Rejected | BindingState::Revoked => Err(BindingError::NotInForce),
        }
    }

    fn set(&mut self, binding_id: &BindingId, state: BindingState) {
        if let Some(binding) = self.bindings.get_mut(binding_id) {
            binding.state = state;
        }
    }
}

fn link(
    record: &CustomerRecord,
    openid: Personal<String>,
) -> Result<Vec<CustomerEvent>, CustomerError> {
    match &record.openid {
        Some(linked) if *linked == openid => Ok(Vec::new()),
        Some(_) => Err(CustomerError::OtherWechatLinked),
        None => Ok(vec![CustomerEvent::WechatLinked { openid }]),
    }
}

fn unlink(record: &CustomerRecord) -> Vec<CustomerEvent> {
    let linked = record.openid.is_some();
    linked
        .then_some(CustomerEvent::WechatUnlinked)
        .into_iter()
        .collect()
}

/// What is older than what is known has only taken longer to come.
fn note_following(record: &CustomerRecord, now: Following) -> Vec<CustomerEvent> {
    let known = record.following;
    if known.is_some_and(|known| known.follows == now.follows || known.at > now.at) {
        return Vec::new();
    }
    let at = now.at;
    vec![if now.follows {
        CustomerEvent::WechatFollowed { at }
    } else {
        CustomerEvent::WechatUnfollowed { at }
    }]
}

fn decide(
    record: &CustomerRecord,
    command: CustomerCommand,
) -> Result<Vec<CustomerEvent>, CustomerError> {
    let event = match command {
        CustomerCommand::Register(_) => return Err(CustomerError::AlreadyRegistered),
        CustomerCommand::LinkWechat(openid) => return link(record, openid),
        CustomerCommand::UnlinkWechat => return Ok(unlink(record)),
        CustomerCommand::NoteFollowing(now) => return Ok(note_following(record, now)),
        CustomerCommand::RequestBinding(request) => {
            record.check_request(&request)?;
            CustomerEvent::BindingRequested(request)
        }
        CustomerCommand::ApproveBinding(binding_id) => {
            record.check_pending(&binding_id)?;
            CustomerEvent::BindingApproved { binding_id }
        }
        CustomerCommand::RejectBinding { binding_id, reason } => {
            record.check_pending(&binding_id)?;
            if !(1..=REASON_LENGTH_MAX).contains(&reason.chars().count()) {
                return Err(BindingError::ReasonInvalid.into());
            }
            CustomerEvent::BindingRejected { binding_id, reason }
        }
        CustomerCommand::NoteOverdueBinding { binding_id, due_at } => {
            record.check_pending(&binding_id)?;
            CustomerEvent::BindingDeadlineMissed { binding_id, due_at }
        }
        CustomerCommand::RevokeBinding(binding_id) => {
            record.check_in_force(&binding_id)?;
            CustomerEvent::BindingRevoked { binding_id }
        }
        CustomerCommand::Erase if record.in_force().next().is_some() => {
            return Err(CustomerError::MatterOpen);
        }
        CustomerCommand::Erase => CustomerEvent::Erased,
    };
    Ok(vec![event])
}

impl Aggregate for Customer {
    const TYPE: &'static str = "customer";
    type Command = CustomerCommand;
    type Event = CustomerEvent;
    type Error = CustomerError;
    type Services = ();

    async fn handle(
        &mut self,
        command: CustomerCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), CustomerError> {
        let events = match (&*self, command) {
            (Self::Absent, CustomerCommand::Register(registered)) => {
                vec![CustomerEvent::Registered(registered)]
            }
            (Self::Absent, _) => return Err(CustomerError::Unknown),
            (Self::Erased, _) => return Err(CustomerError::Erased),
            (Self::Registered(record), command) => decide(record, command)?,
        };
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: CustomerEvent) {
        match (&mut *self, event) {
            (_, CustomerEvent::Registered(registered)) => {
                let CustomerRegistered {
                    customer_id,
                    kind,
                    phone,
                } = registered;
                let bindings = BTreeMap::new();
                let record = CustomerRecord {
                    customer_id,
                    kind,
                    phone,
                    openid: None,
                    following: None,
                    bindings,
                };
                *self = Self::Registered(Box::new(record));
            }
            (_, CustomerEvent::Erased) => *self = Self::Erased,
            (Self::Registered(record), event) => apply(record, event),
            (Self::Absent | Self::Erased, _) => {}
        }
    }
}

fn apply(record: &mut CustomerRecord, event: CustomerEvent) {
    match event {
        CustomerEvent::Registered(_)
        | CustomerEvent::BindingDeadlineMissed { .. }
        | CustomerEvent::Erased => {}
        CustomerEvent::WechatLinked { openid } => record.openid = Some(openid),
        CustomerEvent::WechatUnlinked => {
            record.openid = None;
            record.following = None;
        }
        CustomerEvent::WechatFollowed { at } => {
            let follows = true;
            record.following = Some(Following { follows, at });
        }
        CustomerEvent::WechatUnfollowed { at } => {
            let follows = false;
            record.following = Some(Following { follows, at });
        }
        CustomerEvent::BindingRequested(BindingRequest {
            binding_id,
            account_no,
            ..
        }) => {
            let binding = Binding {
                account_no,
                state: BindingState::Pending,
            };
            record.bindings.insert(binding_id, binding);
        }
        CustomerEvent::BindingApproved { binding_id } => {
            record.set(&binding_id, BindingState::Approved);
        }
        CustomerEvent::BindingRejected { binding_id, .. } => {
            record.set(&binding_id, BindingState::Rejected);
        }
        CustomerEvent::BindingRevoked { binding_id } => {
            record.set(&binding_id, BindingState::Revoked);
        }
    }
}
