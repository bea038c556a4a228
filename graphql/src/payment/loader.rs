use chaobiao_projections::{payments, receipts};

use crate::support::many;

many! {
    /// The parts of a payment, by its id.
    PartsOf, payments::PaymentPart, payments::query::parts, payment_id;
    /// The receipts of a payment, by its id.
    ReceiptsOf, receipts::Receipt, receipts::query::of_payments, payment_id;
    /// The items of a receipt, by its number.
    ItemsOf, receipts::ReceiptLine, receipts::query::items, receipt_no;
}
