//! A meter with its twelve last months: over GraphQL and HTTP, and by the bare SQL.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::PgPool;

use super::http::Browser;
use super::process::Logins;
use crate::Failure;
use crate::figures::{Figures, Unit, micros, percentile};

const WORK: &str = "a meter with 12 readings";
const ASK: &str = "query($no: String!) { meter(meterNo: $no) { meterNo building room
    readings(first: 12) { nodes { readingId index readAt usage status } } } }";
const SQL: &str = "
    SELECT c.meter_no, c.building, c.room, r.reading_id, r.index::text, r.read_at, r.usage::text,
           r.status
      FROM read_meter_card c JOIN LATERAL (
           SELECT * FROM read_reading_review WHERE meter_no = c.meter_no
            ORDER BY read_at DESC, reading_id DESC LIMIT 12) AS r ON true
     WHERE c.meter_no = $1";
/// Meters asked for in turn, so that no single row is measured.
const METERS: &str = "
    SELECT meter_no FROM read_reading_review GROUP BY meter_no
    HAVING count(*) >= 12 ORDER BY meter_no LIMIT 100";

pub(crate) struct Asker {
    browser: Browser,
    meters: Vec<String>,
}

impl Asker {
    pub(crate) async fn sign_in(
        address: SocketAddr,
        logins: &Logins,
        pool: &PgPool,
    ) -> Result<Self, Failure> {
        let browser = Browser::sign_in(address, logins).await?;
        let meters: Vec<String> = sqlx::query_scalar(METERS).fetch_all(pool).await?;
        if meters.is_empty() {
            return Err(Failure::Program("no meter has twelve readings".to_owned()));
        }
        Ok(Self { browser, meters })
    }

    /// Both in turns, one client at ease.
    pub(crate) async fn round(
        &mut self,
        pool: &PgPool,
        figures: &mut Figures,
        seconds: u64,
    ) -> Result<(), Failure> {
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        let end = Instant::now() + Duration::from_secs(seconds);
        for meter in self.meters.iter().cycle() {
            if Instant::now() > end {
                break;
            }
            let begun = Instant::now();
            let data = self.browser.ask(ASK, &json!({ "no": meter })).await?;
            ours.push(begun.elapsed());
            let nodes = data["meter"]["readings"]["nodes"].as_array().map(Vec::len);
            let begun = Instant::now();
            let rows = sqlx::query(SQL).bind(meter).fetch_all(pool).await?;
            bare.push(begun.elapsed());
            if nodes != Some(12) || rows.len() != 12 {
                return Err(Failure::Program(format!("{meter}: {data}")));
            }
        }
        for percent in [50, 99] {
            let who = |who: &str| format!("{who}, p{percent}");
            for (name, samples) in [("GraphQL", &mut ours), ("bare SQL", &mut bare)] {
                let value = micros(percentile(samples, percent));
                figures.note(WORK, &who(name), Unit::Microseconds, value);
            }
            figures.compare(WORK, &who("GraphQL"), &who("bare SQL"));
        }
        Ok(())
    }
}
