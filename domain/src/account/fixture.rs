//! Accounts with bills, for tests of what happens to bills afterwards.

use chaobiao_decision::{CommandContext, Process, StagedEvent, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Account, AccountClass, AccountCommand, AccountRecord, Bill, BillLine, BillOrigin, OpenAccount,
    UsageCounted,
};
use crate::calendar::{OfficeHours, OfficeSpan};
use crate::campus::OpenCampus;
use crate::desk::Desk;
use crate::tariff::{DefineTariff, SetLateFee};
use crate::units::{BillNo, BillingMonth, Commodity, Fen, business_date};

/// A bill of given amounts, as if metered.
#[derive(Serialize, Deserialize)]
struct ChargeFlat {
    account_no: String,
    month: BillingMonth,
    water: i64,
    electricity: i64,
    due_on: NaiveDate,
}

impl Process for ChargeFlat {
    const NAME: &'static str = "test.charge_flat";
    type Outcome = ();

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let line = |commodity, amount| BillLine {
            meter_no: "W1".parse().unwrap(),
            commodity,
            component: "flat".to_owned(),
            tariff_id: "flat".parse().unwrap(),
            version_from: "2026-01-01".parse().unwrap(),
            tier: None,
            quantity: "1".parse().unwrap(),
            price: "1".parse().unwrap(),
            amount: Fen::new(amount),
            borne: None,
            readings: Vec::new(),
        };
        let bill_no = bill_no(&self.account_no, &self.month.to_string());
        let bill = Bill {
            month: self.month,
            issued_on: business_date(context.at),
            lines: vec![
                line(Commodity::Water, self.water),
                line(Commodity::Electricity, self.electricity),
            ],
            total: Fen::new(self.water + self.electricity),
            meters: Vec::new(),
            origin: None,
            shared_of: None,
            bill_no: bill_no.clone(),
        };
        let charge = AccountCommand::Charge {
            bill,
            notice_no: format!("N{bill_no}").parse().unwrap(),
            due_on: self.due_on,
        };
        workspace.execute::<Account>(&self.account_no, charge)
    }
}

/// Of a bill that the charging system made, with all it can carry.
pub(crate) fn origin() -> BillOrigin {
    BillOrigin {
        bill_nos: vec!["SF202607-00017".parse().unwrap()],
        batch: Some(
            "charging_system_bills-0123456789abcdef012345"
                .parse()
                .unwrap(),
        ),
        late_fees_here: true,
        counted: vec![UsageCounted {
            tariff_id: "water-home".parse().unwrap(),
            tier_period_from: "2026-01-01".parse().unwrap(),
            usage: "31".parse().unwrap(),
        }],
    }
}

pub(crate) fn bill_no(account_no: &str, month: &str) -> BillNo {
    format!("{account_no}-{}", month.replace('-', ""))
        .parse()
        .unwrap()
}

pub(crate) fn campus(desk: &mut Desk, id: &str) {
    let span = OfficeSpan {
        from: "08:00:00".parse().unwrap(),
        to: "12:00:00".parse().unwrap(),
    };
    let open = OpenCampus {
        campus_id: id.parse().unwrap(),
        name: format!("{id} 校区"),
        office_hours: OfficeHours::try_new(vec![span]).unwrap(),
        contact: "5566".to_owned(),
    };
    desk.run(&open).unwrap();
}

pub(crate) fn open(desk: &mut Desk, account_no: &str) {
    let open = OpenAccount {
        account_no: account_no.parse().unwrap(),
        class: AccountClass::Resident,
        campus: "N".parse().unwrap(),
        holder: "王芳".to_owned(),
        phone: None,
        address: "北苑 3 栋 201".to_owned(),
        household_persons: 3,
    };
    desk.run(&open).unwrap();
}

pub(crate) fn charge(
    desk: &mut Desk,
    account_no: &str,
    month: &str,
    water: i64,
    electricity: i64,
) -> Vec<StagedEvent> {
    charge_due(desk, account_no, month, (water, electricity), "2026-12-31")
}

pub(crate) fn charge_due(
    desk: &mut Desk,
    account_no: &str,
    month: &str,
    (water, electricity): (i64, i64),
    due_on: &str,
) -> Vec<StagedEvent> {
    let account_no = account_no.to_owned();
    let month = month.parse().unwrap();
    desk.run(&ChargeFlat {
        account_no,
        month,
        water,
        electricity,
        due_on: due_on.parse().unwrap(),
    })
    .unwrap()
    .events
}

/// The tariff of those bills, with a late fee of 1 ‰ a day.
pub(crate) fn late_fee_tariff(desk: &mut Desk, policy: &str) {
    let versions = json!([{ "from": "2026-01-01", "tiers": [{ "price": "1" }] }]);
    let define = DefineTariff {
        tariff_id: "flat".parse().unwrap(),
        name: "统一价".to_owned(),
        payment_days: 15,
        commodity: Commodity::Water,
        terms: serde_json::from_value(json!({ "versions": versions })).unwrap(),
    };
    desk.run(&define).unwrap();
    let terms = json!({ "from": "2026-01-01", "per_day": "0.1", "policy": policy });
    let set = SetLateFee {
        tariff_id: "flat".parse().unwrap(),
        terms: serde_json::from_value(terms).unwrap(),
    };
    desk.run(&set).unwrap();
}

pub(crate) fn record(desk: &mut Desk, account_no: &str) -> AccountRecord {
    let account: Account = desk.state(account_no);
    account
        .opened(&account_no.parse().unwrap())
        .unwrap()
        .clone()
}

/// What is open and what is kept as credit, in fen.
pub(crate) fn balance(desk: &mut Desk, account_no: &str) -> (i64, i64) {
    let account = record(desk, account_no);
    (
        account.ledger().open_amount().value(),
        account.ledger().credit().value(),
    )
}
