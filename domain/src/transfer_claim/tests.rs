use chaobiao_decision::{Actor, Personal};
use chrono::DateTime;
use cqrs_es::DomainEvent;

use super::*;
use crate::account::fixture::{balance, charge, open, record};
use crate::bank_line::{BankLineGiven, EnterBankLines, ReturnBankLine};
use crate::desk::Desk;
use crate::payment::{PaymentMethod, RecordPayment};
use crate::receipt::{IssueReceipt, TakeReceiptBack};
use crate::units::{Fen, PaymentId, TransferClaimId};

/// North's A1 owes 1 286.40.
fn desk() -> Desk {
    let mut desk = Desk::new("2026-09-14");
    open(&mut desk, "A1");
    charge(&mut desk, "A1", "2026-08", 128_640, 0);
    desk
}

fn photo(digit: char) -> ClaimPhoto {
    ClaimPhoto {
        photo: digit.to_string().repeat(64).parse().unwrap(),
        is_stored: true,
    }
}

fn claim() -> SubmitTransfer {
    SubmitTransfer {
        accounts: vec!["A1".parse().unwrap()],
        bills: Vec::new(),
        amount: Fen::new(128_640),
        photo: Some(photo('a')),
        transferred_on: Some("2026-09-14".parse().unwrap()),
        campus: Some("S".parse().unwrap()),
        phone: None,
    }
}

fn line(number: &str, amount: i64) -> EnterBankLines {
    EnterBankLines {
        lines: vec![BankLineGiven {
            bank_reference: number.parse().unwrap(),
            amount: Fen::new(amount),
            booked_on: "2026-09-16".parse().unwrap(),
            payer: None,
            memo: None,
            account_no: None,
        }],
    }
}

fn verify(claim_id: &TransferClaimId, number: &str, accept_bank_amount: bool) -> VerifyTransfer {
    VerifyTransfer {
        claim_id: claim_id.clone(),
        bank_reference: number.parse().unwrap(),
        accept_bank_amount,
    }
}

fn reject(claim_id: &TransferClaimId, reason: &str) -> RejectTransfer {
    RejectTransfer {
        claim_id: claim_id.clone(),
        reason: reason.to_owned(),
    }
}

fn issue(payment_id: &PaymentId) -> IssueReceipt {
    IssueReceipt {
        payment_id: payment_id.clone(),
        campus: "S".parse().unwrap(),
        accounts: Vec::new(),
        parts: Vec::new(),
    }
}

#[test]
fn e4_a_claim_pays_nothing_until_the_bank_bears_it_out_and_then_what_the_bank_has() {
    let mut desk = desk();
    let claim_id = desk.run(&claim()).unwrap().outcome.claim_id;
    assert_eq!(balance(&mut desk, "A1"), (128_640, 0));
    assert!(record(&mut desk, "A1").is_dunning_paused());
    desk.on("2026-09-16").by("qian");
    desk.run(&line("B1", 126_840)).unwrap();
    let noted = desk.run(&verify(&claim_id, "B1", false)).unwrap();
    assert_eq!(noted.event_types(), ["transfer_claim.mismatch_noted"]);
    assert_eq!(noted.outcome.payment_id, None);
    let again = desk.run(&verify(&claim_id, "B1", false)).unwrap();
    assert!(again.events.is_empty(), "noted once");
    assert_eq!(balance(&mut desk, "A1"), (128_640, 0));
    let verified = desk.run(&verify(&claim_id, "B1", true)).unwrap();
    let payment_id = verified.outcome.payment_id.unwrap();
    assert_eq!(balance(&mut desk, "A1"), (1_800, 0));
    assert!(!record(&mut desk, "A1").is_dunning_paused());
    assert_eq!(
        desk.refused(&verify(&claim_id, "B1", true)),
        "TRANSFER_ALREADY_VERIFIED"
    );

    desk.on("2026-09-17").by("li");
    let receipt_no = desk.run(&issue(&payment_id)).unwrap().outcome.receipt_no;
    desk.on("2026-09-18").by("qian");
    let back = ReturnBankLine {
        bank_reference: "B1".parse().unwrap(),
        return_reference: "R1".parse().unwrap(),
        reason: "收款账号有误".to_owned(),
    };
    let returned = desk.run(&back).unwrap();
    assert_eq!(
        returned.event_types(),
        [
            "bank_line.returned",
            "payment.reversed",
            "account.payment_reversed",
            "account.receipt_recalled",
            "transfer_claim.reversed"
        ],
        "the money had reached the centre: campuses owe each other nothing"
    );
    assert_eq!(balance(&mut desk, "A1"), (128_640, 0));

    desk.on("2026-09-30").by("li");
    let cash = RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(128_640),
        campus: "N".parse().unwrap(),
        accounts: vec!["A1".parse().unwrap()],
        bills: Vec::new(),
        cheque: None,
        payer: None,
    };
    let paid = desk.run(&cash).unwrap().outcome.payment_id;
    assert_eq!(desk.refused(&issue(&paid)), "RECEIPT_STILL_OUT");
    let take_back = TakeReceiptBack {
        receipt_no,
        lost: None,
    };
    desk.run(&take_back).unwrap();
    assert_eq!(desk.refused(&take_back), "RECEIPT_ALREADY_BACK");
    let next = desk.run(&issue(&paid)).unwrap().outcome.receipt_no;
    assert_eq!(next.as_str(), "S-2026-000002");
    let valid = TakeReceiptBack {
        receipt_no: next,
        lost: None,
    };
    assert_eq!(desk.refused(&valid), "RECEIPT_NOT_RECALLED");
}

#[test]
fn r28_one_line_bears_out_one_claim_and_one_claim_is_borne_out_once_by_somebody_else() {
    let mut desk = desk();
    let claim_id = desk.run(&claim()).unwrap().outcome.claim_id;
    assert_eq!(desk.refused(&claim()), "TRANSFER_PHOTO_USED");
    let other = SubmitTransfer {
        photo: None,
        ..claim()
    };
    let other = desk.run(&other).unwrap().outcome.claim_id;
    desk.on("2026-09-16").run(&line("B1", 128_640)).unwrap();
    assert_eq!(
        desk.refused(&verify(&claim_id, "B1", false)),
        "TRANSFER_VERIFIED_BY_REGISTRAR"
    );
    desk.by("qian");
    assert_eq!(
        desk.refused(&verify(&claim_id, "B9", false)),
        "BANK_LINE_UNKNOWN"
    );
    desk.run(&verify(&claim_id, "B1", false)).unwrap();
    assert_eq!(
        desk.refused(&verify(&other, "B1", false)),
        "BANK_LINE_ALREADY_BOOKED"
    );
    assert!(
        record(&mut desk, "A1").is_dunning_paused(),
        "the other waits"
    );
    assert_eq!(desk.refused(&reject(&other, "")), "TRANSFER_REASON_INVALID");
    desk.run(&reject(&other, "重复申报")).unwrap();
    assert!(!record(&mut desk, "A1").is_dunning_paused());
    assert_eq!(desk.refused(&reject(&other, "再退一次")), "TRANSFER_CLOSED");
    assert_eq!(
        desk.refused(&reject(&claim_id, "晚了")),
        "TRANSFER_ALREADY_VERIFIED"
    );
}

#[test]
fn money_that_is_there_is_kept_as_credit_when_the_bill_was_paid_meanwhile() {
    let mut desk = desk();
    let claim_id = desk
        .run(&SubmitTransfer {
            bills: vec!["A1-202608".parse().unwrap()],
            ..claim()
        })
        .unwrap()
        .outcome
        .claim_id;
    let cash = RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(128_640),
        campus: "N".parse().unwrap(),
        accounts: vec!["A1".parse().unwrap()],
        bills: Vec::new(),
        cheque: None,
        payer: None,
    };
    desk.run(&cash).unwrap();
    desk.on("2026-09-16").by("qian");
    desk.run(&line("B1", 128_640)).unwrap();
    desk.run(&verify(&claim_id, "B1", false)).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (0, 128_640));
}

#[test]
fn bad_claims_are_refused() {
    let mut desk = desk();
    let cases = [
        (
            SubmitTransfer {
                amount: Fen::ZERO,
                ..claim()
            },
            "TRANSFER_NOT_POSITIVE",
        ),
        (
            SubmitTransfer {
                accounts: Vec::new(),
                ..claim()
            },
            "TRANSFER_ACCOUNTS_INVALID",
        ),
        (
            SubmitTransfer {
                accounts: vec!["X9".parse().unwrap()],
                ..claim()
            },
            "ACCOUNT_UNKNOWN",
        ),
        (
            SubmitTransfer {
                bills: vec!["A1-209901".parse().unwrap()],
                ..claim()
            },
            "TRANSFER_BILL_UNKNOWN",
        ),
        (
            SubmitTransfer {
                photo: Some(ClaimPhoto {
                    is_stored: false,
                    ..photo('b')
                }),
                ..claim()
            },
            "TRANSFER_PHOTO_UNKNOWN",
        ),
        (
            SubmitTransfer {
                transferred_on: Some("2026-09-15".parse().unwrap()),
                ..claim()
            },
            "TRANSFER_DATE_IN_FUTURE",
        ),
        (
            SubmitTransfer {
                campus: Some("X".parse().unwrap()),
                ..claim()
            },
            "CAMPUS_UNKNOWN",
        ),
    ];
    for (claim, code) in cases {
        assert_eq!(desk.refused(&claim), code, "{claim:?}");
    }
    desk.actor = Actor::Customer("c1".to_owned());
    let own = SubmitTransfer {
        campus: None,
        ..claim()
    };
    assert_eq!(desk.refused(&own), "TRANSFER_ACCOUNT_NOT_YOURS");
    let blind = SubmitTransfer { photo: None, ..own };
    assert_eq!(desk.refused(&blind), "TRANSFER_PHOTO_MISSING");
}

#[test]
fn every_event_keeps_its_golden_json() {
    let at = DateTime::from_timestamp(1_788_000_000, 0).unwrap();
    let claim_id: TransferClaimId = "01900000-0000-7000-8000-000000000003".parse().unwrap();
    let payment_id: PaymentId = "01900000-0000-7000-8000-000000000001".parse().unwrap();
    let phone = "13800138000".parse().unwrap();
    let events = [
        TransferClaimEvent::Submitted(TransferSubmitted {
            claim_id: claim_id.clone(),
            accounts: vec!["A1".parse().unwrap()],
            bills: vec!["A1-202608".parse().unwrap()],
            amount: Fen::new(128_640),
            photo: Some("a".repeat(64).parse().unwrap()),
            transferred_on: Some("2026-09-14".parse().unwrap()),
            campus: Some("S".parse().unwrap()),
            phone: Some(Personal::new(format!("transfer_claim/{claim_id}"), phone)),
            submitted_by: Actor::Staff("li".to_owned()),
            submitted_at: at,
        }),
        TransferClaimEvent::MismatchNoted(TransferMismatch {
            bank_reference: "B1".parse().unwrap(),
            claimed: Fen::new(128_640),
            received: Fen::new(126_840),
            noted_by: Actor::Staff("qian".to_owned()),
        }),
        TransferClaimEvent::Verified(TransferVerified {
            bank_reference: "B1".parse().unwrap(),
            payment_id: payment_id.clone(),
            amount: Fen::new(126_840),
            verified_by: Actor::Staff("qian".to_owned()),
        }),
        TransferClaimEvent::Rejected {
            reason: "查无到账".to_owned(),
            rejected_by: Actor::Staff("qian".to_owned()),
        },
        TransferClaimEvent::Reversed {
            payment_id,
            reason: "收款账号有误".to_owned(),
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<TransferClaimEvent>(&json).unwrap(),
            event
        );
    }
}
