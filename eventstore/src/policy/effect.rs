//! Work that reactions leave behind, written with the policy's checkpoint.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::forget::forget;

/// A row of `due` or `outbox`, or the end of some; personal fields are encrypted already.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    Due {
        id: Uuid,
        at: DateTime<Utc>,
        process: &'static str,
        body: Value,
        subject: String,
    },
    Withdraw {
        subject: String,
    },
    Forget {
        subject: String,
    },
    Send {
        id: Uuid,
        channel: String,
        message: Value,
        created_at: DateTime<Utc>,
    },
}

/// The columns of `due` and `outbox` after folding the effects in order.
#[derive(Default)]
struct Rows<'a> {
    withdrawn: Vec<&'a str>,
    forgotten: Vec<&'a str>,
    due: Vec<Due<'a>>,
    sends: Vec<Send<'a>>,
}

struct Due<'a> {
    id: Uuid,
    at: DateTime<Utc>,
    process: &'a str,
    body: &'a Value,
    subject: &'a str,
    state: &'static str,
}

struct Send<'a> {
    id: Uuid,
    channel: &'a str,
    message: &'a Value,
    created_at: DateTime<Utc>,
}

impl<'a> Rows<'a> {
    fn fold(effects: &'a [Effect]) -> Self {
        let mut rows = Self::default();
        for effect in effects {
            match effect {
                Effect::Due {
                    id,
                    at,
                    process,
                    body,
                    subject,
                } => rows.due.push(Due {
                    id: *id,
                    at: *at,
                    process,
                    body,
                    subject,
                    state: "waiting",
                }),
                Effect::Withdraw { subject } => {
                    for due in rows.due.iter_mut().filter(|due| due.subject == subject) {
                        due.state = "withdrawn";
                    }
                    rows.withdrawn.push(subject);
                }
                Effect::Forget { subject } => rows.forgotten.push(subject),
                Effect::Send {
                    id,
                    channel,
                    message,
                    created_at,
                } => rows.sends.push(Send {
                    id: *id,
                    channel,
                    message,
                    created_at: *created_at,
                }),
            }
        }
        rows
    }
}

/// Writes the effects of a batch. What is there already stays as it is.
pub(crate) async fn write(
    effects: &[Effect],
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let rows = Rows::fold(effects);
    if !rows.withdrawn.is_empty() {
        sqlx::query(
            "UPDATE due SET state = 'withdrawn' WHERE state = 'waiting' AND subject = ANY($1)",
        )
        .bind(&rows.withdrawn)
        .execute(&mut *connection)
        .await?;
    }
    if !rows.due.is_empty() {
        write_due(&rows.due, connection).await?;
    }
    if !rows.sends.is_empty() {
        write_sends(&rows.sends, connection).await?;
    }
    // Last, so that messages of this very batch are emptied as well.
    if !rows.forgotten.is_empty() {
        forget(&rows.forgotten, connection).await?;
    }
    Ok(())
}

async fn write_due(due: &[Due<'_>], connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO due (id, due_at, process, body, subject, state)
         SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::jsonb[], $5::text[],
                              $6::text[])
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(due.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(due.iter().map(|row| row.at).collect::<Vec<_>>())
    .bind(due.iter().map(|row| row.process).collect::<Vec<_>>())
    .bind(due.iter().map(|row| row.body).collect::<Vec<_>>())
    .bind(due.iter().map(|row| row.subject).collect::<Vec<_>>())
    .bind(due.iter().map(|row| row.state).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

async fn write_sends(sends: &[Send<'_>], connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO outbox (id, channel, message, created_at)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[])
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(sends.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(sends.iter().map(|row| row.channel).collect::<Vec<_>>())
    .bind(sends.iter().map(|row| row.message).collect::<Vec<_>>())
    .bind(sends.iter().map(|row| row.created_at).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(subject: &str) -> Effect {
        Effect::Due {
            id: Uuid::nil(),
            at: DateTime::UNIX_EPOCH,
            process: "thing.do",
            body: Value::Null,
            subject: subject.to_owned(),
        }
    }

    #[test]
    fn a_withdrawal_concerns_what_came_before_it() {
        let withdraw = Effect::Withdraw {
            subject: "a".to_owned(),
        };
        let effects = [due("a"), due("b"), withdraw, due("a")];
        let states: Vec<&str> = Rows::fold(&effects)
            .due
            .iter()
            .map(|row| row.state)
            .collect();
        assert_eq!(states, ["withdrawn", "waiting", "waiting"]);
    }
}
