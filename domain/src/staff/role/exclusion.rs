use std::collections::BTreeSet;

use crate::staff::Permission;

/// Two rights that must not come together, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exclusion {
    pub one: Permission,
    pub other: Permission,
    pub reason: &'static str,
    /// Also not by two roles of one person; else, not within one role. Small campuses let one person
    /// do two jobs, but they give two roles for it, and everybody can see that.
    pub in_person: bool,
}

impl Exclusion {
    fn is_broken_by(&self, rights: &BTreeSet<Permission>) -> bool {
        rights.contains(&self.one) && rights.contains(&self.other)
    }
}

const fn within(one: Permission, other: Permission, reason: &'static str) -> Exclusion {
    Exclusion {
        one,
        other,
        reason,
        in_person: false,
    }
}

const AUDITOR_MANAGES: Exclusion = Exclusion {
    one: Permission::ViewAudit,
    other: Permission::ManageStaff,
    reason: "审计与人员权限管理不得由同一人担任：两者互相监督",
    in_person: true,
};

const AUDITOR_CHANGES: &str =
    "能查审计记录的岗位只查看，不得有任何改动数据、办理业务或查看完整个人信息的权限";

const WITHIN_ROLES: [Exclusion; 9] = {
    use Permission as P;
    [
        within(
            P::TakePayments,
            P::ApproveTills,
            "收款与日结复核不得同岗：收钱的人不能复核自己收的钱",
        ),
        within(
            P::TakePayments,
            P::ReversePayments,
            "收款与冲正、退款审批不得同岗：收了钱的人不能自己把这笔钱冲掉",
        ),
        within(
            P::TakePayments,
            P::ReconcileBank,
            "收款与银行对账不得同岗：经手现金的人不能自己核对银行流水",
        ),
        within(
            P::TakePayments,
            P::RunBilling,
            "收款与开账不得同岗：收钱的人不能自己定该收多少",
        ),
        within(
            P::TakePayments,
            P::ManageTariffs,
            "收款与费率管理不得同岗：收钱的人不能自己定价",
        ),
        within(
            P::ManageStaff,
            P::TakePayments,
            "人员权限管理与收款不得同岗：能给自己的人授权的岗位不经手钱",
        ),
        within(
            P::ManageStaff,
            P::ReversePayments,
            "人员权限管理与冲正、退款审批不得同岗：管权限的岗位不批钱",
        ),
        within(
            P::ManageStaff,
            P::ApproveTills,
            "人员权限管理与日结复核不得同岗：管权限的岗位不批钱",
        ),
        within(
            P::ManageStaff,
            P::ReconcileBank,
            "人员权限管理与银行对账不得同岗：管权限的岗位不对账",
        ),
    ]
};

/// Every two rights that exclude each other (不相容岗位分离), the gravest first.
pub fn exclusions() -> Vec<Exclusion> {
    let changing = Permission::ALL
        .into_iter()
        .filter(|right| !right.is_viewing() && *right != Permission::ManageStaff);
    let audit = changing.map(|right| within(Permission::ViewAudit, right, AUDITOR_CHANGES));
    [AUDITOR_MANAGES]
        .into_iter()
        .chain(WITHIN_ROLES)
        .chain(audit)
        .collect()
}

/// What is wrong with rights given by one role.
pub(super) fn broken_within(rights: &BTreeSet<Permission>) -> Option<Exclusion> {
    exclusions()
        .into_iter()
        .find(|one| one.is_broken_by(rights))
}

/// What is wrong with all the rights of one person.
pub(super) fn broken_in_person(rights: &BTreeSet<Permission>) -> Option<Exclusion> {
    let mut in_person = exclusions().into_iter().filter(|one| one.in_person);
    in_person.find(|one| one.is_broken_by(rights))
}
