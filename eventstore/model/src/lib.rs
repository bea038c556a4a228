//! The order of the store and its consumers as a model, explored exhaustively at small sizes.
//!
//! Only what decides about order, loss and doubling is kept. Each action is one transaction or one
//! read of the code, so that everything may happen between any two of them:
//!
//! - [`Action::Begin`], [`Action::Append`], [`Action::Commit`], [`Action::Abort`]: a transaction of
//!   `repository.rs`, or of any other writer.
//! - [`Action::Take`]: `Lease::take`, then `take_over` of the job.
//! - [`Action::Expire`]: the holder is frozen or slow past `held_until`.
//! - [`Action::ReadReady`]: `READY` and `close` (`PREDECESSORS`) of `sealer/batch.rs`.
//! - [`Action::Seal`]: `write` (`Lease::confirm`, `SEAL`) of `sealer/batch.rs`.
//! - [`Action::React`]: `ConsumerJob::attempt` of `daemon/runner.rs` up to `prepare`, whose
//!   commands run under derived ids.
//! - [`Action::Advance`]: the rest of `attempt`: `checkpoint::lock`, `write`,
//!   `checkpoint::advance`.
//! - [`Action::Crash`]: a node is killed; what it remembers is gone, what it has sent is not.
//! - [`Action::Restore`]: all nodes are gone, a dump is restored into a new cluster,
//!   `current_epoch`.
//!
//! A frozen node is one that does nothing while others act, so every interleaving contains it.
//! [`Flaw`] leaves one safeguard out; the tests see the checker find what it was for.

mod property;
mod state;
mod step;

use stateright::{Model, Property};

pub use state::{Belief, Id, Job, Lease, Node, Row, State, Writer};

/// A safeguard that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Commits are sorted by their transaction id.
    OrderById,
    /// The sealer takes commits beyond the oldest running transaction.
    BeyondOldest,
    /// A batch is neither stretched nor cut: its events may follow some that are left out.
    NoClosing,
    /// A batch is stretched to the commits its events follow, wherever they are.
    StretchBeyondOldest,
    /// After a restore the old epoch goes on.
    SameEpoch,
    /// Transactions do not confirm their lease.
    NoFence,
    /// Transactions do not look whether mark and checkpoint are still where they read them.
    NoComparison,
    /// Neither of the two.
    NoFenceNoComparison,
    /// The checkpoint is committed before what it stands for.
    CheckpointFirst,
    /// The ids of a policy's commands are drawn, not derived.
    FreshIds,
}

/// The sizes of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Store {
    pub nodes: usize,
    pub writers: usize,
    pub streams: u8,
    /// Events a transaction may append.
    pub events: usize,
    /// How many commits a batch of the sealer is bounded to.
    pub batch: usize,
    pub crashes: u8,
    pub restores: u8,
    pub consumer: bool,
    pub flaw: Option<Flaw>,
}

/// One transaction or one read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Begin { writer: usize },
    Append { writer: usize, stream: u8 },
    Commit { writer: usize },
    Abort { writer: usize },
    Take { job: Job, node: usize },
    Expire { job: Job },
    ReadReady { node: usize },
    Seal { node: usize },
    React { node: usize },
    Advance { node: usize },
    Crash { node: usize },
    Restore,
}

impl Model for Store {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::new(self)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.offer(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        self.act(&mut state, action);
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        property::all()
    }
}
