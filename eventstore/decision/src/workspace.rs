//! What a decision sees, and what it has decided so far.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use futures::FutureExt;

use crate::personal::is_personal;
use crate::{ClaimKey, Rejection, Snapshot, StagedClaim, StagedEvent, Stop, StoredEvent, StreamId};

/// Aggregates loaded for one batch of commands, with the events decided over them.
///
/// Commands are decided one after the other: each sees what the accepted ones before it did, and a
/// refused one leaves no trace ([`Workspace::rollback`]).
#[derive(Default)]
pub struct Workspace {
    /// History the store has read, not yet folded.
    fed: HashMap<StreamId, Fed>,
    slots: HashMap<StreamId, Box<dyn Slot>>,
    /// Holders of claims, as read from the store and as changed by accepted commands.
    claims: HashMap<ClaimKey, Option<String>>,
    /// Claims as they were before the current command changed them.
    claims_before: HashMap<ClaimKey, Before>,
    read: BTreeSet<StreamId>,
    touched: BTreeSet<StreamId>,
    /// Streams whose snapshot could not be read.
    distrusted: BTreeSet<StreamId>,
    staged: Vec<StagedEvent>,
    staged_claims: Vec<StagedClaim>,
}

/// What the store has read of a stream.
struct Fed {
    snapshot: Option<Snapshot>,
    /// From the snapshot on, or from the first event.
    history: Vec<StoredEvent>,
}

/// A claim before the current command changed it.
enum Before {
    Unknown,
    Known(Option<String>),
}

/// What one accepted command wants to have written.
#[derive(Debug, Default, PartialEq)]
pub struct Decided {
    pub events: Vec<StagedEvent>,
    pub claims: Vec<StagedClaim>,
    /// Streams that were looked at but not written, with the sequence they were seen at. They must
    /// still be there when the events are committed.
    pub read: BTreeMap<StreamId, i64>,
}

impl Decided {
    /// Whether nothing is to be written; what was only read leaves no trace.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.claims.is_empty()
    }
}

trait Slot: Send {
    fn as_any(&mut self) -> &mut dyn Any;
    fn sequence(&self) -> i64;
    /// The state as it could be kept, if at least `after` events had to be read for it.
    fn snapshot(&self, after: usize) -> Option<Snapshot>;
    fn rollback(&mut self);
    fn accept(&mut self);
}

struct TypedSlot<A> {
    state: A,
    sequence: i64,
    /// How many events were read.
    read: usize,
    before: Option<(A, i64)>,
}

impl<A: Aggregate + Clone + 'static> Slot for TypedSlot<A> {
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }

    fn sequence(&self) -> i64 {
        self.sequence
    }

    fn snapshot(&self, after: usize) -> Option<Snapshot> {
        if self.read < after || self.before.is_some() {
            return None;
        }
        let state = serde_json::to_value(&self.state).ok()?;
        (!is_personal(&state)).then_some(Snapshot {
            sequence: self.sequence,
            state,
        })
    }

    fn rollback(&mut self) {
        if let Some((state, sequence)) = self.before.take() {
            self.state = state;
            self.sequence = sequence;
        }
    }

    fn accept(&mut self) {
        self.before = None;
    }
}

impl Workspace {
    /// The state of an aggregate, `A::default()` when its stream is empty.
    pub fn get<A: Aggregate + Clone + 'static>(&mut self, id: &str) -> Result<&A, Stop> {
        let stream = StreamId::new(A::TYPE, id);
        self.read.insert(stream.clone());
        Ok(&self.slot::<A>(&stream)?.state)
    }

    /// Asks for several streams at once, so that they are loaded in one round trip.
    pub fn need<A: Aggregate>(&self, ids: impl IntoIterator<Item = String>) -> Result<(), Stop> {
        let missing: Vec<StreamId> = ids
            .into_iter()
            .map(|id| StreamId::new(A::TYPE, id))
            .filter(|stream| !self.knows(stream))
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Stop::Need(missing))
        }
    }

    /// Lets an aggregate decide a command of its own; its events are staged.
    pub fn execute<A>(&mut self, id: &str, command: A::Command) -> Result<(), Stop>
    where
        A: Aggregate<Services = ()> + Clone + 'static,
        A::Error: Into<Rejection>,
    {
        let stream = StreamId::new(A::TYPE, id);
        self.slot::<A>(&stream)?;
        // Before deciding: `handle` may write events and then still refuse.
        self.touched.insert(stream.clone());
        let slot = self.slot::<A>(&stream)?;
        if slot.before.is_none() {
            slot.before = Some((slot.state.clone(), slot.sequence));
        }
        let events = decide(&mut slot.state, command)?;
        let mut staged = Vec::with_capacity(events.len());
        for event in events {
            slot.sequence += 1;
            let payload = serde_json::to_value(&event)
                .map_err(|error| Stop::Corrupt(format!("{stream}: {error}")))?;
            staged.push(StagedEvent {
                stream: stream.clone(),
                sequence: slot.sequence,
                event_type: event.event_type(),
                event_version: event.event_version(),
                payload,
            });
        }
        self.staged.extend(staged);
        Ok(())
    }

    /// Takes a key for a stream; when another stream holds it, now or at commit, the command is
    /// refused with `taken`. Taking what one holds already changes nothing.
    pub fn claim(
        &mut self,
        key: ClaimKey,
        holder: impl Into<String>,
        taken: Rejection,
    ) -> Result<(), Stop> {
        let holder = holder.into();
        match self.holder(&key)? {
            Some(present) if present == holder => Ok(()),
            Some(_) => Err(Stop::Refused(taken)),
            None => {
                self.change_claim(&key, Some(holder.clone()));
                self.staged_claims
                    .push(StagedClaim::Take { key, holder, taken });
                Ok(())
            }
        }
    }

    /// Takes a key nobody can hold, since what it names was made by this very command: there is
    /// nothing to look up.
    pub fn claim_fresh(&mut self, key: ClaimKey, holder: impl Into<String>, taken: Rejection) {
        let holder = holder.into();
        self.change_claim(&key, Some(holder.clone()));
        self.staged_claims
            .push(StagedClaim::Take { key, holder, taken });
    }

    /// Gives a key up, if it is held.
    pub fn release(&mut self, key: ClaimKey) -> Result<(), Stop> {
        if self.holder(&key)?.is_some() {
            self.change_claim(&key, None);
            self.staged_claims.push(StagedClaim::Release { key });
        }
        Ok(())
    }

    /// The id that holds a key, as of the load.
    pub fn holder(&self, key: &ClaimKey) -> Result<Option<String>, Stop> {
        match self.claims.get(key) {
            Some(holder) => Ok(holder.clone()),
            None => Err(Stop::NeedClaim(key.clone())),
        }
    }

    fn change_claim(&mut self, key: &ClaimKey, holder: Option<String>) {
        let before = match self.claims.insert(key.clone(), holder) {
            Some(known) => Before::Known(known),
            None => Before::Unknown,
        };
        self.claims_before.entry(key.clone()).or_insert(before);
    }

    fn knows(&self, stream: &StreamId) -> bool {
        self.slots.contains_key(stream) || self.fed.contains_key(stream)
    }

    fn slot<A: Aggregate + Clone + 'static>(
        &mut self,
        stream: &StreamId,
    ) -> Result<&mut TypedSlot<A>, Stop> {
        if !self.slots.contains_key(stream) {
            let Some(Fed { snapshot, history }) = self.fed.remove(stream) else {
                return Err(Stop::Need(vec![stream.clone()]));
            };
            let Some(begin) = begin::<A>(snapshot) else {
                self.distrusted.insert(stream.clone());
                return Err(Stop::Need(vec![stream.clone()]));
            };
            let slot = fold::<A>(stream, begin, history)?;
            self.slots.insert(stream.clone(), Box::new(slot));
        }
        self.slots
            .get_mut(stream)
            .and_then(|slot| slot.as_any().downcast_mut::<TypedSlot<A>>())
            .ok_or_else(|| Stop::Corrupt(format!("{stream} is read as two aggregate types")))
    }
}

/// The bus's side: feeding, and taking decisions out.
impl Workspace {
    /// Gives the workspace a stream's history, in order from its first event; empty for a stream
    /// that does not exist.
    pub fn feed(&mut self, stream: StreamId, history: Vec<StoredEvent>) {
        self.feed_from(stream, None, history);
    }

    /// [`Workspace::feed`] with the events after a snapshot.
    pub fn feed_from(
        &mut self,
        stream: StreamId,
        snapshot: Option<Snapshot>,
        history: Vec<StoredEvent>,
    ) {
        self.fed.insert(stream, Fed { snapshot, history });
    }

    /// Streams to be fed from their first event on.
    pub fn distrusted(&self) -> &BTreeSet<StreamId> {
        &self.distrusted
    }

    /// What is worth keeping once everything accepted is committed: states without personal data for
    /// which at least `after` events had to be read.
    pub fn snapshots(&self, after: usize) -> Vec<(StreamId, Snapshot)> {
        let slots = self.slots.iter();
        slots
            .filter_map(|(stream, slot)| Some((stream.clone(), slot.snapshot(after)?)))
            .collect()
    }

    pub fn feed_claim(&mut self, key: ClaimKey, holder: Option<String>) {
        self.claims.insert(key, holder);
    }

    /// How many streams it holds.
    pub fn streams(&self) -> usize {
        self.fed.len() + self.slots.len()
    }

    /// Forgets what the current command has staged, as if it had never been decided.
    pub fn rollback(&mut self) {
        for stream in std::mem::take(&mut self.touched) {
            if let Some(slot) = self.slots.get_mut(&stream) {
                slot.rollback();
            }
        }
        for (key, before) in self.claims_before.drain() {
            match before {
                Before::Known(holder) => self.claims.insert(key, holder),
                Before::Unknown => self.claims.remove(&key),
            };
        }
        self.read.clear();
        self.staged.clear();
        self.staged_claims.clear();
    }

    /// Takes what the current command has decided; later commands see its effect.
    pub fn accept(&mut self) -> Decided {
        for stream in &std::mem::take(&mut self.touched) {
            if let Some(slot) = self.slots.get_mut(stream) {
                slot.accept();
            }
        }
        self.claims_before.clear();
        let events = std::mem::take(&mut self.staged);
        let written: BTreeSet<&StreamId> = events.iter().map(|event| &event.stream).collect();
        let read = std::mem::take(&mut self.read);
        let read = read
            .into_iter()
            .filter(|stream| !written.contains(stream))
            .filter_map(|stream| {
                let sequence = self.slots.get(&stream)?.sequence();
                Some((stream, sequence))
            })
            .collect();
        Decided {
            events,
            claims: std::mem::take(&mut self.staged_claims),
            read,
        }
    }
}

/// Where folding begins: state and sequence. `None` when the snapshot says nothing.
fn begin<A: Aggregate>(snapshot: Option<Snapshot>) -> Option<(A, i64)> {
    let Some(Snapshot { sequence, state }) = snapshot else {
        return Some((A::default(), 0));
    };
    Some((serde_json::from_value(state).ok()?, sequence))
}

fn fold<A: Aggregate>(
    stream: &StreamId,
    (mut state, mut sequence): (A, i64),
    history: Vec<StoredEvent>,
) -> Result<TypedSlot<A>, Stop> {
    let read = history.len();
    for stored in history {
        sequence = stored.sequence;
        let event: A::Event = stored
            .payload
            .read(&stored.event_type, &stored.event_version)
            .map_err(|error| Stop::Corrupt(format!("{stream}#{sequence}: {error}")))?;
        state.apply(event);
    }
    Ok(TypedSlot {
        state,
        sequence,
        read,
        before: None,
    })
}

/// Runs an aggregate's `handle`, which awaits nothing but the sink's own, uncontended lock.
///
/// `unconstrained`, because tokio's cooperative budget may otherwise make that lock yield.
fn decide<A>(state: &mut A, command: A::Command) -> Result<Vec<A::Event>, Stop>
where
    A: Aggregate<Services = ()>,
    A::Error: Into<Rejection>,
{
    let sink = EventSink::<A>::default();
    let handled = tokio::task::unconstrained(state.handle(command, &(), &sink)).now_or_never();
    match handled {
        Some(Ok(())) => {}
        Some(Err(error)) => return Err(Stop::Refused(error.into())),
        None => return Err(Stop::Corrupt(format!("{} waits inside handle", A::TYPE))),
    }
    tokio::task::unconstrained(sink.collect())
        .now_or_never()
        .ok_or_else(|| Stop::Corrupt(format!("{} waits inside its sink", A::TYPE)))
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::BusinessError;

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Tank {
        litres: u32,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum TankEvent {
        Filled { litres: u32 },
    }

    impl DomainEvent for TankEvent {
        fn event_type(&self) -> String {
            "tank.filled".to_owned()
        }

        fn event_version(&self) -> String {
            "1.0.0".to_owned()
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("水箱已满")]
    struct Overflow;

    impl BusinessError for Overflow {
        fn code(&self) -> &'static str {
            "TANK_OVERFLOW"
        }

        fn field(&self) -> Option<&'static str> {
            Some("litres")
        }
    }

    impl Aggregate for Tank {
        const TYPE: &'static str = "tank";
        type Command = u32;
        type Event = TankEvent;
        type Error = Overflow;
        type Services = ();

        async fn handle(
            &mut self,
            litres: u32,
            (): &(),
            sink: &EventSink<Self>,
        ) -> Result<(), Overflow> {
            sink.write(TankEvent::Filled { litres }, self).await;
            if self.litres > 10 {
                Err(Overflow)
            } else {
                Ok(())
            }
        }

        fn apply(&mut self, TankEvent::Filled { litres }: TankEvent) {
            self.litres += litres;
        }
    }

    fn tank() -> StreamId {
        StreamId::new("tank", "t1")
    }

    fn filled(sequence: i64, litres: u32) -> StoredEvent {
        StoredEvent {
            sequence,
            event_type: "tank.filled".to_owned(),
            event_version: "1.0.0".to_owned(),
            payload: serde_json::to_value(TankEvent::Filled { litres })
                .unwrap()
                .into(),
        }
    }

    #[test]
    fn an_unknown_stream_is_asked_for_and_then_folded() {
        let mut workspace = Workspace::default();
        assert_eq!(
            workspace.get::<Tank>("t1").err(),
            Some(Stop::Need(vec![tank()]))
        );
        workspace.feed(tank(), vec![filled(1, 3), filled(2, 4)]);
        assert_eq!(workspace.get::<Tank>("t1").unwrap().litres, 7);
        assert_eq!(workspace.accept().read, BTreeMap::from([(tank(), 2)]));
    }

    #[test]
    fn a_later_command_sees_an_earlier_one_and_a_refused_one_leaves_no_trace() {
        let mut workspace = Workspace::default();
        workspace.feed(tank(), vec![filled(1, 3)]);
        workspace.execute::<Tank>("t1", 4).unwrap();
        assert_eq!(workspace.accept().events[0].sequence, 2);

        let Err(Stop::Refused(rejection)) = workspace.execute::<Tank>("t1", 9) else {
            panic!("an overflow must be refused");
        };
        assert_eq!(
            rejection,
            Rejection::new("TANK_OVERFLOW", "水箱已满").on("litres")
        );
        workspace.rollback();
        assert_eq!(workspace.get::<Tank>("t1").unwrap().litres, 7);

        workspace.execute::<Tank>("t1", 1).unwrap();
        let decided = workspace.accept();
        assert_eq!(decided.events.len(), 1);
        assert_eq!(decided.events[0].sequence, 3);
        assert!(
            decided.read.is_empty(),
            "a written stream needs no read check"
        );
    }

    #[test]
    fn a_stream_goes_on_from_its_snapshot_and_an_unreadable_one_is_read_whole() {
        let mut workspace = Workspace::default();
        workspace.feed(tank(), vec![filled(1, 3), filled(2, 4)]);
        workspace.execute::<Tank>("t1", 1).unwrap();
        assert_eq!(workspace.snapshots(2), [], "nothing is decided yet");
        workspace.accept();
        assert_eq!(workspace.snapshots(3), [], "it was short");
        let kept = workspace.snapshots(2);
        let snapshot = Snapshot {
            sequence: 3,
            state: serde_json::json!({ "litres": 8 }),
        };
        assert_eq!(kept, [(tank(), snapshot.clone())]);

        let mut workspace = Workspace::default();
        workspace.feed_from(tank(), Some(snapshot.clone()), vec![filled(4, 1)]);
        assert_eq!(workspace.get::<Tank>("t1").unwrap().litres, 9);
        assert_eq!(workspace.accept().read, BTreeMap::from([(tank(), 4)]));

        let mut workspace = Workspace::default();
        let nonsense = Snapshot {
            state: serde_json::json!({ "gallons": 8 }),
            ..snapshot
        };
        workspace.feed_from(tank(), Some(nonsense), vec![filled(4, 1)]);
        let asked = workspace.get::<Tank>("t1").err();
        assert_eq!(asked, Some(Stop::Need(vec![tank()])));
        assert_eq!(workspace.distrusted(), &BTreeSet::from([tank()]));
    }

    #[test]
    fn a_claim_is_seen_by_later_commands_and_undone_with_a_refused_one() {
        let key = ClaimKey::new("tank.number", "42");
        let taken = Rejection::new("TAKEN", "已占用");
        let mut workspace = Workspace::default();
        assert_eq!(
            workspace.claim(key.clone(), "t1", taken.clone()),
            Err(Stop::NeedClaim(key.clone()))
        );
        workspace.feed_claim(key.clone(), None);
        workspace.claim(key.clone(), "t1", taken.clone()).unwrap();
        workspace.rollback();
        assert_eq!(workspace.holder(&key), Ok(None));
        workspace.claim(key.clone(), "t1", taken.clone()).unwrap();
        assert_eq!(workspace.accept().claims.len(), 1);
        assert_eq!(
            workspace.claim(key.clone(), "t2", taken.clone()),
            Err(Stop::Refused(taken.clone()))
        );
        workspace.rollback();
        workspace.release(key.clone()).unwrap();
        workspace.claim(key, "t2", taken).unwrap();
        assert_eq!(workspace.accept().claims.len(), 2);
    }
}
