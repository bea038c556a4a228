use chaobiao_decision::Actor;
use chaobiao_domain::message::{MessageEvent, MessageFollowedUp, MessageOutcome};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, at};

const FIRST: &str = "01900000-0000-7000-8000-000000000001";
const SECOND: &str = "01900000-0000-7000-8000-000000000002";

#[tokio::test]
async fn what_was_done_about_a_message_is_kept_with_who_and_why() {
    let told = |id: &str, reason: &str| MessageFollowedUp {
        message_id: id.parse().unwrap(),
        outcome: MessageOutcome::Unknown,
        reason: reason.to_owned(),
        by: Actor::Staff("ma".to_owned()),
        at: at("2026-09-14 09:00"),
    };
    let resent = MessageEvent::Resent(told(FIRST, "服务商确认未送达"));
    let settled = MessageEvent::Settled(told(SECOND, "已电话告知"));
    let mut log = Log::default();
    log.record(("message", FIRST), "2026-09-14 09:00", &resent)
        .record(("message", SECOND), "2026-09-14 09:00", &settled);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&MessagesProjector, &pool).await;
    let kept: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT follow_up, reason, followed_up_by FROM read_messages ORDER BY message_id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let row = |kind: &str, reason: &str| {
        let by = "staff:ma".to_owned();
        (kind.to_owned(), reason.to_owned(), by)
    };
    assert_eq!(
        kept,
        [
            row("resent", "服务商确认未送达"),
            row("settled", "已电话告知")
        ]
    );
}
