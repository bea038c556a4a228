use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::REASON_LENGTH_MAX;
use crate::units::{BillNo, Fen, WaiverId};

/// Why a waiver refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WaiverError {
    #[error("减免核销单 {0} 不存在")]
    Unknown(WaiverId),
    #[error("减免核销单不存在")]
    Absent,
    #[error("减免核销单 {0} 已经存在")]
    AlreadyRequested(WaiverId),
    #[error("账单 {0} 不存在")]
    BillUnknown(BillNo),
    #[error("减免或核销金额必须大于零且不超过 {there}")]
    NotCovered { there: Fen },
    #[error("须说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("减免或核销已经批准")]
    AlreadyApproved,
    #[error("减免或核销已被驳回")]
    Rejected,
    #[error("减免或核销尚未批准")]
    NotApproved,
    #[error("减免或核销已经撤销")]
    AlreadyReversed,
    #[error("调减须指明水费或电费，减免核销不须指明")]
    CommodityInvalid,
    #[error("调减单不能撤销，请开调增单")]
    CreditNoteStands,
    #[error("申请人不能批准自己申请的减免或核销，请由他人批准")]
    ApprovedByRequester,
    #[error("收款人不能批准所收账单的减免或核销，请由他人批准")]
    ApprovedByTaker,
}

impl BusinessError for WaiverError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Absent => "WAIVER_UNKNOWN",
            Self::AlreadyRequested(_) => "WAIVER_ALREADY_REQUESTED",
            Self::BillUnknown(_) => "WAIVER_BILL_UNKNOWN",
            Self::NotCovered { .. } => "WAIVER_NOT_COVERED",
            Self::ReasonInvalid => "WAIVER_REASON_INVALID",
            Self::AlreadyApproved => "WAIVER_ALREADY_APPROVED",
            Self::Rejected => "WAIVER_REJECTED",
            Self::NotApproved => "WAIVER_NOT_APPROVED",
            Self::AlreadyReversed => "WAIVER_ALREADY_REVERSED",
            Self::CommodityInvalid => "WAIVER_COMMODITY_INVALID",
            Self::CreditNoteStands => "WAIVER_CREDIT_NOTE_STANDS",
            Self::ApprovedByRequester => "WAIVER_APPROVED_BY_REQUESTER",
            Self::ApprovedByTaker => "WAIVER_APPROVED_BY_TAKER",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::BillUnknown(_) => Some("billNo"),
            Self::NotCovered { .. } => Some("amount"),
            Self::ReasonInvalid => Some("reason"),
            Self::CommodityInvalid => Some("commodity"),
            _ => Some("waiverId"),
        }
    }
}
