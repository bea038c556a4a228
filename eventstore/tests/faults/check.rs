//! What must hold when everything is quiet again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chaobiao_embedded_postgres::pool_options;
use chaobiao_eventstore::notary::{Notary, NotaryOptions, audit_log};
use chaobiao_eventstore::{EventStore, SystemClock, operate};
use serde_json::Value;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::command::{Effect, State};
use crate::domain::SETTLED;
use crate::node::master_key;
use crate::reactions::{is_settled, projectors};
use crate::support::assert_log_is_sound;
use crate::world::{Answer, Answered, PATIENCE, World};

const QUIET: &str = "
    SELECT concat_ws(', ',
        CASE WHEN (SELECT count(*) FROM events) <> next_leaf THEN 'unsealed events' END,
        CASE WHEN (SELECT count(*) FROM projection WHERE projection.next_leaf = sealer.next_leaf)
            <> 3 THEN 'consumers behind' END,
        CASE WHEN EXISTS (SELECT FROM due WHERE state = 'waiting') THEN 'due commands' END,
        CASE WHEN EXISTS (SELECT FROM outbox WHERE state IN ('queued', 'sending'))
            THEN 'messages' END)
    FROM sealer";

/// Waits until nothing is left to do.
pub(crate) async fn quiescence(world: &World) {
    // Within the tolerance, and late enough for everything that is due.
    for node in world.nodes.iter() {
        node.clock.jump_to(280);
    }
    let mut connection = world.superuser().await;
    let began = Instant::now();
    loop {
        let left: String = sqlx::query_scalar(QUIET)
            .fetch_one(&mut connection)
            .await
            .expect("the database answers");
        if left.is_empty() {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "there is still left: {left}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[derive(Debug, FromRow)]
struct Sealed {
    leaf_index: i64,
    aggregate_type: String,
    aggregate_id: String,
    sequence: i64,
    event_type: String,
    payload: Value,
    command_id: Uuid,
}

impl Sealed {
    fn effect(&self) -> Effect {
        let value = if self.aggregate_type == "tag" {
            &self.payload["label"]
        } else {
            &self.payload["amount"]
        };
        Effect {
            stream: format!("{}/{}", self.aggregate_type, self.aggregate_id),
            event_type: self.event_type.clone(),
            value: value.clone(),
        }
    }

    fn of(&self) -> Uuid {
        let of = self.payload["of"].as_str().and_then(|of| of.parse().ok());
        of.unwrap_or_else(|| panic!("{self:?} is of no command of ours"))
    }
}

/// Compares the store with the fold of what writers were told.
pub(crate) async fn all(world: &World) {
    let pool = pool_options()
        .max_connections(4)
        .connect_lazy_with(world.options());
    assert_log_is_sound(&pool).await;
    let events: Vec<Sealed> = sqlx::query_as(
        "SELECT leaf_index, aggregate_type, aggregate_id, sequence, event_type, payload, command_id
         FROM log JOIN events USING (global_position) ORDER BY leaf_index",
    )
    .fetch_all(&pool)
    .await
    .expect("the log is read");
    let (ours, foreign): (Vec<_>, Vec<_>) =
        events.iter().partition(|e| e.aggregate_type != "thing");
    assert_foreign(world, &foreign);
    let history = world.history.all();
    let fold = Fold::of(&ours, &history);
    fold.assert_real_time(&history);
    fold.assert_reactions(&pool, world).await;
    assert_read_models(&pool, &fold.state, &ours).await;
    assert_proofs(&pool, world, events.len()).await;
    pool.close().await;
}

/// What another program has committed is there, and what it rolled back is not.
fn assert_foreign(world: &World, foreign: &[&Sealed]) {
    let mut there: Vec<(String, i64)> = foreign
        .iter()
        .map(|event| (event.aggregate_id.clone(), event.sequence))
        .collect();
    there.sort();
    let mut committed = world.foreign.clone();
    committed.sort();
    assert_eq!(there, committed);
}

/// The in-memory fold over the one order.
struct Fold {
    state: State,
    /// The state after each commit's command, with its last leaf; at first nothing has happened.
    states: Vec<(i64, State)>,
    /// The last leaf of each accepted command of a writer.
    leaves: HashMap<Uuid, i64>,
    /// `(command, jar, amount)` of everything that was put in, and of its echoes.
    puts: Vec<(Uuid, String, Value)>,
    echoes: Vec<(Uuid, String, Value)>,
    /// Commands that took out what leads to a due command, and the due commands that ran.
    taken: Vec<Uuid>,
    settled: Vec<Uuid>,
    labelled: usize,
}

impl Fold {
    fn of(events: &[&Sealed], history: &[Answered]) -> Self {
        let mut fold = Self {
            state: State::default(),
            states: vec![(-1, State::default())],
            leaves: HashMap::new(),
            puts: Vec::new(),
            echoes: Vec::new(),
            taken: Vec::new(),
            settled: Vec::new(),
            labelled: 0,
        };
        let by_id: HashMap<Uuid, &Answered> = history.iter().map(|a| (a.id, a)).collect();
        assert_eq!(by_id.len(), history.len(), "an id was drawn twice");
        let mut rest = events;
        while let Some(first) = rest.first() {
            let length = rest
                .iter()
                .take_while(|event| event.command_id == first.command_id)
                .count();
            let (group, after) = rest.split_at(length);
            match by_id.get(&first.command_id) {
                Some(answered) => fold.take(group, answered),
                None => fold.take_reaction(group),
            }
            let last = group.last().map_or(-1, |event| event.leaf_index);
            fold.states.push((last, fold.state.clone()));
            rest = after;
        }
        for answered in history {
            let there = fold.leaves.contains_key(&answered.id);
            let accepted = matches!(answered.answer, Answer::Accepted(_));
            assert_eq!(
                there, accepted,
                "acknowledged, but not so stored: {answered:?}"
            );
        }
        fold
    }

    /// The events of one accepted command: all of them, once, as the oracle has them.
    fn take(&mut self, group: &[&Sealed], answered: &Answered) {
        assert_eq!(self.state.refusal(answered.command), None, "{answered:?}");
        let (outcome, effects) = self.state.apply(answered.command);
        assert_eq!(answered.answer, Answer::Accepted(outcome), "{answered:?}");
        let stored: Vec<Effect> = group.iter().map(|event| event.effect()).collect();
        assert_eq!(stored, effects, "{answered:?}");
        let last = group.last().map_or(-1, |event| event.leaf_index);
        let before = self.leaves.insert(answered.id, last);
        assert_eq!(before, None, "stored twice: {answered:?}");
        for event in group {
            let (id, amount) = (answered.id, event.payload["amount"].clone());
            match event.event_type.as_str() {
                "jar.put" => self
                    .puts
                    .push((id, format!("echo-{}", event.aggregate_id), amount)),
                "jar.taken" if is_settled(amount.as_i64().unwrap_or(1)) => self.taken.push(id),
                "tag.labelled" => self.labelled += 1,
                _ => {}
            }
        }
    }

    fn take_reaction(&mut self, group: &[&Sealed]) {
        let [event] = group else {
            panic!("nobody asked for {group:?}");
        };
        match event.event_type.as_str() {
            "jar.echoed" => {
                let amount = event.payload["amount"].clone();
                self.state
                    .add(&event.aggregate_id, amount.as_i64().unwrap_or_default());
                let jar = event.aggregate_id.clone();
                self.echoes.push((event.of(), jar, amount));
            }
            "jar.settled" => {
                self.state.add(SETTLED, 1);
                self.settled.push(event.of());
            }
            _ => panic!("nobody asked for {event:?}"),
        }
    }

    /// Who was told before another one asked comes before it; and a refusal was right at some
    /// moment between question and answer.
    ///
    /// For a refusal the moment is one of what it looked at: two commits that have nothing to do
    /// with each other may become visible in another order than that of the log.
    fn assert_real_time(&self, history: &[Answered]) {
        let leaf = |answered: &Answered| self.leaves.get(&answered.id).copied();
        for answered in history {
            let own = leaf(answered);
            let concerns = |other: &&Answered| {
                own.is_some() || other.command.concerns_refusal_of(answered.command)
            };
            let others = || history.iter().filter(concerns);
            let earlier = others()
                .filter(|other| other.heard < answered.asked)
                .filter_map(leaf)
                .max()
                .unwrap_or(-1);
            if let Some(own) = own {
                assert!(
                    earlier < own,
                    "in the order before what it knew: {answered:?}"
                );
                continue;
            }
            let later = others()
                .filter(|other| other.asked > answered.heard)
                .filter_map(leaf)
                .min()
                .unwrap_or(i64::MAX);
            let mut possible = self
                .states
                .iter()
                .filter(|(end, _)| earlier <= *end && *end < later);
            let right = possible.any(|(_, state)| {
                let code = state.refusal(answered.command).map(str::to_owned);
                code.map(Answer::Refused).as_ref() == Some(&answered.answer)
            });
            assert!(right, "refused without a reason: {answered:?}");
        }
    }

    /// Every reaction happened, and once.
    async fn assert_reactions(&self, pool: &PgPool, world: &World) {
        let sorted = |list: &[(Uuid, String, Value)]| {
            let mut list: Vec<String> = list.iter().map(|item| format!("{item:?}")).collect();
            list.sort();
            list
        };
        assert_eq!(sorted(&self.echoes), sorted(&self.puts), "echoes");
        let (mut settled, mut taken) = (self.settled.clone(), self.taken.clone());
        settled.sort_unstable();
        taken.sort_unstable();
        assert_eq!(settled, taken, "due commands");

        let commands = world.history.all().len() + self.echoes.len() + self.settled.len();
        assert_eq!(count(pool, "SELECT count(*) FROM command").await, commands);
        let done = "SELECT count(*) FROM due WHERE state = 'done'";
        assert_eq!(count(pool, done).await, self.settled.len());
        assert_eq!(
            count(pool, "SELECT count(*) FROM due").await,
            self.settled.len()
        );
        let claims = count(pool, "SELECT count(*) FROM claim").await;
        assert_eq!(claims, self.state.labels.len());

        let messages: Vec<(Uuid, String)> = sqlx::query_as("SELECT id, state FROM outbox")
            .fetch_all(pool)
            .await
            .expect("messages are read");
        assert_eq!(messages.len(), self.labelled, "messages");
        let received = world.surroundings.outside.received();
        for (id, state) in messages {
            let times = received.get(&id).copied().unwrap_or(0);
            let sound = matches!((state.as_str(), times), ("sent", 1) | ("unknown", 0 | 1));
            assert!(sound, "message {id} is {state} and went out {times} times");
        }
    }
}

async fn assert_read_models(pool: &PgPool, state: &State, events: &[&Sealed]) {
    let parked: Vec<(String, i64, String)> =
        sqlx::query_as("SELECT projection, leaf_index, error FROM parked")
            .fetch_all(pool)
            .await
            .expect("parked events are read");
    assert_eq!(parked, [], "no event was to blame");
    let rows: Vec<(String, i64, i64)> =
        sqlx::query_as("SELECT jar, balance, events FROM read_balance")
            .fetch_all(pool)
            .await
            .expect("the read model is read");
    let shown: BTreeMap<String, i64> = rows.iter().map(|(jar, n, _)| (jar.clone(), *n)).collect();
    assert_eq!(shown, state.jars);
    let shown: usize = rows
        .iter()
        .map(|(_, _, events)| usize::try_from(*events).expect("a count"))
        .sum();
    let jars = events.iter().filter(|e| e.aggregate_type == "jar").count();
    assert_eq!(shown, jars);
    let labels: Vec<(String, String, String)> =
        sqlx::query_as("SELECT label, tag, by FROM read_label")
            .fetch_all(pool)
            .await
            .expect("the read model is read");
    assert!(labels.iter().all(|(_, tag, by)| *by == format!("张{tag}")));
    let shown: BTreeMap<String, String> = labels.into_iter().map(|(l, t, _)| (l, t)).collect();
    assert_eq!(shown, state.labels);

    let store = store(pool).await;
    for projector in projectors() {
        let verification = operate::verify(&store, projector)
            .await
            .expect("it replays");
        assert!(verification.is_equal(), "{verification:?}");
    }
}

/// The log is as it was signed, every time it was signed.
async fn assert_proofs(pool: &PgPool, world: &World, events: usize) {
    let options = NotaryOptions {
        keys: Arc::clone(&world.surroundings.log_key) as _,
        interval: Duration::ZERO,
        sinks: vec![world.surroundings.published.clone()],
    };
    let mut notary = Notary::new(&store(pool).await, options);
    while notary.extend().await.expect("the tree grows") {}
    notary.sign().await.expect("the head is signed");
    let published = world.surroundings.published.notes();
    let report = audit_log(pool, std::slice::from_ref(&world.trusted), &published)
        .await
        .expect("the log is audited");
    assert_eq!(report.finding, None);
    assert_eq!(usize::try_from(report.leaves).ok(), Some(events));
    assert!(report.checkpoints > 0);
}

async fn store(pool: &PgPool) -> EventStore {
    EventStore::open(pool.clone(), &master_key(), Arc::new(SystemClock))
        .await
        .expect("the store opens")
}

async fn count(pool: &PgPool, sql: &str) -> usize {
    let count: i64 = sqlx::query_scalar(sql)
        .fetch_one(pool)
        .await
        .expect("rows are counted");
    usize::try_from(count).expect("a count")
}
