//! E-invoices in the place of receipts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::InvoiceExchanged;
use crate::units::{InvoiceNo, ReceiptNo};

/// Which receipts were exchanged, and whether their invoices stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Invoices(BTreeMap<ReceiptNo, Invoice>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Invoice {
    /// The last one is the one that may stand.
    numbers: Vec<InvoiceNo>,
    reversed: bool,
}

impl Invoices {
    /// Whether a receipt was ever exchanged: its paper is back.
    pub(super) fn has(&self, receipt_no: &ReceiptNo) -> bool {
        self.0.contains_key(receipt_no)
    }

    /// Whether an invoice stands in its place.
    pub(super) fn is_out(&self, receipt_no: &ReceiptNo) -> bool {
        self.0.get(receipt_no).is_some_and(|it| !it.reversed)
    }

    /// Whether its paper is back and no invoice stands either.
    pub(super) fn is_reversed(&self, receipt_no: &ReceiptNo) -> bool {
        self.0.get(receipt_no).is_some_and(|it| it.reversed)
    }

    /// The receipt an invoice stands, or last stood, in the place of.
    pub(super) fn receipt_of(&self, invoice_no: &InvoiceNo) -> Option<&ReceiptNo> {
        let mut all = self.0.iter();
        all.find(|(_, invoice)| invoice.numbers.last() == Some(invoice_no))
            .map(|(receipt_no, _)| receipt_no)
    }

    pub(super) fn exchange(&mut self, exchanged: InvoiceExchanged) {
        let invoice = self.0.entry(exchanged.receipt_no).or_insert(Invoice {
            numbers: Vec::new(),
            reversed: false,
        });
        invoice.numbers.push(exchanged.invoice_no);
        invoice.reversed = false;
    }

    pub(super) fn reverse(&mut self, receipt_no: &ReceiptNo) {
        if let Some(invoice) = self.0.get_mut(receipt_no) {
            invoice.reversed = true;
        }
    }
}
