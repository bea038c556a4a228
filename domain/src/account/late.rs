//! 滞纳金: what a late fee on a bill is worked out from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::bill::{BillLine, BillShare, CommodityAmount};
use super::event::AccountEvent;
use super::funds::WrittenOff;
use super::sums::{minus, plus};
use crate::rating::Settlement;
use crate::units::{BillNo, Commodity, Fen, PaymentId, TariffId, business_date};

/// A bill with its last day to pay, and what came for it when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateBill {
    pub due_on: NaiveDate,
    pub parts: Vec<LatePart>,
    /// What was charged for paying late so far.
    pub charged: Fen,
}

/// What a bill asks for one commodity. The fee follows the tariff of its first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatePart {
    pub commodity: Commodity,
    pub tariff_id: TariffId,
    /// Notes included; what was written off is not asked for.
    pub principal: Fen,
    pub settlements: Vec<Settlement>,
}

/// When the money of a payment came, and when it was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentDays {
    pub came_on: NaiveDate,
    pub reversed_on: Option<NaiveDate>,
}

/// By all that is known; `None` for a bill that is not known, is void, or has no notice.
pub fn late_bill(known: &[(DateTime<Utc>, AccountEvent)], bill_no: &BillNo) -> Option<LateBill> {
    let mut book = LateBook::default();
    let mut days: BTreeMap<PaymentId, PaymentDays> = BTreeMap::new();
    for (at, event) in known {
        book.apply(event);
        let on = business_date(*at);
        let Some(payment_id) = event.payment() else {
            continue;
        };
        let of_payment = days.entry(payment_id.clone()).or_insert(PaymentDays {
            came_on: on,
            reversed_on: None,
        });
        if matches!(event, AccountEvent::PaymentReversed { .. }) {
            of_payment.reversed_on = of_payment.reversed_on.or(Some(on));
        }
    }
    book.case(bill_no)?.bill(&days)
}

/// The bills of an account, as far as late fees are concerned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct LateBook(BTreeMap<BillNo, LateCase>);

/// What is known of one bill; its days are those of the payments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LateCase {
    due_on: Option<NaiveDate>,
    parts: Vec<Part>,
    charged: Fen,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Part {
    commodity: Commodity,
    tariff_id: TariffId,
    principal: Fen,
    /// Those of payments that were taken back included.
    settlements: Vec<(PaymentId, Fen)>,
}

impl LateBook {
    pub(super) fn case(&self, bill_no: &BillNo) -> Option<&LateCase> {
        self.0.get(bill_no)
    }

    fn of(&mut self, bill_no: &BillNo) -> Option<&mut LateCase> {
        self.0.get_mut(bill_no)
    }

    pub(super) fn apply(&mut self, event: &AccountEvent) {
        match event {
            // What paying late costs is for its maker to say.
            AccountEvent::Charged(bill) if bill.is_fee_free() => {}
            AccountEvent::Charged(bill) => {
                let mut case = LateCase::default();
                case.charge(&bill.lines);
                self.0.insert(bill.bill_no.clone(), case);
            }
            AccountEvent::NoticeIssued(notice) => {
                if let Some(case) = self.of(&notice.bill_no) {
                    case.due_on = Some(notice.due_on);
                }
            }
            AccountEvent::BillAdjusted(note) => self.note(&note.bill_no, &note.parts),
            AccountEvent::Rebilled(rebilling) => {
                for note in rebilling.notes() {
                    self.note(&note.bill_no, &note.parts);
                }
            }
            AccountEvent::BillVoided(voided) => {
                self.0.remove(&voided.bill_no);
            }
            AccountEvent::PaymentAllocated { payment_id, bill }
            | AccountEvent::CreditApplied { payment_id, bill } => {
                if let Some(case) = self.of(&bill.bill_no) {
                    case.settle(payment_id, bill);
                }
            }
            AccountEvent::PaymentReleased { payment_id, bill } => {
                if let Some(case) = self.of(&bill.bill_no) {
                    case.release(payment_id, bill);
                }
            }
            AccountEvent::LateFeeCharged(fee) => {
                if let Some(case) = self.of(&fee.bill_no) {
                    case.charged = plus(case.charged, fee.amount);
                }
            }
            AccountEvent::BillWaived(WrittenOff { bill, .. })
            | AccountEvent::ChargingSystemPaid { bill } => {
                let less: Vec<CommodityAmount> = bill
                    .parts
                    .iter()
                    .map(|part| CommodityAmount {
                        commodity: part.commodity,
                        amount: minus(Fen::ZERO, part.amount),
                    })
                    .collect();
                self.note(&bill.bill_no, &less);
            }
            AccountEvent::WaiverReversed { bill, .. }
            | AccountEvent::ChargingSystemPaymentReversed { bill } => {
                self.note(&bill.bill_no, &bill.parts);
            }
            _ => {}
        }
    }

    /// A note on a commodity the bill has no line of has no tariff, and asks for no fee.
    fn note(&mut self, bill_no: &BillNo, parts: &[CommodityAmount]) {
        let Some(case) = self.of(bill_no) else {
            return;
        };
        for noted in parts {
            if let Some(part) = case.part(noted.commodity) {
                part.principal = plus(part.principal, noted.amount);
            }
        }
    }
}

impl LateCase {
    /// Whether its last day to pay is over by the end of a day.
    pub fn is_late(&self, by: NaiveDate) -> bool {
        self.due_on.is_some_and(|due_on| due_on < by)
    }

    pub fn tariffs(&self) -> BTreeSet<&TariffId> {
        self.parts.iter().map(|part| &part.tariff_id).collect()
    }

    /// Those that were taken back included.
    pub fn payments(&self) -> BTreeSet<&PaymentId> {
        let settlements = self.parts.iter().flat_map(|part| &part.settlements);
        settlements.map(|(payment_id, _)| payment_id).collect()
    }

    /// `None` for a bill without a notice. Money counts from the day it came, even where it paid
    /// something else first.
    pub fn bill(&self, days: &BTreeMap<PaymentId, PaymentDays>) -> Option<LateBill> {
        Some(LateBill {
            due_on: self.due_on?,
            parts: self.parts.iter().map(|part| part.finish(days)).collect(),
            charged: self.charged,
        })
    }

    fn charge(&mut self, lines: &[BillLine]) {
        for line in lines {
            match self.part(line.commodity) {
                Some(part) => part.principal = plus(part.principal, line.amount),
                None => self.parts.push(Part {
                    commodity: line.commodity,
                    tariff_id: line.tariff_id.clone(),
                    principal: line.amount,
                    settlements: Vec::new(),
                }),
            }
        }
    }

    fn part(&mut self, commodity: Commodity) -> Option<&mut Part> {
        let mut parts = self.parts.iter_mut();
        parts.find(|part| part.commodity == commodity)
    }

    fn settle(&mut self, payment_id: &PaymentId, bill: &BillShare) {
        for paid in &bill.parts {
            if let Some(part) = self.part(paid.commodity) {
                part.settlements.push((payment_id.clone(), paid.amount));
            }
        }
    }

    /// The bill asks for less by as much: it is as if the money had never been put against it.
    fn release(&mut self, payment_id: &PaymentId, bill: &BillShare) {
        for released in &bill.parts {
            let Some(part) = self.part(released.commodity) else {
                continue;
            };
            let mut rest = released.amount;
            let of_payment = |(payment, _): &&mut (PaymentId, Fen)| payment == payment_id;
            for (_, amount) in part.settlements.iter_mut().filter(of_payment) {
                let taken = rest.min(*amount);
                *amount = minus(*amount, taken);
                rest = minus(rest, taken);
            }
            part.settlements.retain(|(_, amount)| amount.is_positive());
        }
    }
}

impl Part {
    fn finish(&self, days: &BTreeMap<PaymentId, PaymentDays>) -> LatePart {
        let settlements = self.settlements.iter().map(|(payment_id, amount)| {
            // What nobody knows the day of counts from the first.
            let days = days.get(payment_id);
            Settlement {
                on: days.map_or(NaiveDate::MIN, |days| days.came_on),
                amount: *amount,
                reversed_on: days.and_then(|days| days.reversed_on),
            }
        });
        LatePart {
            commodity: self.commodity,
            tariff_id: self.tariff_id.clone(),
            principal: self.principal.max(Fen::ZERO),
            settlements: settlements.collect(),
        }
    }
}
