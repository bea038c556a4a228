//! Who and what there is: campuses, staff, customers, accounts, working calendars.

mod projector;
mod query;
mod search;

pub use projector::DirectoryProjector;
pub use query::{
    AccountFilter, AccountOrderBy, AccountRow, CampusRow, CustomerRow, StaffRow, account,
    account_classes, accounts, accounts_by_number, campuses, customer, customers, staff,
    staff_members, work_years,
};
pub use search::{AccountSearch, Reach};
