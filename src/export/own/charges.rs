use chaobiao_domain::units::{AccountNo, Commodity};

use super::asked::{Bill, Line, Note};
use crate::export::table::{Cell, Table};

/// The columns of FOCUS 1.0 that a bill for water and electricity has something for.
const HEADINGS: [&str; 17] = [
    "BillingAccountId",
    "InvoiceId",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ServiceName",
    "ResourceId",
    "SkuId",
    "SkuPriceId",
    "PricingQuantity",
    "PricingUnit",
    "ListUnitPrice",
    "BilledCost",
    "BillingCurrency",
    "InvoiceIssuedOn",
];

/// Charges line by line, notes as corrections; the costs of an invoice are what it asks for.
pub(super) fn table(account_no: &AccountNo, bills: &[Bill]) -> Table {
    let of_bill = |bill: &Bill| -> Vec<Vec<Cell>> {
        let lines = bill.lines.iter().map(|line| charge(account_no, bill, line));
        let notes = bill
            .notes
            .iter()
            .map(|note| correction(account_no, bill, note));
        lines.chain(notes).collect()
    };
    Table {
        name: "费用明细".to_owned(),
        headings: HEADINGS.map(str::to_owned).to_vec(),
        rows: bills.iter().flat_map(of_bill).collect(),
        created_at: None,
    }
}

fn head(account_no: &AccountNo, bill: &Bill) -> Vec<Cell> {
    vec![
        Cell::Text(account_no.to_string()),
        Cell::Text(bill.number.clone()),
        Cell::Text(bill.month.first_day().to_string()),
        // Not included, as FOCUS has it.
        Cell::Text(bill.month.next().first_day().to_string()),
    ]
}

fn charge(account_no: &AccountNo, bill: &Bill, line: &Line) -> Vec<Cell> {
    let tier = line.tier.map(|tier| tier.to_string()).unwrap_or_default();
    let mut cells = head(account_no, bill);
    cells.extend([
        Cell::Text("Usage".to_owned()),
        Cell::Text(String::new()),
        Cell::Text(line.component.clone()),
        Cell::Text(service(line.commodity).to_owned()),
        Cell::Text(line.meter_no.clone()),
        Cell::Text(line.tariff_id.clone()),
        Cell::Text(tier),
        Cell::Number(line.quantity),
        Cell::Text(line.unit.clone()),
        Cell::Number(line.price),
        Cell::Number(line.amount.to_yuan()),
        Cell::Text("CNY".to_owned()),
        Cell::Text(bill.issued_on.to_string()),
    ]);
    cells
}

fn correction(account_no: &AccountNo, bill: &Bill, note: &Note) -> Vec<Cell> {
    let nothing = || Cell::Text(String::new());
    let mut cells = head(account_no, bill);
    cells.extend([
        Cell::Text("Adjustment".to_owned()),
        Cell::Text("Correction".to_owned()),
        Cell::Text(format!("{} {}", note.number, note.reason)),
    ]);
    cells.extend((0..7).map(|_| nothing()));
    cells.extend([
        Cell::Number(note.amount.to_yuan()),
        Cell::Text("CNY".to_owned()),
        Cell::Text(note.issued_on.to_string()),
    ]);
    cells
}

const fn service(commodity: Commodity) -> &'static str {
    match commodity {
        Commodity::Water => "Water",
        Commodity::Electricity => "Electricity",
    }
}
