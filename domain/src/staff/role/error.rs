use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::Role;
use super::aggregate::{NAME_LENGTH_MAX, REASON_LENGTH_MAX};
use crate::units::RoleProposalId;

/// Why a role stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RoleError {
    #[error("岗位权限 {0} 不存在")]
    Unknown(Role),
    #[error("岗位权限 {0} 已停用，不能再授予")]
    Retired(Role),
    #[error("名称不能为空，且最多 {NAME_LENGTH_MAX} 个字")]
    NameInvalid,
    #[error("已有名为“{0}”的岗位权限")]
    NameTaken(String),
    #[error("系统自带的岗位权限不能改名")]
    NameFixed,
    #[error("至少选择一项权限；不再使用的岗位权限请停用")]
    NoPermission,
    #[error("不相容的权限：{0}")]
    Excludes(&'static str),
    #[error("有人同时持有另一岗位权限，合起来不允许：{0}")]
    HolderExcludes(&'static str),
    #[error("系统管理员必须保留人员权限管理和查看人员，也不能停用，否则没有人能再调整权限")]
    AdminStays,
    #[error("这样改以后没有人能再管理人员权限")]
    NobodyManages,
    #[error("与现在的权限相同，没有改动")]
    NothingChanges,
    #[error("该岗位权限已停用")]
    AlreadyRetired,
    #[error("还有 {0} 人持有该岗位权限，请先收回")]
    Held(u32),
    #[error("该岗位权限已有一项变更等待批准")]
    ProposalOpen,
    #[error("权限变更 {0} 不存在，或已有人办理")]
    ProposalUnknown(RoleProposalId),
    #[error("须说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("提出变更的人不能自己批准，请由另一人批准")]
    ApprovedByProposer,
    #[error("不能批准给自己持有的岗位权限增加权限的变更，请由不持有它的人批准")]
    OwnRights,
}

impl BusinessError for RoleError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "ROLE_UNKNOWN",
            Self::Retired(_) => "ROLE_RETIRED",
            Self::NameInvalid => "ROLE_NAME_INVALID",
            Self::NameTaken(_) => "ROLE_NAME_TAKEN",
            Self::NameFixed => "ROLE_NAME_FIXED",
            Self::NoPermission => "ROLE_NO_PERMISSION",
            Self::Excludes(_) => "ROLE_EXCLUDES",
            Self::HolderExcludes(_) => "ROLE_HOLDER_EXCLUDES",
            Self::AdminStays => "ROLE_ADMIN_STAYS",
            Self::NobodyManages => "ROLE_NOBODY_MANAGES",
            Self::NothingChanges => "ROLE_NOTHING_CHANGES",
            Self::AlreadyRetired => "ROLE_ALREADY_RETIRED",
            Self::Held(_) => "ROLE_HELD",
            Self::ProposalOpen => "ROLE_PROPOSAL_OPEN",
            Self::ProposalUnknown(_) => "ROLE_PROPOSAL_UNKNOWN",
            Self::ReasonInvalid => "ROLE_REASON_INVALID",
            Self::ApprovedByProposer => "ROLE_APPROVED_BY_PROPOSER",
            Self::OwnRights => "ROLE_OWN_RIGHTS",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NameInvalid | Self::NameTaken(_) | Self::NameFixed => "name",
            Self::NoPermission
            | Self::Excludes(_)
            | Self::HolderExcludes(_)
            | Self::NothingChanges => "permissions",
            Self::ReasonInvalid => "reason",
            Self::ProposalUnknown(_) | Self::ApprovedByProposer | Self::OwnRights => "proposalId",
            Self::Unknown(_)
            | Self::Retired(_)
            | Self::AdminStays
            | Self::NobodyManages
            | Self::AlreadyRetired
            | Self::Held(_)
            | Self::ProposalOpen => "role",
        })
    }
}
