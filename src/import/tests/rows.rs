use chaobiao_decision::Rejection;
use chaobiao_domain::meter::{Channel, SubmitReading};
use chaobiao_domain::units::{CampusId, business_time};

use crate::import::columns::{Column, Heading};
use crate::import::table::Table;
use crate::import::{CampusNames, FileError, Source, account_rows, meter_rows, reading_rows};

fn campuses() -> CampusNames {
    CampusNames::new([(CampusId::try_new("east").unwrap(), "东湖校区".to_owned())])
}

/// The rows of a file, each as `parse` takes it.
fn each<T>(
    text: &str,
    columns: &'static [Column],
    parse: impl Fn(crate::import::columns::Fields<'_>) -> Result<T, Rejection>,
) -> Result<Vec<Result<T, Rejection>>, FileError> {
    let table = Table::read(text.as_bytes())?;
    let (heading, above) = Heading::find(&table, columns)?;
    Ok(table.rows[above..]
        .iter()
        .map(|row| heading.fields(row).and_then(&parse))
        .collect())
}

fn readings(text: &str) -> Vec<Result<SubmitReading, Rejection>> {
    each(text, reading_rows::COLUMNS, |fields| {
        reading_rows::parse(fields, Source::Handheld)
    })
    .unwrap()
}

fn place(rejection: &Rejection) -> (&str, String) {
    let field = rejection.field.clone().unwrap_or_default().join(".");
    (&rejection.code, field)
}

#[test]
fn a_reading_is_found_below_titles_and_under_any_name() {
    let read = readings(
        "某某大学掌上机导出,,,\n\
         导出日期,2026-07-02,,\n\
         序号,收费系统表号,本月抄码（m³）,抄表日期,抄表时间\n\
         1,Ｗ－０１,１２６８．５,2026/7/1,8:30\n\
         2,W-02,300,2026-07-01,\n\
         3,W-03,300,2026-07-01,2026-07-02 09:00\n",
    );
    let first = read[0].as_ref().unwrap();
    assert_eq!(first.meter_no.as_str(), "W-01");
    assert_eq!(first.index.to_string(), "1268.5");
    assert_eq!(first.channel, Channel::Handheld);
    let at =
        |place: usize| business_time(read[place].as_ref().unwrap().read_at.unwrap()).to_string();
    assert_eq!(at(0), "2026-07-01 08:30:00");
    assert_eq!(at(1), "2026-07-01 00:00:00");
    assert_eq!(at(2), "2026-07-02 09:00:00", "the fuller column decides");
}

#[test]
fn each_bad_cell_is_named_by_its_field() {
    let read = readings(
        "meter no,reading,date\n\
         ,5,2026-07-01\n\
         W-01,,2026-07-01\n\
         W-01,-5,2026-07-01\n\
         W-01,5,\n\
         W-01,5,7/1/2026\n\
         W 01!,5,2026-07-01\n\
         W-01,1,268,2026-07-01\n",
    );
    let refusals: Vec<_> = read
        .iter()
        .map(|row| place(row.as_ref().unwrap_err()))
        .collect();
    assert_eq!(
        refusals,
        [
            ("VALUE_EMPTY", "meterNo".to_owned()),
            ("VALUE_EMPTY", "index".to_owned()),
            ("VALUE_NEGATIVE", "index".to_owned()),
            ("VALUE_EMPTY", "readAt".to_owned()),
            ("VALUE_BAD_FORMAT", "readOn".to_owned()),
            ("VALUE_BAD_CHARACTER", "meterNo".to_owned()),
            ("IMPORT_ROW_TOO_LONG", String::new()),
        ]
    );
}

#[test]
fn a_heading_that_lacks_or_doubles_a_column_is_refused_with_its_row() {
    let find = |text: &str| {
        let table = Table::read(text.as_bytes()).unwrap();
        Heading::find(&table, reading_rows::COLUMNS)
            .map(|_| ())
            .unwrap_err()
    };
    let missing = find("标题\n表号,备注\nM-1,x\n");
    assert_eq!(
        missing,
        FileError::MissingColumns {
            row: 2,
            missing: "读数".to_owned()
        }
    );
    let doubled = find("表号,读数,示数\nM-1,1,2\n");
    assert_eq!(
        doubled,
        FileError::DoubledColumn {
            row: 1,
            first: 2,
            second: 3,
            name: "读数"
        }
    );
}

#[test]
fn meters_come_with_or_without_a_device() {
    let parse = |text: &str| {
        each(text, meter_rows::COLUMNS, |fields| {
            meter_rows::parse(fields, &campuses())
        })
        .unwrap()
    };
    let read = parse(
        "表号,类型,校区,楼栋,房间,抄表册,自助抄表,表具编号,位数,小数位,起码,安装日期\n\
         W-01,水表,东湖校区,梅园1栋,101,B01,是,HW1,5,0,12,2025-09-01\n\
         E-01,电,east,梅园1栋,101,B01,否,,,,,\n\
         E-02,电,西湖校区,梅园1栋,102,B01,,,,,,\n\
         E-03,煤气,east,梅园1栋,102,B01,,,,,,\n\
         E-04,电,east,梅园1栋,102,B01,,HW2,5.5,0,0,2025-09-01\n\
         E-05,电,east,梅园1栋,102,B01,,,5,0,0,\n",
    );
    let full = serde_json::to_value(read[0].as_ref().unwrap()).unwrap();
    assert_eq!(full["register"]["commodity"], "water");
    assert_eq!(full["register"]["self_read"], true);
    assert_eq!(full["install"]["device"]["opening_index"], "12");
    let bare = serde_json::to_value(read[1].as_ref().unwrap()).unwrap();
    assert_eq!(bare["install"], serde_json::Value::Null);
    let refusals: Vec<_> = read[2..]
        .iter()
        .map(|row| place(row.as_ref().unwrap_err()))
        .collect();
    assert_eq!(
        refusals,
        [
            ("CAMPUS_NOT_FOUND", "campusId".to_owned()),
            ("VALUE_BAD_FORMAT", "commodity".to_owned()),
            ("VALUE_NOT_A_NUMBER", "digits".to_owned()),
            ("VALUE_EMPTY", "hardwareNo".to_owned()),
        ]
    );
}

#[test]
fn accounts_are_read_with_what_people_call_the_classes() {
    let read = each(
        "户号,用户类型,校区,户名,电话,地址,人口\n\
         3101,家属,东湖校区,王秀兰,１３８００００１２３４,樱园3-201,5\n\
         3102,单位用户,east,后勤处,,行政楼,\n\
         3103,火星,east,后勤处,,行政楼,\n\
         3104,居民,east,张三,12345,行政楼,\n",
        account_rows::COLUMNS,
        |fields| account_rows::parse(fields, &campuses()),
    )
    .unwrap();
    let first = serde_json::to_value(read[0].as_ref().unwrap()).unwrap();
    assert_eq!(first["class"], "resident");
    assert_eq!(first["phone"], "13800001234");
    assert_eq!(first["household_persons"], 5);
    let second = serde_json::to_value(read[1].as_ref().unwrap()).unwrap();
    assert_eq!(second["class"], "unit");
    assert_eq!(
        place(read[2].as_ref().unwrap_err()),
        ("VALUE_BAD_FORMAT", "class".to_owned())
    );
    assert_eq!(
        place(read[3].as_ref().unwrap_err()),
        ("VALUE_BAD_FORMAT", "phone".to_owned())
    );
}
