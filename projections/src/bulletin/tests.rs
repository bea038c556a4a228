use chaobiao_decision::Personal;
use chaobiao_domain::bulletin::article::{ArticleCategory, ArticleEvent, ArticleText};
use chaobiao_domain::campus::{CampusEvent, OfficeContact};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::Log;
use crate::paging::Page;

fn text(body: &str) -> ArticleText {
    ArticleText {
        title: "缴费方式".to_owned(),
        body: body.to_owned(),
    }
}

#[tokio::test]
async fn everybody_sees_the_published_version_and_writers_the_newest() {
    let mut log = Log::default();
    let article = ("article", "t1");
    let drafted = |campus: Option<&str>| ArticleEvent::Drafted {
        article_id: "t1".parse().unwrap(),
        category: ArticleCategory::Faq,
        campus: campus.map(|campus| campus.parse().unwrap()),
        text: text("现金"),
    };
    log.record(article, "2026-09-01 09:00", &drafted(None));
    log.record(
        article,
        "2026-09-01 10:00",
        &ArticleEvent::Published { version: 1 },
    );
    let revised = ArticleEvent::Revised {
        version: 2,
        text: text("现金或转账"),
    };
    log.record(article, "2026-09-02 09:00", &revised);
    log.record(("article", "t2"), "2026-09-03 09:00", &drafted(Some("S")));
    let office = CampusEvent::ContactSet(OfficeContact {
        place: "后勤楼 102".to_owned(),
        person_in_charge: Personal::new("campus/N", "王老师".to_owned()),
        contact: "5566".to_owned(),
    });
    log.record(("campus", "N"), "2026-09-03 09:00", &office);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&BulletinProjector, &pool).await;

    let everybody = ArticleFilter::default();
    let seen = articles(&pool, &everybody, &Page::first(10)).await.unwrap();
    assert_eq!(seen.rows.len(), 1);
    assert_eq!(
        (seen.rows[0].1.version, seen.rows[0].1.body.as_str()),
        (1, "现金")
    );
    let writers = ArticleFilter {
        unpublished_too: true,
        campus: Some("N".to_owned()),
        ..ArticleFilter::default()
    };
    let seen = articles(&pool, &writers, &Page::first(10)).await.unwrap();
    assert_eq!(seen.rows[0].1.body, "现金或转账");
    assert_eq!(
        seen.rows.len(),
        1,
        "the other campus has articles of its own"
    );
    assert_eq!(versions(&pool, &["t1".to_owned()]).await.unwrap().len(), 2);
    assert!(published_by_id(&pool, "t2").await.unwrap().is_none());
    assert_eq!(offices(&pool).await.unwrap()[0].place, "后勤楼 102");

    let withdrawn = ArticleEvent::Withdrawn {
        reason: "过期".to_owned(),
    };
    log.record(article, "2026-09-04 09:00", &withdrawn);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&BulletinProjector, &pool).await;
    assert!(published_by_id(&pool, "t1").await.unwrap().is_none());
    let kept = by_id(&pool, "t1").await.unwrap().unwrap();
    assert_eq!(kept.withdrawn.as_deref(), Some("过期"));
}
