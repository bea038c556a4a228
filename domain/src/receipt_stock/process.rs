//! Handing out numbered paper, printing receipts on it, and taking it back (R93).

use chaobiao_decision::{ClaimKey, CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::ReceiptStock;
use super::command::ReceiptStockCommand;
use super::error::ReceiptStockError;
use super::event::StockIssued;
use crate::campus::require_campus;
use crate::payment::Payment;
use crate::receipt::payment_of;
use crate::staff::require_staff;
use crate::units::{CampusId, ReceiptNo, StaffLogin, StockNo};

fn number_claim(issued: &StockIssued, number: u32) -> ClaimKey {
    ClaimKey::new("receipt_stock.number", issued.printed(number))
}

/// By this key a receipt is known to be on paper.
fn paper_claim(receipt_no: &ReceiptNo) -> ClaimKey {
    ClaimKey::new("receipt_stock.receipt", receipt_no.as_str())
}

/// 领用: hands a bundle to a cashier.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssueStock {
    pub stock_no: StockNo,
    pub prefix: String,
    pub digits: u8,
    pub first: u32,
    pub last: u32,
    pub campus: CampusId,
    pub cashier: StaffLogin,
}

/// The bundle a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockChanged {
    pub stock_no: StockNo,
}

impl Process for IssueStock {
    const NAME: &'static str = "receipt_stock.issue";
    type Outcome = StockChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<StockChanged, Stop> {
        require_campus(&self.campus, "campusId", workspace)?;
        require_staff(&self.cashier, "cashier", workspace)?;
        let issued = StockIssued {
            stock_no: self.stock_no.clone(),
            prefix: self.prefix.trim().to_owned(),
            digits: self.digits,
            first: self.first,
            last: self.last,
            campus: self.campus.clone(),
            cashier: self.cashier.clone(),
            issued_by: context.actor.clone(),
        };
        let command = ReceiptStockCommand::Issue(issued.clone());
        workspace.execute::<ReceiptStock>(self.stock_no.as_str(), command)?;
        for number in self.first..=self.last {
            let taken = ReceiptStockError::NumberTaken.into();
            let key = number_claim(&issued, number);
            workspace.claim(key, self.stock_no.as_str(), taken)?;
        }
        Ok(StockChanged {
            stock_no: self.stock_no.clone(),
        })
    }
}

/// Prints a receipt on a sheet of the cashier's own: from then on both numbers name it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PrintReceipt {
    pub receipt_no: ReceiptNo,
    pub stock_no: StockNo,
    pub number: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptPrinted {
    pub receipt_no: ReceiptNo,
    pub printed_no: String,
}

impl Process for PrintReceipt {
    const NAME: &'static str = "receipt_stock.print";
    type Outcome = ReceiptPrinted;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ReceiptPrinted, Stop> {
        let payment_id = payment_of(&self.receipt_no, workspace)?;
        workspace
            .get::<Payment>(payment_id.as_str())?
            .recorded(&payment_id)?
            .check_printable(&self.receipt_no)?;
        let stock = workspace.get::<ReceiptStock>(self.stock_no.as_str())?;
        let printed_no = stock.issued(&self.stock_no)?.issued.printed(self.number);
        let command = ReceiptStockCommand::Use {
            number: self.number,
            receipt_no: self.receipt_no.clone(),
            by: context.actor.clone(),
        };
        workspace.execute::<ReceiptStock>(self.stock_no.as_str(), command)?;
        let on_paper = ReceiptStockError::ReceiptOnPaper(self.receipt_no.clone());
        let key = paper_claim(&self.receipt_no);
        workspace.claim(key, &printed_no, on_paper.into())?;
        Ok(ReceiptPrinted {
            receipt_no: self.receipt_no.clone(),
            printed_no,
        })
    }
}

/// 作废: a sheet was misprinted, torn or never used. What was on it may be printed on another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SpoilSheet {
    pub stock_no: StockNo,
    pub number: u32,
    pub reason: String,
}

impl Process for SpoilSheet {
    const NAME: &'static str = "receipt_stock.spoil";
    type Outcome = StockChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<StockChanged, Stop> {
        let stock = workspace.get::<ReceiptStock>(self.stock_no.as_str())?;
        let stock = stock.issued(&self.stock_no)?;
        let receipt_no = stock.receipt_on(self.number).cloned();
        let command = ReceiptStockCommand::Spoil {
            number: self.number,
            reason: self.reason.clone(),
            by: context.actor.clone(),
        };
        workspace.execute::<ReceiptStock>(self.stock_no.as_str(), command)?;
        if let Some(receipt_no) = receipt_no {
            workspace.release(paper_claim(&receipt_no))?;
        }
        Ok(StockChanged {
            stock_no: self.stock_no.clone(),
        })
    }
}

/// 缴销: takes a bundle back from its cashier, whatever is left of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReturnStock {
    pub stock_no: StockNo,
}

impl Process for ReturnStock {
    const NAME: &'static str = "receipt_stock.return";
    type Outcome = StockChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<StockChanged, Stop> {
        workspace
            .get::<ReceiptStock>(self.stock_no.as_str())?
            .issued(&self.stock_no)?;
        let command = ReceiptStockCommand::Return {
            to: context.actor.clone(),
        };
        workspace.execute::<ReceiptStock>(self.stock_no.as_str(), command)?;
        Ok(StockChanged {
            stock_no: self.stock_no.clone(),
        })
    }
}
