//! People who watch: how long after a command was sent each of them has been told of what it changed.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use uuid::Uuid;

use super::http::Browser;
use super::process::Staff;
use crate::Failure;
use crate::figures::{Figures, Unit, micros, percentile};

/// As the console's pages ask. Every reading below changes what each of them shows.
const SUBSCRIPTIONS: [&str; 4] = [
    "subscription { anomalies { latest { readingId meterNo index readAt usage status channel
        findings { rule message } } } }",
    "subscription { readingsHeld { totalCount } }",
    "subscription { overviewChanged { month meters read unread held anomalies billed open overdue
        collected usage { commodity usage previousMonth lastYear } } }",
    "subscription($month: YearMonth!) { unreadMeters(by: CAMPUS, month: $month) {
        key meters read unread held } }",
];
const SUBMIT: &str = "mutation($input: SubmitReadingInput!) { submitReading(input: $input) {
    status userErrors { code message } } }";
const OPEN: &str = "mutation($input: OpenReadingRoundInput!) { openReadingRound(input: $input) {
    userErrors { code message } } }";
/// Meters of one campus, each with an index far beyond what it can have used.
const METERS: &str = "
    SELECT c.meter_no, (last.index + 3000)::text, c.campus
      FROM read_meter_card c
      JOIN LATERAL (SELECT index FROM read_reading_review
           WHERE meter_no = c.meter_no AND status <> 'rejected'
           ORDER BY read_at DESC LIMIT 1) AS last ON true
     WHERE c.campus = (SELECT min(campus) FROM read_meter_card)
     ORDER BY c.meter_no LIMIT 60";
const DAYS: &str = "SELECT to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'),
    to_char(now() AT TIME ZONE 'Asia/Shanghai' + interval '5 days', 'YYYY-MM-DD')";
/// Sessions the watchers share: signing in costs what a password's hash costs.
const SESSIONS: usize = 10;
/// Readings of a round.
const READINGS: usize = 5;
/// Nobody has been told anything for so long: what came before is over.
const QUIET: Duration = Duration::from_secs(1);
const LIMIT: Duration = Duration::from_secs(30);

type Socket = WebSocketStream<TcpStream>;

/// Who watches, while rounds are measured.
pub(crate) struct Watchers {
    count: usize,
    /// Whoever hands readings in.
    browser: Browser,
    told: mpsc::UnboundedReceiver<(usize, Instant)>,
    /// With the index each is going to show.
    meters: Vec<(String, String)>,
}

impl Watchers {
    pub(crate) async fn gather(
        address: SocketAddr,
        staff: &Staff,
        pool: &PgPool,
        count: usize,
    ) -> Result<Self, Failure> {
        let mut browsers = Vec::with_capacity(SESSIONS);
        for _ in 0..SESSIONS {
            browsers.push(Browser::sign_in(address, &staff.manager).await?);
        }
        let Some(manager) = browsers.first_mut() else {
            return Err(Failure::Program("nobody signed in".to_owned()));
        };
        let (month, meters) = send_out(manager, pool).await?;
        let (tell, told) = mpsc::unbounded_channel();
        for (who, browser) in (0..count).zip(browsers.iter().cycle()) {
            let cookie = browser.cookie().unwrap_or_default();
            let mut socket = open(address, cookie).await?;
            let query = SUBSCRIPTIONS[who % SUBSCRIPTIONS.len()];
            let variables = if query.contains("$month") {
                json!({ "month": month })
            } else {
                json!({})
            };
            let payload = json!({ "query": query, "variables": variables });
            say(
                &mut socket,
                &json!({ "type": "subscribe", "id": "1", "payload": payload }),
            )
            .await?;
            tokio::spawn(watch(socket, who, tell.clone()));
        }
        let mut watchers = Self {
            count,
            browser: Browser::sign_in(address, &staff.technician).await?,
            told,
            meters,
        };
        // Everybody is shown how things are, first.
        watchers.all_told(Instant::now()).await?;
        Ok(watchers)
    }

    pub(crate) async fn round(&mut self, figures: &mut Figures) -> Result<(), Failure> {
        let work = format!("a reading, {} watchers told", self.count);
        let mut samples = Vec::new();
        for _ in 0..READINGS {
            self.quiet().await?;
            let Some((meter_no, index)) = self.meters.pop() else {
                return Err(Failure::Program("no meter is left to read".to_owned()));
            };
            let input = json!({
                "idempotencyKey": Uuid::now_v7(), "meterNo": meter_no, "index": index,
                "channel": "HANDHELD",
            });
            let begun = Instant::now();
            let data = self.browser.ask(SUBMIT, &json!({ "input": input })).await?;
            if data["submitReading"]["status"] != "HELD" {
                return Err(Failure::Program(data.to_string()));
            }
            samples.extend(self.all_told(begun).await?);
        }
        for percent in [50, 95, 99] {
            let value = micros(percentile(&mut samples, percent));
            figures.note(&work, &format!("p{percent}"), Unit::Microseconds, value);
        }
        Ok(())
    }

    /// How long it took until each had been told anything.
    async fn all_told(&mut self, begun: Instant) -> Result<Vec<Duration>, Failure> {
        let mut first: Vec<Option<Duration>> = vec![None; self.count];
        let mut missing = self.count;
        while missing > 0 {
            let Ok(Some((who, at))) = tokio::time::timeout(LIMIT, self.told.recv()).await else {
                let waiting = first.iter().position(Option::is_none).unwrap_or_default();
                let query = SUBSCRIPTIONS[waiting % SUBSCRIPTIONS.len()];
                return Err(Failure::Program(format!("{missing} not told, by {query}")));
            };
            if first[who].is_none() {
                first[who] = Some(at.saturating_duration_since(begun));
                missing -= 1;
            }
        }
        Ok(first.into_iter().flatten().collect())
    }

    async fn quiet(&mut self) -> Result<(), Failure> {
        let end = Instant::now() + LIMIT;
        while let Ok(told) = tokio::time::timeout(QUIET, self.told.recv()).await {
            if told.is_none() || Instant::now() > end {
                return Err(Failure::Program("it does not become quiet".to_owned()));
            }
        }
        Ok(())
    }
}

/// Opens a round over some meters: its month, and the meters with what each is going to show.
async fn send_out(
    manager: &mut Browser,
    pool: &PgPool,
) -> Result<(String, Vec<(String, String)>), Failure> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(METERS).fetch_all(pool).await?;
    let (month, due_on): (String, String) = sqlx::query_as(DAYS).fetch_one(pool).await?;
    let numbers: Vec<&String> = rows.iter().map(|(number, ..)| number).collect();
    let input = json!({
        "idempotencyKey": Uuid::now_v7(), "book": "BENCH", "month": month, "dueOn": due_on,
        "campusId": rows.first().map(|(_, _, campus)| campus), "meterNos": numbers,
    });
    let data = manager.ask(OPEN, &json!({ "input": input })).await?;
    if data["openReadingRound"]["userErrors"] != json!([]) {
        return Err(Failure::Program(data.to_string()));
    }
    let meters = rows.into_iter().map(|(number, index, _)| (number, index));
    Ok((month, meters.collect()))
}

/// Until the server ends it, or nobody listens any more.
async fn watch(mut socket: Socket, who: usize, tell: mpsc::UnboundedSender<(usize, Instant)>) {
    while let Some(Ok(message)) = socket.next().await {
        let told = matches!(&message, Message::Text(text) if text.contains("\"next\""));
        if told && tell.send((who, Instant::now())).is_err() {
            return;
        }
    }
}

async fn open(address: SocketAddr, cookie: &str) -> Result<Socket, Failure> {
    let refused = |error: &dyn std::error::Error| Failure::Program(error.to_string());
    let mut request = format!("ws://{address}/graphql")
        .into_client_request()
        .map_err(|error| refused(&error))?;
    for (name, value) in [
        ("Sec-WebSocket-Protocol", "graphql-transport-ws"),
        ("Cookie", cookie),
        ("Origin", &format!("http://{address}")),
    ] {
        let value = HeaderValue::from_str(value).map_err(|error| refused(&error))?;
        request.headers_mut().insert(name, value);
    }
    let connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    let (mut socket, _) = tokio_tungstenite::client_async(request, connection)
        .await
        .map_err(|error| refused(&error))?;
    say(&mut socket, &json!({ "type": "connection_init" })).await?;
    match socket.next().await {
        Some(Ok(Message::Text(text))) if text.contains("connection_ack") => Ok(socket),
        other => Err(Failure::Program(format!("{other:?}"))),
    }
}

async fn say(socket: &mut Socket, message: &Value) -> Result<(), Failure> {
    let said = socket.send(Message::text(message.to_string())).await;
    said.map_err(|error| Failure::Program(error.to_string()))
}
