use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_domain::field_work::SettleFieldConflict;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{ItemId, RoundId};
use futures::{StreamExt, TryStreamExt, stream};

use super::sync::{FieldWorkItem, FieldWorkResult, FieldWorkStatus, are_distinct, take};
use crate::meter::reading_of;
use crate::reading::Reading;
use crate::support::{Services, UserError, bad_input, caught_up, field, may, run};

/// A day's work of one reader, and then some.
const ITEMS_MAX: usize = 1_000;
/// Pieces under way at once: enough for the command bus to commit them together.
const AT_ONCE: usize = 32;

#[derive(InputObject)]
pub(super) struct SyncFieldWorkInput {
    /// In the order the work was done.
    items: Vec<FieldWorkItem>,
}

/// What became of a batch.
#[derive(SimpleObject)]
pub(super) struct SyncFieldWorkPayload {
    /// In the order of the items.
    results: Vec<FieldWorkResult>,
    accepted: i32,
    held: i32,
    duplicates: i32,
    conflicts: i32,
    refused: i32,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(InputObject)]
pub(super) struct SettleFieldConflictInput {
    idempotency_key: String,
    round_id: String,
    item_id: String,
    /// Whether the late reading is taken in as well.
    take: bool,
}

#[derive(SimpleObject)]
pub(super) struct SettleFieldConflictPayload {
    /// The late reading, where it was taken in.
    reading: Option<Reading>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(Default)]
pub struct FieldWorkMutation;

#[Object]
impl FieldWorkMutation {
    /// Takes in what was done without a network (R22). Every piece counts once, and is answered for
    /// itself: a batch that was cut short is simply sent again.
    #[graphql(
        guard = "may(Permission::SubmitReadings)",
        complexity = "100 + child_complexity"
    )]
    async fn sync_field_work(
        &self,
        ctx: &Context<'_>,
        input: SyncFieldWorkInput,
    ) -> Result<SyncFieldWorkPayload> {
        if input.items.len() > ITEMS_MAX {
            return Err(bad_input(format!("一次最多同步 {ITEMS_MAX} 条")));
        }
        if !are_distinct(&input.items) {
            return Err(bad_input("同一批中的离线记录号不能重复"));
        }
        let results: Vec<FieldWorkResult> = stream::iter(input.items)
            .map(|item| take(ctx, item))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let last = results.iter().filter_map(|result| result.position).max();
        let pending = !caught_up(Services::of(ctx)?, last).await;
        let count = |wanted: &[FieldWorkStatus]| {
            let found = results
                .iter()
                .filter(|result| wanted.contains(&result.status));
            i32::try_from(found.count()).unwrap_or(i32::MAX)
        };
        Ok(SyncFieldWorkPayload {
            accepted: count(&[FieldWorkStatus::Accepted]),
            held: count(&[FieldWorkStatus::Held]),
            duplicates: count(&[FieldWorkStatus::Duplicate]),
            conflicts: count(&[FieldWorkStatus::Conflict]),
            refused: count(&[FieldWorkStatus::Refused, FieldWorkStatus::NameReused]),
            results,
            pending,
        })
    }

    /// Takes a late reading in beside the one that came first, or leaves it.
    #[graphql(guard = "may(Permission::SubmitReadings)")]
    async fn settle_field_conflict(
        &self,
        ctx: &Context<'_>,
        input: SettleFieldConflictInput,
    ) -> Result<SettleFieldConflictPayload> {
        let round_id = field("roundId", RoundId::try_new(&input.round_id));
        let item_id = field("itemId", ItemId::try_new(&input.item_id));
        let process = round_id.and_then(|round_id| {
            Ok(SettleFieldConflict {
                round_id,
                item_id: item_id?,
                take: input.take,
            })
        });
        let ran = run(ctx, "settleFieldConflict", &input.idempotency_key, process).await?;
        let reading = match ran.outcome.flatten() {
            Some(judged) => reading_of(ctx, judged.reading_id.as_str()).await?,
            None => None,
        };
        Ok(SettleFieldConflictPayload {
            reading: reading.map(Reading),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
