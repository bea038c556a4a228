//! V23: what the program sees on a photo, and who looks again.

use super::*;
use chaobiao_decision::Actor;

pub(super) fn seen(verdict: PhotoVerdict, shown: &str) -> PhotoCheck {
    PhotoCheck {
        verdict,
        rule: "scored".to_owned(),
        shown: Some(shown.to_owned()),
        wheels: Vec::new(),
        certainty: Certainty::try_new(970).ok(),
        probability: Certainty::try_new(2).ok(),
        codes: Vec::new(),
        serial: None,
        taken_at: None,
        fingerprint: "00ff".to_owned(),
        reused: None,
        model: "m1".to_owned(),
    }
}

fn with_photo(text: &str, check: Option<PhotoCheck>) -> SubmitReading {
    SubmitReading {
        channel: Channel::Field,
        photo: Some(ReadingPhoto {
            check,
            ..photo('a')
        }),
        ..reading(text)
    }
}

fn submit(check: PhotoCheck) -> (Desk, Accepted<ReadingJudged>) {
    let mut desk = water();
    let reading = with_photo("128", Some(check));
    let judged = desk.on("2026-02-01").by("li").run(&reading).unwrap();
    (desk, judged)
}

#[test]
fn x5_a_photo_that_shows_the_index_verifies_it_in_the_same_commit() {
    let (_, judged) = submit(seen(PhotoVerdict::Match, "00128.00"));
    assert_eq!(
        judged.event_types(),
        [
            "meter.photo_submitted",
            "meter.reading_submitted",
            "meter.photo_analysed",
            "meter.reading_accepted"
        ]
    );
    assert_eq!(judged.outcome.photo, Some(PhotoVerdict::Match));
    let analysed = &judged.events[2].payload;
    assert_eq!(analysed["photo"], photo('a').photo.as_str());
    assert_eq!(analysed["index"], "128");
    assert_eq!(analysed["check"]["model"], "m1");
}

#[test]
fn v23_a_photo_that_clearly_shows_another_index_holds_the_reading() {
    let (mut desk, judged) = submit(seen(PhotoVerdict::Mismatch, "00126.00"));
    assert_eq!(judged.outcome.status, ReadingStatus::Held);
    let finding = &judged.outcome.findings[0];
    assert_eq!(
        (finding.rule, finding.severity),
        (Rule::V23, Severity::Hold)
    );
    assert!(finding.message.contains("00126.00"), "{}", finding.message);
    assert_eq!(finding.again().as_ref(), Some(finding));
    // A second person who sees that the photo is right after all lets it count, and it is settled.
    let id = judged.outcome.reading_id;
    desk.by("wang").run(&accept(&id)).unwrap();
    assert!(!desk.state::<Meter>(METER).doubts_photo(&id));
}

#[test]
fn v23_below_the_published_certainty_a_mismatch_does_not_hold() {
    let mut check = seen(PhotoVerdict::Mismatch, "00126.00");
    check.certainty = Certainty::try_new(899).ok();
    assert_eq!(
        submit(check.clone()).1.outcome.status,
        ReadingStatus::Accepted
    );
    check.certainty = Certainty::try_new(900).ok();
    assert_eq!(submit(check).1.outcome.status, ReadingStatus::Held);
}

#[test]
fn v23_another_meters_code_and_a_used_photo_hold_and_doubt_does_not() {
    let mut wrong = seen(PhotoVerdict::WrongMeter, "00128.00");
    wrong.codes = vec!["H9".to_owned()];
    let judged = submit(wrong).1.outcome;
    assert_eq!(judged.status, ReadingStatus::Held);
    assert!(judged.findings[0].message.contains("H9"));

    for sign in [
        ReuseSign::SameBytes,
        ReuseSign::SameMoment,
        ReuseSign::OtherMeterShowsTheSame,
        ReuseSign::NothingMoved,
    ] {
        let mut used = seen(PhotoVerdict::Match, "00128.00");
        used.reused = Some(PhotoReuse {
            sign,
            meter_no: "M9".parse().unwrap(),
            reading_id: "R9".parse().unwrap(),
        });
        let judged = submit(used).1.outcome;
        assert_eq!(judged.status, ReadingStatus::Held, "{sign:?}");
        let finding = &judged.findings[0];
        assert!(finding.message.contains("M9") && finding.message.contains(sign.label()));
        assert_eq!(finding.again().as_ref(), Some(finding));
    }
    for verdict in [PhotoVerdict::Unsure, PhotoVerdict::Retake] {
        let judged = submit(seen(verdict, "00126.00")).1.outcome;
        assert_eq!(judged.status, ReadingStatus::Accepted, "{verdict:?}");
        assert_eq!(judged.findings, []);
    }
}

#[test]
fn the_same_request_may_come_again_when_more_is_known_of_its_photo() {
    let plain = serde_json::to_value(with_photo("128", None)).unwrap();
    let check = seen(PhotoVerdict::Match, "00128.00");
    let known = serde_json::to_value(with_photo("128", Some(check))).unwrap();
    assert_eq!(plain, known);
}

/// An accepted reading whose photo is read afterwards.
fn looked_at_later(verdict: PhotoVerdict) -> (Desk, ReadingId, Accepted<()>) {
    let mut desk = water();
    let reading = with_photo("128", None);
    let judged = desk
        .on("2026-02-01")
        .by("li")
        .run(&reading)
        .unwrap()
        .outcome;
    assert_eq!(
        (judged.status, judged.photo),
        (ReadingStatus::Accepted, None)
    );
    let record = RecordPhotoCheck {
        meter_no: meter_no(),
        reading_id: judged.reading_id.clone(),
        check: seen(verdict, "00126.00"),
    };
    let recorded = desk.run(&record).unwrap();
    (desk, judged.reading_id, recorded)
}

fn review(id: &ReadingId, decision: PhotoDecision) -> ReviewPhoto {
    ReviewPhoto {
        meter_no: meter_no(),
        reading_id: id.clone(),
        decision,
        note: None,
    }
}

#[test]
fn v23_a_late_verdict_against_a_reading_doubts_it_until_somebody_else_settles_it() {
    let (mut desk, id, recorded) = looked_at_later(PhotoVerdict::Mismatch);
    assert_eq!(recorded.event_types(), ["meter.photo_analysed"]);
    assert!(desk.state::<Meter>(METER).doubts_photo(&id));
    let mine = review(&id, PhotoDecision::Confirmed);
    assert_eq!(
        desk.by("li").refused(&mine),
        "METER_REVIEW_NEEDS_ANOTHER_PERSON"
    );
    let reviewed = desk.by("wang").run(&mine).unwrap();
    assert_eq!(reviewed.event_types(), ["meter.photo_reviewed"]);
    assert_eq!(reviewed.events[0].payload["reviewed_by"], "staff:wang");
    assert!(!desk.state::<Meter>(METER).doubts_photo(&id));
    assert_eq!(desk.run(&mine).unwrap().events, [], "said before");
}

#[test]
fn v23_a_refuted_reading_stays_in_doubt_until_two_people_correct_it() {
    let (mut desk, id, _) = looked_at_later(PhotoVerdict::Unsure);
    assert!(!desk.state::<Meter>(METER).doubts_photo(&id));
    desk.by("wang")
        .run(&review(&id, PhotoDecision::Refuted))
        .unwrap();
    assert!(desk.state::<Meter>(METER).doubts_photo(&id));
    let asked = desk.by("wang").run(&RequestCorrection {
        meter_no: meter_no(),
        reading_id: id.clone(),
        index: index("126"),
        reason: "照片显示 126".to_owned(),
    });
    let approve = ApproveCorrection {
        meter_no: meter_no(),
        correction_id: asked.unwrap().outcome.correction_id,
    };
    desk.by("zhao").run(&approve).unwrap();
    assert!(!desk.state::<Meter>(METER).doubts_photo(&id));
}

#[test]
fn x5_a_later_model_never_rewrites_an_earlier_verdict() {
    let (mut desk, id, _) = looked_at_later(PhotoVerdict::Match);
    let again = RecordPhotoCheck {
        meter_no: meter_no(),
        reading_id: id,
        check: PhotoCheck {
            model: "m2".to_owned(),
            ..seen(PhotoVerdict::Mismatch, "00126.00")
        },
    };
    assert_eq!(desk.run(&again).unwrap().events, []);
}

#[test]
fn what_has_no_photo_or_does_not_count_is_not_reviewed() {
    let mut desk = water();
    let plain = read(&mut desk, "2026-02-01", "128").outcome.reading_id;
    let confirm = review(&plain, PhotoDecision::Confirmed);
    assert_eq!(
        desk.by("wang").refused(&confirm),
        "METER_READING_HAS_NO_PHOTO"
    );
    let nothing = review(&"R0".parse().unwrap(), PhotoDecision::Confirmed);
    assert_eq!(desk.refused(&nothing), "METER_READING_NOT_FOUND");
    let (mut desk, judged) = submit(seen(PhotoVerdict::Mismatch, "00126.00"));
    let held = review(&judged.outcome.reading_id, PhotoDecision::Confirmed);
    assert_eq!(desk.by("wang").refused(&held), "METER_READING_NOT_ACCEPTED");
}

pub(super) fn analysed() -> PhotoAnalysed {
    PhotoAnalysed {
        reading_id: "R1".parse().unwrap(),
        photo: photo('a').photo,
        index: index("131.50"),
        read_at: at("2026-02-01 09:00"),
        check: PhotoCheck {
            wheels: vec![WheelSeen {
                value: "7.4".to_owned(),
                certainty: Certainty::try_new(991).unwrap(),
            }],
            codes: vec!["H1".to_owned()],
            serial: Some("25288446".to_owned()),
            taken_at: Some("2026-02-01T08:58:00".parse().unwrap()),
            reused: Some(PhotoReuse {
                sign: ReuseSign::SameMoment,
                meter_no: "M9".parse().unwrap(),
                reading_id: "R9".parse().unwrap(),
            }),
            ..seen(PhotoVerdict::Mismatch, "00126.00")
        },
    }
}

pub(super) fn analysed_required() -> PhotoAnalysed {
    PhotoAnalysed {
        check: PhotoCheck {
            shown: None,
            certainty: None,
            probability: None,
            ..seen(PhotoVerdict::Retake, "")
        },
        ..analysed()
    }
}

pub(super) fn reviewed(note: Option<&str>) -> PhotoReviewed {
    PhotoReviewed {
        reading_id: "R1".parse().unwrap(),
        photo: photo('a').photo,
        decision: PhotoDecision::Refuted,
        note: note.map(str::to_owned),
        reviewed_by: Actor::Staff("wang".to_owned()),
    }
}
