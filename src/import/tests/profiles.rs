//! Files of vendors, read as their profiles say.

use chaobiao_domain::import_profile::{
    ColumnPlace, Encoding, FileLayout, ProfileColumn, ProfileField, ProfileKind, ProfileLayout,
    SkipRule, UnitFactor,
};
use encoding_rs::GB18030;

use crate::import::FileError;
use crate::import::profile_file::read;

fn named(name: &str) -> ColumnPlace {
    ColumnPlace::Named {
        name: name.to_owned(),
    }
}

fn column(field: ProfileField, place: ColumnPlace) -> ProfileColumn {
    ProfileColumn { field, place }
}

fn bytes(from: u32, length: u32) -> ColumnPlace {
    ColumnPlace::Bytes { from, length }
}

fn layout(file: FileLayout, encoding: Encoding, columns: Vec<ProfileColumn>) -> ProfileLayout {
    ProfileLayout {
        name: "方案".to_owned(),
        kind: ProfileKind::HandheldReadings,
        file,
        encoding,
        skip_lines: 0,
        columns,
        skip_rows: Vec::new(),
        implied_decimals: None,
        units: Vec::new(),
    }
}

fn rows(layout: &ProfileLayout, bytes: &[u8]) -> Vec<String> {
    let table = read(layout, bytes).unwrap();
    let row = |row: &crate::import::table::Row| {
        let cells = row.cells.iter().map(|cell| match cell.text("读数") {
            Ok(text) => text,
            Err(refusal) => refusal.code,
        });
        format!("{} {}", row.number, cells.collect::<Vec<_>>().join("|"))
    };
    table.rows.iter().map(row).collect()
}

/// A table as a handheld leaves it on its USB disk: names, lengths, then records.
fn dbf(fields: &[(&str, u8)], records: &[(u8, &[&str])]) -> Vec<u8> {
    let width: u16 = 1 + fields
        .iter()
        .map(|(_, length)| u16::from(*length))
        .sum::<u16>();
    let header = u16::try_from(32 + 32 * fields.len() + 1).unwrap();
    let mut file = vec![0x30, 26, 11, 27];
    file.extend(u32::try_from(records.len()).unwrap().to_le_bytes());
    file.extend(header.to_le_bytes());
    file.extend(width.to_le_bytes());
    file.resize(32, 0);
    for (name, length) in fields {
        let mut description = [0_u8; 32];
        description[..name.len()].copy_from_slice(name.as_bytes());
        description[11] = b'C';
        description[16] = *length;
        file.extend(description);
    }
    file.push(0x0d);
    for (flag, cells) in records {
        file.push(*flag);
        for (cell, (_, length)) in cells.iter().zip(fields) {
            let mut text = GB18030.encode(cell).0.into_owned();
            text.resize(usize::from(*length), b' ');
            file.extend(text);
        }
    }
    file.push(0x1a);
    file
}

fn handheld() -> ProfileLayout {
    let columns = vec![
        column(ProfileField::MeterNo, named("BH")),
        column(ProfileField::Index, named("FLA")),
        column(ProfileField::ReadAt, named("CBSJ")),
        column(ProfileField::Note, named("BZTSTR")),
    ];
    ProfileLayout {
        skip_rows: vec![SkipRule {
            place: named("CBZT"),
            values: vec!["0".to_owned(), "2".to_owned()],
        }],
        ..layout(FileLayout::Dbf, Encoding::Gb18030, columns)
    }
}

fn handheld_file() -> Vec<u8> {
    let fields = [
        ("BH", 12),
        ("FLA", 12),
        ("CBSJ", 20),
        ("CBZT", 1),
        ("BZTSTR", 10),
    ];
    dbf(
        &fields,
        &[
            (b' ', &["W-1", "268.5", "2026-07-01 08:30:00", "1", "正常"]),
            (b' ', &["W-2", "", "", "0", ""]),
            (b'*', &["W-3", "7", "2026-07-01 08:31:00", "1", ""]),
            (b' ', &["W-4", "12", "2026-07-01 08:32:00", "1", "电池低"]),
        ],
    )
}

#[test]
fn r36_a_handhelds_table_gives_what_was_read_and_nothing_else() {
    assert_eq!(
        rows(&handheld(), &handheld_file()),
        [
            "0 表号|读数|抄表时间|备注",
            "1 W-1|268.5|2026-07-01 08:30:00|正常",
            "4 W-4|12|2026-07-01 08:32:00|电池低",
        ]
    );
}

#[test]
fn r36_a_table_cut_short_or_no_table_says_so() {
    let file = handheld_file();
    for length in [3, 20, 100, file.len() - 30] {
        assert!(
            matches!(
                read(&handheld(), &file[..length]),
                Err(FileError::CutShort { .. })
            ),
            "{length}"
        );
    }
    let mut wrong = file.clone();
    wrong[10] += 1;
    assert!(matches!(
        read(&handheld(), &wrong),
        Err(FileError::Dbf { .. })
    ));
    let mut renamed = handheld();
    renamed.columns[0].place = named("METER");
    assert!(matches!(
        read(&renamed, &file),
        Err(FileError::MissingColumns { .. })
    ));
}

/// Fifteen bytes of number, eight digits of which two are decimals, then the time.
fn fixed() -> ProfileLayout {
    let columns = vec![
        column(ProfileField::MeterNo, bytes(1, 15)),
        column(ProfileField::Index, bytes(16, 8)),
        column(ProfileField::ReadAt, bytes(24, 14)),
        column(ProfileField::Note, bytes(38, 8)),
    ];
    ProfileLayout {
        implied_decimals: Some(2),
        skip_lines: 1,
        ..layout(FileLayout::FixedWidth, Encoding::Gb18030, columns)
    }
}

#[test]
fn r36_lines_of_a_fixed_width_are_counted_in_bytes() {
    let text = "掌机导出 20260701\r\n\
                W-1            0002685020260701083000井盖坏  \r\n\
                W-2            0000120020260701083100        \r\n";
    let file = GB18030.encode(text).0.into_owned();
    assert_eq!(
        rows(&fixed(), &file),
        [
            "0 表号|读数|抄表时间|备注",
            "2 W-1|268.5|20260701083000|井盖坏",
            "3 W-2|12|20260701083100|",
        ]
    );
    let cut = &file[..file.len() - 20];
    assert!(matches!(
        read(&fixed(), cut),
        Err(FileError::CutShort { .. })
    ));
    // Not what the profile says it is written in.
    let mut other = fixed();
    other.encoding = Encoding::Utf8;
    assert!(matches!(
        read(&other, &file),
        Err(FileError::OtherEncoding { .. })
    ));
}

#[test]
fn r17_a_platforms_list_of_objects_keeps_its_digits() {
    let columns = vec![
        column(ProfileField::MeterNo, named("point")),
        column(ProfileField::Index, named("value")),
        column(ProfileField::ReadAt, named("time")),
        column(ProfileField::Unit, named("unit")),
    ];
    let factor = |unit: &str, factor: &str| UnitFactor {
        unit: unit.to_owned(),
        factor: factor.parse().unwrap(),
    };
    let profile = ProfileLayout {
        units: vec![factor("m3", "1"), factor("L", "0.001")],
        ..layout(
            FileLayout::Json {
                rows: "/data/list".to_owned(),
            },
            Encoding::Utf8,
            columns,
        )
    };
    let file = r#"{ "code": 0, "data": { "list": [
        { "point": "W-1", "value": 268.50, "time": "2026-07-01 08:30:00", "unit": "m3" },
        { "point": "W-2", "value": "12345", "time": "2026-07-01 08:30:00", "unit": "L" },
        { "point": "W-3", "value": 7, "time": "2026-07-01 08:30:00", "unit": "kWh" } ] } }"#;
    let read_rows = rows(&profile, file.as_bytes());
    assert_eq!(
        read_rows[1..],
        [
            "1 W-1|268.5|2026-07-01 08:30:00",
            "2 W-2|12.345|2026-07-01 08:30:00",
            "3 W-3|IMPORT_UNIT_UNKNOWN|2026-07-01 08:30:00",
        ]
    );
    let cut = &file.as_bytes()[..file.len() / 2];
    assert!(matches!(
        read(&profile, cut),
        Err(FileError::CutShort { .. })
    ));
    let elsewhere = br#"{ "data": [] }"#;
    assert!(matches!(
        read(&profile, elsewhere),
        Err(FileError::Json { .. })
    ));
}

#[test]
fn r17_columns_are_found_by_the_vendors_names_or_by_number() {
    let by_name = layout(
        FileLayout::Delimited { separator: None },
        Encoding::Auto,
        vec![
            column(ProfileField::MeterNo, named("POINT ID")),
            column(ProfileField::Index, named("ACTUAL VALUE")),
            column(ProfileField::ReadAt, named("DATE TIME LOCAL")),
        ],
    );
    let file = "POINT ID,POINT NAME,DATE TIME LOCAL,ACTUAL VALUE\n\
                W-1,总表,2026-07-01 08:30:00,268.5\n";
    assert_eq!(
        rows(&by_name, file.as_bytes())[1],
        "2 W-1|268.5|2026-07-01 08:30:00"
    );
    let numbered = |number| ColumnPlace::Numbered { number };
    let by_number = layout(
        FileLayout::Delimited {
            separator: Some('|'),
        },
        Encoding::Utf8,
        vec![
            column(ProfileField::MeterNo, numbered(2)),
            column(ProfileField::Index, numbered(3)),
            column(ProfileField::ReadOn, numbered(1)),
        ],
    );
    let file = "2026-07-01|W-1|268,5\n2026-07-01|W-2|12\n";
    assert_eq!(
        rows(&by_number, file.as_bytes()),
        [
            "0 表号|读数|抄表日期",
            "1 W-1|268,5|2026-07-01",
            "2 W-2|12|2026-07-01",
        ]
    );
}
