//! Every test has its own database, and many may be made at once.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_testing::TestDatabase;
use sqlx::{Connection as _, Executor as _, PgConnection};

async fn databases_named(database: &TestDatabase, name: &str) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM pg_database WHERE datname = $1")
        .bind(name)
        .fetch_one(&database.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn two_tests_do_not_see_each_other() {
    let (first, second) = tokio::join!(TestDatabase::create(), TestDatabase::create());
    first
        .pool()
        .execute("CREATE TABLE mine (value bigint)")
        .await
        .unwrap();
    let seen: Option<String> = sqlx::query_scalar("SELECT to_regclass('mine')::text")
        .fetch_one(&second.pool())
        .await
        .unwrap();
    assert_eq!(seen, None);
}

#[tokio::test]
async fn the_migrations_are_applied() {
    let database = TestDatabase::create().await;
    let applied: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success")
        .fetch_one(&database.pool())
        .await
        .unwrap();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    let written = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(usize::try_from(applied).unwrap(), written);
}

#[tokio::test]
async fn the_url_leads_to_the_database_and_dropping_removes_it() {
    let observer = TestDatabase::create_empty().await;
    let database = TestDatabase::create_empty().await;
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    let name: String = sqlx::query_scalar("SELECT current_database()")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(databases_named(&observer, &name).await, 1);
    drop(database);
    assert_eq!(databases_named(&observer, &name).await, 0);
}
