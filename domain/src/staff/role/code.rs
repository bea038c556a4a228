use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::staff::Permission;
use crate::units::ValueError;

/// What codes of a centre's own roles begin with.
const OWN: &str = "own_";

/// Which set of rights given together (岗位权限), by its code. What it gives at present, its events
/// say; before the first it gives what it was [shipped](Role::shipped) with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Role {
    /// 抄表员
    Reader,
    /// 收费员
    Cashier,
    /// 管理员(业务)
    Manager,
    /// 财务
    Finance,
    /// 外线/维修
    Technician,
    /// 审计
    Auditor,
    /// 系统管理员
    Admin,
    /// One the centre has made up itself.
    Own(Uuid),
}

impl Role {
    /// Those the program is shipped with.
    pub const SHIPPED: [Self; 7] = [
        Self::Reader,
        Self::Cashier,
        Self::Manager,
        Self::Finance,
        Self::Technician,
        Self::Auditor,
        Self::Admin,
    ];

    pub const fn is_shipped(self) -> bool {
        !matches!(self, Self::Own(_))
    }

    /// The code and the Chinese name of a shipped role.
    const fn names(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::Reader => ("reader", "抄表员"),
            Self::Cashier => ("cashier", "收费员"),
            Self::Manager => ("manager", "业务管理员"),
            Self::Finance => ("finance", "财务"),
            Self::Technician => ("technician", "外线维修"),
            Self::Auditor => ("auditor", "审计"),
            Self::Admin => ("admin", "系统管理员"),
            Self::Own(_) => return None,
        })
    }

    /// Written in events and tables, and the name of the role's stream.
    pub fn code(self) -> String {
        self.to_string()
    }

    /// The Chinese name of a shipped role; a centre's own is named by its events.
    pub fn label(self) -> Option<&'static str> {
        self.names().map(|(_, label)| label)
    }

    /// What it gives as long as nothing else was approved; of a centre's own role, nothing. Administrators
    /// hold no right to audit, and auditors none to change anything: the two watch each other.
    pub const fn shipped(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::Reader => &[P::ViewMeters, P::SubmitReadings, P::MakeVisits],
            Self::Cashier => &[
                P::ViewAccounts,
                P::ViewPersonalData,
                P::ViewPayments,
                P::TakePayments,
            ],
            Self::Manager => &[
                P::ViewMeters,
                P::SubmitReadings,
                P::ReviewReadings,
                P::ApproveCorrections,
                P::ManageRounds,
                P::ViewAccounts,
                P::ViewPersonalData,
                P::ManageAccounts,
                P::DecideBindings,
                P::ViewPayments,
                P::ReversePayments,
                P::ApproveTills,
                P::ViewStaff,
                P::HandleCases,
                P::DirectCases,
                P::MakeVisits,
                P::ManageVisits,
                P::ManageBulletin,
                P::ControlDevices,
            ],
            // A bill is checked against the readings and photos it names.
            Self::Finance => &[
                P::ViewMeters,
                P::ViewAccounts,
                P::ManageTariffs,
                P::RunBilling,
                P::ViewPayments,
                P::ReversePayments,
                P::ApproveTills,
                P::ReconcileBank,
                P::ExportPayments,
            ],
            Self::Technician => &[
                P::ViewMeters,
                P::SubmitReadings,
                P::ManageMeters,
                P::HandleCases,
                P::MakeVisits,
                P::ControlDevices,
            ],
            Self::Auditor => &[
                P::ViewMeters,
                P::ViewAccounts,
                P::ViewPayments,
                P::ViewStaff,
                P::ViewAudit,
            ],
            Self::Admin => &[
                P::ViewMeters,
                P::ManageMeters,
                P::ViewAccounts,
                P::ManageAccounts,
                P::ManageTariffs,
                P::ViewStaff,
                P::ManageStaff,
                P::ManageCampuses,
            ],
            Self::Own(_) => &[],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.names(), self) {
            (Some((code, _)), _) => f.pad(code),
            (None, Self::Own(id)) => write!(f, "{OWN}{}", id.simple()),
            (None, _) => Ok(()),
        }
    }
}

impl FromStr for Role {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let shipped = Self::SHIPPED
            .into_iter()
            .find(|role| role.names().is_some_and(|(code, _)| code == text));
        let own = || {
            let id = Uuid::try_parse(text.strip_prefix(OWN)?).ok()?;
            // Written one way only: a code is the name of a stream.
            let role = Self::Own(id);
            (role.to_string() == text).then_some(role)
        };
        shipped.or_else(own).ok_or(ValueError::BadFormat {
            what: "岗位权限代码",
        })
    }
}

impl TryFrom<String> for Role {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_is_given_by_some_shipped_role() {
        for permission in Permission::ALL {
            assert!(
                Role::SHIPPED
                    .iter()
                    .any(|role| role.shipped().contains(&permission))
            );
        }
    }

    #[test]
    fn codes_read_back_and_are_written_one_way() {
        let own = Role::Own(Uuid::from_u128(0xabc));
        for role in Role::SHIPPED.into_iter().chain([own]) {
            assert_eq!(role.code().parse(), Ok(role));
            let json = serde_json::to_string(&role).unwrap();
            assert_eq!(json, format!("\"{role}\""));
            assert_eq!(serde_json::from_str::<Role>(&json).unwrap(), role);
        }
        let upper = own.code().to_ascii_uppercase();
        for wrong in ["", "boss", "Reader", "own_", "own_1", &upper] {
            assert!(wrong.parse::<Role>().is_err(), "{wrong}");
        }
    }
}
