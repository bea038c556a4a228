use std::collections::{BTreeMap, BTreeSet};

use chaobiao_decision::Actor;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::ReceiptStockCommand;
use super::error::ReceiptStockError;
use super::event::{ReceiptStockEvent, StockIssued};
use crate::units::{ReceiptNo, StockNo, written};

pub(super) const REASON_LENGTH_MAX: usize = 200;
pub(super) const PREFIX_LENGTH_MAX: usize = 12;
/// Every number is looked up when a bundle is handed out; a thicker one is handed out in two.
pub(super) const SHEETS_MAX: u32 = 50;
const DIGITS_MAX: u8 = 9;

/// One bundle of numbered paper, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReceiptStock {
    #[default]
    Absent,
    Issued(Box<ReceiptStockRecord>),
}

/// What a bundle that was handed out knows about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptStockRecord {
    pub issued: StockIssued,
    used: BTreeMap<u32, ReceiptNo>,
    spoiled: BTreeSet<u32>,
    returned: bool,
}

impl ReceiptStock {
    /// The bundle, or the refusal that it is not known.
    pub fn issued(&self, stock_no: &StockNo) -> Result<&ReceiptStockRecord, ReceiptStockError> {
        match self {
            Self::Issued(stock) => Ok(stock),
            Self::Absent => Err(ReceiptStockError::Unknown(stock_no.clone())),
        }
    }
}

impl StockIssued {
    /// A sheet's number as it is printed.
    pub fn printed(&self, number: u32) -> String {
        let digits = usize::from(self.digits);
        format!("{}{number:0digits$}", self.prefix)
    }

    pub(super) fn check(&self) -> Result<(), ReceiptStockError> {
        let sheets = u64::from(self.last).saturating_sub(u64::from(self.first)) + 1;
        let plain = self
            .prefix
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let fits = self.first <= self.last
            && sheets <= u64::from(SHEETS_MAX)
            && (1..=DIGITS_MAX).contains(&self.digits)
            && self.last.to_string().len() <= usize::from(self.digits)
            && plain
            && self.prefix.len() <= PREFIX_LENGTH_MAX;
        if fits {
            Ok(())
        } else {
            Err(ReceiptStockError::RangeInvalid)
        }
    }
}

impl ReceiptStockRecord {
    /// The receipt printed on a sheet.
    pub fn receipt_on(&self, number: u32) -> Option<&ReceiptNo> {
        self.used.get(&number)
    }

    fn check_sheet(&self, number: u32, by: &Actor) -> Result<(), ReceiptStockError> {
        let stock_no = || self.issued.stock_no.clone();
        if self.returned {
            return Err(ReceiptStockError::AlreadyReturned(stock_no()));
        }
        if *by != Actor::Staff(self.issued.cashier.to_string()) {
            return Err(ReceiptStockError::NotYours(stock_no()));
        }
        if !(self.issued.first..=self.issued.last).contains(&number) {
            return Err(ReceiptStockError::NotInBundle(number));
        }
        if self.spoiled.contains(&number) {
            return Err(ReceiptStockError::AlreadySpoiled(
                self.issued.printed(number),
            ));
        }
        Ok(())
    }

    fn decide(&self, command: ReceiptStockCommand) -> Result<ReceiptStockEvent, ReceiptStockError> {
        Ok(match command {
            ReceiptStockCommand::Issue(again) => {
                return Err(ReceiptStockError::AlreadyIssued(again.stock_no));
            }
            ReceiptStockCommand::Use {
                number,
                receipt_no,
                by,
            } => {
                self.check_sheet(number, &by)?;
                let printed_no = self.issued.printed(number);
                if self.used.contains_key(&number) {
                    return Err(ReceiptStockError::AlreadyUsed(printed_no));
                }
                ReceiptStockEvent::Used {
                    number,
                    printed_no,
                    receipt_no,
                }
            }
            ReceiptStockCommand::Spoil { number, reason, by } => {
                self.check_sheet(number, &by)?;
                let reason = written(&reason, "原因", REASON_LENGTH_MAX)
                    .map_err(|_| ReceiptStockError::ReasonInvalid)?;
                ReceiptStockEvent::Spoiled {
                    number,
                    printed_no: self.issued.printed(number),
                    reason,
                    receipt_no: self.used.get(&number).cloned(),
                }
            }
            ReceiptStockCommand::Return { to } => {
                if self.returned {
                    let stock_no = self.issued.stock_no.clone();
                    return Err(ReceiptStockError::AlreadyReturned(stock_no));
                }
                if to == Actor::Staff(self.issued.cashier.to_string()) {
                    return Err(ReceiptStockError::ReturnedToCashier);
                }
                // A bundle has no more than `SHEETS_MAX` sheets.
                let count = |sheets: usize| u32::try_from(sheets).unwrap_or(SHEETS_MAX);
                let (used, spoiled) = (count(self.used.len()), count(self.spoiled.len()));
                let sheets = self.issued.last - self.issued.first + 1;
                ReceiptStockEvent::Returned {
                    used,
                    spoiled,
                    unused: sheets.saturating_sub(used + spoiled),
                    returned_to: to,
                }
            }
        })
    }
}

impl Aggregate for ReceiptStock {
    const TYPE: &'static str = "receipt_stock";
    type Command = ReceiptStockCommand;
    type Event = ReceiptStockEvent;
    type Error = ReceiptStockError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ReceiptStockCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ReceiptStockError> {
        let event = match (&*self, command) {
            (Self::Absent, ReceiptStockCommand::Issue(issued)) => {
                issued.check()?;
                ReceiptStockEvent::Issued(issued)
            }
            (Self::Absent, _) => return Err(ReceiptStockError::Absent),
            (Self::Issued(stock), command) => stock.decide(command)?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: ReceiptStockEvent) {
        match (self, event) {
            (state, ReceiptStockEvent::Issued(issued)) => {
                *state = Self::Issued(Box::new(ReceiptStockRecord {
                    issued,
                    used: BTreeMap::new(),
                    spoiled: BTreeSet::new(),
                    returned: false,
                }));
            }
            (
                Self::Issued(stock),
                ReceiptStockEvent::Used {
                    number, receipt_no, ..
                },
            ) => {
                stock.used.insert(number, receipt_no);
            }
            (Self::Issued(stock), ReceiptStockEvent::Spoiled { number, .. }) => {
                stock.used.remove(&number);
                stock.spoiled.insert(number);
            }
            (Self::Issued(stock), ReceiptStockEvent::Returned { .. }) => stock.returned = true,
            // No stream starts otherwise: `handle` lets nothing but an issue through.
            (Self::Absent, _) => {}
        }
    }
}
