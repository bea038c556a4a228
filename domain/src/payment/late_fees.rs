//! 滞纳金 that has grown on bills and was not charged yet.

use std::collections::BTreeMap;

use chaobiao_decision::{Stop, Workspace};
use chrono::NaiveDate;

use super::aggregate::Payment;
use super::error::PaymentError;
use crate::account::{Account, LateCase, PaymentDays};
use crate::rating::late_fee;
use crate::tariff::Tariff;
use crate::units::{AccountNo, BillNo, Fen, business_date};

/// By the end of a day, on each of these bills that costs something for being late. What was charged
/// before is left out, even where less would be asked now.
pub(crate) fn late_fees<'a>(
    bills: impl IntoIterator<Item = (&'a AccountNo, &'a BillNo)>,
    by: NaiveDate,
    workspace: &mut Workspace,
) -> Result<BTreeMap<BillNo, Fen>, Stop> {
    let mut late: Vec<(BillNo, LateCase)> = Vec::new();
    for (account_no, bill_no) in bills {
        let account = workspace.get::<Account>(account_no.as_str())?;
        let case = account.opened(account_no)?.late_case(bill_no);
        if let Some(case) = case.filter(|case| case.is_late(by)) {
            late.push((bill_no.clone(), case.clone()));
        }
    }
    let payments = late.iter().flat_map(|(_, case)| case.payments());
    let tariffs = late.iter().flat_map(|(_, case)| case.tariffs());
    Stop::join([
        workspace.need::<Payment>(payments.map(ToString::to_string)),
        workspace.need::<Tariff>(tariffs.map(ToString::to_string)),
    ])?;
    let mut fees = BTreeMap::new();
    for (bill_no, case) in late {
        let fee = accrued(&case, by, workspace)?;
        if fee.is_positive() {
            fees.insert(bill_no, fee);
        }
    }
    Ok(fees)
}

fn accrued(case: &LateCase, by: NaiveDate, workspace: &mut Workspace) -> Result<Fen, Stop> {
    let mut days = BTreeMap::new();
    for payment_id in case.payments() {
        let payment = workspace.get::<Payment>(payment_id.as_str())?;
        if let Payment::Recorded(payment) = payment {
            let of_payment = PaymentDays {
                came_on: business_date(payment.recorded.paid_at),
                reversed_on: payment.reversed_at.map(business_date),
            };
            days.insert(payment_id.clone(), of_payment);
        }
    }
    let Some(bill) = case.bill(&days) else {
        return Ok(Fen::ZERO);
    };
    let mut sum = Fen::ZERO;
    for part in &bill.parts {
        let Tariff::Defined(tariff) = workspace.get::<Tariff>(part.tariff_id.as_str())? else {
            continue;
        };
        let terms = &tariff.late_fees;
        let fee = late_fee(part.principal, bill.due_on, &part.settlements, terms, by)?;
        sum = sum.checked_add(fee).ok_or(PaymentError::Overflow)?;
    }
    Ok(sum.checked_sub(bill.charged).unwrap_or_default())
}
