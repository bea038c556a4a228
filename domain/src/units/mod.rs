//! The values every capability speaks in: money, quantities, dates, identifiers.
//!
//! Each is checked once, when it is made; whoever holds one may rely on it.

mod account_class;
mod device;
mod error;
mod identity;
mod money;
mod person;
mod place;
mod quantity;
mod rate;
mod split;
#[cfg(test)]
mod tests;
mod text;
mod till;
mod time;

pub use account_class::AccountClass;
pub use device::{DeviceAddress, MeterProtocol, RawFrame};
pub use error::ValueError;
pub use identity::{
    AccountNo, AppointmentId, ArticleId, BankReference, BillNo, BillingRunId, BindingId, BookNo,
    BytesHash, CampaignId, CampusId, CaseId, CertificateNo, ChargeBillNo, CollectionRoundId,
    CollectorNo, ConnectorId, CorrectionId, CustomerId, DeviceOrderId, EquipmentModelId,
    ExternalMeterNo, FaultId, FileHash, GatewayOrderNo, GatewayRefundNo, HardwareNo, ImportBatchId,
    ImportProfileId, InvoiceNo, ItemId, LabelBatchId, LabelTemplateId, MessageId, MeterNo, NoteNo,
    NoticeNo, OccupantNo, OutageId, PaymentId, PayrollBatchNo, PhotoHash, ReadingId, ReasonCode,
    ReceiptNo, ReconciliationId, RefundId, ReportTemplateId, RoleProposalId, RoundId, SessionId,
    SlotId, StaffLogin, StockNo, TariffId, TransferClaimId, VerificationId, WaiverId,
};
pub use money::Fen;
pub use person::Phone;
pub use place::GeoPoint;
pub use quantity::{
    Area, Commodity, Index, LinePrice, Multiplier, Percent, PriceDelta, Quantity, UnitPrice,
};
pub use rate::{RateIndexes, RateQuantities, RateRegister};
pub use split::{split, split_quantity, weight};
pub use text::{normalise_digits, parse_decimal, written, written_if_any};
pub use till::TillId;
pub use time::{
    BillingMonth, Period, business_date, business_time, instant_of, parse_moment,
    start_of_business_day,
};
