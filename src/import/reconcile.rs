//! The charging system's list of bills and arrears, compared with ours.

use std::collections::BTreeSet;

use chaobiao_decision::CommandContext;
use chaobiao_domain::bill_reconciliation::{
    BeginReconciliation, BillSums, BillThere, COMPARED_AT_ONCE, CompareBills, ReconciledDifference,
    ReconciliationRun,
};
use chaobiao_domain::units::{AccountNo, BillingMonth, CampusId, Fen, FileHash, ReconciliationId};
use chaobiao_eventstore::CommandBus;
use chaobiao_projections::account_statement;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::bill_rows::Bills;
use super::columns::Heading;
use super::request::{FileKind, ImportRequest};
use super::{FileError, ImportError};

/// What a comparison came to.
#[derive(Clone, Debug)]
pub struct Reconciled {
    pub reconciliation_id: ReconciliationId,
    pub there: BillSums,
    pub here: BillSums,
    pub agreed: u32,
    pub differences: Vec<ReconciledDifference>,
}

/// Compares a list with what stands here of its months, of one campus or of all. Nothing is
/// compared unless every row can be read: a row left out would be a difference that is none.
pub async fn reconcile(
    bus: &CommandBus,
    request: &ImportRequest,
    campus: Option<CampusId>,
    bytes: &[u8],
) -> Result<Reconciled, ImportError> {
    let table = request.table(bytes)?;
    let (heading, above) = Heading::find(&table, FileKind::Bills.columns())?;
    let bills = Bills::of(&heading, &table.rows[above..], None);
    let there = bills
        .there()
        .map_err(|(rows, first)| FileError::Unreadable { rows, first })?;
    let months: BTreeSet<BillingMonth> = there.iter().map(|bill| bill.month).collect();
    let months: Vec<BillingMonth> = months.into_iter().collect();
    let begin = BeginReconciliation {
        file_name: request.file_name.clone(),
        file: FileHash::try_new(hex::encode(Sha256::digest(bytes)))?,
        months: months.clone(),
        campus: campus.clone(),
    };
    let run = bus.execute(context(request), begin).await?.outcome;
    let listed: BTreeSet<(&AccountNo, BillingMonth)> = there
        .iter()
        .map(|bill| (&bill.account_no, bill.month))
        .collect();
    let pool = bus.store().pool();
    let standing = account_statement::query::standing_of(pool, &months, campus.as_ref()).await;
    let only_here: Vec<(AccountNo, BillingMonth)> = standing?
        .into_iter()
        .filter(|(account_no, month)| !listed.contains(&(account_no, *month)))
        .collect();
    let mut reconciled = Reconciled {
        reconciliation_id: run.reconciliation_id.clone(),
        there: BillSums::default(),
        here: BillSums::default(),
        agreed: 0,
        differences: Vec::new(),
    };
    for step in steps(&run, &there, &only_here) {
        let compared = bus.execute(context(request), step).await?.outcome;
        add(&mut reconciled.there, compared.there);
        add(&mut reconciled.here, compared.here);
        reconciled.agreed = reconciled.agreed.saturating_add(compared.agreed);
        reconciled.differences.extend(compared.differences);
    }
    Ok(reconciled)
}

fn steps(
    run: &ReconciliationRun,
    there: &[BillThere],
    only_here: &[(AccountNo, BillingMonth)],
) -> Vec<CompareBills> {
    let step = |there: &[BillThere], only_here: &[(AccountNo, BillingMonth)]| CompareBills {
        reconciliation_id: run.reconciliation_id.clone(),
        run: run.run,
        there: there.to_vec(),
        only_here: only_here.to_vec(),
        last: false,
    };
    let of_file = there.chunks(COMPARED_AT_ONCE).map(|bills| step(bills, &[]));
    let ours = only_here
        .chunks(COMPARED_AT_ONCE)
        .map(|bills| step(&[], bills));
    let mut steps: Vec<CompareBills> = of_file.chain(ours).collect();
    if let Some(last) = steps.last_mut() {
        last.last = true;
    }
    steps
}

/// What both come to; at the type's limit it stays there.
fn add(sum: &mut BillSums, more: BillSums) {
    let plus = |one: Fen, other: Fen| Fen::new(one.value().saturating_add(other.value()));
    sum.bills = sum.bills.saturating_add(more.bills);
    sum.asked = plus(sum.asked, more.asked);
    sum.open = plus(sum.open, more.open);
}

/// Which step follows which, the stream says.
fn context(request: &ImportRequest) -> CommandContext {
    CommandContext {
        origin: Some(request.origin()),
        ..CommandContext::new(Uuid::now_v7(), request.actor.clone(), request.at)
    }
}
