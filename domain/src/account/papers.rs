//! What is under way beside the ledger: transfers that are claimed but not borne out, and void
//! receipts whose paper is still out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::event::AccountEvent;
use crate::units::{BillNo, ReceiptNo, TransferClaimId};

/// What becomes of a claim or a paper; the rules about them are the claim's and the payment's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperStep {
    PauseDunning {
        claim_id: TransferClaimId,
    },
    ResumeDunning {
        claim_id: TransferClaimId,
    },
    /// 作废待收回
    RecallReceipt {
        receipt_no: ReceiptNo,
        bills: Vec<BillNo>,
    },
    ReturnReceipt {
        receipt_no: ReceiptNo,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Papers {
    claims: BTreeSet<TransferClaimId>,
    recalled: BTreeMap<ReceiptNo, Vec<BillNo>>,
}

impl Papers {
    /// Whether money is said to be on its way.
    pub(super) fn is_dunning_paused(&self) -> bool {
        !self.claims.is_empty()
    }

    /// The void receipt that is still out for one of these bills.
    pub(super) fn recalled_for(&self, bills: &[BillNo]) -> Option<&ReceiptNo> {
        let mut recalled = self.recalled.iter();
        recalled
            .find(|(_, covered)| covered.iter().any(|bill_no| bills.contains(bill_no)))
            .map(|(receipt_no, _)| receipt_no)
    }

    /// What a step makes known; nothing, where it is so already.
    pub(super) fn step(&self, step: PaperStep) -> Vec<AccountEvent> {
        let event = match step {
            PaperStep::PauseDunning { claim_id } => (!self.claims.contains(&claim_id))
                .then_some(AccountEvent::DunningPaused { claim_id }),
            PaperStep::ResumeDunning { claim_id } => (self.claims.contains(&claim_id))
                .then_some(AccountEvent::DunningResumed { claim_id }),
            PaperStep::RecallReceipt { receipt_no, bills } => {
                Some(AccountEvent::ReceiptRecalled { receipt_no, bills })
            }
            PaperStep::ReturnReceipt { receipt_no } => (self.recalled.contains_key(&receipt_no))
                .then_some(AccountEvent::ReceiptReturned { receipt_no }),
        };
        event.into_iter().collect()
    }

    pub(super) fn apply(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::DunningPaused { claim_id } => {
                self.claims.insert(claim_id.clone());
            }
            AccountEvent::DunningResumed { claim_id } => {
                self.claims.remove(claim_id);
            }
            AccountEvent::ReceiptRecalled { receipt_no, bills } => {
                self.recalled.insert(receipt_no.clone(), bills.clone());
            }
            AccountEvent::ReceiptReturned { receipt_no } => {
                self.recalled.remove(receipt_no);
            }
            _ => {}
        }
    }
}
