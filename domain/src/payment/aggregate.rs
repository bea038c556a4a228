use std::collections::{BTreeMap, BTreeSet};

use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::PaymentCommand;
use super::error::PaymentError;
use super::event::{
    ChequeBounced, ChequeCleared, InvoiceExchanged, InvoiceReversed, PaymentEvent, PaymentMethod,
    PaymentRecorded, PaymentReversed, ReceiptGiven, ReceiptItem, ReceiptPart, ReceiptReprinted,
    ReceiptTakenBack, RedReason,
};
use super::invoice::Invoices;
use super::undo::UndoCause;
use crate::units::{AccountNo, Fen, InvoiceNo, ReceiptNo, written, written_if_any};

pub(super) const REASON_LENGTH_MAX: usize = 200;

/// One payment, from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Payment {
    #[default]
    Absent,
    Recorded(Box<PaymentRecord>),
}

/// What a payment that exists knows about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaymentRecord {
    pub recorded: PaymentRecorded,
    pub reversed: bool,
    #[serde(default)]
    pub reversed_at: Option<DateTime<Utc>>,
    pub receipts: Vec<ReceiptGiven>,
    copies: BTreeMap<ReceiptNo, u32>,
    /// Void ones whose paper is back.
    #[serde(default)]
    returned: BTreeSet<ReceiptNo>,
    #[serde(default)]
    pub(super) invoices: Invoices,
    #[serde(default)]
    pub cheque: ChequeState,
}

/// What the bank has said of a cheque.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChequeState {
    #[default]
    Pending,
    Cleared,
    Bounced,
}

impl Payment {
    /// The payment, or the refusal that it is not known.
    pub fn recorded(
        &self,
        payment_id: &crate::units::PaymentId,
    ) -> Result<&PaymentRecord, PaymentError> {
        match self {
            Self::Recorded(payment) => Ok(payment),
            Self::Absent => Err(PaymentError::Unknown(payment_id.clone())),
        }
    }
}

impl PaymentRecord {
    /// Every account that got some of the money.
    pub fn accounts(&self) -> BTreeSet<AccountNo> {
        let allocations = self.recorded.allocations.iter().map(|it| &it.account_no);
        let credits = self.recorded.credits.iter().map(|it| &it.account_no);
        let deposits = self.recorded.deposits.iter().map(|it| &it.account_no);
        allocations
            .chain(credits)
            .chain(deposits)
            .cloned()
            .collect()
    }

    /// What receipts may be given for: the payment by account and purpose.
    pub fn items(&self) -> Vec<ReceiptItem> {
        let mut sums: BTreeMap<(&AccountNo, ReceiptPart), Fen> = BTreeMap::new();
        let allocated = self.recorded.allocations.iter().flat_map(|allocation| {
            let account_no = &allocation.account_no;
            let parts = allocation.parts.iter();
            let parts = parts.map(move |part| ((account_no, part.commodity.into()), part.amount));
            let late_fee = allocation.late_fee.into_iter();
            parts.chain(late_fee.map(move |fee| ((account_no, ReceiptPart::LateFee), fee)))
        });
        let credits = self.recorded.credits.iter();
        let credited =
            credits.map(|credit| ((&credit.account_no, ReceiptPart::Credit), credit.amount));
        let deposits = self.recorded.deposits.iter();
        let deposited =
            deposits.map(|deposit| ((&deposit.account_no, ReceiptPart::Deposit), deposit.amount));
        for (key, amount) in allocated.chain(credited).chain(deposited) {
            let sum = sums.entry(key).or_default();
            // The parts of a payment are never more than its amount, which fits.
            *sum = sum.checked_add(amount).unwrap_or(*sum);
        }
        sums.into_iter()
            .map(|((account_no, part), amount)| ReceiptItem {
                account_no: account_no.clone(),
                part,
                amount,
            })
            .collect()
    }

    /// The receipts for an account whose paper somebody holds.
    pub fn receipts_out(&self, account_no: &AccountNo) -> impl Iterator<Item = &ReceiptGiven> {
        let given = self.receipts.iter();
        given.filter(move |receipt| {
            !self.returned.contains(&receipt.receipt_no)
                && !self.invoices.is_reversed(&receipt.receipt_no)
                && receipt.items.iter().any(|it| it.account_no == *account_no)
        })
    }

    fn check_receipts_allowed(&self) -> Result<(), PaymentError> {
        if self.reversed {
            Err(PaymentError::ReceiptPaymentReversed)
        } else {
            Ok(())
        }
    }

    fn reverse(
        &self,
        reason: &str,
        cause: UndoCause,
        by: Actor,
        at: DateTime<Utc>,
    ) -> Result<PaymentEvent, PaymentError> {
        let payment_id = self.recorded.payment_id.clone();
        if self.reversed {
            return Err(PaymentError::AlreadyReversed(payment_id));
        }
        let reason = checked_reason(reason)?;
        if cause != UndoCause::Bounce && self.cheque == ChequeState::Cleared {
            return Err(PaymentError::ChequeCleared);
        }
        // What the bank has done nobody here can have done for himself.
        if cause != UndoCause::Bank && by == self.recorded.taken_by {
            return Err(PaymentError::ReversedByTaker);
        }
        Ok(PaymentEvent::Reversed(PaymentReversed {
            payment_id,
            reason,
            reversed_at: at,
            reversed_by: by,
        }))
    }

    fn check_cheque(&self) -> Result<(), PaymentError> {
        if self.recorded.method != PaymentMethod::Cheque {
            return Err(PaymentError::NotACheque);
        }
        match self.cheque {
            ChequeState::Cleared => Err(PaymentError::ChequeCleared),
            ChequeState::Bounced => Err(PaymentError::ChequeBounced),
            ChequeState::Pending if self.reversed => Err(PaymentError::AlreadyReversed(
                self.recorded.payment_id.clone(),
            )),
            ChequeState::Pending => Ok(()),
        }
    }

    fn clear(&self, by: Actor, at: DateTime<Utc>) -> Result<PaymentEvent, PaymentError> {
        self.check_cheque()?;
        Ok(PaymentEvent::ChequeCleared(ChequeCleared {
            payment_id: self.recorded.payment_id.clone(),
            cleared_at: at,
            cleared_by: by,
        }))
    }

    fn bounce(
        &self,
        reason: &str,
        by: Actor,
        at: DateTime<Utc>,
    ) -> Result<PaymentEvent, PaymentError> {
        self.check_cheque()?;
        Ok(PaymentEvent::ChequeBounced(ChequeBounced {
            payment_id: self.recorded.payment_id.clone(),
            reason: checked_reason(reason)?,
            bounced_at: at,
            bounced_by: by,
        }))
    }

    fn take_back(
        &self,
        receipt_no: ReceiptNo,
        lost: Option<&str>,
        by: Actor,
        at: DateTime<Utc>,
    ) -> Result<PaymentEvent, PaymentError> {
        let given = self.receipts.iter();
        if !given.into_iter().any(|it| it.receipt_no == receipt_no) {
            return Err(PaymentError::ReceiptUnknown(receipt_no));
        }
        if !self.reversed {
            return Err(PaymentError::ReceiptNotRecalled(receipt_no));
        }
        if self.invoices.is_out(&receipt_no) {
            return Err(PaymentError::ReceiptExchanged(receipt_no));
        }
        if self.returned.contains(&receipt_no) {
            return Err(PaymentError::ReceiptAlreadyBack(receipt_no));
        }
        let lost = written_if_any(lost, "原因", REASON_LENGTH_MAX)
            .map_err(|_| PaymentError::ReasonInvalid)?;
        Ok(PaymentEvent::ReceiptReturned(ReceiptTakenBack {
            payment_id: self.recorded.payment_id.clone(),
            receipt_no,
            lost,
            taken_back_at: at,
            taken_back_by: by,
        }))
    }

    fn give_receipt(&self, receipt: ReceiptGiven) -> Result<PaymentEvent, PaymentError> {
        self.check_receipts_allowed()?;
        if receipt.items.is_empty() {
            return Err(PaymentError::ReceiptNothingCovered);
        }
        for given in &self.receipts {
            let covers = |item: &ReceiptItem| {
                given
                    .items
                    .iter()
                    .any(|it| it.account_no == item.account_no && it.part == item.part)
            };
            if receipt.items.iter().any(covers) {
                return Err(PaymentError::ReceiptAlreadyIssued(given.receipt_no.clone()));
            }
        }
        Ok(PaymentEvent::ReceiptIssued(receipt))
    }

    /// The receipt an invoice stands, or last stood, in the place of.
    pub fn receipt_of(&self, invoice_no: &InvoiceNo) -> Option<&ReceiptNo> {
        self.invoices.receipt_of(invoice_no)
    }

    /// Whether a receipt may be put on paper: it is given, it stands, and no invoice is in its place.
    pub fn check_printable(&self, receipt_no: &ReceiptNo) -> Result<(), PaymentError> {
        self.check_receipts_allowed()?;
        if !self.receipts.iter().any(|it| it.receipt_no == *receipt_no) {
            return Err(PaymentError::ReceiptUnknown(receipt_no.clone()));
        }
        if self.invoices.has(receipt_no) {
            return Err(PaymentError::ReceiptExchanged(receipt_no.clone()));
        }
        Ok(())
    }

    fn exchange(
        &self,
        receipt_no: ReceiptNo,
        invoice_no: InvoiceNo,
        by: Actor,
        at: DateTime<Utc>,
    ) -> Result<PaymentEvent, PaymentError> {
        self.check_receipts_allowed()?;
        if !self.receipts.iter().any(|it| it.receipt_no == receipt_no) {
            return Err(PaymentError::ReceiptUnknown(receipt_no));
        }
        if self.invoices.is_out(&receipt_no) {
            return Err(PaymentError::ReceiptExchanged(receipt_no));
        }
        Ok(PaymentEvent::InvoiceExchanged(InvoiceExchanged {
            payment_id: self.recorded.payment_id.clone(),
            receipt_no,
            invoice_no,
            exchanged_at: at,
            exchanged_by: by,
        }))
    }

    fn reverse_invoice(
        &self,
        invoice_no: InvoiceNo,
        red_invoice_no: InvoiceNo,
        reason: RedReason,
        by: Actor,
        at: DateTime<Utc>,
    ) -> Result<PaymentEvent, PaymentError> {
        let Some(receipt_no) = self.invoices.receipt_of(&invoice_no) else {
            return Err(PaymentError::InvoiceUnknown(invoice_no));
        };
        if !self.invoices.is_out(receipt_no) {
            return Err(PaymentError::InvoiceAlreadyReversed(invoice_no));
        }
        Ok(PaymentEvent::InvoiceReversed(InvoiceReversed {
            payment_id: self.recorded.payment_id.clone(),
            receipt_no: receipt_no.clone(),
            invoice_no,
            red_invoice_no,
            reason,
            reversed_at: at,
            reversed_by: by,
        }))
    }

    fn reprint(
        &self,
        receipt_no: ReceiptNo,
        by: Actor,
        at: DateTime<Utc>,
    ) -> Result<PaymentEvent, PaymentError> {
        self.check_printable(&receipt_no)?;
        Ok(PaymentEvent::ReceiptReprinted(ReceiptReprinted {
            payment_id: self.recorded.payment_id.clone(),
            copy: self.copies.get(&receipt_no).map_or(1, |copies| copies + 1),
            receipt_no,
            printed_at: at,
            printed_by: by,
        }))
    }
}

fn checked_reason(reason: &str) -> Result<String, PaymentError> {
    written(reason, "原因", REASON_LENGTH_MAX).map_err(|_| PaymentError::ReasonInvalid)
}

impl Aggregate for Payment {
    const TYPE: &'static str = "payment";
    type Command = PaymentCommand;
    type Event = PaymentEvent;
    type Error = PaymentError;
    type Services = ();

    async fn handle(
        &mut self,
        command: PaymentCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), PaymentError> {
        let event = match (&*self, command) {
            (Self::Absent, PaymentCommand::Record(recorded)) => PaymentEvent::Recorded(recorded),
            (Self::Absent, _) => return Err(PaymentError::Absent),
            (Self::Recorded(payment), command) => match command {
                PaymentCommand::Record(recorded) => {
                    return Err(PaymentError::AlreadyRecorded(recorded.payment_id));
                }
                PaymentCommand::Reverse {
                    reason,
                    cause,
                    by,
                    at,
                } => payment.reverse(&reason, cause, by, at)?,
                PaymentCommand::ClearCheque { by, at } => payment.clear(by, at)?,
                PaymentCommand::BounceCheque { reason, by, at } => {
                    payment.bounce(&reason, by, at)?
                }
                PaymentCommand::Exchange {
                    receipt_no,
                    invoice_no,
                    by,
                    at,
                } => payment.exchange(receipt_no, invoice_no, by, at)?,
                PaymentCommand::ReverseInvoice {
                    invoice_no,
                    red_invoice_no,
                    reason,
                    by,
                    at,
                } => payment.reverse_invoice(invoice_no, red_invoice_no, reason, by, at)?,
                PaymentCommand::TakeReceiptBack {
                    receipt_no,
                    lost,
                    by,
                    at,
                } => payment.take_back(receipt_no, lost.as_deref(), by, at)?,
                PaymentCommand::GiveReceipt(receipt) => payment.give_receipt(receipt)?,
                PaymentCommand::ReprintReceipt { receipt_no, by, at } => {
                    payment.reprint(receipt_no, by, at)?
                }
            },
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: PaymentEvent) {
        match (self, event) {
            (state, PaymentEvent::Recorded(recorded)) => {
                *state = Self::Recorded(Box::new(PaymentRecord {
                    recorded: *recorded,
                    reversed: false,
                    reversed_at: None,
                    receipts: Vec::new(),
                    copies: BTreeMap::new(),
                    returned: BTreeSet::new(),
                    invoices: Invoices::default(),
                    cheque: ChequeState::Pending,
                }));
            }
            (Self::Recorded(payment), PaymentEvent::Reversed(reversed)) => {
                payment.reversed = true;
                payment.reversed_at = Some(reversed.reversed_at);
            }
            (Self::Recorded(payment), PaymentEvent::ReceiptIssued(receipt)) => {
                payment.receipts.push(receipt);
            }
            (Self::Recorded(payment), PaymentEvent::ReceiptReprinted(reprint)) => {
                payment.copies.insert(reprint.receipt_no, reprint.copy);
            }
            (Self::Recorded(payment), PaymentEvent::ReceiptReturned(back)) => {
                payment.returned.insert(back.receipt_no);
            }
            (Self::Recorded(payment), PaymentEvent::InvoiceExchanged(exchanged)) => {
                payment.invoices.exchange(exchanged);
            }
            (Self::Recorded(payment), PaymentEvent::InvoiceReversed(reversed)) => {
                payment.invoices.reverse(&reversed.receipt_no);
            }
            (Self::Recorded(payment), PaymentEvent::ChequeCleared(_)) => {
                payment.cheque = ChequeState::Cleared;
            }
            (Self::Recorded(payment), PaymentEvent::ChequeBounced(_)) => {
                payment.cheque = ChequeState::Bounced;
            }
            // No stream starts otherwise: `handle` lets nothing but a recording through.
            (Self::Absent, _) => {}
        }
    }
}
