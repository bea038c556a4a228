//! What members of staff may do.

use serde::{Deserialize, Serialize};

/// One thing a member of staff may be allowed to do. Nobody has a right no role gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    ViewMeters,
    SubmitReadings,
    /// Accept or reject held readings, ask for corrections.
    ReviewReadings,
    /// Approve what another person asked to correct.
    ApproveCorrections,
    ManageMeters,
    ManageRounds,
    ViewAccounts,
    /// See names and phone numbers unmasked; every look is recorded.
    ViewPersonalData,
    ManageAccounts,
    DecideBindings,
    ManageTariffs,
    RunBilling,
    ViewPayments,
    /// Take money and issue receipts for it.
    TakePayments,
    ReversePayments,
    /// Approve the day close of tills; nobody their own.
    ApproveTills,
    /// Enter what the bank says, bear transfers out by it, settle and close months.
    ReconcileBank,
    ExportPayments,
    ViewStaff,
    ManageStaff,
    /// Campuses, their office hours, the working calendar.
    ManageCampuses,
    ViewAudit,
    /// See and answer what people ask, complain of and report.
    HandleCases,
    /// Say who handles what, and how soon answers are due.
    DirectCases,
    /// Make the visits people have asked for.
    MakeVisits,
    /// Say who may be visited when, and settle appointments.
    ManageVisits,
    /// Write and publish articles and notices.
    ManageBulletin,
    /// Order meters behind collectors: read now, cut off, restore.
    ControlDevices,
}

impl Permission {
    pub const ALL: [Self; 28] = [
        Self::ViewMeters,
        Self::SubmitReadings,
        Self::ReviewReadings,
        Self::ApproveCorrections,
        Self::ManageMeters,
        Self::ManageRounds,
        Self::ViewAccounts,
        Self::ViewPersonalData,
        Self::ManageAccounts,
        Self::DecideBindings,
        Self::ManageTariffs,
        Self::RunBilling,
        Self::ViewPayments,
        Self::TakePayments,
        Self::ReversePayments,
        Self::ApproveTills,
        Self::ReconcileBank,
        Self::ExportPayments,
        Self::ViewStaff,
        Self::ManageStaff,
        Self::ManageCampuses,
        Self::ViewAudit,
        Self::HandleCases,
        Self::DirectCases,
        Self::MakeVisits,
        Self::ManageVisits,
        Self::ManageBulletin,
        Self::ControlDevices,
    ];
}

/// A set of rights given together (岗位权限). Administrators hold no right to audit, and auditors
/// none to change anything: the two watch each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
}

impl Role {
    pub const ALL: [Self; 7] = [
        Self::Reader,
        Self::Cashier,
        Self::Manager,
        Self::Finance,
        Self::Technician,
        Self::Auditor,
        Self::Admin,
    ];

    pub const fn permissions(self) -> &'static [Permission] {
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
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Cashier => "cashier",
            Self::Manager => "manager",
            Self::Finance => "finance",
            Self::Technician => "technician",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// Reads [`Role::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_audits_changes_nothing_and_whoever_administers_does_not_audit() {
        let changing = |permission: &Permission| {
            !matches!(
                permission,
                Permission::ViewMeters
                    | Permission::ViewAccounts
                    | Permission::ViewPayments
                    | Permission::ViewStaff
                    | Permission::ViewAudit
            )
        };
        assert!(!Role::Auditor.permissions().iter().any(changing));
        assert!(!Role::Admin.permissions().contains(&Permission::ViewAudit));
    }

    #[test]
    fn every_permission_is_given_by_some_role_and_roles_read_back() {
        for permission in Permission::ALL {
            assert!(
                Role::ALL
                    .iter()
                    .any(|role| role.permissions().contains(&permission))
            );
        }
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
    }
}
