use chaobiao_decision::Personal;
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{AccountNo, BindingId, CustomerId, Phone};

/// What the `WeChat` id is for; it decides how many accounts it may bind (R49, R50).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerKind {
    /// 居民
    Resident,
    /// 单位能源管理员
    UnitClerk,
}

impl CustomerKind {
    pub const ALL: [Self; 2] = [Self::Resident, Self::UnitClerk];

    /// Accounts bound or waiting to be bound, all kinds of accounts together.
    pub const fn binding_limit(self) -> usize {
        match self {
            Self::Resident => 2,
            Self::UnitClerk => 10,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::UnitClerk => "unit_clerk",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerRegistered {
    pub customer_id: CustomerId,
    pub kind: CustomerKind,
    /// Verified by a code before the command was given.
    pub phone: Personal<Phone>,
}

/// A request to bind an account, and until when it is to be decided (R51).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingRequest {
    pub binding_id: BindingId,
    pub account_no: AccountNo,
    pub due_at: DateTime<Utc>,
    /// The calendar of that time was not complete.
    pub due_provisional: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CustomerEvent {
    Registered(CustomerRegistered),
    WechatLinked {
        openid: Personal<String>,
    },
    WechatUnlinked,
    /// Follows the official account, so that news can go there.
    WechatFollowed {
        at: DateTime<Utc>,
    },
    WechatUnfollowed {
        at: DateTime<Utc>,
    },
    BindingRequested(BindingRequest),
    BindingApproved {
        binding_id: BindingId,
    },
    BindingRejected {
        binding_id: BindingId,
        reason: String,
    },
    /// Not decided in time; it stays to be decided (R51).
    BindingDeadlineMissed {
        binding_id: BindingId,
        due_at: DateTime<Utc>,
    },
    /// Given up by the customer or taken away by staff, decided before or not.
    BindingRevoked {
        binding_id: BindingId,
    },
    /// The personal data is given up; the key follows.
    Erased,
}

impl DomainEvent for CustomerEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Registered(_) => "customer.registered",
            Self::WechatLinked { .. } => "customer.wechat_linked",
            Self::WechatUnlinked => "customer.wechat_unlinked",
            Self::WechatFollowed { .. } => "customer.wechat_followed",
            Self::WechatUnfollowed { .. } => "customer.wechat_unfollowed",
            Self::BindingRequested(_) => "customer.binding_requested",
            Self::BindingApproved { .. } => "customer.binding_approved",
            Self::BindingRejected { .. } => "customer.binding_rejected",
            Self::BindingDeadlineMissed { .. } => "customer.binding_deadline_missed",
            Self::BindingRevoked { .. } => "customer.binding_revoked",
            Self::Erased => "customer.erased",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
