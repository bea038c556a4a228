//! The bills that stand: issued and not void, each as it was last worked out.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::bill::{Bill, BillLine, BillOrigin, ChargedMeter};
use super::note::RebilledBill;
use crate::units::{BillNo, BillingMonth};

/// A bill as it stands, without the notes somebody wrote by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingBill {
    pub bill_no: BillNo,
    pub month: BillingMonth,
    /// The household's size it was rated with.
    pub persons: u32,
    /// Which holder of the account it is of; 0 is the first.
    #[serde(default)]
    pub holder: u32,
    pub lines: Vec<BillLine>,
    pub meters: Vec<ChargedMeter>,
    /// Of a bill that the charging system made.
    #[serde(default)]
    pub origin: Option<BillOrigin>,
}

impl StandingBill {
    /// Whether the charging system made it.
    pub const fn is_imported(&self) -> bool {
        self.origin.is_some()
    }
}

/// By month. Shared, because an account is copied whenever it decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<StandingBill>", into = "Vec<StandingBill>")]
pub(super) struct Standing(Vec<Arc<StandingBill>>);

impl From<Vec<StandingBill>> for Standing {
    fn from(bills: Vec<StandingBill>) -> Self {
        Self(bills.into_iter().map(Arc::new).collect())
    }
}

impl From<Standing> for Vec<StandingBill> {
    fn from(standing: Standing) -> Self {
        standing.bills().cloned().collect()
    }
}

impl Standing {
    pub(super) fn bills(&self) -> impl Iterator<Item = &StandingBill> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Months go forward, so that a new bill is the last.
    pub(super) fn issue(&mut self, bill: Bill, (persons, holder): (u32, u32)) {
        self.0.push(Arc::new(StandingBill {
            bill_no: bill.bill_no,
            month: bill.month,
            persons,
            holder,
            lines: bill.lines,
            meters: bill.meters,
            origin: bill.origin,
        }));
    }

    pub(super) fn rebill(&mut self, rebilled: RebilledBill) {
        let same = |bill: &&mut Arc<StandingBill>| bill.bill_no == rebilled.bill_no;
        if let Some(bill) = self.0.iter_mut().find(same) {
            *bill = Arc::new(StandingBill {
                bill_no: rebilled.bill_no,
                month: rebilled.month,
                persons: bill.persons,
                holder: bill.holder,
                lines: rebilled.after,
                meters: rebilled.meters,
                origin: rebilled.origin.or_else(|| bill.origin.clone()),
            });
        }
    }

    /// What stood before the bills of a month and later ones.
    pub(super) fn before(&mut self, month: BillingMonth) {
        self.0.retain(|bill| bill.month < month);
    }

    pub(super) fn void(&mut self, bill_no: &BillNo) {
        self.0.retain(|bill| bill.bill_no != *bill_no);
    }
}
