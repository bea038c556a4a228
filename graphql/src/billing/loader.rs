use chaobiao_projections::{account_statement, unpaid_notices};

use crate::support::many;

many! {
    /// The lines of a bill, by its number.
    LinesOf, account_statement::StatementLineRow, account_statement::query::lines, bill_no;
    /// A bill, by its number.
    BillsOf, account_statement::StatementBill, account_statement::query::bills_by_number, bill_no;
    /// The notes on a bill, by its number.
    NotesOf, account_statement::NoteRow, account_statement::query::notes_of_bills, bill_no;
    /// The notice of a bill, paid or not.
    NoticeOf, unpaid_notices::Notice, unpaid_notices::query::of_bills, bill_no;
    /// The unpaid notices of an account, by its number.
    NoticesOf, unpaid_notices::Notice, unpaid_notices::query::of_accounts, account_no;
}
