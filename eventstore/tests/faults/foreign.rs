//! Another program that appends to streams of its own, and takes its time.

use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::world::World;

const SHARED: &str = "shared";

/// A transaction that has its id, and holds the sealer up until it ends.
///
/// Meanwhile another one, with a higher id, has extended a stream that this one extends, too: it
/// must come later in the order although its id is lower.
pub(crate) struct Stalled {
    connection: PgConnection,
    epoch: i32,
    own: String,
}

impl Stalled {
    pub(crate) async fn begin(world: &mut World) -> Self {
        let mut connection = world.connect().await;
        let epoch = sqlx::query_scalar("SELECT max(epoch) FROM store_epoch")
            .fetch_one(&mut connection)
            .await
            .expect("there is an epoch");
        let own = format!("own-{}", world.foreign.len());
        connection.execute("BEGIN").await.expect("it begins");
        append(&mut connection, epoch, &own, 1)
            .await
            .expect("it appends");
        let mut quick = world.connect().await;
        let next = next_shared(world);
        if append(&mut quick, epoch, SHARED, next).await.is_ok() {
            world.foreign.push((SHARED.to_owned(), next));
        }
        quick.close().await.expect("the connection closes");
        Self {
            connection,
            epoch,
            own,
        }
    }

    /// Extends the shared stream and commits, or rolls back. Where the session has been ended
    /// meanwhile, there is nothing left to commit.
    pub(crate) async fn end(mut self, world: &mut World, commits: bool) {
        let next = next_shared(world);
        let appended = append(&mut self.connection, self.epoch, SHARED, next).await;
        let over = if commits { "COMMIT" } else { "ROLLBACK" };
        let ended = self.connection.execute(over).await;
        if commits && appended.is_ok() && ended.is_ok() {
            world.foreign.push((self.own, 1));
            world.foreign.push((SHARED.to_owned(), next));
        }
    }
}

fn next_shared(world: &World) -> i64 {
    let shared = world.foreign.iter().filter(|(id, _)| id == SHARED);
    1 + i64::try_from(shared.count()).expect("a short stream")
}

async fn append(
    connection: &mut PgConnection,
    epoch: i32,
    id: &str,
    sequence: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version,
             payload, metadata, epoch, event_id, command_id, recorded_at, salt)
         VALUES ('thing', $1, $2, 'thing.done', '1.0.0', '{}',
             '{\"actor\": \"system:foreign\", \"process\": \"thing.do\",
               \"command_id\": \"00000000-0000-0000-0000-000000000000\"}', $3,
             gen_random_uuid(), gen_random_uuid(), clock_timestamp(),
             decode(repeat('00', 16), 'hex'))",
    )
    .bind(id)
    .bind(sequence)
    .bind(epoch)
    .execute(connection)
    .await
    .map(drop)
}
