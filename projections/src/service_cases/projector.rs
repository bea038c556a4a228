use async_trait::async_trait;
use chaobiao_domain::calendar::ReplyMode;
use chaobiao_domain::service::case::{CaseEvent, CaseOpened, Deadline};
use chaobiao_domain::service::rules::ServiceRulesEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Keeps `read_service_cases` with its steps, and `read_service_cases_rules`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServiceCasesProjector;

#[async_trait]
impl Projector for ServiceCasesProjector {
    fn name(&self) -> &'static str {
        "service_cases"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        // The calendar changes no row by itself; whoever reacts to it waits for this read model.
        &["service_case", "service_rules", "work_calendar"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_service_cases",
            "read_service_cases_step",
            "read_service_cases_rules",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            match event.stream.aggregate_type.as_str() {
                "service_case" => project(event, connection).await?,
                "service_rules" => rules(event, connection).await?,
                _ => {}
            }
        }
        Ok(())
    }
}

async fn rules(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let ServiceRulesEvent::VersionPublished(rules) = event.decode()?;
    sqlx::query(
        "INSERT INTO read_service_cases_rules (version, effective_from, published_at, published_by, \
         rules) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(i32::try_from(rules.version).unwrap_or(i32::MAX))
    .bind(rules.effective_from)
    .bind(event.recorded_at)
    .bind(event.metadata.actor.to_string())
    .bind(Json(rules))
    .execute(connection)
    .await?;
    Ok(())
}

/// One line of a case's story.
#[derive(Default)]
struct Step<'a> {
    kind: &'static str,
    note: Option<&'a str>,
    colleague: Option<&'a str>,
    due_at: Option<DateTime<Utc>>,
}

fn step(event: &CaseEvent) -> Step<'_> {
    let told = |kind, note| Step {
        kind,
        note,
        ..Step::default()
    };
    match event {
        CaseEvent::Opened(opened) => Step {
            kind: "opened",
            due_at: Some(opened.deadline.due_at),
            ..Step::default()
        },
        CaseEvent::Assigned { to, note } => Step {
            colleague: Some(to.as_str()),
            ..told("assigned", note.as_deref())
        },
        CaseEvent::StaffNamed { concerned } => Step {
            kind: "staff_named",
            colleague: Some(concerned.as_str()),
            ..Step::default()
        },
        CaseEvent::Replied { text } => told("replied", Some(text)),
        CaseEvent::Resolved { outcome } => told("resolved", Some(outcome)),
        CaseEvent::Closed { reason } => told("closed", reason.as_deref()),
        CaseEvent::Rated { comment, .. } => told("rated", comment.as_deref()),
        CaseEvent::Reopened {
            reason, deadline, ..
        } => Step {
            due_at: Some(deadline.due_at),
            ..told("reopened", Some(reason))
        },
        CaseEvent::DeadlineWarned { due_at } => Step {
            kind: "deadline_warned",
            due_at: Some(*due_at),
            ..Step::default()
        },
        CaseEvent::DeadlineMissed { due_at } => Step {
            kind: "deadline_missed",
            due_at: Some(*due_at),
            ..Step::default()
        },
        CaseEvent::Replanned { deadline, reason } => Step {
            due_at: Some(deadline.due_at),
            ..told("replanned", Some(reason))
        },
    }
}

async fn project(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let happened: CaseEvent = event.decode()?;
    let line = step(&happened);
    sqlx::query(
        "INSERT INTO read_service_cases_step (case_id, sequence, kind, at, by, note, colleague, \
         due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&event.stream.aggregate_id)
    .bind(event.sequence)
    .bind(line.kind)
    .bind(event.recorded_at)
    .bind(event.metadata.actor.to_string())
    .bind(line.note)
    .bind(line.colleague)
    .bind(line.due_at)
    .execute(&mut *connection)
    .await?;
    match happened {
        CaseEvent::Opened(opened) => open(&opened, connection).await?,
        CaseEvent::Reopened { deadline, .. } => {
            reopen(event, connection).await?;
            plan(event, &deadline, connection).await?;
        }
        CaseEvent::Replanned { deadline, .. } => plan(event, &deadline, connection).await?,
        other => change(event, &other, connection).await?,
    }
    Ok(())
}

const fn mode(mode: ReplyMode) -> &'static str {
    match mode {
        ReplyMode::WallClock => "wall_clock",
        ReplyMode::OfficeHours => "office_hours",
    }
}

async fn open(opened: &CaseOpened, connection: &mut PgConnection) -> Result<(), ProjectionError> {
    let deadline = &opened.deadline;
    let photos: Vec<&str> = opened.photos.iter().map(AsRef::as_ref).collect();
    sqlx::query(
        "INSERT INTO read_service_cases (case_id, kind, topic, campus, place, description, photos, \
         account_no, meter_no, concerned, reported_by, has_contact, filed_at, state, due_at, \
         due_provisional, reply_mode, reply_minutes, planned_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open', $14, $15, $16, \
         $17, $18)",
    )
    .bind(opened.case_id.as_str())
    .bind(opened.kind.as_str())
    .bind(
        opened
            .topic
            .map(chaobiao_domain::service::case::RequestTopic::as_str),
    )
    .bind(opened.campus.as_str())
    .bind(&opened.place)
    .bind(&opened.description)
    .bind(photos)
    .bind(
        opened
            .account_no
            .as_ref()
            .map(chaobiao_domain::units::AccountNo::as_str),
    )
    .bind(
        opened
            .meter_no
            .as_ref()
            .map(chaobiao_domain::units::MeterNo::as_str),
    )
    .bind(
        opened
            .concerned
            .as_ref()
            .map(chaobiao_domain::units::StaffLogin::as_str),
    )
    .bind(opened.reported_by.to_string())
    .bind(opened.contact.is_some())
    .bind(opened.filed_at)
    .bind(deadline.due_at)
    .bind(deadline.provisional)
    .bind(mode(deadline.sla.mode))
    .bind(i32::from(deadline.sla.reply_minutes))
    .bind(deadline.planned_at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn reopen(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "UPDATE read_service_cases SET answered_at = NULL, ended_at = NULL, stars = NULL, \
         rating_comment = NULL, \
         state = CASE WHEN assignee IS NULL THEN 'open' ELSE 'assigned' END WHERE case_id = $1",
    )
    .bind(&event.stream.aggregate_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// A new deadline: what was said of the old one stands in the steps.
async fn plan(
    event: &RecordedEvent,
    deadline: &Deadline,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "UPDATE read_service_cases SET due_at = $2, due_provisional = $3, reply_mode = $4, \
         reply_minutes = $5, planned_at = $6, warned_at = NULL, missed_at = NULL \
         WHERE case_id = $1",
    )
    .bind(&event.stream.aggregate_id)
    .bind(deadline.due_at)
    .bind(deadline.provisional)
    .bind(mode(deadline.sla.mode))
    .bind(i32::from(deadline.sla.reply_minutes))
    .bind(deadline.planned_at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn change(
    event: &RecordedEvent,
    happened: &CaseEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = &event.stream.aggregate_id;
    let at = event.recorded_at;
    let query = match happened {
        CaseEvent::Assigned { to, .. } => sqlx::query(
            "UPDATE read_service_cases SET state = 'assigned', assignee = $2 WHERE case_id = $1",
        )
        .bind(id)
        .bind(to.as_str()),
        CaseEvent::StaffNamed { concerned } => sqlx::query(
            "UPDATE read_service_cases SET concerned = $2, \
             assignee = CASE WHEN assignee = $2 THEN NULL ELSE assignee END, \
             state = CASE WHEN assignee = $2 AND state = 'assigned' THEN 'open' ELSE state END \
             WHERE case_id = $1",
        )
        .bind(id)
        .bind(concerned.as_str()),
        CaseEvent::Replied { .. } => sqlx::query(
            "UPDATE read_service_cases SET answered_at = coalesce(answered_at, $2) \
             WHERE case_id = $1",
        )
        .bind(id)
        .bind(at),
        CaseEvent::Resolved { .. } => sqlx::query(
            "UPDATE read_service_cases SET state = 'resolved', ended_at = $2, \
             answered_at = coalesce(answered_at, $2) WHERE case_id = $1",
        )
        .bind(id)
        .bind(at),
        CaseEvent::Closed { .. } => sqlx::query(
            "UPDATE read_service_cases SET state = 'closed', ended_at = coalesce(ended_at, $2) \
             WHERE case_id = $1",
        )
        .bind(id)
        .bind(at),
        CaseEvent::Rated { stars, comment } => sqlx::query(
            "UPDATE read_service_cases SET stars = $2, rating_comment = $3 WHERE case_id = $1",
        )
        .bind(id)
        .bind(i16::from(*stars))
        .bind(comment),
        CaseEvent::DeadlineWarned { .. } => {
            sqlx::query("UPDATE read_service_cases SET warned_at = $2 WHERE case_id = $1")
                .bind(id)
                .bind(at)
        }
        CaseEvent::DeadlineMissed { .. } => {
            sqlx::query("UPDATE read_service_cases SET missed_at = $2 WHERE case_id = $1")
                .bind(id)
                .bind(at)
        }
        CaseEvent::Opened(_) | CaseEvent::Reopened { .. } | CaseEvent::Replanned { .. } => {
            return Ok(());
        }
    };
    query.execute(connection).await?;
    Ok(())
}
