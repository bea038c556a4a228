//! Credit notes, for tests of what happens to bills.

use chaobiao_decision::StagedEvent;

use super::{ApproveWaiver, Concession, RequestWaiver};
use crate::billing::{AdjustBill, BillAdjustment};
use crate::desk::Desk;
use crate::units::{BillNo, Commodity, Fen};

/// Of what a bill asks for water.
pub(crate) fn ask_credit_note(bill_no: &BillNo, amount: i64) -> RequestWaiver {
    RequestWaiver {
        bill_no: bill_no.clone(),
        kind: Concession::CreditNote,
        commodity: Some(Commodity::Water),
        amount: Fen::new(amount),
        reason: "协商调减".to_owned(),
    }
}

pub(crate) fn debit_note(bill_no: &BillNo, amount: i64) -> AdjustBill {
    AdjustBill {
        bill_no: bill_no.clone(),
        kind: BillAdjustment::Debit,
        commodity: Commodity::Water,
        amount: Fen::new(amount),
        reason: "调整".to_owned(),
    }
}

/// One asks, another approves. The code where either is refused, else the events of the approval.
pub(crate) fn credit_note(
    desk: &mut Desk,
    bill_no: &BillNo,
    commodity: Commodity,
    amount: i64,
) -> Result<Vec<StagedEvent>, String> {
    let ask = RequestWaiver {
        commodity: Some(commodity),
        ..ask_credit_note(bill_no, amount)
    };
    let before = desk.actor.clone();
    let asked = desk.by("zhou").run(&ask);
    let approved = asked.and_then(|asked| {
        let approve = ApproveWaiver {
            waiver_id: asked.outcome.waiver_id,
        };
        desk.by("ma").run(&approve)
    });
    desk.actor = before;
    approved
        .map(|approved| approved.events)
        .map_err(|rejection| rejection.code)
}
