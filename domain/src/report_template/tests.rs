use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;

fn column(column: ReportColumn, heading: Option<&str>) -> ColumnLayout {
    ColumnLayout {
        column,
        heading: heading.map(str::to_owned),
    }
}

fn publish(name: &str, columns: Vec<ColumnLayout>) -> PublishReportTemplate {
    PublishReportTemplate {
        template_id: "monthly".parse().unwrap(),
        layout: ReportLayout {
            name: name.to_owned(),
            group: ReportGroup::Building,
            monthly: true,
            columns,
        },
    }
}

#[test]
fn r76_a_layout_is_published_changed_and_retired() {
    let mut desk = Desk::new("2026-02-01");
    let columns = || {
        vec![
            column(ReportColumn::Key, Some(" 楼 ")),
            column(ReportColumn::Usage, None),
        ]
    };
    let published = desk.run(&publish("楼栋月报", columns())).unwrap();
    let payload = &published.events[0].payload;
    assert_eq!(
        (
            &payload["version"],
            &payload["layout"]["columns"][0]["heading"]
        ),
        (&1.into(), &"楼".into())
    );
    assert_eq!(
        desk.run(&publish("楼栋月报", columns())).unwrap().events,
        []
    );
    let changed = desk.run(&publish("楼栋用量", columns())).unwrap();
    assert_eq!(changed.events[0].payload["version"], 2);
    for (name, columns, code) in [
        (" ", columns(), "REPORT_TEMPLATE_NAME_INVALID"),
        ("a", Vec::new(), "REPORT_TEMPLATE_COLUMNS_INVALID"),
        (
            "a",
            vec![
                column(ReportColumn::Key, None),
                column(ReportColumn::Key, None),
            ],
            "REPORT_TEMPLATE_COLUMNS_INVALID",
        ),
        (
            "a",
            vec![column(ReportColumn::Key, Some(" "))],
            "REPORT_TEMPLATE_HEADING_INVALID",
        ),
    ] {
        assert_eq!(desk.refused(&publish(name, columns)), code);
    }
    let retire = RetireReportTemplate {
        template_id: "monthly".parse().unwrap(),
    };
    desk.run(&retire).unwrap();
    assert_eq!(desk.refused(&retire), "REPORT_TEMPLATE_NOT_FOUND");
}

#[test]
fn events_keep_their_form() {
    let events = [
        ReportTemplateEvent::Published(TemplatePublished {
            template_id: "monthly".parse().unwrap(),
            version: 1,
            layout: publish("楼栋月报", vec![column(ReportColumn::Key, Some("楼"))]).layout,
        }),
        ReportTemplateEvent::Retired { version: 1 },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<ReportTemplateEvent>(&json).unwrap(),
            event
        );
    }
}
