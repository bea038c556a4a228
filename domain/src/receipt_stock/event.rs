use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{CampusId, ReceiptNo, StaffLogin, StockNo};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockIssued {
    pub stock_no: StockNo,
    /// Printed before the number; may be empty.
    pub prefix: String,
    /// How many digits are printed.
    pub digits: u8,
    pub first: u32,
    /// Included.
    pub last: u32,
    pub campus: CampusId,
    pub cashier: StaffLogin,
    pub issued_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReceiptStockEvent {
    /// 领用
    Issued(StockIssued),
    /// A receipt was printed on a sheet.
    Used {
        number: u32,
        printed_no: String,
        receipt_no: ReceiptNo,
    },
    /// 作废: the sheet is kept, but is no receipt.
    Spoiled {
        number: u32,
        printed_no: String,
        reason: String,
        /// The receipt that was printed on it, which may be printed on another sheet now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt_no: Option<ReceiptNo>,
    },
    /// 缴销: what is left came back, and stubs and spoiled sheets with it.
    Returned {
        used: u32,
        spoiled: u32,
        unused: u32,
        returned_to: Actor,
    },
}

impl DomainEvent for ReceiptStockEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Issued(_) => "receipt_stock.issued",
            Self::Used { .. } => "receipt_stock.used",
            Self::Spoiled { .. } => "receipt_stock.spoiled",
            Self::Returned { .. } => "receipt_stock.returned",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
