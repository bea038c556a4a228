use chaobiao_decision::Actor;

use super::event::StockIssued;
use crate::units::ReceiptNo;

/// What may be asked of one bundle of paper.
#[derive(Clone, Debug)]
pub enum ReceiptStockCommand {
    Issue(StockIssued),
    Use {
        number: u32,
        receipt_no: ReceiptNo,
        by: Actor,
    },
    Spoil {
        number: u32,
        reason: String,
        by: Actor,
    },
    Return {
        to: Actor,
    },
}
