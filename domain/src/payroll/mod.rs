//! 工资代扣: whoever agreed to it pays what they owe from their wages. A batch says who is asked for
//! how much; what the payroll office has deducted comes back row by row, and each row is a payment.

mod batch;
mod error;
mod event;
mod mandate;
mod process;
#[cfg(test)]
mod tests;

pub use batch::{AskedRow, PayrollBatch, PayrollBatchCommand, PayrollBatchRecord, RowState};
pub use error::PayrollError;
pub use event::{
    MandateAgreed, PayrollAsked, PayrollBatchEvent, PayrollBatchOpened, PayrollMandateEvent,
    PayrollRowPaid,
};
pub use mandate::{PayrollMandate, PayrollMandateCommand};
pub use process::{
    AgreeToPayroll, CountedDebts, EndPayroll, MatchPayrollMoney, OpenPayrollBatch,
    PayrollMandateChanged, PayrollResult, PayrollRowTaken, PayrollRowVerdict, PayrollRowsTaken,
    TakePayrollResult, TakePayrollResults, UnmatchPayrollMoney,
};
pub(crate) use process::{end_mandate, unmatch};
