//! Articles and outage notices, from what is written to what is kept.

use std::collections::BTreeSet;

use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;

use crate::bulletin::article::{
    ArticleCategory, ArticleEvent, ArticleText, Audience, DraftArticle, PublishArticle,
    PushArticle, ReviseArticle, WithdrawArticle,
};
use crate::bulletin::outage::{
    CancelOutage, ExtendOutage, Outage, OutageArea, OutageEvent, OutageMonth, OutageMonthEvent,
    OutagePublished, PublishOutage, RemindOfOutage,
};
use crate::desk::Desk;
use crate::units::Commodity;

fn text(body: &str) -> ArticleText {
    ArticleText {
        title: "缴费方式".to_owned(),
        body: body.to_owned(),
    }
}

fn draft(body: &str) -> DraftArticle {
    DraftArticle {
        category: ArticleCategory::Faq,
        campus: None,
        text: text(body),
    }
}

#[test]
fn r63_an_article_is_drafted_published_in_versions_and_withdrawn() {
    let mut desk = Desk::new("2026-09-21");
    let drafted = desk.run(&draft("现金或转账")).unwrap().outcome;
    let article_id = drafted.article_id;
    let withdraw = WithdrawArticle {
        article_id: article_id.clone(),
        reason: "过期".to_owned(),
    };
    assert_eq!(desk.refused(&withdraw), "ARTICLE_NOT_PUBLISHED");
    let publish = |version| PublishArticle {
        article_id: article_id.clone(),
        version,
    };
    desk.run(&publish(None)).unwrap();
    assert!(desk.run(&publish(Some(1))).unwrap().events.is_empty());
    let revise = ReviseArticle {
        article_id: article_id.clone(),
        text: text("现金、转账或微信"),
    };
    assert_eq!(desk.run(&revise).unwrap().outcome.version, 2);
    assert!(desk.run(&revise).unwrap().events.is_empty());
    assert_eq!(desk.refused(&publish(Some(3))), "ARTICLE_VERSION_UNKNOWN");
    let published = desk.run(&publish(None)).unwrap();
    assert_eq!(published.events[0].payload["version"], 2);
    desk.run(&withdraw).unwrap();
    desk.run(&publish(Some(1))).unwrap();
}

#[test]
fn r9_what_is_published_is_pushed_to_the_same_people_once() {
    let mut desk = Desk::new("2026-09-21");
    let article_id = desk.run(&draft("现金或转账")).unwrap().outcome.article_id;
    let push = |building: &str| PushArticle {
        article_id: article_id.clone(),
        audience: Audience::Building {
            campus: "N".parse().unwrap(),
            building: building.to_owned(),
        },
    };
    assert_eq!(desk.refused(&push("1 栋")), "ARTICLE_NOT_PUBLISHED");
    let publish = PublishArticle {
        article_id: article_id.clone(),
        version: None,
    };
    desk.run(&publish).unwrap();
    assert_eq!(desk.refused(&push("  ")), "ARTICLE_BUILDING_INVALID");
    let pushed = desk.run(&push("1 栋")).unwrap();
    assert_eq!(pushed.event_types(), ["article.pushed"]);
    assert_eq!(pushed.events[0].payload["title"], text("").title);
    assert_eq!(desk.refused(&push("1 栋")), "ARTICLE_ALREADY_PUSHED");
    desk.run(&push("2 栋")).unwrap();
    let elsewhere = PushArticle {
        audience: Audience::Campus {
            campus: "X".parse().unwrap(),
        },
        ..push("1 栋")
    };
    assert_eq!(desk.refused(&elsewhere), "CAMPUS_UNKNOWN");
    let nobody = PushArticle {
        audience: Audience::Account {
            campus: "N".parse().unwrap(),
            account_no: "A9".parse().unwrap(),
        },
        ..push("1 栋")
    };
    assert_eq!(desk.refused(&nobody), "ACCOUNT_UNKNOWN");
    let revise = ReviseArticle {
        article_id: article_id.clone(),
        text: text("现金、转账或微信"),
    };
    desk.run(&revise).unwrap();
    assert_eq!(desk.refused(&push("1 栋")), "ARTICLE_ALREADY_PUSHED");
    desk.run(&publish).unwrap();
    desk.run(&push("1 栋")).unwrap();
}

#[test]
fn an_article_that_could_run_in_a_page_is_refused() {
    let mut desk = Desk::new("2026-09-21");
    for body in ["<script>alert(1)</script>", "[点](javascript:alert(1))"] {
        assert_eq!(desk.refused(&draft(body)), "ARTICLE_UNSAFE", "{body}");
    }
    assert_eq!(desk.refused(&draft(" ")), "ARTICLE_BODY_INVALID");
    let nameless = DraftArticle {
        text: ArticleText {
            title: "<b>".to_owned(),
            ..text("好")
        },
        ..draft("好")
    };
    assert_eq!(desk.refused(&nameless), "ARTICLE_UNSAFE");
    let elsewhere = DraftArticle {
        campus: Some("Z".parse().unwrap()),
        ..draft("好")
    };
    assert_eq!(desk.refused(&elsewhere), "CAMPUS_UNKNOWN");
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn outage(from: &str, to: &str) -> PublishOutage {
    PublishOutage {
        commodities: BTreeSet::from([Commodity::Water]),
        area: OutageArea::Building {
            campus: "N".parse().unwrap(),
            building: "北苑 3 栋".to_owned(),
        },
        from: instant(from),
        to: instant(to),
        reason: "水箱清洗".to_owned(),
    }
}

#[test]
fn r61_an_outage_is_announced_reminded_of_extended_and_cancelled() {
    let mut desk = Desk::new("2026-09-21");
    let good = outage("2026-09-25T01:00:00Z", "2026-09-25T05:00:00Z");
    for (bad, code) in [
        (
            PublishOutage {
                commodities: BTreeSet::new(),
                ..good.clone()
            },
            "OUTAGE_NO_COMMODITY",
        ),
        (
            outage("2026-09-25T05:00:00Z", "2026-09-25T05:00:00Z"),
            "OUTAGE_TIMES_INVALID",
        ),
        (
            outage("2026-09-20T01:00:00Z", "2026-09-20T05:00:00Z"),
            "OUTAGE_ALREADY_OVER",
        ),
        (
            PublishOutage {
                reason: String::new(),
                ..good.clone()
            },
            "OUTAGE_REASON_INVALID",
        ),
    ] {
        assert_eq!(desk.refused(&bad), code);
    }
    let published = desk.run(&good).unwrap();
    assert_eq!(
        published.events[0].payload["remind_at"],
        "2026-09-24T01:00:00Z"
    );
    let outage_id = published.outcome.outage_id;
    let soon = desk
        .run(&outage("2026-09-21T05:00:00Z", "2026-09-21T06:00:00Z"))
        .unwrap();
    assert!(soon.events[0].payload.get("remind_at").is_none());

    let extend = |to: &str| ExtendOutage {
        outage_id: outage_id.clone(),
        to: instant(to),
        reason: "管道损坏".to_owned(),
    };
    assert_eq!(
        desk.refused(&extend("2026-09-25T05:00:00Z")),
        "OUTAGE_NOT_LONGER"
    );
    desk.run(&extend("2026-09-25T08:00:00Z")).unwrap();
    desk.actor = Actor::System("due".to_owned());
    let remind = RemindOfOutage {
        outage_id: outage_id.clone(),
    };
    desk.run(&remind).unwrap();
    assert_eq!(desk.refused(&remind), "OUTAGE_ALREADY_REMINDED");
    let cancel = CancelOutage {
        outage_id: outage_id.clone(),
        reason: "改期".to_owned(),
    };
    desk.by("li").run(&cancel).unwrap();
    assert_eq!(desk.refused(&remind), "OUTAGE_CANCELLED");
    assert_eq!(
        desk.refused(&extend("2026-09-25T09:00:00Z")),
        "OUTAGE_CANCELLED"
    );
    desk.on("2026-09-30");
    let over = CancelOutage {
        outage_id: soon.outcome.outage_id,
        ..cancel
    };
    assert_eq!(desk.refused(&over), "OUTAGE_ALREADY_OVER");
}

#[test]
fn an_outage_is_listed_in_every_month_it_reaches_into() {
    let mut desk = Desk::new("2026-09-21");
    // To the end of September in Shanghai, not an instant further.
    let published = desk
        .run(&outage("2026-09-25T01:00:00Z", "2026-09-30T16:00:00Z"))
        .unwrap();
    let outage_id = published.outcome.outage_id;
    let listed = |desk: &mut Desk, month: &str| {
        let id = OutageMonth::id(&"N".parse().unwrap(), month.parse().unwrap());
        let month = desk.state::<OutageMonth>(&id);
        month.outages().contains(&outage_id)
    };
    assert!(listed(&mut desk, "2026-09"));
    assert!(!listed(&mut desk, "2026-08"));
    assert!(!listed(&mut desk, "2026-10"));
    let extend = ExtendOutage {
        outage_id: outage_id.clone(),
        to: instant("2026-11-01T00:00:00Z"),
        reason: "管道损坏".to_owned(),
    };
    desk.run(&extend).unwrap();
    assert!(listed(&mut desk, "2026-10") && listed(&mut desk, "2026-11"));

    // Over early, it has been one up to then; called off before it begins, it never was.
    let off = |desk: &mut Desk| {
        let outage = desk.state::<Outage>(outage_id.as_str());
        outage.without_supply().map(|(_, from, to)| (from, to))
    };
    let begins = instant("2026-09-25T01:00:00Z");
    assert_eq!(
        off(&mut desk),
        Some((begins, instant("2026-11-01T00:00:00Z")))
    );
    let cancel = CancelOutage {
        outage_id: outage_id.clone(),
        reason: "提前修好".to_owned(),
    };
    desk.on("2026-09-28").run(&cancel).unwrap();
    assert_eq!(
        off(&mut desk),
        Some((begins, instant("2026-09-28T01:00:00Z")))
    );
    let ahead = desk
        .run(&outage("2026-10-25T01:00:00Z", "2026-10-26T16:00:00Z"))
        .unwrap();
    let outage_id = ahead.outcome.outage_id;
    let cancel = CancelOutage {
        outage_id: outage_id.clone(),
        ..cancel
    };
    desk.run(&cancel).unwrap();
    let outage = desk.state::<Outage>(outage_id.as_str());
    assert_eq!(outage.without_supply(), None);
}

fn keep<E: DomainEvent>(events: &[E]) {
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<E>(&json).unwrap(), *event);
    }
}

#[test]
fn events_keep_their_form() {
    keep(&[
        ArticleEvent::Drafted {
            article_id: "t1".parse().unwrap(),
            category: ArticleCategory::Faq,
            campus: Some("N".parse().unwrap()),
            text: text("现金或转账"),
        },
        ArticleEvent::Revised {
            version: 2,
            text: text("现金、转账或微信"),
        },
        ArticleEvent::Published { version: 2 },
        ArticleEvent::Pushed {
            article_id: "t1".parse().unwrap(),
            version: 2,
            title: "怎样缴费".to_owned(),
            audience: Audience::Building {
                campus: "N".parse().unwrap(),
                building: "北苑 3 栋".to_owned(),
            },
        },
        ArticleEvent::Withdrawn {
            reason: "过期".to_owned(),
        },
    ]);
    let area = OutageArea::Building {
        campus: "N".parse().unwrap(),
        building: "北苑 3 栋".to_owned(),
    };
    keep(&[
        OutageEvent::Published(OutagePublished {
            outage_id: "o1".parse().unwrap(),
            commodities: BTreeSet::from([Commodity::Water, Commodity::Electricity]),
            area,
            from: instant("2026-09-25T01:00:00Z"),
            to: instant("2026-09-25T05:00:00Z"),
            reason: "水箱清洗".to_owned(),
            remind_at: Some(instant("2026-09-24T01:00:00Z")),
        }),
        OutageEvent::Extended {
            to: instant("2026-09-25T08:00:00Z"),
            reason: "管道损坏".to_owned(),
        },
        OutageEvent::Cancelled {
            reason: "改期".to_owned(),
            at: Some(instant("2026-09-24T02:00:00Z")),
        },
        OutageEvent::Reminded,
    ]);
    keep(&[OutageMonthEvent::Listed {
        outage_id: "o1".parse().unwrap(),
    }]);
}
