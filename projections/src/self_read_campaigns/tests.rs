use chaobiao_decision::Actor;
use chaobiao_domain::meter::{Channel, MeterEvent, ReadingRejected};
use chaobiao_domain::self_read_campaign::{
    CampaignOpened, CustomersReminded, SelfReadCampaignEvent,
};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, meters};
use crate::paging::Page;

fn read(id: &str, channel: Channel) -> MeterEvent {
    let MeterEvent::ReadingSubmitted(mut submitted) =
        meters::submitted(id, "130", "2026-02-05 09:00")
    else {
        panic!("a submission")
    };
    submitted.channel = channel;
    MeterEvent::ReadingSubmitted(submitted)
}

#[tokio::test]
async fn r1_a_campaign_shows_who_has_read_and_who_was_reminded() {
    let stream = ("self_read_campaign", "C1");
    let opened = SelfReadCampaignEvent::Opened(CampaignOpened {
        campaign_id: "C1".parse().unwrap(),
        name: "二月自助抄表".to_owned(),
        campus: "N".parse().unwrap(),
        meters: ["M1", "M2", "M3"].map(|no| no.parse().unwrap()).to_vec(),
        from: "2026-02-01".parse().unwrap(),
        until: "2026-02-20".parse().unwrap(),
        remind_on: vec!["2026-02-10".parse().unwrap()],
    });
    let mut log = Log::default();
    log.record(stream, "2026-02-01 08:00", &opened);
    log.record(
        ("meter", "M1"),
        "2026-02-05 09:00",
        &read("R1", Channel::SelfRead),
    )
    .record(
        ("meter", "M2"),
        "2026-02-05 09:00",
        &read("R2", Channel::SelfRead),
    )
    .record(
        ("meter", "M9"),
        "2026-02-05 09:00",
        &read("R9", Channel::SelfRead),
    );
    let rejected = MeterEvent::ReadingRejected(ReadingRejected {
        reading_id: "R2".parse().unwrap(),
        reason: "照片不清".to_owned(),
        rejected_by: Actor::Staff("wang".to_owned()),
    });
    let reminded = SelfReadCampaignEvent::Reminded(CustomersReminded {
        remind_on: "2026-02-10".parse().unwrap(),
        through: 3,
        last: true,
        meters: ["M2", "M3"].map(|no| no.parse().unwrap()).to_vec(),
        until: "2026-02-20".parse().unwrap(),
    });
    log.record(("meter", "M2"), "2026-02-06 09:00", &rejected)
        .record(stream, "2026-02-10 08:00", &reminded)
        .record(
            ("meter", "M3"),
            "2026-02-12 09:00",
            &read("R3", Channel::Field),
        );
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&SelfReadCampaignsProjector, &pool)
        .await;
    let [campaign] = &query::list(&pool, None, None).await.unwrap()[..] else {
        panic!("one campaign")
    };
    let figures = (
        campaign.meters,
        campaign.self_read,
        campaign.read,
        campaign.reminders,
    );
    assert_eq!(figures, (3, 1, 2, 2));
    let left = query::unread(&pool, &campaign.campaign_id, &Page::first(5))
        .await
        .unwrap();
    assert_eq!(left.rows.len(), 1);
    assert_eq!(left.rows[0].1.as_str(), "M2");
}
