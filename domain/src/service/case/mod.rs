//! Service cases: requests (服务诉求), complaints, suggestions, praise (投诉建议), faults (故障报修),
//! energy tips (节能先锋) and what patrols report (现场上报).

mod aggregate;
mod command;
mod error;
mod event;
mod process;

pub use aggregate::{CaseRecord, CaseState, ServiceCase};
pub use command::CaseCommand;
pub use error::CaseError;
pub use event::{CaseEvent, CaseKind, CaseOpened, Deadline, RequestTopic, TEXT_LENGTH_MAX};
pub use process::{
    AssignCase, CaseChanged, CaseFiled, CasePhoto, CloseCase, NameStaffConcerned, NoteMissedReply,
    OpenCase, RateCase, ReopenCase, ReplanCase, ReplyToCase, ResolveCase, WarnOfDeadline,
};
