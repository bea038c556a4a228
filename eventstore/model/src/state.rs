//! What is stored, and what nodes believe.

use crate::Store;

/// Epoch and transaction id.
pub type Id = (u8, u8);

/// A committed event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Row {
    pub position: u8,
    pub id: Id,
    pub stream: u8,
    pub sequence: u8,
}

/// A transaction from its id to its end. Each writer has one in its life.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Writer {
    Idle,
    Open { id: Id, rows: Vec<Row> },
    Over,
}

/// Work one node does at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Job {
    Sealer,
    Consumer,
}

/// What a node believes about a lease. Fences only matter as equal or not, so they need not be
/// counted: taking a lease makes every other belief a past one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Belief {
    None,
    Held,
    /// Somebody else has it, and this node does not know.
    Past,
}

/// What a node remembers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    pub sealer: Belief,
    /// Mark and end of the batch that was read, not yet written.
    pub batch: Option<(Id, Id)>,
    pub consumer: Belief,
    /// The checkpoint as it was read at the takeover, moved on by what was taken since.
    pub position: u8,
    /// Reacted to everything up to here; not committed yet.
    pub reacted: Option<u8>,
}

/// The lease's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    pub holder: Option<usize>,
    pub expired: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub epoch: u8,
    pub next_id: u8,
    pub next_position: u8,
    pub writers: Vec<Writer>,
    /// Sorted by position.
    pub rows: Vec<Row>,
    /// The row of `sealer`.
    pub mark: Id,
    /// The one order.
    pub log: Vec<Row>,
    pub sealer: Lease,
    pub consumer: Lease,
    pub nodes: Vec<Node>,
    /// The row of `projection`.
    pub checkpoint: u8,
    /// The read model: leaves in the order they were written.
    pub shown: Vec<u8>,
    /// How often the policy's command for each leaf was executed.
    pub reactions: Vec<u8>,
    pub crashes_left: u8,
    pub restores_left: u8,
    /// For the tests: a late writer has been refused.
    pub refused: bool,
}

impl Node {
    pub(crate) fn fresh() -> Self {
        Self {
            sealer: Belief::None,
            batch: None,
            consumer: Belief::None,
            position: 0,
            reacted: None,
        }
    }
}

impl State {
    pub(crate) fn new(sizes: &Store) -> Self {
        let free = Lease {
            holder: None,
            expired: false,
        };
        Self {
            epoch: 1,
            next_id: 1,
            next_position: 0,
            writers: vec![Writer::Idle; sizes.writers],
            rows: Vec::new(),
            mark: (0, 0),
            log: Vec::new(),
            sealer: free,
            consumer: free,
            nodes: vec![Node::fresh(); sizes.nodes],
            checkpoint: 0,
            shown: Vec::new(),
            reactions: Vec::new(),
            crashes_left: sizes.crashes,
            restores_left: sizes.restores,
            refused: false,
        }
    }

    /// The oldest running transaction, or the next one: `pg_snapshot_xmin`.
    pub(crate) fn oldest(&self) -> u8 {
        let open = self.writers.iter().filter_map(|writer| match writer {
            Writer::Open { id, .. } => Some(id.1),
            _ => None,
        });
        open.min().unwrap_or(self.next_id)
    }

    pub(crate) fn is_open(&self, stream: u8) -> bool {
        self.writers.iter().any(|writer| match writer {
            Writer::Open { rows, .. } => rows.iter().any(|row| row.stream == stream),
            _ => false,
        })
    }

    pub(crate) fn length(&self) -> u8 {
        u8::try_from(self.log.len()).unwrap_or(u8::MAX)
    }

    /// The end of the commit a leaf belongs to.
    pub(crate) fn commit_end(&self, leaf: u8) -> u8 {
        let id = self.log[usize::from(leaf)].id;
        let rest = &self.log[usize::from(leaf)..];
        let same = rest.iter().take_while(|row| row.id == id).count();
        leaf + u8::try_from(same).unwrap_or(u8::MAX)
    }
}
