use chaobiao_domain::report_template::{
    ColumnLayout, ReportColumn, ReportGroup, ReportLayout, ReportTemplateEvent, TemplatePublished,
};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::Log;

#[tokio::test]
async fn a_template_is_shown_as_it_was_published_last() {
    let published = |version, name: &str| {
        ReportTemplateEvent::Published(TemplatePublished {
            template_id: "monthly".parse().unwrap(),
            version,
            layout: ReportLayout {
                name: name.to_owned(),
                group: ReportGroup::Campus,
                monthly: true,
                columns: vec![ColumnLayout {
                    column: ReportColumn::Usage,
                    heading: None,
                }],
            },
        })
    };
    let stream = ("report_template", "monthly");
    let mut log = Log::default();
    log.record(stream, "2026-02-01 08:00", &published(1, "月报"))
        .record(stream, "2026-02-02 08:00", &published(2, "校区月报"));
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&ReportTemplatesProjector, &pool)
        .await;
    let [template] = &query::list(&pool, None).await.unwrap()[..] else {
        panic!("one template")
    };
    assert_eq!(
        (template.version, template.layout.name.as_str()),
        (2, "校区月报")
    );
}
