use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

use super::aggregate::{
    ACCOUNT_NO_LENGTH_MAX, ADDRESS_LENGTH_MAX, HOLDER_LENGTH_MAX, HOUSEHOLD_PERSONS_MAX,
};
use super::event::AccountClass;
use super::scheme::ChargeScheme;
use crate::units::{
    AccountNo, BillNo, BillingMonth, CertificateNo, Commodity, Fen, MeterNo, OccupantNo, PaymentId,
};

/// Why an account refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AccountError {
    #[error("户号 {0} 不存在")]
    Unknown(AccountNo),
    #[error("户号不存在")]
    Absent,
    #[error("户号 {0} 已经存在")]
    AlreadyOpen(AccountNo),
    #[error("户号最多 {ACCOUNT_NO_LENGTH_MAX} 个字符")]
    NumberTooLong,
    #[error("户主姓名或单位名称不能为空，且最多 {HOLDER_LENGTH_MAX} 个字")]
    HolderInvalid,
    #[error("地址不能为空，且最多 {ADDRESS_LENGTH_MAX} 个字")]
    AddressInvalid,
    #[error("家庭人口最多 {HOUSEHOLD_PERSONS_MAX} 人")]
    HouseholdTooLarge,
    #[error("表计 {0} 已经在本户名下")]
    MeterAlreadyAssigned(MeterNo),
    #[error("表计 {0} 已归其他户号，请先解除")]
    MeterTaken(MeterNo),
    #[error("价格方案用于{tariff}，与表计类型{meter}不符", tariff = .tariff.label(), meter = .meter.label())]
    TariffForOtherCommodity { tariff: Commodity, meter: Commodity },
    #[error("表计 {0} 不在本户名下")]
    MeterNotAssigned(MeterNo),
    #[error(
        "表计 {meter_no} 在 {until} 之前已属于本户，新的起始日期必须晚于此前的起始日期且不早于该日"
    )]
    AssignmentOverlaps { meter_no: MeterNo, until: NaiveDate },
    #[error("解除日期不能早于 {from}（归户日期或已开账日期）")]
    ReleasedTooEarly { from: NaiveDate },
    #[error("户号 {account_no} 的 {month} 账期已经开账")]
    MonthAlreadyBilled {
        account_no: AccountNo,
        month: BillingMonth,
    },
    #[error("户号 {account_no} 已开 {billed} 账期，不能再开更早的 {month} 账期")]
    LaterMonthBilled {
        account_no: AccountNo,
        billed: BillingMonth,
        month: BillingMonth,
    },
    #[error("账单 {0} 不存在")]
    BillUnknown(BillNo),
    #[error("账单 {0} 已经作废")]
    BillVoid(BillNo),
    #[error("{later} 账期的账单仍有效，请先作废较晚的账单，或改用更正重算")]
    LaterBillStands { later: BillingMonth },
    #[error("调整金额不能为零，调减不能超过账单该项目的现有金额 {covered}")]
    NoteNotCovered { covered: Fen },
    #[error("账单 {0} 的销账金额必须大于零且不超过未缴金额")]
    ShareNotCovered(BillNo),
    #[error("缴费流水 {0} 不在本户账上")]
    PaymentUnknown(PaymentId),
    #[error("缴费流水 {0} 已经入账")]
    PaymentAlreadyBooked(PaymentId),
    #[error("户主的个人信息已删除或已排期删除")]
    HolderErased,
    #[error("本户还有表计或绑定，请先解除，再删除户主的个人信息")]
    HolderInUse,
    #[error("本户还有未缴账单或预存余额，结清后才能删除户主的个人信息")]
    HolderUnsettled,
    #[error("会计档案须保存户主姓名至 {0} 之前")]
    NameStillNeeded(NaiveDate),
    #[error("户主的个人信息只能由工作人员删除")]
    ErasedByStaffOnly,
    #[error("本户已是{}", .0.label())]
    SameClass(AccountClass),
    #[error("类别变更不能从将来的日期起算")]
    ClassInFuture,
    #[error("类别变更须从 {last} 之后起算")]
    ClassNotLater { last: NaiveDate },
    #[error("本户已是{}", .0.label())]
    SameScheme(ChargeScheme),
    #[error("本户为预收费，按抄见用量随抄随扣，不出月度账单")]
    Prepaid,
    #[error("本户为后收费")]
    NotPrepaid,
    #[error("本户还有未缴账单 {open} 元，缴清后才能改为预收费")]
    SchemeUnsettled { open: Fen },
    #[error("本户没有待执行的停供")]
    CutOffNotOrdered,
    #[error("本户没有待执行的恢复供应")]
    RestorationNotOrdered,
    #[error("缴费流水 {0} 的款项已经退还，请先撤销该退款")]
    PaymentRefunded(PaymentId),
    #[error("账单 {0} 有减免或核销，请先撤销")]
    WriteOffStands(BillNo),
    #[error("账单 {0} 已计收滞纳金，请先减免滞纳金")]
    LateFeeStands(BillNo),
    #[error("账单 {0} 的收费系统滞纳金低于已入账的滞纳金，请先减免滞纳金")]
    LateFeeLowered(BillNo),
    #[error("退款金额必须大于零且不超过可退金额 {there}")]
    RefundNotCovered { there: Fen },
    #[error("账单 {0} 的减免或核销金额必须大于零且不超过可减免金额")]
    WriteOffNotCovered(BillNo),
    #[error("本户没有这笔退款")]
    RefundUnknown,
    #[error("本户没有这笔减免或核销")]
    WriteOffUnknown,
    #[error("本户没有押金")]
    NoDeposit,
    #[error("本户还有未缴账单 {open} 元，缴清后才能结清")]
    ClearUnsettled { open: Fen },
    #[error("本户还有表计或押金，请先办理退房结算")]
    ClearInUse,
    #[error("本户已经结清，结清证明号 {0}")]
    AlreadyCleared(CertificateNo),
    #[error("本户已于 {0} 办理退房结算")]
    AlreadyMovedOut(NaiveDate),
    #[error("本户尚未结清，不能办理入住")]
    NotCleared,
    #[error("原户主尚有余款 {held} 未退，退清后再办理入住")]
    FormerUnrefunded { held: Fen },
    #[error("入住日期不能早于退房日期 {0}")]
    MoveInTooEarly(NaiveDate),
    #[error("账单 {0} 属原户主，不能再调增")]
    BillOfFormerHolder(BillNo),
    #[error("表计 {0} 按公摊协议分摊，不能由一户付费")]
    MeterShared(MeterNo),
    #[error("账单 {0} 是公摊分摊，请撤销该账期的公摊")]
    BillShared(BillNo),
    #[error("床位 {0} 已经入住")]
    OccupantThere(OccupantNo),
    #[error("床位 {occupant} 的上一段入住至 {until}，不能重叠")]
    OccupantOverlaps {
        occupant: OccupantNo,
        until: NaiveDate,
    },
    #[error("床位 {0} 没有人入住")]
    OccupantNotThere(OccupantNo),
    #[error("床位 {occupant} 的迁出日期不能早于入住日期 {from}")]
    OccupantOutBeforeIn {
        occupant: OccupantNo,
        from: NaiveDate,
    },
    #[error("金额超出可计算范围")]
    Overflow,
}

impl BusinessError for AccountError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Absent => "ACCOUNT_UNKNOWN",
            Self::AlreadyOpen(_) => "ACCOUNT_ALREADY_OPEN",
            Self::NumberTooLong => "ACCOUNT_NO_TOO_LONG",
            Self::HolderInvalid => "ACCOUNT_HOLDER_INVALID",
            Self::AddressInvalid => "ACCOUNT_ADDRESS_INVALID",
            Self::HouseholdTooLarge => "ACCOUNT_HOUSEHOLD_TOO_LARGE",
            Self::MeterAlreadyAssigned(_) => "ACCOUNT_METER_ALREADY_ASSIGNED",
            Self::MeterTaken(_) => "ACCOUNT_METER_TAKEN",
            Self::TariffForOtherCommodity { .. } => "ACCOUNT_TARIFF_FOR_OTHER_COMMODITY",
            Self::MeterNotAssigned(_) => "ACCOUNT_METER_NOT_ASSIGNED",
            Self::AssignmentOverlaps { .. } => "ACCOUNT_ASSIGNMENT_OVERLAPS",
            Self::ReleasedTooEarly { .. } => "ACCOUNT_RELEASED_TOO_EARLY",
            Self::MonthAlreadyBilled { .. } => "ACCOUNT_MONTH_ALREADY_BILLED",
            Self::LaterMonthBilled { .. } => "ACCOUNT_LATER_MONTH_BILLED",
            Self::BillUnknown(_) => "ACCOUNT_BILL_UNKNOWN",
            Self::BillVoid(_) => "ACCOUNT_BILL_VOID",
            Self::LaterBillStands { .. } => "ACCOUNT_LATER_BILL_STANDS",
            Self::NoteNotCovered { .. } => "ACCOUNT_NOTE_NOT_COVERED",
            Self::ShareNotCovered(_) => "ACCOUNT_SHARE_NOT_COVERED",
            Self::PaymentUnknown(_) => "ACCOUNT_PAYMENT_UNKNOWN",
            Self::PaymentAlreadyBooked(_) => "ACCOUNT_PAYMENT_ALREADY_BOOKED",
            Self::HolderErased => "ACCOUNT_HOLDER_ERASED",
            Self::HolderInUse => "ACCOUNT_HOLDER_IN_USE",
            Self::HolderUnsettled => "ACCOUNT_HOLDER_UNSETTLED",
            Self::NameStillNeeded(_) => "ACCOUNT_NAME_STILL_NEEDED",
            Self::ErasedByStaffOnly => "ACCOUNT_ERASED_BY_STAFF_ONLY",
            Self::SameClass(_) => "ACCOUNT_SAME_CLASS",
            Self::ClassInFuture => "ACCOUNT_CLASS_IN_FUTURE",
            Self::ClassNotLater { .. } => "ACCOUNT_CLASS_NOT_LATER",
            Self::SameScheme(_) => "ACCOUNT_SAME_SCHEME",
            Self::Prepaid => "ACCOUNT_PREPAID",
            Self::NotPrepaid => "ACCOUNT_NOT_PREPAID",
            Self::SchemeUnsettled { .. } => "ACCOUNT_SCHEME_UNSETTLED",
            Self::CutOffNotOrdered => "ACCOUNT_CUT_OFF_NOT_ORDERED",
            Self::RestorationNotOrdered => "ACCOUNT_RESTORATION_NOT_ORDERED",
            Self::PaymentRefunded(_) => "ACCOUNT_PAYMENT_REFUNDED",
            Self::WriteOffStands(_) => "ACCOUNT_WRITE_OFF_STANDS",
            Self::LateFeeStands(_) => "ACCOUNT_LATE_FEE_STANDS",
            Self::LateFeeLowered(_) => "ACCOUNT_LATE_FEE_LOWERED",
            Self::RefundNotCovered { .. } => "ACCOUNT_REFUND_NOT_COVERED",
            Self::WriteOffNotCovered(_) => "ACCOUNT_WRITE_OFF_NOT_COVERED",
            Self::RefundUnknown => "ACCOUNT_REFUND_UNKNOWN",
            Self::WriteOffUnknown => "ACCOUNT_WRITE_OFF_UNKNOWN",
            Self::NoDeposit => "ACCOUNT_NO_DEPOSIT",
            Self::ClearUnsettled { .. } => "ACCOUNT_CLEAR_UNSETTLED",
            Self::ClearInUse => "ACCOUNT_CLEAR_IN_USE",
            Self::AlreadyCleared(_) => "ACCOUNT_ALREADY_CLEARED",
            Self::AlreadyMovedOut(_) => "ACCOUNT_ALREADY_MOVED_OUT",
            Self::NotCleared => "ACCOUNT_NOT_CLEARED",
            Self::FormerUnrefunded { .. } => "ACCOUNT_FORMER_UNREFUNDED",
            Self::MoveInTooEarly(_) => "ACCOUNT_MOVE_IN_TOO_EARLY",
            Self::BillOfFormerHolder(_) => "ACCOUNT_BILL_OF_FORMER_HOLDER",
            Self::MeterShared(_) => "ACCOUNT_METER_SHARED",
            Self::BillShared(_) => "ACCOUNT_BILL_SHARED",
            Self::OccupantThere(_) => "ACCOUNT_OCCUPANT_THERE",
            Self::OccupantOverlaps { .. } => "ACCOUNT_OCCUPANT_OVERLAPS",
            Self::OccupantNotThere(_) => "ACCOUNT_OCCUPANT_NOT_THERE",
            Self::OccupantOutBeforeIn { .. } => "ACCOUNT_OCCUPANT_OUT_BEFORE_IN",
            Self::Overflow => "ACCOUNT_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unknown(_) | Self::Absent | Self::AlreadyOpen(_) | Self::NumberTooLong => {
                Some("accountNo")
            }
            Self::Prepaid
            | Self::NotPrepaid
            | Self::SchemeUnsettled { .. }
            | Self::CutOffNotOrdered
            | Self::RestorationNotOrdered
            | Self::NoDeposit
            | Self::ClearUnsettled { .. }
            | Self::ClearInUse
            | Self::AlreadyCleared(_)
            | Self::AlreadyMovedOut(_)
            | Self::NotCleared
            | Self::FormerUnrefunded { .. } => Some("accountNo"),
            Self::SameScheme(_) => Some("scheme"),
            Self::HolderErased
            | Self::HolderInUse
            | Self::HolderUnsettled
            | Self::NameStillNeeded(_)
            | Self::ErasedByStaffOnly => None,
            Self::HolderInvalid => Some("holder"),
            Self::AddressInvalid => Some("address"),
            Self::HouseholdTooLarge => Some("householdPersons"),
            Self::MeterAlreadyAssigned(_)
            | Self::MeterTaken(_)
            | Self::MeterShared(_)
            | Self::MeterNotAssigned(_) => Some("meterNo"),
            Self::TariffForOtherCommodity { .. } => Some("tariffId"),
            Self::SameClass(_) => Some("class"),
            Self::AssignmentOverlaps { .. } | Self::ClassInFuture | Self::ClassNotLater { .. } => {
                Some("from")
            }
            Self::OccupantThere(_) | Self::OccupantNotThere(_) => Some("occupantNo"),
            Self::OccupantOverlaps { .. } => Some("from"),
            Self::ReleasedTooEarly { .. }
            | Self::MoveInTooEarly(_)
            | Self::OccupantOutBeforeIn { .. } => Some("on"),
            Self::MonthAlreadyBilled { .. } | Self::LaterMonthBilled { .. } => Some("month"),
            Self::BillUnknown(_) => Some("billNos"),
            Self::BillVoid(_)
            | Self::BillShared(_)
            | Self::BillOfFormerHolder(_)
            | Self::LaterBillStands { .. }
            | Self::WriteOffStands(_)
            | Self::LateFeeStands(_) => Some("billNo"),
            Self::PaymentUnknown(_) | Self::PaymentAlreadyBooked(_) | Self::PaymentRefunded(_) => {
                Some("paymentId")
            }
            Self::RefundUnknown => Some("refundId"),
            Self::WriteOffUnknown => Some("waiverId"),
            Self::LateFeeLowered(_) => Some("lateFee"),
            Self::ShareNotCovered(_)
            | Self::NoteNotCovered { .. }
            | Self::RefundNotCovered { .. }
            | Self::WriteOffNotCovered(_)
            | Self::Overflow => Some("amount"),
        }
    }
}
