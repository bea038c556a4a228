use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{ValueError, normalise_digits};

/// Room for the number of a note, which is built from a bill's, which is built from an account's.
const MAX_LENGTH: usize = 48;

/// ASCII only: identifiers become stream names, file names and printed codes.
fn plain(text: &str, what: &'static str) -> Result<(), ValueError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    if text.is_empty() {
        Err(ValueError::Empty { what })
    } else if !text.bytes().all(allowed) {
        Err(ValueError::BadCharacter { what })
    } else if text.len() > MAX_LENGTH {
        Err(ValueError::TooLong {
            what,
            max: MAX_LENGTH,
        })
    } else {
        Ok(())
    }
}

fn sha256_hex(text: &str, what: &'static str) -> Result<(), ValueError> {
    let lower_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if text.len() == 64 && text.bytes().all(lower_hex) {
        Ok(())
    } else {
        Err(ValueError::BadFormat { what })
    }
}

/// What both payment gateways take as a number of ours.
fn gateway_number(text: &str, what: &'static str) -> Result<(), ValueError> {
    if (8..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        Ok(())
    } else {
        Err(ValueError::BadFormat { what })
    }
}

fn twenty_digits(text: &str, what: &'static str) -> Result<(), ValueError> {
    if text.len() == 20 && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(())
    } else {
        Err(ValueError::BadFormat { what })
    }
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $check:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn try_new(text: impl AsRef<str>) -> Result<Self, ValueError> {
                let text = normalise_digits(text.as_ref());
                $check(&text, $what)?;
                Ok(Self(text))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                Self::try_new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = ValueError;

            fn try_from(text: String) -> Result<Self, ValueError> {
                Self::try_new(text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    )+};
}

identifiers! {
    /// 户号: stays with the flat when its holder changes.
    AccountNo, "户号", plain;
    /// The meter's number in the charging system; the metering point's key.
    MeterNo, "表号", plain;
    /// 床位号: whom an account's allowance and charge are reckoned for. A bed or a place, never a name.
    OccupantNo, "床位号", plain;
    /// The number stamped on a device.
    HardwareNo, "表具编号", plain;
    /// The number of a data collector (数据采集器).
    CollectorNo, "采集器编号", plain;
    /// 平台对接: where readings of another platform are fetched.
    ConnectorId, "平台对接编号", plain;
    /// The number another system knows a meter by: a handheld, a platform.
    ExternalMeterNo, "外部表号", plain;
    TariffId, "价格方案编号", plain;
    CampusId, "校区编号", plain;
    RoundId, "抄表批次号", plain;
    /// A cashier's way from door to door on a day.
    CollectionRoundId, "上门收费批次号", plain;
    BookNo, "抄表册号", plain;
    CustomerId, "用户编号", plain;
    StaffLogin, "工号", plain;
    ReadingId, "读数编号", plain;
    BillNo, "账单号", plain;
    /// One run over the accounts of a month.
    BillingRunId, "开账批次号", plain;
    /// What the charging system (收费系统) calls a bill of its own.
    ChargeBillNo, "收费系统账单号", plain;
    NoticeNo, "通知单号", plain;
    /// A credit or debit note (调整单).
    NoteNo, "调整单号", plain;
    PaymentId, "缴费流水号", plain;
    ReceiptNo, "票据号", plain;
    /// 商户订单号: what we call an order at a payment gateway, `out_trade_no` there.
    GatewayOrderNo, "商户订单号", gateway_number;
    /// What we call a refund at a payment gateway.
    GatewayRefundNo, "商户退款单号", gateway_number;
    /// 结清证明
    CertificateNo, "结清证明号", plain;
    /// 工资代扣批次
    PayrollBatchNo, "代扣批次号", plain;
    /// 退款单
    RefundId, "退款单号", plain;
    /// 减免单, 核销单
    WaiverId, "减免核销单号", plain;
    /// 转账凭证: what somebody says they have transferred.
    TransferClaimId, "转账凭证号", plain;
    /// A change of what a role (岗位权限) gives, waiting or decided.
    RoleProposalId, "权限变更编号", plain;
    /// A bundle of numbered receipt paper.
    StockNo, "票据本号", plain;
    /// 数电发票号码: twenty digits.
    InvoiceNo, "数电发票号", twenty_digits;
    /// The bank's own number of a line in its statement.
    BankReference, "银行流水号", plain;
    BindingId, "绑定申请号", plain;
    /// One message outward.
    MessageId, "消息号", plain;
    FaultId, "报修单号", plain;
    CorrectionId, "更正申请号", plain;
    ImportBatchId, "导入批次号", plain;
    /// A comparison of the charging system's bills with ours (对账).
    ReconciliationId, "对账编号", plain;
    /// One outing of a reader, from setting out to the last note.
    SessionId, "抄表日志号", plain;
    CampaignId, "自抄活动编号", plain;
    ReportTemplateId, "报表模板编号", plain;
    ImportProfileId, "导入方案编号", plain;
    /// Why a meter was not read, by the short name it was defined under.
    ReasonCode, "未抄原因代码", plain;
    /// What a device calls a piece of its offline work.
    ItemId, "离线记录号", plain;
    CaseId, "诉求编号", plain;
    AppointmentId, "预约编号", plain;
    SlotId, "预约时段编号", plain;
    ArticleId, "文章编号", plain;
    OutageId, "停供通知编号", plain;
    VerificationId, "核对编号", plain;
    LabelBatchId, "标签批次号", plain;
    LabelTemplateId, "标签模板编号", plain;
    EquipmentModelId, "设备型号编号", plain;
    /// An order to a meter behind a collector: read now, cut off, restore.
    DeviceOrderId, "设备指令号", plain;
    /// SHA-256 of the stored photo, in lower-case hex.
    PhotoHash, "照片摘要", sha256_hex;
    /// SHA-256 of bytes that were passed on, in lower-case hex.
    BytesHash, "报文摘要", sha256_hex;
    /// SHA-256 of a file's bytes, in lower-case hex.
    FileHash, "文件摘要", sha256_hex;
}
