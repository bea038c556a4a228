use chaobiao_decision::PERSONAL_KEY;
use chaobiao_domain::message::MessageOutcome;
use chaobiao_eventstore::{EventStore, StoreError, owner_of_message};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::paging::{Page, Slice};

/// The template of a one-time code, which nobody reads and nobody sends again.
const CODE: &str = "code";

/// What whoever carries a message says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarrierReport {
    pub delivered: bool,
    pub said: String,
    pub reported_at: DateTime<Utc>,
}

/// What somebody did about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUp {
    /// `repeated` or `settled`.
    pub kind: String,
    pub reason: String,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub by: String,
    pub at: DateTime<Utc>,
}

/// A message as it stands, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    pub message_id: Uuid,
    /// `sms` or `wechat`: by which way it was meant to go.
    pub channel: String,
    pub template: Option<String>,
    pub customer_id: Option<String>,
    pub phone: Option<String>,
    pub text: Option<String>,
    /// Whether the text is sealed for one person.
    pub text_is_personal: bool,
    /// Nothing of it is left: the person is erased.
    pub is_erased: bool,
    /// The message this one says again.
    pub repeats: Option<String>,
    /// As the outbox has it: `queued`, `sending`, `sent`, `failed`, `unknown`, `dropped`.
    pub state: String,
    pub detail: Option<String>,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
    pub attempted_at: Option<DateTime<Utc>>,
    pub report: Option<CarrierReport>,
    pub follow_up: Option<FollowUp>,
}

impl MessageRow {
    pub fn is_code(&self) -> bool {
        self.template.as_deref() == Some(CODE)
    }

    /// Whether somebody should look at it.
    pub fn needs_attention(&self) -> bool {
        let lost = self.outcome() != MessageOutcome::Fine;
        lost && self.follow_up.is_none() && !self.is_code() && !self.is_erased
    }

    /// What is known of it. A report says more than the answer to the call.
    pub fn outcome(&self) -> MessageOutcome {
        match (&self.report, self.state.as_str()) {
            (Some(report), _) if report.delivered => MessageOutcome::Fine,
            (Some(_), _) => MessageOutcome::Undelivered,
            (None, "failed") => MessageOutcome::Failed,
            (None, "unknown") => MessageOutcome::Unknown,
            (None, _) => MessageOutcome::Fine,
        }
    }
}

struct Raw {
    message: Value,
    row: MessageRow,
}

impl FromRow<'_, PgRow> for Raw {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let delivered: Option<bool> = row.try_get("delivered")?;
        let report = delivered.map(|delivered| {
            Ok::<_, sqlx::Error>(CarrierReport {
                delivered,
                said: row.try_get("said")?,
                reported_at: row.try_get("reported_at")?,
            })
        });
        let followed: Option<String> = row.try_get("follow_up")?;
        let follow_up = followed.map(|kind| {
            Ok::<_, sqlx::Error>(FollowUp {
                kind,
                reason: row.try_get("reason")?,
                by: row.try_get("followed_up_by")?,
                at: row.try_get("followed_up_at")?,
            })
        });
        Ok(Self {
            message: row.try_get("message")?,
            row: MessageRow {
                message_id: row.try_get("id")?,
                channel: row.try_get("channel")?,
                template: None,
                customer_id: None,
                phone: None,
                text: None,
                text_is_personal: false,
                is_erased: false,
                repeats: None,
                state: row.try_get("state")?,
                detail: row.try_get("detail")?,
                attempts: row.try_get("attempts")?,
                created_at: row.try_get("created_at")?,
                attempted_at: row.try_get("attempted_at")?,
                report: report.transpose()?,
                follow_up: follow_up.transpose()?,
            },
        })
    }
}

/// A text, which may be a person's.
fn text(value: &Value) -> Option<String> {
    let plain = value
        .get(PERSONAL_KEY)
        .map_or(Some(value), |of| of.get("value"));
    plain?.as_str().map(str::to_owned)
}

impl Raw {
    fn opened(self) -> MessageRow {
        let said = &self.message;
        let field = |name: &str| said.get(name).and_then(text);
        let personal = |name: &str| said.get(name).and_then(|value| value.get(PERSONAL_KEY));
        let gone = |name: &str| personal(name).is_some_and(|of| of.get("value").is_none());
        MessageRow {
            template: field("template"),
            customer_id: field("customer_id"),
            phone: field("to"),
            text: field("text"),
            text_is_personal: personal("text").is_some(),
            is_erased: said.get("erased").is_some() || gone("to"),
            repeats: field("repeats"),
            ..self.row
        }
    }
}

/// Lists go by time, the newest first.
pub type MessageKey = (DateTime<Utc>, Uuid);

#[derive(Clone, Debug, Default)]
pub struct MessageFilter {
    /// Only what did not arrive, or of which nobody knows, and about which nobody has done anything.
    pub attention: bool,
    pub state: Option<&'static str>,
    pub channel: Option<&'static str>,
    pub customer_id: Option<String>,
    /// The outage or the article it is about.
    pub topic_id: Option<String>,
}

const COLUMNS: &str = "
    SELECT o.id, o.channel, o.message, o.state, o.detail, o.attempts, o.created_at, o.attempted_at,
           r.delivered, r.said, r.reported_at,
           f.follow_up, f.reason, f.followed_up_by, f.followed_up_at
    FROM outbox o
    LEFT JOIN read_messages f ON f.message_id = o.id
    LEFT JOIN LATERAL (
        SELECT delivered, said, reported_at FROM delivery_report
        WHERE provider_number = o.provider_number OR message_id = o.id
        ORDER BY delivered DESC, reported_at DESC LIMIT 1
    ) r ON true
    WHERE o.channel IN ('sms', 'wechat')";

const ATTENTION: &str = "
    AND o.id IN (
        SELECT id FROM outbox WHERE state IN ('failed', 'unknown')
        UNION
        SELECT sent.id FROM delivery_report d JOIN outbox sent USING (provider_number)
        WHERE NOT d.delivered
        UNION
        SELECT message_id FROM delivery_report WHERE NOT delivered AND message_id IS NOT NULL
    )
    AND f.message_id IS NULL AND r.delivered IS NOT TRUE
    AND o.message ->> 'template' <> 'code'";

pub async fn list(
    store: &EventStore,
    filter: &MessageFilter,
    page: &Page<MessageKey>,
) -> Result<Slice<MessageRow, MessageKey>, StoreError> {
    let attention = if filter.attention { ATTENTION } else { "" };
    let sql = format!(
        "{COLUMNS}{attention}
         AND ($1::text IS NULL OR o.state = $1)
         AND ($2::text IS NULL OR o.channel = $2)
         AND ($3::text IS NULL OR (o.message ? 'customer_id' AND o.message ->> 'customer_id' = $3))
         AND ($4::text IS NULL OR coalesce(o.message ->> 'outage_id', o.message ->> 'article_id') = $4)
         AND ($5::timestamptz IS NULL OR (o.created_at, o.id) < ($5, $6))
         ORDER BY o.created_at DESC, o.id DESC LIMIT $7"
    );
    let (after, after_id) = page.after.unzip();
    let rows: Vec<Raw> = sqlx::query_as(&sql)
        .bind(filter.state)
        .bind(filter.channel)
        .bind(filter.customer_id.as_deref())
        .bind(filter.topic_id.as_deref())
        .bind(after)
        .bind(after_id)
        .bind(page.limit())
        .fetch_all(store.pool())
        .await?;
    let rows = decrypted(store, rows).await?;
    let rows = rows.into_iter().map(Raw::opened).collect();
    Ok(page.slice(rows, |row: &MessageRow| (row.created_at, row.message_id)))
}

pub async fn by_id(store: &EventStore, message_id: Uuid) -> Result<Option<MessageRow>, StoreError> {
    Ok(one(store, message_id).await?.map(Raw::opened))
}

/// The message as it was put together, opened; nothing when it is not there or the person is erased.
pub async fn content(
    store: &EventStore,
    message_id: Uuid,
) -> Result<Option<(String, Value)>, StoreError> {
    let Some(raw) = one(store, message_id).await? else {
        return Ok(None);
    };
    let message = raw.message.clone();
    let row = raw.opened();
    Ok((!row.is_erased).then_some((row.channel, message)))
}

async fn one(store: &EventStore, message_id: Uuid) -> Result<Option<Raw>, StoreError> {
    let rows: Vec<Raw> = sqlx::query_as(&format!("{COLUMNS} AND o.id = $1"))
        .bind(message_id)
        .fetch_all(store.pool())
        .await?;
    Ok(decrypted(store, rows).await?.pop())
}

async fn decrypted(store: &EventStore, mut rows: Vec<Raw>) -> Result<Vec<Raw>, StoreError> {
    let sealed = rows.iter_mut().map(|raw| {
        let owner = owner_of_message(raw.row.message_id);
        (owner, &mut raw.message)
    });
    store.cipher().open(sealed.collect()).await?;
    Ok(rows)
}
