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

    /// The name used in tables, the same as in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ViewMeters => "view_meters",
            Self::SubmitReadings => "submit_readings",
            Self::ReviewReadings => "review_readings",
            Self::ApproveCorrections => "approve_corrections",
            Self::ManageMeters => "manage_meters",
            Self::ManageRounds => "manage_rounds",
            Self::ViewAccounts => "view_accounts",
            Self::ViewPersonalData => "view_personal_data",
            Self::ManageAccounts => "manage_accounts",
            Self::DecideBindings => "decide_bindings",
            Self::ManageTariffs => "manage_tariffs",
            Self::RunBilling => "run_billing",
            Self::ViewPayments => "view_payments",
            Self::TakePayments => "take_payments",
            Self::ReversePayments => "reverse_payments",
            Self::ApproveTills => "approve_tills",
            Self::ReconcileBank => "reconcile_bank",
            Self::ExportPayments => "export_payments",
            Self::ViewStaff => "view_staff",
            Self::ManageStaff => "manage_staff",
            Self::ManageCampuses => "manage_campuses",
            Self::ViewAudit => "view_audit",
            Self::HandleCases => "handle_cases",
            Self::DirectCases => "direct_cases",
            Self::MakeVisits => "make_visits",
            Self::ManageVisits => "manage_visits",
            Self::ManageBulletin => "manage_bulletin",
            Self::ControlDevices => "control_devices",
        }
    }

    /// Reads [`Permission::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// Whether it lets somebody look, and nothing else; whole names and phone numbers are more.
    pub const fn is_viewing(self) -> bool {
        matches!(
            self,
            Self::ViewMeters
                | Self::ViewAccounts
                | Self::ViewPayments
                | Self::ViewStaff
                | Self::ViewAudit
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_tables_are_those_of_events() {
        for permission in Permission::ALL {
            let written = serde_json::to_value(permission).unwrap();
            assert_eq!(written, permission.as_str());
            assert_eq!(Permission::parse(permission.as_str()), Some(permission));
        }
    }
}
