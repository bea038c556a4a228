use chaobiao_domain::rating::{TariffSchedule, TariffVersion};
use chaobiao_domain::tariff::{TariffDefined, TariffEvent};
use chaobiao_domain::units::Commodity;
use chaobiao_testing::TestDatabase;
use serde_json::json;

use super::*;
use crate::fixture::Log;

fn version(from: &str, price: &str) -> TariffVersion {
    serde_json::from_value(json!({ "from": from, "tiers": [{ "price": price }] })).unwrap()
}

#[tokio::test]
async fn a_tariff_shows_every_version_it_got() {
    let terms = json!({ "versions": [version("2026-01-01", "2.85")] });
    let defined = TariffEvent::Defined(TariffDefined {
        tariff_id: "water-home".parse().unwrap(),
        name: "居民生活用水".to_owned(),
        payment_days: 15,
        schedule: TariffSchedule::try_new(Commodity::Water, serde_json::from_value(terms).unwrap())
            .unwrap(),
    });
    let published = TariffEvent::VersionPublished {
        version: version("2026-07-01", "3.1000"),
    };
    let mut log = Log::default();
    let stream = ("tariff", "water-home");
    log.record(stream, "2026-01-01 09:00", &defined);
    log.record(stream, "2026-06-01 09:00", &published);
    let database = TestDatabase::create().await;
    log.project_both_ways(&TariffsProjector, &database.pool())
        .await;

    let pool = database.pool();
    let tariff = query::by_id(&pool, "water-home").await.unwrap().unwrap();
    assert_eq!(
        (tariff.name.as_str(), tariff.payment_days),
        ("居民生活用水", 15)
    );
    let prices: Vec<String> = tariff
        .schedule
        .versions()
        .iter()
        .map(|version| version.tiers[0].price.to_string())
        .collect();
    assert_eq!(
        prices,
        ["2.85", "3.1000"],
        "digits are kept as they were written"
    );
    assert_eq!(query::all(&pool).await.unwrap(), [tariff]);
    assert_eq!(query::by_id(&pool, "none").await.unwrap(), None);
}
