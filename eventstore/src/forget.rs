//! People whose data is given up: their keys, and what the store keeps of them outside events.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::Cipher;
use crate::daemon::job::Node;

/// How long a node may still have a key in memory that another one has destroyed.
const POLL: Duration = Duration::from_millis(500);

/// Destroys the keys of people for ever, and empties the messages to them. Again changes nothing.
pub(crate) async fn forget(
    subjects: &[&str],
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    // A row without a key stays, so that nobody makes a new one.
    sqlx::query(
        "INSERT INTO subject_key (subject, wrapped_key, destroyed_at)
         SELECT subject, NULL, clock_timestamp() FROM unnest($1::text[]) AS subject
         ON CONFLICT (subject) DO UPDATE
         SET wrapped_key = NULL, destroyed_at = excluded.destroyed_at
         WHERE subject_key.wrapped_key IS NOT NULL",
    )
    .bind(subjects)
    .execute(&mut *connection)
    .await?;
    for subject in subjects {
        empty_messages(subject, connection).await?;
    }
    Ok(())
}

/// Empties the messages sealed for somebody.
pub(crate) async fn empty_messages(
    subject: &str,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        r#"UPDATE outbox SET message = '{"erased": true}',
                  state = CASE state WHEN 'queued' THEN 'failed' ELSE state END,
                  detail = CASE state WHEN 'queued' THEN 'the person is erased' ELSE detail END
           WHERE jsonb_path_exists(message, '$.**."$personal" ? (@.subject == $subject)',
                                   jsonb_build_object('subject', $1::text))"#,
    )
    .bind(subject)
    .execute(connection)
    .await
    .map(drop)
}

/// Drops destroyed keys from this node's memory, whoever destroyed them.
pub(crate) async fn follow_destroyed_keys(mut node: Node, cipher: Cipher) {
    let mut seen = None;
    while !*node.stopping.borrow() {
        match destroyed_since(&node.pool, seen).await {
            Ok((subjects, now)) => {
                cipher.evict(&subjects);
                seen = Some(now);
            }
            Err(error) => tracing::warn!(%error, "it is unknown which keys were destroyed"),
        }
        node.pause(POLL).await;
    }
}

/// A key may have been read just before it was destroyed and been put in memory after, so each is
/// dropped for a while.
async fn destroyed_since(
    pool: &PgPool,
    seen: Option<DateTime<Utc>>,
) -> Result<(Vec<String>, DateTime<Utc>), sqlx::Error> {
    let (now, subjects): (DateTime<Utc>, Vec<String>) = sqlx::query_as(
        "SELECT clock_timestamp(), ARRAY(SELECT subject FROM subject_key
             WHERE destroyed_at > coalesce($1, clock_timestamp()) - interval '1 minute')",
    )
    .bind(seen)
    .fetch_one(pool)
    .await?;
    Ok((subjects, now))
}
