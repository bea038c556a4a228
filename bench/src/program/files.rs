//! Files taken in by the command line beside the server, which seals and projects meanwhile.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use chaobiao_eventstore::{Clock as _, SystemClock};
use chrono::{Days, FixedOffset, NaiveDate};
use sqlx::PgPool;

use super::process::Program;
use crate::figures::{Figures, Unit, micros, per_second};
use crate::{Arguments, Failure};

/// A campus of the demo.
const CAMPUS: &str = "东湖校区";
const LIMIT: Duration = Duration::from_mins(10);
/// Every event has its number, and every read model has taken it.
const SHOWN: &str = "
    SELECT NOT EXISTS (
        SELECT FROM events WHERE global_position = (SELECT max(global_position) FROM events)
           AND global_position NOT IN (SELECT global_position FROM log
                ORDER BY leaf_index DESC LIMIT 1000))
       AND (SELECT min(next_leaf) FROM projection
             WHERE name NOT LIKE 'standby:%' AND name NOT LIKE 'policy:%')
           >= (SELECT next_leaf FROM sealer)";

pub(crate) struct Files<'a> {
    program: &'a Program,
    pool: &'a PgPool,
    meters: u32,
    readings: u32,
    today: NaiveDate,
    rounds: usize,
}

impl<'a> Files<'a> {
    pub(crate) fn new(program: &'a Program, pool: &'a PgPool, arguments: &Arguments) -> Self {
        // Shanghai's day; readings may not lie ahead.
        let offset = FixedOffset::east_opt(8 * 3600);
        let today = offset.map(|offset| SystemClock.now().with_timezone(&offset).date_naive());
        Self {
            program,
            pool,
            meters: arguments.file_meters.max(1),
            readings: arguments.file_readings,
            today: today.unwrap_or_default(),
            rounds: arguments.rounds,
        }
    }

    /// Once: the next rounds read the same meters.
    pub(crate) async fn meters(&mut self, figures: &mut Figures) -> Result<(), Failure> {
        let installed = self.day(self.rounds + 1, 0)?;
        let mut text = "表号,类型,校区,楼栋,房间,抄表册,表具编号,位数,起码,安装日期\n".to_owned();
        for number in 0..self.meters {
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "BENCH-{number},水表,{CAMPUS},测试楼{},{number},BENCH,HB{number},6,0,{installed}",
                number / 100
            );
        }
        let work = format!("file of {} meters", self.meters);
        self.take_in(figures, &work, self.meters, &["meters"], &text)
            .await
    }

    /// Each meter once, and again until there are as many rows as wanted.
    pub(crate) async fn readings(
        &mut self,
        round: usize,
        figures: &mut Figures,
    ) -> Result<(), Failure> {
        let mut text = "表号,读数,抄表时间\n".to_owned();
        for row in 0..self.readings {
            let (number, turn) = (row % self.meters, row / self.meters);
            let day = self.day(self.rounds - round, turn)?;
            let index = usize::try_from(turn).unwrap_or_default() + round * 50 + 1;
            let _ = writeln!(text, "BENCH-{number},{index},{day} {:02}:00", turn % 24);
        }
        let work = format!("file of {} readings", self.readings);
        let kind = ["readings", "--source", "remote"];
        self.take_in(figures, &work, self.readings, &kind, &text)
            .await
    }

    /// The first day of a round, `ago` rounds before today; each turn has a day of its own.
    fn day(&self, ago: usize, turn: u32) -> Result<NaiveDate, Failure> {
        let days = u64::try_from(ago).unwrap_or_default() * 30 - u64::from(turn.min(29));
        self.today
            .checked_sub_days(Days::new(days))
            .ok_or_else(|| Failure::Program("too many rounds".to_owned()))
    }

    async fn take_in(
        &self,
        figures: &mut Figures,
        work: &str,
        rows: u32,
        kind: &[&str],
        text: &str,
    ) -> Result<(), Failure> {
        let path = self.program.data_dir.with_file_name("rows.csv");
        fs::write(&path, text)?;
        let path = path.to_string_lossy().into_owned();
        let mut arguments = vec!["import"];
        arguments.extend(kind);
        arguments.push(&path);
        self.shown().await?;
        let begun = Instant::now();
        let said = self.program.run(&arguments)?;
        let accepted = begun.elapsed();
        self.shown().await?;
        let projected = begun.elapsed();
        if !said.contains(&format!("通过 {rows}，")) {
            return Err(Failure::Program(said));
        }
        figures.note(work, "accepted", Unit::Microseconds, micros(accepted));
        figures.note(
            work,
            "accepted and projected",
            Unit::Microseconds,
            micros(projected),
        );
        let rate = per_second(u64::from(rows), accepted);
        figures.note(work, "rows accepted", Unit::PerSecond, rate);
        Ok(())
    }

    async fn shown(&self) -> Result<(), Failure> {
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            if sqlx::query_scalar(SHOWN).fetch_one(self.pool).await? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(Failure::NeverVisible)
    }
}
