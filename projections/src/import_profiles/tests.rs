use chaobiao_domain::import_profile::{
    ColumnPlace, Encoding, FileLayout, ImportProfileEvent, ProfileColumn, ProfileField,
    ProfileKind, ProfileLayout, ProfilePublished,
};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::Log;

#[tokio::test]
async fn a_profile_is_shown_until_it_is_retired() {
    let published = |id: &str, version: u32| {
        ImportProfileEvent::Published(Box::new(ProfilePublished {
            profile_id: id.parse().unwrap(),
            version,
            layout: ProfileLayout {
                name: "掌机".to_owned(),
                kind: ProfileKind::HandheldReadings,
                file: FileLayout::Dbf,
                encoding: Encoding::Gb18030,
                skip_lines: version - 1,
                columns: vec![ProfileColumn {
                    field: ProfileField::MeterNo,
                    place: ColumnPlace::Named {
                        name: "BH".to_owned(),
                    },
                }],
                skip_rows: Vec::new(),
                implied_decimals: None,
                units: Vec::new(),
            },
        }))
    };
    let mut log = Log::default();
    let time = "2026-02-01 08:00";
    log.record(("import_profile", "pda"), time, &published("pda", 1))
        .record(
            ("import_profile", "pda"),
            "2026-03-01 08:00",
            &published("pda", 2),
        )
        .record(("import_profile", "old"), time, &published("old", 1))
        .record(
            ("import_profile", "old"),
            time,
            &ImportProfileEvent::Retired { version: 1 },
        );
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&ImportProfilesProjector, &pool).await;
    let [profile] = &query::list(&pool, None).await.unwrap()[..] else {
        panic!("one profile")
    };
    assert_eq!(profile.profile_id.as_str(), "pda");
    assert_eq!(profile.layout.file, FileLayout::Dbf);
    assert_eq!((profile.version, profile.layout.skip_lines), (2, 1));
    let [newest, first] = &query::versions(&pool, &profile.profile_id).await.unwrap()[..] else {
        panic!("two versions")
    };
    assert_eq!(newest.profile, *profile);
    assert_eq!(
        (first.profile.version, first.profile.layout.skip_lines),
        (1, 0)
    );
    assert_eq!(first.published_by, "staff:li");
    assert!(first.published_at < newest.published_at);
    let retired = query::versions(&pool, &"old".parse().unwrap()).await;
    assert_eq!(retired.unwrap().len(), 1, "its versions are still known");
}
