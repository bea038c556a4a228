//! 转账凭证: what somebody says to have transferred, until a line of the bank's statement bears it
//! out. Until then nothing is paid.

mod aggregate;
mod command;
mod error;
mod event;
mod matching;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{ClaimState, TransferClaim, TransferClaimRecord};
pub use command::TransferClaimCommand;
pub use error::TransferClaimError;
pub use event::{TransferClaimEvent, TransferMismatch, TransferSubmitted, TransferVerified};
pub use matching::{LineFacts, MatchReason, closeness};
pub use process::{
    ClaimChanged, ClaimPhoto, RejectTransfer, SubmitTransfer, TransferChecked, VerifyTransfer,
};
