//! A task may be dropped anywhere; the next one must not inherit its transaction.

use chaobiao_testing::TestDatabase;
use sqlx::{Executor as _, PgPool};

/// Polls `BEGIN` a few times and gives up, as a request whose client has gone.
async fn abandon_a_begin(pool: &PgPool, polls: usize) {
    let mut begin = Box::pin(pool.begin());
    for _ in 0..polls {
        if futures::poll!(begin.as_mut()).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_begin_given_up_half_way_does_not_swallow_later_commits() {
    let database = TestDatabase::create_empty().await;
    let pool = database.pool_of(1);
    pool.execute("CREATE TABLE kept (value bigint)")
        .await
        .unwrap();
    let observer = database.pool();
    for polls in 1..60 {
        abandon_a_begin(&pool, polls).await;
        let value = i64::try_from(polls).unwrap();
        sqlx::query("INSERT INTO kept VALUES ($1)")
            .bind(value)
            .execute(&pool)
            .await
            .unwrap();
        let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM kept WHERE value = $1")
            .bind(value)
            .fetch_one(&observer)
            .await
            .unwrap();
        assert_eq!(kept, 1, "after {polls} polls");
    }
}
