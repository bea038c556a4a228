//! How far sealer and consumers have come, told in process.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

/// Sealed events whose leaf is remembered, so that a waiting mutation need not ask the database.
const RECENT_MAX: usize = 16_384;

/// Positions everybody in this process may watch.
#[derive(Debug)]
pub(crate) struct Progress {
    sealed: watch::Sender<i64>,
    recent: Mutex<Recent>,
    consumers: BTreeMap<String, watch::Sender<i64>>,
    /// The least advanced read model; policies do not count.
    lowest: watch::Sender<i64>,
    read_models: Vec<String>,
    /// Consumers that run on this node.
    held: Mutex<BTreeSet<String>>,
    /// Read models whose live rows this program cannot write, since they are of another version.
    frozen: Mutex<BTreeSet<String>>,
}

#[derive(Debug, Default)]
struct Recent {
    leaves: HashMap<i64, i64>,
    order: VecDeque<i64>,
}

impl Progress {
    pub(crate) fn new(read_models: Vec<String>, policies: &[String]) -> Self {
        let consumers = read_models.iter().chain(policies);
        Self {
            sealed: watch::Sender::new(0),
            recent: Mutex::default(),
            consumers: consumers
                .map(|name| (name.clone(), watch::Sender::new(0)))
                .collect(),
            lowest: watch::Sender::new(0),
            read_models,
            held: Mutex::default(),
            frozen: Mutex::default(),
        }
    }

    pub(crate) fn sealed(&self) -> watch::Receiver<i64> {
        self.sealed.subscribe()
    }

    pub(crate) fn lowest(&self) -> watch::Receiver<i64> {
        self.lowest.subscribe()
    }

    pub(crate) fn consumer(&self, name: &str) -> Option<watch::Receiver<i64>> {
        self.consumers.get(name).map(watch::Sender::subscribe)
    }

    /// The log ends before `next_leaf` now, by the word of this node's sealer or of another one.
    pub(crate) fn seal_reached(&self, next_leaf: i64) {
        self.sealed.send_if_modified(|sealed| {
            let moved = next_leaf > *sealed;
            *sealed = next_leaf.max(*sealed);
            moved
        });
        if self.read_models.is_empty() {
            self.lowest.send_replace(next_leaf);
        }
    }

    /// This node's sealer has put events into the log.
    pub(crate) fn sealed_here(&self, leaves: &[(i64, i64)], next_leaf: i64) {
        self.remember(leaves);
        self.seal_reached(next_leaf);
        // The notification of the database may have been faster, and whoever it woke has not
        // found the leaf yet.
        self.sealed.send_modify(|_| {});
    }

    fn remember(&self, leaves: &[(i64, i64)]) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        for &(position, leaf) in leaves {
            recent.leaves.insert(position, leaf);
            recent.order.push_back(position);
        }
        while recent.order.len() > RECENT_MAX {
            if let Some(position) = recent.order.pop_front() {
                recent.leaves.remove(&position);
            }
        }
    }

    pub(crate) fn leaf_of(&self, position: i64) -> Option<i64> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.leaves.get(&position).copied()
    }

    /// A consumer has everything before `next_leaf`; less than before when it begins anew.
    pub(crate) fn consumer_reached(&self, name: &str, next_leaf: i64) {
        let Some(consumer) = self.consumers.get(name) else {
            return;
        };
        set(consumer, next_leaf);
        let positions = self
            .read_models
            .iter()
            .filter_map(|name| self.consumers.get(name));
        if let Some(lowest) = positions.map(|position| *position.borrow()).min() {
            set(&self.lowest, lowest);
        }
    }
}

impl Progress {
    pub(crate) fn hold(&self, name: &str, held: bool) {
        let mut names = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held {
            names.insert(name.to_owned());
        } else {
            names.remove(name);
        }
    }

    /// A consumer of another node has stored its checkpoint. Ignored when it runs here by now.
    pub(crate) fn followed(&self, name: &str, next_leaf: i64) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if !held.contains(name) {
            self.consumer_reached(name, next_leaf);
        }
    }

    pub(crate) fn freeze(&self, name: &str, frozen: bool) {
        let mut names = self.frozen.lock().unwrap_or_else(PoisonError::into_inner);
        if !frozen {
            names.remove(name);
        } else if self.consumers.contains_key(name) {
            names.insert(name.to_owned());
        }
    }

    /// Whether some read model does not move on before its rows of this version are ready.
    pub(crate) fn is_frozen(&self) -> bool {
        let names = self.frozen.lock().unwrap_or_else(PoisonError::into_inner);
        !names.is_empty()
    }

    /// Consumers that run elsewhere, if at all.
    pub(crate) fn not_held(&self) -> Vec<String> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        self.consumers
            .keys()
            .filter(|name| !held.contains(*name))
            .cloned()
            .collect()
    }

    /// The position of the consumer that is furthest behind, policies included.
    pub(crate) fn last(&self) -> i64 {
        let positions = self.consumers.values().map(|position| *position.borrow());
        positions.min().unwrap_or_else(|| *self.sealed.borrow())
    }
}

fn set(watch: &watch::Sender<i64>, value: i64) {
    watch.send_if_modified(|present| std::mem::replace(present, value) != value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_read_model_counts_and_policies_do_not() {
        let progress = Progress::new(vec!["a".into(), "b".into()], &["policy:c".into()]);
        progress.consumer_reached("a", 5);
        assert_eq!(*progress.lowest().borrow(), 0);
        progress.consumer_reached("b", 3);
        progress.consumer_reached("policy:c", 1);
        assert_eq!(*progress.lowest().borrow(), 3);
        progress.consumer_reached("b", 0);
        assert_eq!(*progress.lowest().borrow(), 0);
    }

    #[test]
    fn whoever_was_woken_too_early_is_woken_again() {
        let progress = Progress::new(Vec::new(), &[]);
        let mut sealed = progress.sealed();
        progress.seal_reached(5);
        sealed.mark_unchanged();
        progress.sealed_here(&[(9, 4)], 5);
        assert!(sealed.has_changed().unwrap());
        assert_eq!(progress.leaf_of(9), Some(4));
    }

    #[test]
    fn old_leaves_are_forgotten() {
        let progress = Progress::new(Vec::new(), &[]);
        let many = i64::try_from(RECENT_MAX).unwrap() + 1;
        let leaves: Vec<(i64, i64)> = (0..many).map(|n| (n + 10, n)).collect();
        progress.remember(&leaves);
        assert_eq!(progress.leaf_of(10), None);
        assert_eq!(progress.leaf_of(11), Some(1));
    }
}
