//! Who is asking.

use std::collections::BTreeSet;

use chaobiao_decision::Actor;
use chaobiao_domain::staff::{Permission, Role};
use chaobiao_domain::units::{CampusId, CustomerId, StaffLogin};

/// The person behind a request, as its session and the rights of the moment say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Viewer {
    #[default]
    Anonymous,
    Customer(CustomerViewer),
    Staff(StaffViewer),
}

/// A resident or a unit's clerk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerViewer {
    pub customer_id: CustomerId,
}

/// A member of staff with what the roles of this moment allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffViewer {
    pub login: StaffLogin,
    /// `None`: the centre as a whole.
    pub campus: Option<CampusId>,
    /// 辖区: what belongs to another campus is out of their reach.
    pub confined: bool,
    /// None as long as an own password is to be chosen first.
    pub roles: BTreeSet<Role>,
    /// What these roles give at this moment.
    pub permissions: BTreeSet<Permission>,
    pub must_change_password: bool,
}

impl StaffViewer {
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

impl Viewer {
    /// The author of the commands this viewer gives.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Anonymous => Actor::Anonymous,
            Self::Customer(customer) => Actor::Customer(customer.customer_id.to_string()),
            Self::Staff(staff) => Actor::Staff(staff.login.to_string()),
        }
    }

    /// Whether this is a member of staff with that right.
    pub fn may(&self, permission: Permission) -> bool {
        self.staff().is_some_and(|staff| staff.may(permission))
    }

    /// The campus this viewer is confined to.
    pub fn reach(&self) -> Option<&CampusId> {
        let staff = self.staff().filter(|staff| staff.confined);
        staff.and_then(|staff| staff.campus.as_ref())
    }

    pub fn staff(&self) -> Option<&StaffViewer> {
        match self {
            Self::Staff(staff) => Some(staff),
            _ => None,
        }
    }

    pub fn customer(&self) -> Option<&CustomerViewer> {
        match self {
            Self::Customer(customer) => Some(customer),
            _ => None,
        }
    }

    pub fn is_anonymous(&self) -> bool {
        matches!(self, Self::Anonymous)
    }
}
