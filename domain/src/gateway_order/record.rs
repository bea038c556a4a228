//! What an order knows about itself, and how it judges what it hears.

use chaobiao_decision::Actor;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::error::GatewayOrderError;
use super::event::{
    CallOutcome, DisputeCause, Finding, GatewayOrderEvent, OrderPlaced, QueryAsked, RefundAsked,
    Report,
};
use crate::units::{Fen, GatewayRefundNo, PaymentId};

pub(super) const NOTE_LENGTH_MAX: usize = 200;
/// After so many questions without an answer a person asks.
const UNANSWERED_MAX: u32 = 24;
/// A question is on its way so long; another one would tell nothing new.
const ON_ITS_WAY: TimeDelta = TimeDelta::seconds(5);
/// Of the gateway's own clock; nobody can begin to pay so long after the end.
const GRACE: TimeDelta = TimeDelta::seconds(30);

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Nobody knows yet whether it is paid.
    Waiting,
    /// Paid, the payment is being booked.
    Confirmed,
    /// Paid and booked.
    Settled,
    /// Not paid, and no more to be.
    Closed,
    /// Somebody has to look.
    Disputed,
    Refunding,
    Refunded,
}

impl OrderStatus {
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Confirmed,
        Self::Settled,
        Self::Closed,
        Self::Disputed,
        Self::Refunding,
        Self::Refunded,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Confirmed => "confirmed",
            Self::Settled => "settled",
            Self::Closed => "closed",
            Self::Disputed => "disputed",
            Self::Refunding => "refunding",
            Self::Refunded => "refunded",
        }
    }
}

/// Money the gateway says it has taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    transaction_id: String,
    amount: Fen,
    /// As asked for; what was not is disputed.
    counts: bool,
    /// Paid to us, whatever the amount: it can be given back.
    ours: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Nobody knows yet what became of it.
    Asked,
    Done,
    Failed,
}

/// A refund of the whole of what was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRecord {
    pub asked: RefundAsked,
    pub status: RefundStatus,
    queries: u32,
}

/// What an order that exists knows about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GatewayOrderRecord {
    pub placed: OrderPlaced,
    taken: Vec<Taken>,
    open_disputes: Vec<DisputeCause>,
    queries: u32,
    /// Of the questions, the last ones that the gateway has left open.
    unanswered: u32,
    asked_at: Option<DateTime<Utc>>,
    closed: bool,
    pub payment_id: Option<PaymentId>,
    pub refund: Option<RefundRecord>,
}

impl GatewayOrderRecord {
    pub(super) fn new(placed: OrderPlaced) -> Self {
        Self {
            placed,
            taken: Vec::new(),
            open_disputes: Vec::new(),
            queries: 0,
            unanswered: 0,
            asked_at: None,
            closed: false,
            payment_id: None,
            refund: None,
        }
    }

    pub fn status(&self) -> OrderStatus {
        match self.refund.as_ref().map(|refund| refund.status) {
            Some(RefundStatus::Asked) => return OrderStatus::Refunding,
            Some(RefundStatus::Done) if self.counted().is_none() || self.refund_is_of_counted() => {
                return OrderStatus::Refunded;
            }
            _ => {}
        }
        if !self.open_disputes.is_empty() {
            OrderStatus::Disputed
        } else if self.payment_id.is_some() {
            OrderStatus::Settled
        } else if self.counted().is_some() {
            OrderStatus::Confirmed
        } else if self.closed {
            OrderStatus::Closed
        } else {
            OrderStatus::Waiting
        }
    }

    fn counted(&self) -> Option<&Taken> {
        self.taken.iter().find(|taken| taken.counts)
    }

    /// Whether what is given back is what the payment was booked of, not money that came beside it.
    fn refund_is_of_counted(&self) -> bool {
        let (refund, counted) = (self.refund.as_ref(), self.counted());
        refund
            .zip(counted)
            .is_some_and(|(refund, counted)| refund.asked.transaction_id == counted.transaction_id)
    }

    /// What the gateway has taken as asked for, by its number.
    pub fn transaction(&self) -> Option<(&str, Fen)> {
        let counted = self.counted()?;
        Some((counted.transaction_id.as_str(), counted.amount))
    }

    pub fn is_expired(&self, at: DateTime<Utc>) -> bool {
        at >= self.placed.expires_at
    }

    fn cause_against(&self, report: &Report) -> Option<DisputeCause> {
        let placed = &self.placed;
        let checks = [
            (report.channel == placed.channel, DisputeCause::Channel),
            (report.merchant == placed.merchant, DisputeCause::Merchant),
            (report.currency == "CNY", DisputeCause::Currency),
            (report.amount == placed.amount, DisputeCause::Amount),
        ];
        let failed = checks.into_iter().find(|(holds, _)| !holds);
        failed.map(|(_, cause)| cause)
    }

    /// A report heard before changes nothing, however often and in whatever order it comes.
    pub(super) fn judge(&self, report: Report, reused: bool) -> Vec<GatewayOrderEvent> {
        let cause = if reused {
            Some(DisputeCause::TransactionReused)
        } else {
            self.cause_against(&report)
        };
        let same = |taken: &&Taken| taken.transaction_id == report.transaction_id;
        let known = self.taken.iter().rfind(same);
        let cause = match (cause, known) {
            (None, Some(known)) if known.counts => return Vec::new(),
            // A person looks at it already; only when that is done may it count.
            (_, Some(_)) if !self.open_disputes.is_empty() => return Vec::new(),
            (None, _) if self.counted().is_some() => Some(DisputeCause::PaidTwice),
            (cause, _) => cause,
        };
        vec![match cause {
            None => GatewayOrderEvent::Confirmed(report),
            Some(cause) => GatewayOrderEvent::Disputed {
                cause,
                report: Some(report),
            },
        }]
    }

    /// Asks as long as nobody knows; `None` when it is known.
    pub(super) fn ask(&self, at: DateTime<Utc>) -> Option<GatewayOrderEvent> {
        if self.status() != OrderStatus::Waiting {
            return None;
        }
        if self.asked_at.is_some_and(|asked| at - asked < ON_ITS_WAY) {
            return None;
        }
        if self.unanswered >= UNANSWERED_MAX {
            return Some(GatewayOrderEvent::Disputed {
                cause: DisputeCause::Unanswered,
                report: None,
            });
        }
        Some(GatewayOrderEvent::QueryAsked(QueryAsked {
            number: self.queries + 1,
            closing: at >= self.placed.expires_at,
            at,
            next_at: self.next(self.unanswered + 1, at),
        }))
    }

    /// Soon at first, at the end of the time to pay in any case, then more and more rarely.
    fn next(&self, unanswered: u32, at: DateTime<Utc>) -> DateTime<Utc> {
        let end = self.placed.expires_at + GRACE;
        let next = at + pause(unanswered);
        if at < end { next.min(end) } else { next }
    }

    pub(super) fn note_finding(
        &self,
        number: u32,
        finding: Finding,
        at: DateTime<Utc>,
    ) -> Vec<GatewayOrderEvent> {
        if self.status() != OrderStatus::Waiting {
            return Vec::new();
        }
        let answered = !matches!(finding, Finding::Unknown { .. });
        let never_more = finding == Finding::Closed;
        let over = answered && self.is_expired(at);
        let mut events = vec![GatewayOrderEvent::QueryAnswered {
            number,
            finding,
            at,
        }];
        if over || never_more {
            events.push(GatewayOrderEvent::Closed { at });
        }
        events
    }

    pub(super) fn settle(
        &self,
        payment_id: PaymentId,
    ) -> Result<GatewayOrderEvent, GatewayOrderError> {
        if self.counted().is_none() || self.payment_id.is_some() {
            return Err(GatewayOrderError::NotConfirmed);
        }
        Ok(GatewayOrderEvent::Settled { payment_id })
    }

    pub(super) fn resolve(
        &self,
        note: &str,
        at: DateTime<Utc>,
        by: Actor,
    ) -> Result<GatewayOrderEvent, GatewayOrderError> {
        if self.open_disputes.is_empty() {
            return Err(GatewayOrderError::NotDisputed);
        }
        let note = checked(note)?;
        Ok(GatewayOrderEvent::DisputeResolved { note, at, by })
    }

    pub(super) fn ask_refund(
        &self,
        refund_no: GatewayRefundNo,
        reason: &str,
        at: DateTime<Utc>,
        by: Actor,
    ) -> Result<GatewayOrderEvent, GatewayOrderError> {
        match &self.refund {
            Some(refund) if refund.status != RefundStatus::Failed => {
                return Err(GatewayOrderError::RefundAlreadyAsked);
            }
            _ => {}
        }
        let in_doubt = |taken: &&Taken| taken.ours && !taken.counts;
        let taken = self.taken.iter().find(in_doubt);
        let taken = taken.or_else(|| self.counted());
        let taken = taken.ok_or(GatewayOrderError::NothingToRefund)?;
        Ok(GatewayOrderEvent::RefundAsked(RefundAsked {
            refund_no,
            transaction_id: taken.transaction_id.clone(),
            amount: taken.amount,
            reason: checked(reason)?,
            at,
            by,
        }))
    }

    pub(super) fn ask_refund_query(&self, at: DateTime<Utc>) -> Option<GatewayOrderEvent> {
        let refund = self.refund.as_ref();
        let refund = refund.filter(|refund| refund.status == RefundStatus::Asked)?;
        let number = refund.queries + 1;
        Some(GatewayOrderEvent::RefundQueryAsked(QueryAsked {
            number,
            closing: false,
            at,
            next_at: at + pause(number),
        }))
    }

    pub(super) fn note_refund(
        &self,
        outcome: CallOutcome,
        done: bool,
        at: DateTime<Utc>,
    ) -> Result<Vec<GatewayOrderEvent>, GatewayOrderError> {
        let refund = self.refund.as_ref();
        let refund = refund.ok_or(GatewayOrderError::RefundNotAsked)?;
        if refund.status != RefundStatus::Asked {
            return Ok(Vec::new());
        }
        let refused = match &outcome {
            CallOutcome::Refused { code } => Some(code.clone()),
            _ => None,
        };
        let mut events = vec![GatewayOrderEvent::RefundAnswered { outcome, at }];
        if let Some(code) = refused {
            events.push(GatewayOrderEvent::RefundFailed { code, at });
        } else if done {
            let payment_id = self
                .payment_id
                .clone()
                .filter(|_| self.refund_is_of_counted());
            events.push(GatewayOrderEvent::Refunded { at, payment_id });
        }
        Ok(events)
    }

    pub(super) fn apply(&mut self, event: GatewayOrderEvent) {
        match event {
            GatewayOrderEvent::Confirmed(report) => self.take(&report, true),
            GatewayOrderEvent::Disputed { cause, report } => {
                if let Some(report) = report {
                    self.take(&report, false);
                }
                self.open_disputes.push(cause);
            }
            GatewayOrderEvent::DisputeResolved { .. } => {
                self.open_disputes.clear();
                self.unanswered = 0;
                self.asked_at = None;
            }
            GatewayOrderEvent::QueryAsked(asked) => {
                self.queries = asked.number;
                self.unanswered += 1;
                self.asked_at = Some(asked.at);
            }
            GatewayOrderEvent::QueryAnswered { finding, .. } => {
                if !matches!(finding, Finding::Unknown { .. }) {
                    self.unanswered = 0;
                }
            }
            GatewayOrderEvent::Closed { .. } => self.closed = true,
            GatewayOrderEvent::Settled { payment_id } => self.payment_id = Some(payment_id),
            GatewayOrderEvent::RefundAsked(asked) => {
                self.refund = Some(RefundRecord {
                    asked,
                    status: RefundStatus::Asked,
                    queries: 0,
                });
            }
            GatewayOrderEvent::RefundQueryAsked(asked) => {
                if let Some(refund) = &mut self.refund {
                    refund.queries = asked.number;
                }
            }
            GatewayOrderEvent::Refunded { .. } => self.refund_is(RefundStatus::Done),
            GatewayOrderEvent::RefundFailed { .. } => self.refund_is(RefundStatus::Failed),
            // An order is placed once; the rest is for people to read.
            GatewayOrderEvent::Placed(_)
            | GatewayOrderEvent::HandedOver { .. }
            | GatewayOrderEvent::ReportHeld(_)
            | GatewayOrderEvent::RefundAnswered { .. } => {}
        }
    }

    fn take(&mut self, report: &Report, counts: bool) {
        let placed = &self.placed;
        self.taken.push(Taken {
            transaction_id: report.transaction_id.clone(),
            amount: report.amount,
            counts,
            ours: report.merchant == placed.merchant && report.channel == placed.channel,
        });
    }

    fn refund_is(&mut self, status: RefundStatus) {
        if let Some(refund) = &mut self.refund {
            refund.status = status;
        }
        if status == RefundStatus::Done {
            // What was disputed is with the payer again.
            self.open_disputes.clear();
        }
    }
}

fn checked(note: &str) -> Result<String, GatewayOrderError> {
    let note = note.trim();
    if (1..=NOTE_LENGTH_MAX).contains(&note.chars().count()) {
        Ok(note.to_owned())
    } else {
        Err(GatewayOrderError::NoteInvalid)
    }
}

/// 1, 2, 4 … minutes, at most an hour.
pub(super) fn pause(number: u32) -> TimeDelta {
    let minutes = 1_i64 << number.saturating_sub(1).min(6);
    TimeDelta::minutes(minutes.min(60))
}
