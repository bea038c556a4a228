//! The person who is asking: who they are, how they sign in and out.

mod mutation;
mod query;
mod second_factor;
mod types;
mod wechat;

pub use mutation::ViewerMutation;
pub use query::ViewerQuery;
pub use second_factor::SecondFactorMutation;
pub use types::{CustomerKind, Me, Permission, Role, ViewerKind};
pub use wechat::{WechatMutation, WechatQuery};
