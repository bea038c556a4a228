//! What a late fee on a bill is worked out from, out of the account's known events.

use chrono::{DateTime, NaiveDate, Utc};

use super::bill::{BillLine, BillShare, CommodityAmount};
use super::event::AccountEvent;
use crate::rating::Settlement;
use crate::units::{BillNo, Commodity, Fen, PaymentId, TariffId, business_date};

/// A bill with its last day to pay, and what came for it when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateBill {
    pub due_on: NaiveDate,
    pub parts: Vec<LatePart>,
}

/// What a bill asks for one commodity. The fee follows the tariff of its first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatePart {
    pub commodity: Commodity,
    pub tariff_id: TariffId,
    /// Notes included.
    pub principal: Fen,
    pub settlements: Vec<Settlement>,
}

/// `None` for a bill that is not known, is void, or has no notice.
pub fn late_bill(known: &[(DateTime<Utc>, AccountEvent)], bill_no: &BillNo) -> Option<LateBill> {
    let mut case = Case::default();
    for (at, event) in known {
        case.take(business_date(*at), event, bill_no);
    }
    Some(LateBill {
        due_on: case.due_on?,
        parts: case.parts.into_iter().map(Part::finish).collect(),
    })
}

#[derive(Default)]
struct Case {
    due_on: Option<NaiveDate>,
    parts: Vec<Part>,
}

struct Part {
    commodity: Commodity,
    tariff_id: TariffId,
    principal: Fen,
    settlements: Vec<(PaymentId, Settlement)>,
}

impl Case {
    fn take(&mut self, on: NaiveDate, event: &AccountEvent, bill_no: &BillNo) {
        match event {
            AccountEvent::Charged(bill) if bill.bill_no == *bill_no => self.charge(&bill.lines),
            AccountEvent::NoticeIssued(notice) if notice.bill_no == *bill_no => {
                self.due_on = Some(notice.due_on);
            }
            AccountEvent::BillAdjusted(note) if note.bill_no == *bill_no => self.note(&note.parts),
            AccountEvent::Rebilled(rebilling) => {
                for note in rebilling.notes().filter(|note| note.bill_no == *bill_no) {
                    self.note(&note.parts);
                }
            }
            AccountEvent::BillVoided(voided) if voided.bill_no == *bill_no => {
                *self = Self::default();
            }
            AccountEvent::PaymentAllocated { payment_id, bill }
            | AccountEvent::CreditApplied { payment_id, bill }
                if bill.bill_no == *bill_no =>
            {
                self.settle(on, payment_id, bill);
            }
            AccountEvent::PaymentReleased { payment_id, bill } if bill.bill_no == *bill_no => {
                self.release(payment_id, bill);
            }
            AccountEvent::PaymentReversed { payment_id, .. } => self.reverse(on, payment_id),
            _ => {}
        }
    }

    fn charge(&mut self, lines: &[BillLine]) {
        for line in lines {
            match self.part(line.commodity) {
                Some(part) => part.add(line.amount),
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
        self.parts
            .iter_mut()
            .find(|part| part.commodity == commodity)
    }

    /// A note on a commodity the bill has no line of has no tariff, and asks for no fee.
    fn note(&mut self, parts: &[CommodityAmount]) {
        for noted in parts {
            if let Some(part) = self.part(noted.commodity) {
                part.add(noted.amount);
            }
        }
    }

    fn settle(&mut self, on: NaiveDate, payment_id: &PaymentId, bill: &BillShare) {
        for paid in &bill.parts {
            if let Some(part) = self.part(paid.commodity) {
                let settlement = Settlement {
                    on,
                    amount: paid.amount,
                    reversed_on: None,
                };
                part.settlements.push((payment_id.clone(), settlement));
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
            for settlement in part.of(payment_id) {
                let taken = rest.min(settlement.amount);
                settlement.amount = minus(settlement.amount, taken);
                rest = minus(rest, taken);
            }
        }
    }

    fn reverse(&mut self, on: NaiveDate, payment_id: &PaymentId) {
        for part in &mut self.parts {
            for settlement in part.of(payment_id) {
                settlement.reversed_on = settlement.reversed_on.or(Some(on));
            }
        }
    }
}

impl Part {
    fn add(&mut self, amount: Fen) {
        self.principal = Fen::new(self.principal.value().saturating_add(amount.value()));
    }

    fn of(&mut self, payment_id: &PaymentId) -> impl Iterator<Item = &mut Settlement> {
        self.settlements
            .iter_mut()
            .filter(move |(payment, _)| payment == payment_id)
            .map(|(_, settlement)| settlement)
    }

    fn finish(self) -> LatePart {
        LatePart {
            commodity: self.commodity,
            tariff_id: self.tariff_id,
            principal: self.principal.max(Fen::ZERO),
            settlements: self
                .settlements
                .into_iter()
                .map(|(_, settlement)| settlement)
                .filter(|settlement| settlement.amount.is_positive())
                .collect(),
        }
    }
}

fn minus(one: Fen, other: Fen) -> Fen {
    Fen::new(one.value().saturating_sub(other.value()))
}
