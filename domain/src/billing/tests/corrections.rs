//! Bills after they were issued: notes, void bills and their revisions, closed months.

use chaobiao_decision::Actor;

use super::*;
use crate::billing_month::CloseMonth;
use crate::billing_run::StartBillingRun;
use crate::meter::{EstimateReading, ReadState};
use crate::payment::{PaymentMethod, RecordPayment};
use crate::waiver::fixture::credit_note;

pub(super) fn pay(desk: &mut Desk, amount: i64, bills: &[&str]) -> Result<(), String> {
    let payment = RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(amount),
        campus: "N".parse().unwrap(),
        accounts: vec!["A1".parse().unwrap()],
        bills: bills.iter().map(|it| it.parse().unwrap()).collect(),
        cheque: None,
        payer: None,
    };
    let paid = desk.run(&payment);
    paid.map(|_| ()).map_err(|rejection| rejection.code)
}

fn void(bill_no: &str) -> VoidBill {
    VoidBill {
        bill_no: bill_no.parse().unwrap(),
        reason: "户号错误".to_owned(),
    }
}

fn adjust(bill_no: &str, kind: BillAdjustment, amount: i64) -> AdjustBill {
    AdjustBill {
        bill_no: bill_no.parse().unwrap(),
        kind,
        commodity: Commodity::Water,
        amount: Fen::new(amount),
        reason: "协商减免".to_owned(),
    }
}

fn credit(desk: &mut Desk, bill_no: &str, amount: i64) -> Result<(), String> {
    let noted = credit_note(desk, &bill_no.parse().unwrap(), Commodity::Water, amount);
    noted.map(|_| ())
}

fn reissue(bill_no: &str) -> ReissueBill {
    ReissueBill {
        bill_no: bill_no.parse().unwrap(),
        due_on: None,
    }
}

fn rebill() -> Rebill {
    Rebill {
        account_no: "A1".parse().unwrap(),
        reason: "照片显示的读数不同".to_owned(),
    }
}

fn preview(desk: &mut Desk) -> crate::account::Rebilling {
    let preview = PreviewRebilling {
        account_no: "A1".parse().unwrap(),
    };
    let accepted = desk.run(&preview).unwrap();
    assert_eq!(accepted.events, []);
    accepted.outcome
}

fn close(month: &str) -> CloseMonth {
    CloseMonth {
        campus: "N".parse().unwrap(),
        month: month.parse().unwrap(),
    }
}

fn correct(desk: &mut Desk, reading_id: &ReadingId, index: &str) {
    let request = RequestCorrection {
        meter_no: "W1".parse().unwrap(),
        reading_id: reading_id.clone(),
        index: index.parse().unwrap(),
        reason: format!("照片显示 {index}"),
    };
    let asked = desk.by("li").run(&request).unwrap().outcome;
    let approve = ApproveCorrection {
        meter_no: "W1".parse().unwrap(),
        correction_id: asked.correction_id,
    };
    desk.by("zhao").run(&approve).unwrap();
    desk.actor = Actor::System("test".to_owned());
}

/// (month, what it adds, the month it is booked in) of every note.
fn notes(rebilling: &crate::account::Rebilling) -> Vec<(String, i64, String)> {
    let note = |note: &crate::account::Note| {
        let (month, booked) = (note.month.to_string(), note.booked_in.to_string());
        (month, note.amount.value(), booked)
    };
    rebilling.notes().map(note).collect()
}

fn row(month: &str, amount: i64, booked_in: &str) -> (String, i64, String) {
    (month.to_owned(), amount, booked_in.to_owned())
}

/// E7 up to August's actual reading: June actual at 305, July estimated at 318, one flat price.
fn e7(august: &str) -> Desk {
    let mut desk = Desk::new("2025-06-30");
    desk.actor = Actor::System("test".to_owned());
    let define = DefineTariff {
        tariff_id: "water-home".parse().unwrap(),
        name: "居民生活用水".to_owned(),
        payment_days: 15,
        commodity: Commodity::Water,
        terms: serde_json::from_value(json!({ "versions": [{
            "from": "2025-01-01",
            "tiers": [{ "price": "3.10" }],
            "surcharges": [{ "name": "sewage", "price": "0.95" }],
        }] }))
        .unwrap(),
    };
    desk.run(&define).unwrap();
    open(&mut desk, "A1");
    add_meter(&mut desk, "W1", "A1");
    read(&mut desk, "W1", "2025-07-31", "13");
    read(&mut desk, "W1", "2025-08-31", "21");
    read(&mut desk, "W1", "2026-06-30", "55");
    issue(&mut desk, "2026-06");
    let estimate = EstimateReading {
        meter_no: "W1".parse().unwrap(),
        state: ReadState::Estimated,
        read_at: None,
        round: None,
        reason: "门锁".to_owned(),
    };
    desk.on("2026-07-31").run(&estimate).unwrap();
    let july = issue(&mut desk, "2026-07");
    assert_eq!(july.total, Fen::new(5265), "13 m³: 40.30 + 12.35");
    read(&mut desk, "W1", "2026-08-31", august);
    desk
}

#[test]
fn e7_an_estimate_that_was_right_leaves_the_bill_as_it_was() {
    let mut desk = e7("76");
    assert_eq!(desk.refused(&rebill()), "BILLING_NOTHING_TO_REBILL");
    assert_eq!(issue(&mut desk, "2026-08").total, Fen::new(3240), "8 m³");
}

#[test]
fn e7_a_true_up_credits_july_and_bills_august_from_there() {
    let mut desk = e7("65");
    let (open, _) = balance(&mut desk, "A1");
    let previewed = preview(&mut desk);
    assert_eq!(notes(&previewed), [row("2026-07", -3240, "2026-07")]);
    let posted = desk.run(&rebill()).unwrap();
    assert_eq!(posted.event_types(), ["account.rebilled"]);
    assert_eq!(posted.outcome.net, previewed.net);
    assert_eq!(posted.outcome.notes, ["A1-202607C1".parse().unwrap()]);
    let august = issue(&mut desk, "2026-08");
    assert_eq!(august.total, Fen::new(2025), "5 m³");
    assert_eq!(
        balance(&mut desk, "A1").0 - open,
        -1215,
        "net −12.15 on July and August together"
    );
    assert_eq!(desk.refused(&rebill()), "BILLING_NOTHING_TO_REBILL");
}

#[test]
fn e7_a_closed_july_keeps_its_books_and_august_has_the_difference() {
    let mut desk = e7("65");
    desk.run(&close("2026-07")).unwrap();
    assert_eq!(
        notes(&preview(&mut desk)),
        [row("2026-07", -3240, "2026-08")]
    );
    desk.run(&rebill()).unwrap();
    let august = issue(&mut desk, "2026-08").total.value();
    assert_eq!(august - 3240, -1215, "−3 m³ at 4.05 on August's books");
}

#[test]
fn e7_what_was_paid_of_a_bill_that_asks_for_less_becomes_credit_and_pays_the_next() {
    let mut desk = e7("65");
    let (open, _) = balance(&mut desk, "A1");
    pay(&mut desk, open, &[]).unwrap();
    let posted = desk.run(&rebill()).unwrap();
    assert_eq!(
        posted.event_types(),
        ["account.payment_released", "account.rebilled"]
    );
    assert_eq!(balance(&mut desk, "A1"), (0, 3240));
    issue(&mut desk, "2026-08");
    assert_eq!(balance(&mut desk, "A1"), (0, 1215));
}

/// Half-years to the end of 2026, then months; the year's end as it is given.
fn half_years_and_months(year_end: &str) -> [(&'static str, String); 7] {
    [
        ("2026-06-30", "150"),
        ("2026-12-31", year_end),
        ("2027-01-31", "345"),
        ("2027-02-28", "385"),
        ("2027-03-31", "430"),
        ("2027-04-30", "475"),
        ("2027-05-31", "520"),
    ]
    .map(|(day, index)| (day, index.to_owned()))
}

#[test]
fn x4_a_year_end_reading_corrected_in_may_moves_the_later_months_of_the_tier_year() {
    let mut desk = desk("prorate_by_day");
    let (mut before, mut readings) = (Vec::new(), Vec::new());
    for (day, index) in half_years_and_months("300") {
        readings.push(read(&mut desk, "W1", day, &index));
        before.push(issue(&mut desk, &day[..7]));
    }
    let billed = balance(&mut desk, "A1").0;
    // The dial showed 320 at the year's end: 20 m³ more in 2026, 20 less in 2027.
    correct(&mut desk, &readings[1], "320");
    let previewed = preview(&mut desk);
    let months: Vec<String> = notes(&previewed).into_iter().map(|note| note.0).collect();
    // December has more of the third tier and January less of the first. Up to April all is in the
    // first tier either way; May, then, has more of the first and less of the second.
    assert_eq!(months, ["2026-12", "2027-01", "2027-05"]);
    let net: i64 = previewed.notes().map(|note| note.amount.value()).sum();
    assert_eq!(previewed.net.value(), net);
    desk.run(&rebill()).unwrap();
    assert_eq!(balance(&mut desk, "A1").0, billed + net);
    // The bills themselves are as they were.
    let account = record(&mut desk, "A1");
    for bill in &before {
        let kept = account.ledger().bill(&bill.bill_no).unwrap();
        assert_eq!(kept.total, bill.total);
    }
    // Σ(before) + Σ(notes) is what a centre would have billed that had read 320.
    let mut right = super::desk("prorate_by_day");
    for (day, index) in half_years_and_months("320") {
        read(&mut right, "W1", day, &index);
        issue(&mut right, &day[..7]);
    }
    assert_eq!(balance(&mut right, "A1"), balance(&mut desk, "A1"));
    let lines = |account: &AccountRecord| -> Vec<_> {
        let bills = account.standing_bills();
        bills
            .map(|bill| {
                bill.lines
                    .iter()
                    .map(|line| line.amount)
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    assert_eq!(lines(&record(&mut right, "A1")), lines(&account));
}

#[test]
fn a_void_bill_asks_for_nothing_and_its_month_is_billed_again_as_a_revision() {
    let mut desk = desk("prorate_by_day");
    july(&mut desk);
    issue(&mut desk, "2026-07");
    pay(&mut desk, 15_242, &["A1-202607"]).unwrap();
    assert_eq!(
        desk.refused(&void("A1-202606")),
        "ACCOUNT_LATER_BILL_STANDS"
    );
    let voided = desk.run(&void("A1-202607")).unwrap();
    // What had paid it pays the older bill.
    assert_eq!(
        voided.event_types(),
        [
            "account.payment_released",
            "account.bill_voided",
            "account.credit_applied"
        ]
    );
    assert_eq!(desk.refused(&void("A1-202607")), "ACCOUNT_BILL_VOID");
    assert_eq!(
        credit(&mut desk, "A1-202607", 100).unwrap_err(),
        "ACCOUNT_BILL_VOID"
    );
    assert_eq!(
        pay(&mut desk, 100, &["A1-202607"]),
        Err("PAYMENT_BILL_VOID".to_owned())
    );
    let july = desk.run(&reissue("A1-202607")).unwrap().outcome;
    assert_eq!(
        (july.bill_no.as_str(), july.total.value()),
        ("A1-202607R2", 15_242)
    );
    assert_eq!(
        desk.refused(&reissue("A1-202607")),
        "ACCOUNT_MONTH_ALREADY_BILLED"
    );
    pay(&mut desk, 100, &["A1-202607R2"]).unwrap();
    desk.run(&void("A1-202607R2")).unwrap();
    let again = desk.run(&reissue("A1-202607R2")).unwrap().outcome;
    assert_eq!(again.bill_no.as_str(), "A1-202607R3");
    assert_eq!(desk.refused(&void("X-202607")), "BILLING_BILL_UNKNOWN");
    assert_eq!(desk.refused(&void("A1")), "BILLING_BILL_UNKNOWN");
}

#[test]
fn a_closed_month_is_neither_billed_nor_made_void_and_is_closed_once() {
    let mut desk = desk("prorate_by_day");
    july(&mut desk);
    issue(&mut desk, "2026-07");
    assert_eq!(desk.refused(&close("2026-07")), "BILLING_MONTH_NOT_ENDED");
    desk.on("2026-08-01").run(&close("2026-07")).unwrap();
    assert_eq!(desk.refused(&close("2026-07")), "BILLING_MONTH_CLOSED");
    assert_eq!(desk.refused(&void("A1-202607")), "BILLING_MONTH_CLOSED");
    open(&mut desk, "B2");
    let other = IssueBill {
        account_no: "B2".parse().unwrap(),
        ..bill("2026-07")
    };
    assert_eq!(desk.refused(&other), "BILLING_MONTH_CLOSED");
    let run = StartBillingRun {
        month: "2026-07".parse().unwrap(),
        campus: Some("N".parse().unwrap()),
        accounts: Vec::new(),
        due_on: None,
        counted: 0,
    };
    assert_eq!(desk.refused(&run), "BILLING_MONTH_CLOSED");
    let elsewhere = CloseMonth {
        campus: "X".parse().unwrap(),
        ..close("2026-07")
    };
    assert_eq!(desk.refused(&elsewhere), "CAMPUS_UNKNOWN");
}

#[test]
fn notes_change_what_a_bill_asks_for_within_what_it_asks_for() {
    let mut desk = desk("prorate_by_day");
    july(&mut desk);
    issue(&mut desk, "2026-07");
    let june = balance(&mut desk, "A1").0 - 15_242;
    let too_much = credit(&mut desk, "A1-202607", 15_243);
    assert_eq!(too_much.unwrap_err(), "WAIVER_NOT_COVERED");
    let nothing = adjust("A1-202607", BillAdjustment::Debit, 0);
    assert_eq!(desk.refused(&nothing), "BILLING_AMOUNT_NOT_POSITIVE");
    let mute = AdjustBill {
        reason: " ".to_owned(),
        ..adjust("A1-202607", BillAdjustment::Debit, 1)
    };
    assert_eq!(desk.refused(&mute), "BILLING_REASON_INVALID");
    credit(&mut desk, "A1-202607", 5_000).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (june + 10_242, 0));
    pay(&mut desk, june + 10_242, &[]).unwrap();
    // Of what is paid, the note sets free what it takes.
    credit(&mut desk, "A1-202607", 5_000).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (0, 5_000));
    let debit = adjust("A1-202607", BillAdjustment::Debit, 6_000);
    let raised = desk.run(&debit).unwrap();
    assert_eq!(
        raised.event_types(),
        ["account.bill_adjusted", "account.credit_applied"]
    );
    assert_eq!(balance(&mut desk, "A1"), (1_000, 0));
}

#[test]
fn a_bill_over_nothing_gets_its_notice_with_the_first_note_that_asks_for_money() {
    let mut desk = desk("prorate_by_day");
    july(&mut desk);
    issue(&mut desk, "2026-07");
    read(&mut desk, "W1", "2026-08-21", "199");
    issue(&mut desk, "2026-08");
    let raised = desk
        .run(&adjust("A1-202608", BillAdjustment::Debit, 500))
        .unwrap();
    assert_eq!(
        raised.event_types(),
        ["account.bill_adjusted", "account.notice_issued"]
    );
    assert_eq!(raised.events[1].payload["to_pay"], 500);
    let again = desk
        .run(&adjust("A1-202608", BillAdjustment::Debit, 500))
        .unwrap();
    assert_eq!(again.event_types(), ["account.bill_adjusted"]);
}
