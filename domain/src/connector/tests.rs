use chaobiao_decision::Actor;
use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::DomainEvent as _;

use super::*;
use crate::desk::Desk;
use crate::import_profile::{
    ColumnPlace, Encoding, FileLayout, ProfileColumn, ProfileField, ProfileKind, ProfileLayout,
    PublishImportProfile,
};
use crate::units::{ConnectorId, instant_of};

fn id() -> ConnectorId {
    "JK-1".parse().unwrap()
}

fn moment(text: &str) -> DateTime<Utc> {
    instant_of(text.parse().unwrap())
}

fn hourly() -> Schedule {
    Schedule {
        every_minutes: 60,
        offset_minutes: 10,
    }
}

fn settings() -> ConnectorSettings {
    ConnectorSettings {
        name: " 能耗监测平台 ".to_owned(),
        source: ConnectorSource::Web {
            url: "https://meters.example.edu.cn/readings?day={yesterday}".to_owned(),
        },
        profile_id: "NH".parse().unwrap(),
        schedule: hourly(),
    }
}

/// Ten past nine is when it runs next.
fn desk() -> Desk {
    let mut desk = Desk::new("2026-03-02");
    let column = |field, name: &str| ProfileColumn {
        field,
        place: ColumnPlace::Named {
            name: name.to_owned(),
        },
    };
    let layout = ProfileLayout {
        name: "能耗监测平台".to_owned(),
        kind: ProfileKind::PlatformReadings,
        file: FileLayout::Delimited { separator: None },
        encoding: Encoding::Utf8,
        skip_lines: 0,
        columns: vec![
            column(ProfileField::MeterNo, "表号"),
            column(ProfileField::Index, "读数"),
            column(ProfileField::ReadAt, "时间"),
        ],
        skip_rows: Vec::new(),
        implied_decimals: None,
        units: Vec::new(),
    };
    let publish = PublishImportProfile {
        profile_id: "NH".parse().unwrap(),
        layout,
    };
    desk.run(&publish).unwrap();
    let register = RegisterConnector {
        connector_id: id(),
        settings: settings(),
    };
    desk.at(moment("2026-03-02T08:30:00"))
        .run(&register)
        .unwrap();
    desk
}

fn start() -> StartConnectorRun {
    StartConnectorRun {
        connector_id: id(),
        node: "1".to_owned(),
    }
}

fn end(run: u32, outcome: RunOutcome) -> EndConnectorRun {
    EndConnectorRun {
        connector_id: id(),
        run,
        outcome,
    }
}

fn failed() -> RunOutcome {
    RunOutcome::Failed {
        reason: "无应答".to_owned(),
        files: Vec::new(),
    }
}

#[test]
fn r17_a_run_is_begun_by_one_node_when_it_is_due() {
    let mut desk = desk();
    let mut at = |time: &str| {
        desk.at(moment(time)).by_system();
        desk.run(&start()).map(|started| started.outcome.run)
    };
    assert_eq!(
        at("2026-03-02T09:09:59").unwrap_err().code,
        "CONNECTOR_NOT_DUE"
    );
    assert_eq!(at("2026-03-02T09:10:00").unwrap(), 1);
    assert_eq!(
        at("2026-03-02T09:10:01").unwrap_err().code,
        "CONNECTOR_RUNNING"
    );
    // A node that died in the middle does not hold it for ever.
    assert_eq!(at("2026-03-02T10:10:00").unwrap(), 2);
    assert_eq!(desk.refused(&end(1, failed())), "CONNECTOR_NOT_RUNNING");
    desk.run(&end(2, RunOutcome::NothingNew)).unwrap();
    assert_eq!(desk.refused(&end(2, failed())), "CONNECTOR_NOT_RUNNING");
    // Nobody else says what was fetched.
    assert_eq!(desk.by("li").refused(&start()), "CONNECTOR_NOT_THE_SYSTEM");
}

#[test]
fn r17_after_failures_it_is_tried_again_less_and_less_often_but_never_later_than_usual() {
    let daily = Schedule {
        every_minutes: 1_440,
        offset_minutes: 390,
    };
    let began = moment("2026-03-02T06:30:00");
    let tomorrow = moment("2026-03-03T06:30:00");
    assert_eq!(next_run(daily, began, 0), tomorrow);
    for (failures, minutes) in [(1, 15), (2, 30), (3, 60), (7, 960), (9, 960)] {
        let next = next_run(daily, began, failures);
        assert_eq!(next - began, TimeDelta::minutes(minutes), "{failures}");
    }
    assert_eq!(
        next_run(hourly(), moment("2026-03-02T09:10:00"), 5),
        moment("2026-03-02T10:10:00")
    );
}

#[test]
fn r17_somebody_may_want_it_now_and_somebody_may_stop_it() {
    let mut desk = desk();
    let request = RequestConnectorRun { connector_id: id() };
    desk.run(&request).unwrap();
    // Twice is once.
    assert_eq!(desk.run(&request).unwrap().events.len(), 0);
    desk.by_system();
    assert_eq!(desk.run(&start()).unwrap().outcome.run, 1);
    desk.run(&end(1, failed())).unwrap();
    let pause = PauseConnector {
        connector_id: id(),
        reason: "平台升级".to_owned(),
    };
    desk.by("li").run(&pause).unwrap();
    assert_eq!(desk.refused(&pause), "CONNECTOR_PAUSED");
    assert_eq!(desk.refused(&request), "CONNECTOR_PAUSED");
    desk.at(moment("2026-03-03T09:00:00")).by_system();
    assert_eq!(desk.refused(&start()), "CONNECTOR_PAUSED");
    let resume = ResumeConnector { connector_id: id() };
    desk.by("li").run(&resume).unwrap();
    assert_eq!(desk.refused(&resume), "CONNECTOR_NOT_PAUSED");
    desk.at(moment("2026-03-03T09:10:00")).by_system();
    assert_eq!(desk.run(&start()).unwrap().outcome.run, 2);
}

#[test]
fn r17_what_is_wrong_with_its_settings_is_said() {
    let mut desk = desk();
    let web = |url: &str| ConnectorSource::Web {
        url: url.to_owned(),
    };
    let folder = |folder: &str| ConnectorSource::Folder {
        folder: folder.to_owned(),
    };
    let every = |every_minutes, offset_minutes| Schedule {
        every_minutes,
        offset_minutes,
    };
    let sources = [
        (web("ftp://a/b"), "CONNECTOR_URL_INVALID"),
        (web("https://"), "CONNECTOR_URL_INVALID"),
        (web("https://a/空"), "CONNECTOR_URL_INVALID"),
        (web("https://me:secret@a/b"), "CONNECTOR_URL_HOLDS_SECRET"),
        (folder("../etc"), "CONNECTOR_FOLDER_INVALID"),
        (folder(""), "CONNECTOR_FOLDER_INVALID"),
    ];
    for (source, code) in sources {
        let change = ChangeConnector {
            connector_id: id(),
            settings: ConnectorSettings {
                source,
                ..settings()
            },
        };
        assert_eq!(desk.refused(&change), code);
    }
    for schedule in [every(10, 0), every(50, 0), every(2_880, 0), every(60, 60)] {
        let change = ChangeConnector {
            connector_id: id(),
            settings: ConnectorSettings {
                schedule,
                ..settings()
            },
        };
        assert_eq!(desk.refused(&change), "CONNECTOR_SCHEDULE_INVALID");
    }
    let unread = ConnectorSettings {
        profile_id: "ELSE".parse().unwrap(),
        ..settings()
    };
    let change = ChangeConnector {
        connector_id: id(),
        settings: unread.clone(),
    };
    assert_eq!(desk.refused(&change), "IMPORT_PROFILE_NOT_FOUND");
    let same = ChangeConnector {
        connector_id: id(),
        settings: settings(),
    };
    assert_eq!(desk.run(&same).unwrap().events.len(), 0);
    let twice = RegisterConnector {
        connector_id: id(),
        settings: settings(),
    };
    assert_eq!(desk.refused(&twice), "CONNECTOR_ALREADY_REGISTERED");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of every event")]
fn every_event_keeps_its_golden_json() {
    let at = moment("2026-03-02T09:10:00");
    let by = Actor::Staff("li".to_owned());
    let file = ImportedFile {
        file_name: "NH-2026-03-02".to_owned(),
        file_hash: "0".repeat(64).parse().unwrap(),
        batch_id: "platform_readings-00".parse().unwrap(),
        rows: FileRows {
            accepted: 40,
            held: 1,
            unchanged: 0,
            refused: 2,
        },
    };
    let ended = |outcome| ConnectorEvent::RunEnded {
        run: 1,
        outcome,
        at,
    };
    let events = [
        ConnectorEvent::Registered(Box::new(ConnectorRegistered {
            connector_id: id(),
            settings: settings(),
            at,
            by: by.clone(),
        })),
        ConnectorEvent::Changed {
            settings: Box::new(ConnectorSettings {
                source: ConnectorSource::Folder {
                    folder: "nh".to_owned(),
                },
                ..settings()
            }),
            at,
            by: by.clone(),
        },
        ConnectorEvent::Paused {
            reason: "平台升级".to_owned(),
            at,
            by: by.clone(),
        },
        ConnectorEvent::Resumed { at, by: by.clone() },
        ConnectorEvent::RunRequested { at, by },
        ConnectorEvent::RunStarted {
            run: 1,
            node: "1".to_owned(),
            at,
        },
        ended(RunOutcome::Imported {
            files: vec![file.clone()],
        }),
        ended(RunOutcome::NothingNew),
        ended(RunOutcome::Failed {
            reason: "平台应答 503".to_owned(),
            files: vec![file],
        }),
    ];
    for event in events {
        let name = match &event {
            ConnectorEvent::RunEnded {
                outcome: RunOutcome::NothingNew,
                ..
            } => "connector.run_ended.nothing_new".to_owned(),
            ConnectorEvent::RunEnded {
                outcome: RunOutcome::Failed { .. },
                ..
            } => "connector.run_ended.failed".to_owned(),
            event => event.event_type(),
        };
        insta::assert_json_snapshot!(name, event);
        let json = serde_json::to_string(&event).unwrap();
        let read: ConnectorEvent = serde_json::from_str(&json).unwrap();
        assert_eq!(read, event);
    }
}
