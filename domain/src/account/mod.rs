//! 户号: who is charged for which meters, what they owe and what they have paid.

mod aggregate;
mod assignment;
mod bill;
mod binding;
mod charges;
mod class;
mod command;
mod erasure;
mod error;
mod event;
#[cfg(test)]
pub(crate) mod fixture;
mod funds;
mod imported;
#[cfg(test)]
mod imported_tests;
mod late;
mod ledger;
mod meters;
mod money;
#[cfg(test)]
mod money_tests;
mod note;
mod occupants;
mod papers;
mod process;
mod scheme;
mod standing;
mod statement;
mod sums;
mod tenancy;
#[cfg(test)]
mod tests;

pub use aggregate::{Account, AccountRecord};
pub use assignment::{AssignMeter, MeterAssignment, ReleaseMeter, meter_claim};
pub use bill::{
    Bill, BillLine, BillOrigin, BillShare, ChargedMeter, CommodityAmount, TierCounted, UsageCounted,
};
pub use binding::BindingStep;
pub use class::ChangeAccountClass;
pub use command::AccountCommand;
pub use erasure::{EraseHolder, FinishErasure, HolderErasing};
pub use error::AccountError;
pub use event::{
    AccountChange, AccountClass, AccountEvent, AccountOpening, ClassChanged, ClosingReading,
    HolderCleared, HolderSettled, MeterAssigned, MeterReleased, NoticeIssued, PhoneChange,
};
pub use funds::{AccountRefund, LateFeeCharged, PaymentLot, Purse, WaiverKind, WrittenOff};
pub use imported::{ImportedStep, SaidThere};
pub use late::{LateBill, LateCase, LatePart, PaymentDays, late_bill};
pub use ledger::{CreditLot, Ledger, LedgerBill, PaymentShare};
pub use meters::AssignedMeter;
pub use note::{BillVoided, MeterStanding, Note, RebilledBill, Rebilling, by_commodity};
pub use occupants::{
    AddOccupant, OccupantShare, OccupantStay, OccupantStep, Occupants, RemoveOccupant,
};
pub use papers::PaperStep;
pub use process::{AccountOpened, ChangeAccount, OpenAccount, account_subject, contact_subject};
pub use scheme::{
    BalanceLevel, ChargeScheme, ChargeSchemeChanged, PrepaidTerms, Scheme, Supply, SupplyStep,
};
pub use standing::StandingBill;
pub use statement::{Statement, StatementEntry, StatementKind, StatementLine};
pub use tenancy::Tenancy;
