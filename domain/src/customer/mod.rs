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

pub use aggregate::{Binding, BindingState, Customer, CustomerRecord};
pub use binding::{
    ApproveBinding, BindingChanged, BindingRequested, RejectBinding, RequestBinding, RevokeBinding,
};
pub use command::CustomerCommand;
pub use erasure::{CustomerErased, EraseCustomer};
pub use error::{BindingError, CustomerError};
pub use event::{BindingRequest, CustomerEvent, CustomerKind, CustomerRegistered};
pub use overdue::NoteOverdueBinding;
pub use process::{
    CustomerChanged, FindByPhone, LinkWechat, Register, customer_subject, phone_key,
};
