//! R91: bills the charging system made.

use proptest::prelude::*;

use super::*;
use crate::billing_master::{BillingMaster, SetBillingMaster};
use crate::billing_run::StartBillingRun;
use crate::units::{BillingMonth, LinePrice};

fn master(master: BillingMaster, from: &str) -> SetBillingMaster {
    SetBillingMaster {
        campus: "N".parse().unwrap(),
        master,
        from: from.parse().unwrap(),
        late_fees_here: false,
        reason: "收费系统继续开账".to_owned(),
        billed: 0,
    }
}

/// Account A1 as the charging system bills it since ever.
fn theirs() -> Desk {
    let mut desk = desk("prorate_by_day");
    desk.run(&master(BillingMaster::ChargingSystem, "2025-01"))
        .unwrap();
    desk
}

fn fen(amount: i64) -> Fen {
    Fen::new(amount)
}

fn line(usage: &str, amount: i64) -> ImportedLine {
    ImportedLine {
        meter_no: "W1".parse().unwrap(),
        bill_no: Some("SF-17".parse().unwrap()),
        component: None,
        usage: usage.parse().unwrap(),
        amount: fen(amount),
        late_fee: None,
        open: None,
    }
}

fn file(month: &str, lines: Vec<ImportedLine>) -> ImportBill {
    ImportBill {
        account_no: "A1".parse().unwrap(),
        month: month.parse().unwrap(),
        lines,
        due_on: Some("2026-08-31".parse().unwrap()),
        withdrawn: false,
        batch: None,
    }
}

fn arrears(month: &str, amount: i64, open: i64) -> ImportBill {
    let said = ImportedLine {
        open: Some(fen(open)),
        ..line("10", amount)
    };
    file(month, vec![said])
}

fn there(desk: &mut Desk, month: &str) -> (i64, i64) {
    let account = record(desk, "A1");
    let month: BillingMonth = month.parse().unwrap();
    let bill = account.ledger().bill_of(month).unwrap();
    (bill.open().value(), bill.paid_there().value())
}

#[test]
fn r91_what_the_charging_system_bills_is_not_billed_here_and_the_other_way_round() {
    let mut theirs = theirs();
    read(&mut theirs, "W1", "2026-07-21", "20");
    assert_eq!(
        theirs.refused(&bill("2026-07")),
        "BILLING_MASTER_IS_CHARGING_SYSTEM"
    );
    let run = StartBillingRun {
        month: "2026-07".parse().unwrap(),
        campus: Some("N".parse().unwrap()),
        accounts: Vec::new(),
        due_on: None,
        counted: 0,
    };
    assert_eq!(theirs.refused(&run), "BILLING_MASTER_IS_CHARGING_SYSTEM");
    let mut ours = desk("prorate_by_day");
    ours.on("2026-08-01");
    let imported = file("2026-07", vec![line("20", 6200)]);
    assert_eq!(ours.refused(&imported), "BILLING_MASTER_IS_HERE");
    theirs.run(&imported).unwrap();
    let again = theirs.run(&imported).unwrap();
    assert_eq!(again.outcome.became, ImportedAs::Known);
    assert_eq!(again.events, []);
}

#[test]
fn r91_an_imported_bill_is_a_bill_with_its_origin_and_a_notice() {
    let mut desk = theirs();
    read(&mut desk, "W1", "2026-07-21", "20");
    let accepted = desk
        .on("2026-08-02")
        .run(&file("2026-07", vec![line("20", 6233)]))
        .unwrap();
    assert_eq!(
        accepted.event_types(),
        ["account.charged", "account.notice_issued"]
    );
    let charged: Bill = serde_json::from_value(accepted.events[0].payload.clone()).unwrap();
    let only = &charged.lines[0];
    assert_eq!((charged.total, only.amount), (fen(6233), fen(6233)));
    assert_eq!(only.price, "3.1165".parse::<LinePrice>().unwrap());
    assert_eq!(charged.bill_no, "A1-202607".parse().unwrap());
    let origin = charged.origin.unwrap();
    assert_eq!(origin.bill_nos, ["SF-17".parse().unwrap()]);
    assert!(!origin.late_fees_here);
    assert_eq!(accepted.events[1].payload["due_on"], "2026-08-31");
    let account = record(&mut desk, "A1");
    assert_eq!(account.meters()[0].billed_cumulative, "20".parse().unwrap());
    // Nobody here changes what they bill.
    let void = VoidBill {
        bill_no: "A1-202607".parse().unwrap(),
        reason: "错了".to_owned(),
    };
    assert_eq!(desk.refused(&void), "BILLING_BILL_IMPORTED");
    let raise = AdjustBill {
        bill_no: "A1-202607".parse().unwrap(),
        kind: BillAdjustment::Debit,
        commodity: Commodity::Water,
        amount: fen(100),
        reason: "错了".to_owned(),
    };
    assert_eq!(desk.refused(&raise), "BILLING_BILL_IMPORTED");
    // It asks for no late fee of ours.
    assert!(account.late_case(&"A1-202607".parse().unwrap()).is_none());
}

#[test]
fn r91_what_makes_no_sense_is_refused_with_its_reason() {
    let mut desk = theirs();
    desk.on("2026-08-02");
    let refused = |desk: &mut Desk, bill: ImportBill| desk.refused(&bill);
    assert_eq!(
        refused(&mut desk, file("2026-09", vec![line("1", 1)])),
        "BILLING_MONTH_IN_FUTURE"
    );
    assert_eq!(
        refused(&mut desk, file("2026-07", vec![])),
        "BILLING_NO_LINES"
    );
    assert_eq!(
        refused(&mut desk, file("2026-07", vec![line("1", -1)])),
        "BILLING_IMPORTED_AMOUNT_NEGATIVE"
    );
    assert_eq!(
        refused(&mut desk, file("2026-07", vec![line("-1", 1)])),
        "BILLING_IMPORTED_USAGE_NEGATIVE"
    );
    assert_eq!(
        refused(&mut desk, arrears("2026-07", 100, 101)),
        "BILLING_ARREARS_ABOVE_AMOUNT"
    );
    let mut strange = line("1", 1);
    strange.meter_no = "W9".parse().unwrap();
    assert_eq!(
        refused(&mut desk, file("2026-07", vec![strange])),
        "ACCOUNT_METER_NOT_ASSIGNED"
    );
}

#[test]
fn r91_arrears_say_what_was_paid_there_and_money_taken_here_is_not_mistaken_for_it() {
    let mut desk = theirs();
    desk.on("2026-08-02");
    let first = desk.run(&arrears("2026-07", 10_000, 4_000)).unwrap();
    assert_eq!(
        first.event_types(),
        [
            "account.charged",
            "account.charging_system_paid",
            "account.notice_issued"
        ]
    );
    assert_eq!(there(&mut desk, "2026-07"), (4_000, 6_000));
    super::corrections::pay(&mut desk, 4_000, &[]).unwrap();
    assert_eq!(there(&mut desk, "2026-07"), (0, 6_000));
    // They do not know yet; then they do; nothing is paid twice.
    for open in [4_000, 0] {
        let again = desk.run(&arrears("2026-07", 10_000, open)).unwrap();
        assert_eq!(again.outcome.became, ImportedAs::Known, "{open}");
    }
    // Some of what was paid there was taken back there.
    desk.run(&arrears("2026-07", 10_000, 6_000)).unwrap();
    assert_eq!(there(&mut desk, "2026-07"), (2_000, 4_000));
    desk.run(&arrears("2026-07", 10_000, 10_000)).unwrap();
    assert_eq!(there(&mut desk, "2026-07"), (6_000, 0));
    assert_eq!(balance(&mut desk, "A1"), (6_000, 0));
}

#[test]
fn r91_a_later_file_corrects_a_bill_by_a_note_and_withdraws_it() {
    let mut desk = theirs();
    read(&mut desk, "W1", "2026-07-21", "20");
    desk.on("2026-08-02");
    desk.run(&file("2026-07", vec![line("20", 6_200)])).unwrap();
    super::corrections::pay(&mut desk, 6_200, &[]).unwrap();
    let less = desk.run(&file("2026-07", vec![line("18", 5_580)])).unwrap();
    assert_eq!(less.outcome.became, ImportedAs::Corrected);
    assert_eq!(
        less.event_types(),
        ["account.payment_released", "account.rebilled"]
    );
    assert_eq!(balance(&mut desk, "A1"), (0, 620));
    desk.run(&file("2026-07", vec![line("20", 6_200)])).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (0, 0));
    let withdrawn = ImportBill {
        withdrawn: true,
        ..file("2026-07", Vec::new())
    };
    let gone = desk.run(&withdrawn).unwrap();
    assert_eq!(gone.outcome.became, ImportedAs::Withdrawn);
    assert_eq!(balance(&mut desk, "A1"), (0, 6_200));
    assert_eq!(
        desk.run(&withdrawn).unwrap().outcome.became,
        ImportedAs::Known
    );
    // Billed once more, it is another bill of the same month.
    let again = desk.run(&file("2026-07", vec![line("20", 6_000)])).unwrap();
    assert_eq!(again.outcome.bill_no, Some("A1-202607R2".parse().unwrap()));
    assert_eq!(balance(&mut desk, "A1"), (0, 200));
}

#[test]
fn r91_late_fees_are_theirs_unless_it_is_said_that_they_are_ours() {
    let mut desk = theirs();
    desk.on("2026-08-02");
    let with_fee = |fee: i64| {
        let said = ImportedLine {
            late_fee: Some(fen(fee)),
            ..line("10", 10_000)
        };
        file("2026-07", vec![said])
    };
    desk.run(&with_fee(100)).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (10_100, 0));
    desk.run(&with_fee(130)).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (10_130, 0));
    assert_eq!(desk.refused(&with_fee(120)), "ACCOUNT_LATE_FEE_LOWERED");
    let ours = SetBillingMaster {
        late_fees_here: true,
        ..master(BillingMaster::ChargingSystem, "2026-08")
    };
    desk.run(&ours).unwrap();
    let august = ImportBill {
        month: "2026-08".parse().unwrap(),
        ..with_fee(77)
    };
    desk.run(&august).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (20_130, 0));
    let account = record(&mut desk, "A1");
    assert!(account.late_case(&"A1-202608".parse().unwrap()).is_some());
}

#[test]
fn r91_the_first_bill_of_ours_goes_on_where_theirs_end_in_counts_and_tiers() {
    let mut desk = theirs();
    read(&mut desk, "W1", "2026-06-21", "170");
    desk.on("2026-07-02");
    desk.run(&file("2026-06", vec![line("170", 48_450)]))
        .unwrap();
    // July is read and billed there as well, but its file comes only after the switch.
    read(&mut desk, "W1", "2026-07-21", "178");
    desk.run(&master(BillingMaster::Here, "2026-08")).unwrap();
    read(&mut desk, "W1", "2026-08-21", "190");
    desk.on("2026-09-02");
    let august = issue(&mut desk, "2026-08");
    assert_eq!(august.meters[0].usage, "12".parse().unwrap());
    assert_eq!(desk.refused(&bill("2026-07")), "ACCOUNT_LATER_MONTH_BILLED");
    desk.run(&file("2026-07", vec![line("8", 2_280)])).unwrap();
    let to_date = |desk: &mut Desk| {
        record(desk, "A1").quantity_to_date(
            &"water-home".parse().unwrap(),
            "2026-01-01".parse().unwrap(),
        )
    };
    assert_eq!(to_date(&mut desk), "190".parse().unwrap());
    // 170 of the year were theirs: 10 more in the first tier, 2 in the second.
    let amounts: Vec<i64> = august.lines.iter().map(|it| it.amount.value()).collect();
    assert_eq!(
        (amounts, august.total),
        (vec![3_100, 930, 1_140], fen(5_170))
    );
    // Nothing is to be corrected where no reading is another.
    let rebill = PreviewRebilling {
        account_no: "A1".parse().unwrap(),
    };
    assert_eq!(desk.refused(&rebill), "BILLING_NOTHING_TO_REBILL");
}

#[test]
fn r97_a_parallel_run_compares_to_the_fen_and_says_why() {
    let mut desk = theirs();
    let compare = CompareBill {
        account_no: "A1".parse().unwrap(),
        month: "2026-07".parse().unwrap(),
    };
    let run = |desk: &mut Desk| {
        let compared = desk.run(&compare).unwrap();
        assert_eq!(compared.events, []);
        let outcome = compared.outcome;
        (outcome.kind, outcome.difference.value())
    };
    read(&mut desk, "W1", "2026-06-21", "168");
    desk.on("2026-07-02");
    desk.run(&file("2026-06", vec![line("168", 47_880)]))
        .unwrap();
    desk.on("2026-08-02");
    assert_eq!(run(&mut desk), (BillDifference::None, 0));
    desk.run(&file("2026-07", vec![line("31", 15_242)]))
        .unwrap();
    assert_eq!(run(&mut desk), (BillDifference::MissingHere, -15_242));
    read(&mut desk, "W1", "2026-07-21", "199");
    desk.on("2026-08-02");
    // E1 by days: 152.42, and here the bill came before the reading.
    assert_eq!(run(&mut desk), (BillDifference::None, 0));
    desk.run(&file("2026-07", vec![line("31", 15_241)]))
        .unwrap();
    assert_eq!(run(&mut desk), (BillDifference::Price, 1));
    desk.run(&file("2026-07", vec![line("30", 14_700)]))
        .unwrap();
    assert_eq!(run(&mut desk), (BillDifference::Usage, 542));
    let withdrawn = ImportBill {
        withdrawn: true,
        ..file("2026-07", Vec::new())
    };
    desk.run(&withdrawn).unwrap();
    assert_eq!(run(&mut desk), (BillDifference::MissingThere, 15_242));
}

proptest! {
    /// Whatever files say, in whatever order, one bill stands for the month, and what is open and
    /// paid there is exactly as the last one says.
    #[test]
    fn r91_the_last_file_holds(files in prop::collection::vec((1_i64..100_000, 0_i64..100), 1..6)) {
        let mut desk = theirs();
        desk.on("2026-08-02");
        let mut last = (0, 0);
        for (amount, percent) in files {
            let open = amount * percent / 100;
            desk.run(&arrears("2026-07", amount, open)).unwrap();
            last = (open, amount - open);
        }
        prop_assert_eq!(there(&mut desk, "2026-07"), last);
        prop_assert_eq!(balance(&mut desk, "A1"), (last.0, 0));
        let account = record(&mut desk, "A1");
        prop_assert_eq!(account.standing_bills().count(), 1);
    }
}
