//! Customers (用户): whoever signs in by phone or `WeChat`, and the accounts bound to them.

mod aggregate;
mod binding;
mod command;
mod erasure;
mod error;
mod event;
mod overdue;
mod process;
#[cfg(test)]
mod tests;
mod wechat;

pub use aggregate::{Binding, BindingState, Customer, CustomerRecord, Following};
pub use binding::{
    ApproveBinding, BindingChanged, BindingRequested, RejectBinding, RequestBinding, RevokeBinding,
};
pub use command::CustomerCommand;
pub use erasure::{CustomerErased, EraseCustomer};
pub use error::{BindingError, CustomerError};
pub use event::{BindingRequest, CustomerEvent, CustomerKind, CustomerRegistered};
pub use overdue::NoteOverdueBinding;
pub use process::{CustomerChanged, FindByPhone, Register, customer_subject, phone_key};
pub use wechat::{FindByOpenid, FindReachable, LinkWechat, NoteFollowing, Reachable, UnlinkWechat};
