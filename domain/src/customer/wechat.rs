//! The `WeChat` id of a customer: linked after proof, followed or not, given up again.

use chaobiao_decision::{ClaimKey, CommandContext, Personal, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::Following;
use super::command::CustomerCommand;
use super::process::{CustomerChanged, customer_subject, holder, require_themselves};
use super::{Customer, CustomerError};
use crate::units::{CustomerId, Phone};

/// One `WeChat` id belongs to one customer.
pub(super) fn openid_key(openid: &str) -> ClaimKey {
    ClaimKey::new("customer.openid", openid)
}

/// Ties a `WeChat` id to a customer, one to one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkWechat {
    pub customer_id: CustomerId,
    pub openid: String,
}

impl Process for LinkWechat {
    const NAME: &'static str = "customer.link_wechat";
    type Outcome = CustomerChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CustomerChanged, Stop> {
        let key = openid_key(&self.openid);
        let taken = CustomerError::OpenidTaken.into();
        workspace.claim(key, self.customer_id.as_str(), taken)?;
        let openid = Personal::new(customer_subject(&self.customer_id), self.openid.clone());
        let command = CustomerCommand::LinkWechat(openid);
        workspace.execute::<Customer>(self.customer_id.as_str(), command)?;
        Ok(CustomerChanged {
            customer_id: self.customer_id.clone(),
        })
    }
}

/// Gives the link up; the `WeChat` id is free for another customer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnlinkWechat {
    pub customer_id: CustomerId,
}

impl Process for UnlinkWechat {
    const NAME: &'static str = "customer.unlink_wechat";
    type Outcome = CustomerChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CustomerChanged, Stop> {
        require_themselves(&self.customer_id, context)?;
        let customer = workspace.get::<Customer>(self.customer_id.as_str())?;
        let openid = customer.record()?.openid().and_then(Personal::value);
        if let Some(openid) = openid.cloned() {
            workspace.release(openid_key(&openid))?;
        }
        let command = CustomerCommand::UnlinkWechat;
        workspace.execute::<Customer>(self.customer_id.as_str(), command)?;
        Ok(CustomerChanged {
            customer_id: self.customer_id.clone(),
        })
    }
}

/// Notes that somebody follows the official account, or does not any more. Of people nobody here
/// knows nothing is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteFollowing {
    pub openid: String,
    pub following: Following,
}

impl Process for NoteFollowing {
    const NAME: &'static str = "customer.note_following";
    type Outcome = Option<CustomerChanged>;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Option<CustomerChanged>, Stop> {
        let Some(customer_id) = holder(&openid_key(&self.openid), workspace)? else {
            return Ok(None);
        };
        let command = CustomerCommand::NoteFollowing(self.following);
        workspace.execute::<Customer>(customer_id.as_str(), command)?;
        Ok(Some(CustomerChanged { customer_id }))
    }
}

/// Looks up whose a `WeChat` id is; changes nothing and is meant for previews.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindByOpenid {
    pub openid: String,
}

impl Process for FindByOpenid {
    const NAME: &'static str = "customer.find_by_openid";
    type Outcome = Option<CustomerId>;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Option<CustomerId>, Stop> {
        holder(&openid_key(&self.openid), workspace)
    }
}

/// Where news reach a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reachable {
    pub phone: Option<Phone>,
    pub linked: bool,
    /// Unless they are known not to follow.
    pub openid: Option<String>,
}

/// Looks up how to reach a customer; for previews alone, as what it says is personal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindReachable {
    pub customer_id: CustomerId,
}

impl Process for FindReachable {
    const NAME: &'static str = "customer.find_reachable";
    type Outcome = Reachable;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Reachable, Stop> {
        let customer = workspace.get::<Customer>(self.customer_id.as_str())?;
        let record = customer.record()?;
        let openid = record.openid().and_then(Personal::value);
        Ok(Reachable {
            phone: record.phone.value().cloned(),
            linked: openid.is_some(),
            openid: openid.filter(|_| record.follows() != Some(false)).cloned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use chaobiao_decision::Actor;
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::customer::CustomerKind;
    use crate::customer::tests::{centre, register};
    use crate::desk::Desk;

    fn link(customer_id: &CustomerId, openid: &str) -> LinkWechat {
        LinkWechat {
            customer_id: customer_id.clone(),
            openid: openid.to_owned(),
        }
    }

    fn following(desk: &mut Desk, follows: bool, at: &str) -> Vec<String> {
        let note = NoteFollowing {
            openid: "o-1".to_owned(),
            following: Following {
                follows,
                at: at.parse::<DateTime<Utc>>().unwrap(),
            },
        };
        let ran = desk.run(&note).unwrap();
        ran.event_types().into_iter().map(str::to_owned).collect()
    }

    fn openid(desk: &mut Desk, customer_id: &CustomerId) -> Option<String> {
        let find = FindReachable {
            customer_id: customer_id.clone(),
        };
        desk.run(&find).unwrap().outcome.openid
    }

    #[test]
    fn a_wechat_id_and_a_customer_belong_to_each_other_until_it_is_given_up() {
        let mut desk = centre();
        let one = register(&mut desk, "13800138000", CustomerKind::Resident);
        let two = register(&mut desk, "13800138001", CustomerKind::Resident);
        desk.run(&link(&one, "o-1")).unwrap();
        assert!(desk.run(&link(&one, "o-1")).unwrap().events.is_empty());
        assert_eq!(desk.refused(&link(&two, "o-1")), "CUSTOMER_OPENID_TAKEN");
        assert_eq!(
            desk.refused(&link(&one, "o-2")),
            "CUSTOMER_OTHER_WECHAT_LINKED"
        );
        let unlink = UnlinkWechat {
            customer_id: one.clone(),
        };
        desk.actor = Actor::Customer(two.to_string());
        assert_eq!(desk.refused(&unlink), "CUSTOMER_UNKNOWN");
        desk.actor = Actor::Customer(one.to_string());
        assert_eq!(
            desk.run(&unlink).unwrap().event_types(),
            ["customer.wechat_unlinked"]
        );
        assert!(desk.run(&unlink).unwrap().events.is_empty(), "again");
        desk.run(&link(&two, "o-1")).unwrap();
        desk.run(&link(&one, "o-2")).unwrap();
    }

    #[test]
    fn who_does_not_follow_is_not_written_to_there_and_late_word_changes_nothing() {
        let mut desk = centre();
        let (at, later) = ("2026-09-24T01:00:00Z", "2026-09-24T02:00:00Z");
        assert!(following(&mut desk, true, at).is_empty(), "nobody we know");
        let customer = register(&mut desk, "13800138000", CustomerKind::Resident);
        desk.run(&link(&customer, "o-1")).unwrap();
        assert_eq!(openid(&mut desk, &customer).as_deref(), Some("o-1"));
        let unfollowed = following(&mut desk, false, later);
        assert_eq!(unfollowed, ["customer.wechat_unfollowed"]);
        assert_eq!(openid(&mut desk, &customer), None);
        assert!(following(&mut desk, true, at).is_empty());
        assert!(following(&mut desk, false, later).is_empty());
        let followed = following(&mut desk, true, "2026-09-24T03:00:00Z");
        assert_eq!(followed, ["customer.wechat_followed"]);
        assert_eq!(openid(&mut desk, &customer).as_deref(), Some("o-1"));
    }
}
