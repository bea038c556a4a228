use chaobiao_domain::validation_rules::{CommodityRules, RuleSet, ValidationRulesEvent};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, at};

#[tokio::test]
async fn every_version_is_kept_with_who_published_it_and_why() {
    let rules = |version, from: &str| RuleSet {
        version,
        effective_from: from.parse().unwrap(),
        reason: Some("暑假用量少".to_owned()),
        ..RuleSet::initial()
    };
    let mut second = rules(2, "2026-07-01");
    second.electricity = CommodityRules {
        high_factor: "2.50".parse().unwrap(),
        ..CommodityRules::default()
    };
    let mut log = Log::default();
    for (time, version) in [
        ("2026-01-01 09:00", rules(1, "2026-01-01")),
        ("2026-06-20 09:00", second.clone()),
    ] {
        let event = ValidationRulesEvent::VersionPublished(version);
        log.record(("validation_rules", "centre"), time, &event);
    }
    let database = TestDatabase::create().await;
    log.project_both_ways(&ValidationRulesProjector, &database.pool())
        .await;
    let all = query::all(&database.pool()).await.unwrap();
    assert_eq!(
        all[0],
        PublishedRules {
            rules: second,
            published_at: at("2026-06-20 09:00"),
            published_by: "staff:li".to_owned(),
        }
    );
    assert_eq!((all.len(), all[1].rules.version), (2, 1));
}
