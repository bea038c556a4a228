use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;

fn named(field: ProfileField, name: &str) -> ProfileColumn {
    ProfileColumn {
        field,
        place: ColumnPlace::Named {
            name: name.to_owned(),
        },
    }
}

/// The table an infrared handheld exchanges by USB.
fn handheld() -> ProfileLayout {
    ProfileLayout {
        name: "红外掌机".to_owned(),
        kind: ProfileKind::HandheldReadings,
        file: FileLayout::Dbf,
        encoding: Encoding::Gb18030,
        skip_lines: 0,
        columns: vec![
            named(ProfileField::MeterNo, "BH"),
            named(ProfileField::Index, "FLA"),
            named(ProfileField::ReadAt, "CBSJ"),
        ],
        skip_rows: vec![SkipRule {
            place: ColumnPlace::Named {
                name: "CBZT".to_owned(),
            },
            values: vec!["0".to_owned(), "2".to_owned()],
        }],
        implied_decimals: None,
        units: Vec::new(),
    }
}

fn publish(layout: ProfileLayout) -> PublishImportProfile {
    PublishImportProfile {
        profile_id: "handheld".parse().unwrap(),
        layout,
    }
}

#[test]
fn r36_a_profile_is_published_looked_up_and_retired() {
    let mut desk = Desk::new("2026-02-01");
    let look_up = LookUpProfile {
        profile_id: "handheld".parse().unwrap(),
    };
    assert_eq!(desk.refused(&look_up), "IMPORT_PROFILE_NOT_FOUND");
    desk.run(&publish(handheld())).unwrap();
    assert_eq!(desk.run(&look_up).unwrap().outcome, handheld());
    assert_eq!(desk.run(&publish(handheld())).unwrap().events, []);
    let mut renamed = handheld();
    renamed.columns[0] = named(ProfileField::MeterNo, "METER");
    let again = desk.run(&publish(renamed)).unwrap();
    assert_eq!(again.events[0].payload["version"], 2);
    let retire = RetireImportProfile {
        profile_id: "handheld".parse().unwrap(),
    };
    desk.run(&retire).unwrap();
    assert_eq!(desk.refused(&look_up), "IMPORT_PROFILE_NOT_FOUND");
}

#[test]
fn a_profile_that_could_never_read_a_file_is_refused() {
    let mut desk = Desk::new("2026-02-01");
    let mut refused = |change: fn(&mut ProfileLayout)| {
        let mut layout = handheld();
        change(&mut layout);
        desk.refused(&publish(layout))
    };
    assert_eq!(
        refused(|layout| layout.name = " ".to_owned()),
        "IMPORT_PROFILE_NAME_INVALID"
    );
    assert_eq!(
        refused(|layout| layout.columns.push(named(ProfileField::Index, "FLB"))),
        "IMPORT_PROFILE_FIELD_TWICE"
    );
    assert_eq!(
        refused(|layout| drop(layout.columns.pop())),
        "IMPORT_PROFILE_FIELD_MISSING"
    );
    assert_eq!(
        refused(|layout| layout.columns.push(named(ProfileField::Usage, "YL"))),
        "IMPORT_PROFILE_FIELD_UNFIT"
    );
    assert_eq!(
        refused(|layout| layout.file = FileLayout::FixedWidth),
        "IMPORT_PROFILE_PLACE_UNFIT"
    );
    assert_eq!(
        refused(|layout| layout.columns.push(named(ProfileField::Unit, "DW"))),
        "IMPORT_PROFILE_UNITS_INVALID"
    );
    assert_eq!(
        refused(|layout| layout.implied_decimals = Some(9)),
        "IMPORT_PROFILE_DECIMALS_OUT_OF_RANGE"
    );
}

#[test]
fn events_keep_their_form() {
    let events = [
        ImportProfileEvent::Published(Box::new(ProfilePublished {
            profile_id: "handheld".parse().unwrap(),
            version: 1,
            layout: ProfileLayout {
                columns: vec![
                    named(ProfileField::MeterNo, "表号"),
                    ProfileColumn {
                        field: ProfileField::Index,
                        place: ColumnPlace::Numbered { number: 3 },
                    },
                    ProfileColumn {
                        field: ProfileField::ReadAt,
                        place: ColumnPlace::Bytes {
                            from: 20,
                            length: 19,
                        },
                    },
                ],
                file: FileLayout::Delimited {
                    separator: Some('|'),
                },
                implied_decimals: Some(2),
                units: vec![UnitFactor {
                    unit: "L".to_owned(),
                    factor: "0.001".parse().unwrap(),
                }],
                ..handheld()
            },
        })),
        ImportProfileEvent::Retired { version: 1 },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<ImportProfileEvent>(&json).unwrap(),
            event
        );
    }
}
