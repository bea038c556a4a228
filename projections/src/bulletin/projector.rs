use async_trait::async_trait;
use chaobiao_domain::bulletin::article::{ArticleEvent, ArticleText, Audience};
use chaobiao_domain::campus::CampusEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_bulletin` with its versions, and `read_bulletin_office`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BulletinProjector;

#[async_trait]
impl Projector for BulletinProjector {
    fn name(&self) -> &'static str {
        "bulletin"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["article", "campus"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_bulletin",
            "read_bulletin_version",
            "read_bulletin_office",
            "read_bulletin_push",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            match event.stream.aggregate_type.as_str() {
                "article" => article(event, connection).await?,
                _ => office(event, connection).await?,
            }
        }
        Ok(())
    }
}

fn number(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

async fn article(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = &event.stream.aggregate_id;
    match event.decode()? {
        ArticleEvent::Drafted {
            category,
            campus,
            text,
            ..
        } => {
            sqlx::query(
                "INSERT INTO read_bulletin (article_id, category, campus, newest) \
                 VALUES ($1, $2, $3, 1)",
            )
            .bind(id)
            .bind(category.as_str())
            .bind(
                campus
                    .as_ref()
                    .map(chaobiao_domain::units::CampusId::as_str),
            )
            .execute(&mut *connection)
            .await?;
            write(event, 1, &text, connection).await?;
        }
        ArticleEvent::Revised { version, text } => {
            sqlx::query("UPDATE read_bulletin SET newest = $2 WHERE article_id = $1")
                .bind(id)
                .bind(number(version))
                .execute(&mut *connection)
                .await?;
            write(event, number(version), &text, connection).await?;
        }
        ArticleEvent::Published { version } => {
            sqlx::query(
                "UPDATE read_bulletin SET published = $2, published_at = $3, withdrawn = NULL \
                 WHERE article_id = $1",
            )
            .bind(id)
            .bind(number(version))
            .bind(event.recorded_at)
            .execute(connection)
            .await?;
        }
        ArticleEvent::Pushed {
            version, audience, ..
        } => push(event, number(version), &audience, connection).await?,
        ArticleEvent::Withdrawn { reason } => {
            sqlx::query(
                "UPDATE read_bulletin SET published = NULL, published_at = NULL, withdrawn = $2 \
                 WHERE article_id = $1",
            )
            .bind(id)
            .bind(reason)
            .execute(connection)
            .await?;
        }
    }
    Ok(())
}

async fn write(
    event: &RecordedEvent,
    version: i32,
    text: &ArticleText,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "INSERT INTO read_bulletin_version (article_id, version, title, body, written_at, \
         written_by) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&event.stream.aggregate_id)
    .bind(version)
    .bind(&text.title)
    .bind(&text.body)
    .bind(event.recorded_at)
    .bind(event.metadata.actor.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

async fn push(
    event: &RecordedEvent,
    version: i32,
    audience: &Audience,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let (building, account_no) = match audience {
        Audience::Campus { .. } => (None, None),
        Audience::Building { building, .. } => (Some(building.as_str()), None),
        Audience::Account { account_no, .. } => (None, Some(account_no.as_str())),
    };
    sqlx::query(
        "INSERT INTO read_bulletin_push (article_id, sequence, version, campus, building, \
         account_no, pushed_by, pushed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&event.stream.aggregate_id)
    .bind(event.sequence)
    .bind(version)
    .bind(audience.campus().as_str())
    .bind(building)
    .bind(account_no)
    .bind(event.metadata.actor.to_string())
    .bind(event.recorded_at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn office(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    if let CampusEvent::ContactSet(office) = event.decode()? {
        sqlx::query(
            "INSERT INTO read_bulletin_office (campus, place, contact, person_at) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (campus) DO UPDATE \
             SET place = excluded.place, contact = excluded.contact, \
             person_at = excluded.person_at",
        )
        .bind(&event.stream.aggregate_id)
        .bind(office.place)
        .bind(office.contact)
        .bind(event.sequence)
        .execute(connection)
        .await?;
    }
    Ok(())
}
