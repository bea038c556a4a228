//! The actions: which may happen, and what they do.

use crate::state::{Belief, Id, Job, Lease, Node, Row, State, Writer};
use crate::{Action, Flaw, Store};

impl Store {
    pub(crate) fn offer(&self, state: &State, actions: &mut Vec<Action>) {
        // Writers are alike, so it does not matter which one begins next.
        let next = state.writers.iter().position(|w| *w == Writer::Idle);
        actions.extend(next.map(|writer| Action::Begin { writer }));
        for (writer, present) in state.writers.iter().enumerate() {
            match present {
                Writer::Open { rows, .. } => {
                    for stream in 0..self.streams {
                        let own = rows.iter().any(|row| row.stream == stream);
                        // Another open transaction holds the next sequence: this one waits.
                        if rows.len() < self.events && (own || !state.is_open(stream)) {
                            actions.push(Action::Append { writer, stream });
                        }
                    }
                    if !rows.is_empty() {
                        actions.push(Action::Commit { writer });
                    }
                    actions.push(Action::Abort { writer });
                }
                Writer::Idle | Writer::Over => {}
            }
        }
        offer_job(state, Job::Sealer, actions);
        if self.consumer {
            offer_job(state, Job::Consumer, actions);
        }
        for (node, present) in state.nodes.iter().enumerate() {
            if state.crashes_left > 0 && *present != Node::fresh() {
                actions.push(Action::Crash { node });
            }
        }
        if state.restores_left > 0 && !state.rows.is_empty() {
            actions.push(Action::Restore);
        }
    }

    pub(crate) fn act(&self, state: &mut State, action: Action) {
        match action {
            Action::Begin { writer } => {
                let id = (state.epoch, state.next_id);
                state.next_id += 1;
                state.writers[writer] = Writer::Open {
                    id,
                    rows: Vec::new(),
                };
            }
            Action::Append { writer, stream } => append(state, writer, stream),
            Action::Commit { writer } => {
                let over = std::mem::replace(&mut state.writers[writer], Writer::Over);
                if let Writer::Open { rows, .. } = over {
                    state.rows.extend(rows);
                    state.rows.sort_unstable();
                }
            }
            Action::Abort { writer } => state.writers[writer] = Writer::Over,
            Action::Take { job, node } => take(state, job, node),
            Action::Expire { job } => lease_mut(state, job).expired = true,
            Action::ReadReady { node } => self.read_ready(state, node),
            Action::Seal { node } => self.seal(state, node),
            Action::React { node } => self.react(state, node),
            Action::Advance { node } => self.advance(state, node),
            Action::Crash { node } => {
                state.crashes_left -= 1;
                state.nodes[node] = Node::fresh();
            }
            Action::Restore => self.restore(state),
        }
    }

    fn is(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn fenced(&self) -> bool {
        !self.is(Flaw::NoFence) && !self.is(Flaw::NoFenceNoComparison)
    }

    fn compared(&self) -> bool {
        !self.is(Flaw::NoComparison) && !self.is(Flaw::NoFenceNoComparison)
    }

    /// Whole commits below the oldest running transaction, at most `batch` of them; then stretched
    /// and cut until none of its events follows one that is left out.
    fn read_ready(&self, state: &mut State, node: usize) {
        let mut bound = (state.epoch, state.oldest());
        if self.is(Flaw::BeyondOldest) {
            bound.1 = u8::MAX;
        }
        let mut ids = ids_between(state, bound);
        ids.truncate(self.batch);
        let mut end = ids.last().copied();
        while let Some(last) = end {
            if self.is(Flaw::NoClosing) {
                break;
            }
            let missing = missing(state, last);
            let must_wait = missing.iter().filter(|(_, before)| *before >= bound);
            if self.is(Flaw::StretchBeyondOldest) {
                match missing.iter().map(|(_, before)| *before).max() {
                    Some(later) => end = Some(later),
                    None => break,
                }
            } else if let Some(first) = must_wait.map(|(event, _)| *event).min() {
                bound = first;
                end = ids_between(state, bound).last().copied();
            } else if let Some(later) = missing.iter().map(|(_, before)| *before).max() {
                end = Some(later);
            } else {
                break;
            }
        }
        if let Some(end) = end {
            state.nodes[node].batch = Some((state.mark, end));
        }
    }

    fn seal(&self, state: &mut State, node: usize) {
        let Some((mark, end)) = state.nodes[node].batch.take() else {
            return;
        };
        if !self.confirm(state, Job::Sealer, node) {
            return;
        }
        if self.compared() && state.mark != mark {
            return;
        }
        let mut batch: Vec<Row> = state.rows.clone();
        batch.retain(|row| row.id > mark && row.id <= end);
        let commit_end = |id: Id| {
            let rows = batch.iter().filter(|row| row.id == id);
            rows.map(|row| row.position).max()
        };
        let mut ordered = batch.clone();
        ordered.sort_unstable_by_key(|row| {
            let order = if self.is(Flaw::OrderById) {
                Some(row.id.1)
            } else {
                commit_end(row.id)
            };
            (row.id.0, order, row.position)
        });
        state.log.extend(ordered);
        state.mark = end;
    }

    /// Commands run before the transaction, and may run again.
    fn react(&self, state: &mut State, node: usize) {
        let from = state.nodes[node].position;
        if from >= state.length() {
            return;
        }
        let to = state.commit_end(from);
        for leaf in from..to {
            let leaf = usize::from(leaf);
            if state.reactions.len() <= leaf {
                state.reactions.resize(leaf + 1, 0);
            }
            // Derived from the event, the id is known by the second time.
            if state.reactions[leaf] == 0 || self.is(Flaw::FreshIds) {
                state.reactions[leaf] = (state.reactions[leaf] + 1).min(2);
            }
        }
        if self.is(Flaw::CheckpointFirst) {
            state.checkpoint = to;
        }
        state.nodes[node].reacted = Some(to);
    }

    fn advance(&self, state: &mut State, node: usize) {
        let Some(to) = state.nodes[node].reacted.take() else {
            return;
        };
        let from = state.nodes[node].position;
        if !self.confirm(state, Job::Consumer, node) {
            return;
        }
        let stored = state.checkpoint;
        if self.compared() && stored != from && !self.is(Flaw::CheckpointFirst) {
            // `Step::Restart`: the stored checkpoint is read again.
            state.nodes[node].position = stored;
            return;
        }
        state.shown.extend(from..to);
        state.checkpoint = to;
        state.nodes[node].position = to;
    }

    /// Renews the lease, or finds that it is lost.
    fn confirm(&self, state: &mut State, job: Job, node: usize) -> bool {
        let belief = belief_mut(&mut state.nodes[node], job);
        if *belief == Belief::Past && self.fenced() {
            *belief = Belief::None;
            state.refused = true;
            return false;
        }
        if *belief == Belief::Held {
            lease_mut(state, job).expired = false;
        }
        true
    }

    /// The nodes are gone and open transactions with them; ids start again.
    fn restore(&self, state: &mut State) {
        state.restores_left -= 1;
        for node in &mut state.nodes {
            *node = Node::fresh();
        }
        for writer in &mut state.writers {
            if matches!(writer, Writer::Open { .. }) {
                *writer = Writer::Over;
            }
        }
        if !self.is(Flaw::SameEpoch) {
            state.epoch += 1;
        }
        state.next_id = 1;
        state.sealer.expired = true;
        state.consumer.expired = true;
    }
}

fn offer_job(state: &State, job: Job, actions: &mut Vec<Action>) {
    let lease = lease(state, job);
    if lease.holder.is_some() && !lease.expired {
        actions.push(Action::Expire { job });
    }
    for (node, present) in state.nodes.iter().enumerate() {
        let (belief, pending) = match job {
            Job::Sealer => (present.sealer, present.batch.is_some()),
            Job::Consumer => (present.consumer, present.reacted.is_some()),
        };
        if belief == Belief::None {
            if lease.holder.is_none() || lease.expired {
                actions.push(Action::Take { job, node });
            }
            continue;
        }
        actions.push(match (job, pending) {
            (Job::Sealer, false) => Action::ReadReady { node },
            (Job::Sealer, true) => Action::Seal { node },
            (Job::Consumer, false) => Action::React { node },
            (Job::Consumer, true) => Action::Advance { node },
        });
    }
}

/// The next event of a stream; its position is given out when it is appended.
fn append(state: &mut State, writer: usize, stream: u8) {
    let position = state.next_position;
    let stored = state.rows.iter().filter(|row| row.stream == stream).count();
    if let Writer::Open { id, rows } = &mut state.writers[writer] {
        let own = rows.iter().filter(|row| row.stream == stream).count();
        rows.push(Row {
            position,
            id: *id,
            stream,
            sequence: u8::try_from(stored + own + 1).unwrap_or(u8::MAX),
        });
        state.next_position += 1;
    }
}

/// The commits after the mark and before `bound`, in the order of their ids.
fn ids_between(state: &State, bound: Id) -> Vec<Id> {
    let between = |id: &Id| *id > state.mark && *id < bound;
    let mut ids: Vec<Id> = state
        .rows
        .iter()
        .map(|row| row.id)
        .filter(between)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The commits of the batch up to `end` that follow a later one, each with that one.
fn missing(state: &State, end: Id) -> Vec<(Id, Id)> {
    let batch = state
        .rows
        .iter()
        .filter(|row| row.id > state.mark && row.id <= end);
    let pairs = batch.flat_map(|event| {
        let before = state.rows.iter().filter(move |row| {
            row.stream == event.stream && row.sequence + 1 == event.sequence && row.id > end
        });
        before.map(move |row| (event.id, row.id))
    });
    pairs.collect()
}

fn take(state: &mut State, job: Job, node: usize) {
    *lease_mut(state, job) = Lease {
        holder: Some(node),
        expired: false,
    };
    let stored = state.checkpoint;
    for (other, present) in state.nodes.iter_mut().enumerate() {
        let belief = belief_mut(present, job);
        if other == node {
            *belief = Belief::Held;
        } else if *belief == Belief::Held {
            *belief = Belief::Past;
        }
    }
    let node = &mut state.nodes[node];
    match job {
        Job::Sealer => node.batch = None,
        Job::Consumer => {
            node.reacted = None;
            node.position = stored;
        }
    }
}

fn lease(state: &State, job: Job) -> Lease {
    match job {
        Job::Sealer => state.sealer,
        Job::Consumer => state.consumer,
    }
}

fn lease_mut(state: &mut State, job: Job) -> &mut Lease {
    match job {
        Job::Sealer => &mut state.sealer,
        Job::Consumer => &mut state.consumer,
    }
}

fn belief_mut(node: &mut Node, job: Job) -> &mut Belief {
    match job {
        Job::Sealer => &mut node.sealer,
        Job::Consumer => &mut node.consumer,
    }
}
