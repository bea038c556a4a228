//! What every capability's resolvers share.

mod as_known;
mod collectors;
mod connection;
pub(crate) mod cookie;
mod error;
mod frames;
mod gateways;
mod guard;
mod limits;
mod live;
mod loader;
mod official_account;
mod payload;
mod personal;
mod photos;
mod reach;
mod request;
mod run;
mod scalars;
mod services;
mod shape;
mod shared_answers;
mod sorting;
mod units;
mod viewer;

pub use as_known::{AsOf, point_in_time};
pub use collectors::{CollectorLinks, LiveFrame};
pub use connection::{Connection, CursorKey, Total, connection, page, page_size};
pub use cookie::SESSION_COOKIE;
pub use error::{ErrorCode, UserError, bad_input, coded, coded_later, field, internal, not_found};
pub use frames::{DialAnswer, FrameReader};
pub use gateways::{FormField, Invocation, PaymentForm, PaymentGateways, WechatPageCall};
pub use guard::{Guarded, customer_or, customers, may, may_any, public, signed_in, staff};
pub use limits::Limits;
pub use live::{live, live_for_all, live_on};
pub(crate) use loader::many;
pub use loader::{ReadLoader, grouped, load};
pub use official_account::{AccountRefusal, JsSdkConfig, OfficialAccount};
pub(crate) use payload::payloads;
pub use personal::{
    account_phone, address, holder, mask_name, mask_phone, mask_rest, may_see_account, personal,
    require_account, shown,
};
pub use photos::{PATIENCE, PhotoQuestion, PhotoShelf, named_photo};
pub use reach::{Reach, is_within};
pub use request::{RequestInfo, SubscriptionsOnly, prepare, record, record_refusal, record_route};
pub use run::{Ran, caught_up, command_context, fault, run, run_in};
pub use scalars::{Date, Decimal, Fen, LogPosition, Moment, YearMonth};
pub use services::{AccessRecorder, ReadModels, Services};
pub use shape::Shape;
pub use shared_answers::SharedAnswers;
pub(crate) use sorting::sorts;
pub use sorting::{SortDirection, sorted_page};
pub use units::{Commodity, RateRegister, by_rate};
pub use viewer::{CustomerViewer, StaffViewer, Viewer};
