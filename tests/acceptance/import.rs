//! Files against a real database: a verdict for every row, and the same file again changes nothing.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chaobiao::import::{
    CampusNames, FileKind, ImportNews, ImportRequest, RowVerdict, Source, Summary, TariffNames,
    Verdict, import,
};
use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::calendar::{OfficeHours, OfficeSpan};
use chaobiao_domain::campus::OpenCampus;
use chaobiao_domain::import_batch::ImportBatchEvent;
use chaobiao_domain::meter_mapping::{LinkMeterNumber, NumberKind};
use chaobiao_domain::tariff::DefineTariff;
use chaobiao_domain::units::{CampusId, Commodity, instant_of};
use chaobiao_eventstore::{BusOptions, CommandBus, EventStore, ManualClock, MasterKey};
use chaobiao_testing::TestDatabase;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

struct Bench {
    bus: CommandBus,
    database: TestDatabase,
    now: DateTime<Utc>,
    imports: AtomicI64,
}

impl Bench {
    async fn new() -> Self {
        let database = TestDatabase::create().await;
        let now = instant_of("2026-08-03T09:00:00".parse().unwrap());
        let clock = Arc::new(ManualClock::new(now));
        let key = MasterKey::new([7; 32]);
        let store = EventStore::open(database.pool(), &key, clock)
            .await
            .unwrap();
        // The clock stands still at a day that may lie ahead of the machine's.
        let options = BusOptions {
            simulation: true,
            ..BusOptions::default()
        };
        let bus = CommandBus::new(store, options);
        let bench = Self {
            bus,
            database,
            now,
            imports: AtomicI64::new(0),
        };
        bench.open_campus().await;
        bench
    }

    async fn open_campus(&self) {
        let clock = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let span = OfficeSpan {
            from: clock(8),
            to: clock(17),
        };
        let open = OpenCampus {
            campus_id: CampusId::try_new("east").unwrap(),
            name: "东湖校区".to_owned(),
            office_hours: OfficeHours::try_new(vec![span]).unwrap(),
            contact: "8101".to_owned(),
        };
        let context = CommandContext::new(Uuid::from_u128(1), Actor::System("t".into()), self.now);
        self.bus.execute(context, open).await.unwrap();
    }

    async fn import(
        &self,
        kind: FileKind,
        text: &str,
        dry_run: bool,
    ) -> (Summary, Vec<RowVerdict>) {
        let campus = CampusId::try_new("east").unwrap();
        let request = ImportRequest {
            kind,
            file_name: "文件.csv".to_owned(),
            actor: Actor::System("import".to_owned()),
            at: self.now + TimeDelta::seconds(self.imports.fetch_add(1, Ordering::Relaxed)),
            dry_run,
            profile: None,
            undone_at: None,
            campuses: CampusNames::new([(campus, "东湖校区".to_owned())]),
            tariffs: TariffNames::new([("W".parse().unwrap(), "居民用水".to_owned())]),
        };
        let mut verdicts = Vec::new();
        let summary = import(&self.bus, &request, text.as_bytes(), |news| {
            if let ImportNews::Row(verdict) = news {
                verdicts.push(verdict.clone());
            }
        })
        .await
        .unwrap();
        (summary, verdicts)
    }

    async fn link(&self, meter_no: &str, kind: NumberKind, number: &str, from: &str) {
        let link = LinkMeterNumber {
            meter_no: meter_no.parse().unwrap(),
            kind,
            number: number.parse().unwrap(),
            from: Some(from.parse().unwrap()),
        };
        let actor = Actor::Staff("ma".to_owned());
        let context = CommandContext::new(Uuid::now_v7(), actor, self.now);
        self.bus.execute(context, link).await.unwrap();
    }

    async fn define(&self, tariff_id: &str, commodity: Commodity) {
        let versions = json!([{ "from": "2025-01-01", "tiers": [{ "price": "3.10" }] }]);
        let define = DefineTariff {
            tariff_id: tariff_id.parse().unwrap(),
            name: format!("{tariff_id} 价"),
            payment_days: 15,
            commodity,
            terms: serde_json::from_value(json!({ "versions": versions })).unwrap(),
        };
        let actor = Actor::Staff("ma".to_owned());
        let context = CommandContext::new(Uuid::now_v7(), actor, self.now);
        self.bus.execute(context, define).await.unwrap();
    }

    /// What rows have written; that a file came in is kept besides.
    async fn events(&self) -> i64 {
        let count = "SELECT count(*) FROM events WHERE aggregate_type <> 'import_batch'";
        let count = sqlx::query_scalar(count);
        count.fetch_one(&self.database.pool()).await.unwrap()
    }

    async fn commands(&self) -> i64 {
        let count = "SELECT count(*) FROM command WHERE name NOT LIKE 'import_batch.%'";
        let count = sqlx::query_scalar(count);
        count.fetch_one(&self.database.pool()).await.unwrap()
    }

    /// The events of a batch, oldest first.
    async fn batches(&self) -> Vec<ImportBatchEvent> {
        let events = "SELECT payload FROM events WHERE aggregate_type = 'import_batch' \
                      ORDER BY global_position";
        let payloads: Vec<Json<ImportBatchEvent>> = sqlx::query_scalar(events)
            .fetch_all(&self.database.pool())
            .await
            .unwrap();
        payloads.into_iter().map(|Json(event)| event).collect()
    }
}

fn words(verdicts: &[RowVerdict]) -> Vec<(usize, Verdict, Option<&str>)> {
    verdicts
        .iter()
        .map(|verdict| (verdict.row, verdict.verdict, verdict.code.as_deref()))
        .collect()
}

const METERS: &str = "表号,类型,校区,楼栋,房间,抄表册,表具编号,位数,起码,安装日期\n\
    W-1,水表,东湖校区,梅园1栋,101,B1,H1,5,100,2026-06-01\n\
    W-2,水表,east,梅园1栋,102,B1,H2,5,200,2026-06-01\n";
const HANDHELD: FileKind = FileKind::Readings(Source::Handheld);

#[tokio::test(flavor = "multi_thread")]
async fn r19_the_same_file_twice_has_no_double_effect() {
    let bench = Bench::new().await;
    let (summary, _) = bench.import(FileKind::Meters, METERS, false).await;
    assert_eq!((summary.accepted, summary.refused), (2, 0));

    let readings = "表号,抄码,抄表时间\n\
        W-1,110,2026-07-01 08:30\n\
        W-2,212,2026-07-01 08:34\n\
        W-1,120,2026-08-01 08:30\n\
        W-1,120,2026-08-01 08:30\n";
    let (first, verdicts) = bench.import(HANDHELD, readings, false).await;
    assert_eq!((first.accepted, first.unchanged), (3, 1), "{verdicts:?}");
    let (events, commands) = (bench.events().await, bench.commands().await);

    let (again, verdicts) = bench.import(HANDHELD, readings, false).await;
    assert_eq!((again.rows, again.unchanged), (4, 4), "{verdicts:?}");
    let (meters, _) = bench.import(FileKind::Meters, METERS, false).await;
    assert_eq!(meters.unchanged, 2);
    assert_eq!(
        (bench.events().await, bench.commands().await),
        (events, commands)
    );
}

const ACCOUNTS: &str = "户号,用户类别,校区,户名,地址\n\
    A-1,居民,东湖校区,王芳,梅园1栋101\n\
    A-2,居民,东湖校区,李强,梅园1栋102\n";

#[tokio::test(flavor = "multi_thread")]
async fn r82_r85_who_pays_for_which_meter_comes_by_file() {
    let bench = Bench::new().await;
    bench.define("W", Commodity::Water).await;
    bench.define("E", Commodity::Electricity).await;
    bench.import(FileKind::Meters, METERS, false).await;
    bench.import(FileKind::Accounts, ACCOUNTS, false).await;
    let rows = "户号,表号,价格方案,起始日期\n\
        A-1,W-1,居民用水,2026-07-01\n\
        A-2,W-1,W,2026-07-01\n\
        A-2,W-2,E,2026-07-01\n\
        A-2,W-2,X,2026-07-01\n\
        A-9,W-2,W,2026-07-01\n\
        A-2,W-9,W,2026-07-01\n";
    let (_, dry) = bench.import(FileKind::Assignments, rows, true).await;
    let (summary, verdicts) = bench.import(FileKind::Assignments, rows, false).await;
    assert_eq!(
        words(&verdicts),
        [
            (2, Verdict::Accepted, None),
            (3, Verdict::Refused, Some("ACCOUNT_METER_TAKEN")),
            (
                4,
                Verdict::Refused,
                Some("ACCOUNT_TARIFF_FOR_OTHER_COMMODITY")
            ),
            (5, Verdict::Refused, Some("TARIFF_UNKNOWN")),
            (6, Verdict::Refused, Some("ACCOUNT_UNKNOWN")),
            (7, Verdict::Refused, Some("METER_NOT_FOUND")),
        ]
    );
    assert_eq!((summary.accepted, dry.len()), (1, 6));
    let mended = "户号,表号,价格方案\nA-1,W-1,W\nA-2,W-2,居民用水\n";
    let (_, verdicts) = bench.import(FileKind::Assignments, mended, false).await;
    assert_eq!(
        words(&verdicts),
        [(2, Verdict::Unchanged, None), (3, Verdict::Accepted, None)]
    );
}

const POWER: &str = "表号,类型,校区,楼栋,房间,抄表册,表具编号,位数,小数位数,起码,安装日期\n\
    E-1,电表,东湖校区,商业街,1,B1,HE1,6,2,0,2026-06-01\n";

#[tokio::test(flavor = "multi_thread")]
async fn registers_of_a_time_of_use_meter_come_beside_the_total() {
    let bench = Bench::new().await;
    bench.import(FileKind::Meters, POWER, false).await;
    let rows = "表号,读数,抄表时间,峰示数,平示数,谷示数\n\
        E-1,100,2026-07-01 08:30,50,30,20\n\
        E-1,180,2026-08-01 08:30,90,50,45\n\
        E-1,180,2026-08-02 08:30,九十,50,40\n";
    let (_, verdicts) = bench.import(HANDHELD, rows, false).await;
    assert_eq!(
        words(&verdicts),
        [
            (2, Verdict::Accepted, None),
            (3, Verdict::Held, Some("METER_RATES_SUM_MISMATCH")),
            (4, Verdict::Refused, Some("VALUE_NOT_A_NUMBER")),
        ]
    );
    assert_eq!(verdicts[2].field.as_deref(), Some("peak"));
    let kept = "SELECT payload -> 'rates' FROM events \
                WHERE event_type = 'meter.reading_submitted' ORDER BY global_position LIMIT 1";
    let kept: Value = sqlx::query_scalar(kept)
        .fetch_one(&bench.database.pool())
        .await
        .unwrap();
    assert_eq!(kept, json!({ "peak": "50", "flat": "30", "valley": "20" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn r36_handheld_readings_pass_the_rules_of_every_other_reading() {
    let bench = Bench::new().await;
    bench.import(FileKind::Meters, METERS, false).await;
    let readings = "表号,读数,日期,时间\n\
        W-1,110,2026-07-01,08:30\n\
        W-1,105,2026-07-15,08:30\n\
        W-1,130,2026-08-01,08:30\n\
        W-9,5,2026-07-01,08:30\n\
        W-2,123456,2026-07-01,08:30\n\
        W-2,210.5,2026-07-01,08:30\n\
        W-2,220,2026-09-01,08:30\n";
    let (_, verdicts) = bench.import(HANDHELD, readings, false).await;
    assert_eq!(
        words(&verdicts),
        [
            (2, Verdict::Accepted, None),
            (3, Verdict::Held, Some("METER_READING_ROLLED_OVER")),
            (4, Verdict::Accepted, None),
            (5, Verdict::Refused, Some("METER_NOT_FOUND")),
            (6, Verdict::Refused, Some("METER_INDEX_OUT_OF_RANGE")),
            (7, Verdict::Refused, Some("METER_INDEX_TOO_PRECISE")),
            (8, Verdict::Refused, Some("METER_READING_IN_FUTURE")),
        ]
    );
    assert_eq!(verdicts[4].field.as_deref(), Some("index"));
}

#[tokio::test(flavor = "multi_thread")]
async fn r81_numbers_of_handhelds_and_platforms_mean_meters_by_the_day_of_the_reading() {
    let bench = Bench::new().await;
    bench.import(FileKind::Meters, METERS, false).await;
    bench
        .link("W-1", NumberKind::Handheld, "7001", "2026-06-15")
        .await;
    // The platform calls the first meter what the charging system calls the second.
    bench
        .link("W-1", NumberKind::Platform, "W-2", "2026-06-15")
        .await;
    let readings = "表号,读数,日期\n\
        7001,110,2026-07-01\n\
        7001,90,2026-06-10\n\
        W-2,210,2026-07-01\n\
        7009,5,2026-07-01\n";
    let (_, dry) = bench.import(HANDHELD, readings, true).await;
    let (_, verdicts) = bench.import(HANDHELD, readings, false).await;
    assert_eq!(dry, verdicts);
    assert_eq!(
        words(&verdicts),
        [
            (2, Verdict::Accepted, None),
            (3, Verdict::Refused, Some("IMPORT_NUMBER_NOT_LINKED")),
            (4, Verdict::Accepted, None),
            (5, Verdict::Refused, Some("METER_NOT_FOUND")),
        ]
    );
    let named: Vec<Option<&str>> = verdicts.iter().map(|row| row.id.as_deref()).collect();
    assert_eq!(
        named,
        [Some("W-1"), Some("7001"), Some("W-2"), Some("7009")]
    );
    // The same reading under the meter's own number is the same.
    let (_, verdicts) = bench
        .import(HANDHELD, "表号,读数,日期\nW-1,110,2026-07-01\n", false)
        .await;
    assert_eq!(words(&verdicts), [(2, Verdict::Unchanged, None)]);

    let platform = FileKind::Readings(Source::Platform);
    let readings = "表号,读数,日期\nW-2,215,2026-07-02\n7001,115,2026-07-02\n";
    let (_, verdicts) = bench.import(platform, readings, false).await;
    assert_eq!(
        words(&verdicts),
        [
            (2, Verdict::Refused, Some("IMPORT_NUMBER_DOUBLED")),
            (3, Verdict::Refused, Some("METER_NOT_FOUND")),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_row_may_pass_once_its_reason_is_gone() {
    let bench = Bench::new().await;
    let readings = "表号,读数,日期\nW-1,110,2026-07-01\n";
    let (_, verdicts) = bench.import(HANDHELD, readings, false).await;
    assert_eq!(
        words(&verdicts),
        [(2, Verdict::Refused, Some("METER_NOT_FOUND"))]
    );
    bench.import(FileKind::Meters, METERS, false).await;
    let (_, verdicts) = bench.import(HANDHELD, readings, false).await;
    assert_eq!(words(&verdicts), [(2, Verdict::Accepted, None)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_gives_the_verdicts_of_the_real_one_and_writes_nothing() {
    let bench = Bench::new().await;
    bench.import(FileKind::Meters, METERS, false).await;
    let (events, commands) = (bench.events().await, bench.commands().await);
    let readings = "表号,读数,日期\n\
        W-1,110,2026-07-01\n\
        W-1,90,2026-07-20\n\
        W-1,110,2026-07-01\n\
        W-7,1,2026-07-01\n";
    let (_, dry) = bench.import(HANDHELD, readings, true).await;
    assert_eq!(
        (bench.events().await, bench.commands().await),
        (events, commands)
    );
    let (_, real) = bench.import(HANDHELD, readings, false).await;
    assert_eq!(dry, real);
}

#[tokio::test(flavor = "multi_thread")]
async fn r85_accounts_are_opened_and_then_kept_up_to_date() {
    let bench = Bench::new().await;
    let file = |holder: &str| {
        format!(
            "户号,类别,校区,户名,电话,地址,人口\n3101,居民,东湖校区,{holder},13800001234,樱园1-101,3\n"
        )
    };
    let kind = FileKind::Accounts;
    let verdict = async |text: &str| bench.import(kind, text, false).await.1[0].verdict;
    assert_eq!(verdict(&file("王秀兰")).await, Verdict::Accepted);
    assert_eq!(verdict(&file("王秀兰")).await, Verdict::Unchanged);
    assert_eq!(verdict(&file("王芳")).await, Verdict::Accepted);
    // Back to what it was: the old file is not taken for one already imported.
    assert_eq!(verdict(&file("王秀兰")).await, Verdict::Accepted);
    let elsewhere = file("王芳").replace("东湖校区", "nowhere");
    assert_eq!(verdict(&elsewhere).await, Verdict::Refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meter_row_is_written_whole_or_not_at_all() {
    let bench = Bench::new().await;
    bench.import(FileKind::Meters, METERS, false).await;
    let events = bench.events().await;
    // The device hangs elsewhere already: without it the metering point is not entered either.
    let stolen = "表号,类型,校区,楼栋,房间,抄表册,表具编号,位数,起码,安装日期\n\
        W-3,水,east,梅园1栋,103,B1,H1,5,0,2026-06-01\n\
        W-1,水,east,梅园9栋,101,B1,H1,5,100,2026-06-01\n";
    let (_, verdicts) = bench.import(FileKind::Meters, stolen, false).await;
    assert_eq!(
        words(&verdicts),
        [
            (2, Verdict::Refused, Some("METER_HARDWARE_NO_TAKEN")),
            (3, Verdict::Refused, Some("METER_ALREADY_REGISTERED")),
        ]
    );
    assert_eq!(bench.events().await, events);
}

#[tokio::test(flavor = "multi_thread")]
async fn r82_a_batch_keeps_its_file_its_progress_and_why_rows_were_refused() {
    let bench = Bench::new().await;
    bench.import(FileKind::Meters, METERS, false).await;
    let readings = "表号,读数,日期\nW-1,110,2026-07-01\nW-7,1,2026-07-01\n";
    let before = bench.batches().await.len();
    bench.import(HANDHELD, readings, true).await;
    assert_eq!(bench.batches().await.len(), before, "a dry run is no batch");
    for run in 1..=2 {
        bench.import(HANDHELD, readings, false).await;
        let batches = bench.batches().await;
        let [
            ImportBatchEvent::Started(started),
            ImportBatchEvent::Advanced(step),
            ImportBatchEvent::Finished { counts, .. },
        ] = &batches[batches.len() - 3..]
        else {
            panic!("{batches:?}");
        };
        assert_eq!((started.run, started.row_count), (run, 2));
        assert_eq!(started.file_name, "文件.csv");
        assert_eq!((step.through_row, step.counts), (3, *counts));
        let refused = &step.refused[0];
        assert_eq!((refused.row, refused.code.as_str()), (3, "METER_NOT_FOUND"));
        assert_eq!(refused.subject.as_deref(), Some("W-7"));
    }
}
