//! Who may use a field. Every field of the roots names one of these.

use async_graphql::{Context, Guard, Result};
use chaobiao_domain::staff::Permission;

use chaobiao_domain::access_log::AccessKind;

use super::{ErrorCode, Viewer, coded, record};

/// A rule about the viewer's kind and rights. What the viewer may see of a single account or meter
/// is checked again where that thing is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarded(Rule);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Public,
    SignedIn,
    Customers,
    Staff,
    May(Vec<Permission>),
    CustomerOr(Permission),
}

/// Anybody, signed in or not.
pub fn public() -> Guarded {
    Guarded(Rule::Public)
}

pub fn signed_in() -> Guarded {
    Guarded(Rule::SignedIn)
}

/// Residents and units' clerks only.
pub fn customers() -> Guarded {
    Guarded(Rule::Customers)
}

/// Any member of staff.
pub fn staff() -> Guarded {
    Guarded(Rule::Staff)
}

/// Staff with that right.
pub fn may(permission: Permission) -> Guarded {
    Guarded(Rule::May(vec![permission]))
}

/// Staff with one of those rights.
pub fn may_any(permissions: &[Permission]) -> Guarded {
    Guarded(Rule::May(permissions.to_vec()))
}

/// Customers, for what is theirs, and staff with that right.
pub fn customer_or(permission: Permission) -> Guarded {
    Guarded(Rule::CustomerOr(permission))
}

impl Guarded {
    pub fn allows(&self, viewer: &Viewer) -> bool {
        match (&self.0, viewer) {
            (Rule::Public, _)
            | (Rule::SignedIn, Viewer::Customer(_) | Viewer::Staff(_))
            | (Rule::Customers | Rule::CustomerOr(_), Viewer::Customer(_))
            | (Rule::Staff, Viewer::Staff(_)) => true,
            (Rule::May(permissions), Viewer::Staff(staff)) => {
                permissions.iter().any(|permission| staff.may(*permission))
            }
            (Rule::CustomerOr(permission), Viewer::Staff(staff)) => staff.may(*permission),
            _ => false,
        }
    }
}

impl Guard for Guarded {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        let nobody = Viewer::Anonymous;
        let viewer = ctx.data_opt::<Viewer>().unwrap_or(&nobody);
        if self.allows(viewer) {
            return Ok(());
        }
        record(ctx, AccessKind::Denied, ctx.field().name(), None);
        if viewer.is_anonymous() {
            Err(coded(ErrorCode::Unauthenticated, "请先登录"))
        } else {
            Err(coded(ErrorCode::Forbidden, "没有权限"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chaobiao_domain::staff::Role;
    use chaobiao_domain::units::{CustomerId, StaffLogin};

    use super::*;
    use crate::support::{CustomerViewer, StaffViewer};

    fn customer() -> Viewer {
        Viewer::Customer(CustomerViewer {
            customer_id: CustomerId::try_new("c1").unwrap(),
        })
    }

    fn member(role: Role) -> Viewer {
        Viewer::Staff(StaffViewer {
            confined: false,
            login: StaffLogin::try_new("li").unwrap(),
            campus: None,
            roles: BTreeSet::from([role]),
            permissions: role.shipped().iter().copied().collect(),
            must_change_password: false,
        })
    }

    #[test]
    fn rights_are_denied_unless_given() {
        let cashier = member(Role::Cashier);
        let rules = [
            (public(), [true, true, true]),
            (signed_in(), [false, true, true]),
            (customers(), [false, true, false]),
            (staff(), [false, false, true]),
            (may(Permission::TakePayments), [false, false, true]),
            (may(Permission::ManageStaff), [false, false, false]),
            (
                may_any(&[Permission::ManageStaff, Permission::TakePayments]),
                [false, false, true],
            ),
            (may_any(&[]), [false, false, false]),
            (customer_or(Permission::ViewAccounts), [false, true, true]),
            (customer_or(Permission::ViewAudit), [false, true, false]),
        ];
        for (rule, allowed) in rules {
            let answers =
                [&Viewer::Anonymous, &customer(), &cashier].map(|viewer| rule.allows(viewer));
            assert_eq!(answers, allowed, "{rule:?}");
        }
    }
}
