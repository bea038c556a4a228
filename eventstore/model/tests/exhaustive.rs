//! Every state of the model at small sizes; and with each safeguard left out, what it was for.

#![allow(clippy::print_stdout, reason = "the number of states is worth a look")]

use chaobiao_model::{Flaw, Store};
use stateright::{Checker, HasDiscoveries, Model as _};

const SIZES: Store = Store {
    nodes: 2,
    writers: 3,
    streams: 2,
    events: 2,
    batch: 1,
    crashes: 1,
    restores: 0,
    consumer: false,
    flaw: None,
};

/// Explores everything; the properties hold, and what must be reachable is reached.
fn holds(store: Store, unreachable: &[&str]) {
    let checker = store.checker().threads(2).spawn_bfs().join();
    println!("{} states", checker.unique_state_count());
    for property in store.properties() {
        let name = property.name;
        let found = checker.discovery(name);
        match property.expectation {
            stateright::Expectation::Sometimes => {
                let expected = !unreachable.contains(&name);
                assert_eq!(found.is_some(), expected, "{name}");
            }
            _ => assert!(found.is_none(), "{name}: {found:?}"),
        }
    }
}

/// The checker finds how `flaw` breaks `property`.
fn is_caught(sizes: Store, flaw: Flaw, property: &'static str) {
    let store = Store {
        flaw: Some(flaw),
        ..sizes
    };
    let found = HasDiscoveries::AnyOf([property].into());
    let checker = store.checker().threads(2).finish_when(found).spawn_bfs();
    let path = checker.join().discovery(property);
    assert!(path.is_some(), "{flaw:?} went unnoticed");
}

const RESTORED: &str = "unsealed rows are restored and sealed";

/// Two nodes, three writers, late commits, frozen leases, crashes.
#[test]
fn the_order_holds_whoever_seals() {
    holds(SIZES, &[RESTORED]);
}

/// The same with batches that take all there is.
#[test]
fn the_order_holds_with_batches_of_any_size() {
    let sizes = Store {
        batch: 9,
        crashes: 0,
        ..SIZES
    };
    holds(sizes, &[RESTORED]);
}

/// A dump is restored, sealed or not; writers that have not begun go on in the new epoch.
#[test]
fn the_order_holds_across_a_restore() {
    let sizes = Store {
        events: 1,
        crashes: 0,
        restores: 1,
        ..SIZES
    };
    holds(sizes, &["everything is in the order"]);
}

const CONSUMED: Store = Store {
    writers: 2,
    streams: 1,
    consumer: true,
    ..SIZES
};

/// Sealer and consumer on two nodes; each takes over from the other at any moment.
#[test]
fn a_consumer_takes_each_event_once() {
    holds(CONSUMED, &[RESTORED]);
}

/// Lease and comparison each suffice for order and read models; what has no stored state to compare
/// with, a message on its way out, rests on the lease alone.
#[test]
fn one_of_fence_and_comparison_suffices() {
    for flaw in [Flaw::NoFence, Flaw::NoComparison] {
        let store = Store {
            flaw: Some(flaw),
            ..CONSUMED
        };
        let unreachable: &[&str] = match flaw {
            Flaw::NoFence => &[RESTORED, "a late writer is refused"],
            _ => &[RESTORED],
        };
        holds(store, unreachable);
    }
}

#[test]
fn without_fence_and_comparison_a_late_writer_writes_twice() {
    let flaw = Flaw::NoFenceNoComparison;
    is_caught(SIZES, flaw, "each event has one place in the order");
    is_caught(CONSUMED, flaw, "the read model is its checkpoint");
}

#[test]
fn the_order_of_ids_puts_an_event_before_its_predecessor() {
    is_caught(
        SIZES,
        Flaw::OrderById,
        "no event comes before its predecessor",
    );
}

#[test]
fn a_batch_that_is_not_closed_does_so_too() {
    let property = "no event comes before its predecessor";
    for batch in [1, 9] {
        let sizes = Store { batch, ..SIZES };
        is_caught(sizes, Flaw::NoClosing, property);
    }
}

/// Found by this model in an earlier sealer: the commit a batch was stretched to had a running
/// transaction before it.
#[test]
fn a_batch_stretched_beyond_the_oldest_transaction_skips_a_late_commit() {
    is_caught(SIZES, Flaw::StretchBeyondOldest, "nothing is skipped");
}

#[test]
fn sealing_beyond_the_oldest_transaction_skips_a_late_commit() {
    is_caught(SIZES, Flaw::BeyondOldest, "nothing is skipped");
}

#[test]
fn a_restore_without_a_new_epoch_skips_what_is_new() {
    let sizes = Store {
        restores: 1,
        ..SIZES
    };
    is_caught(sizes, Flaw::SameEpoch, "nothing is skipped");
}

#[test]
fn a_checkpoint_before_its_rows_is_ahead_of_them() {
    is_caught(
        CONSUMED,
        Flaw::CheckpointFirst,
        "the read model is its checkpoint",
    );
}

#[test]
fn a_drawn_command_id_makes_a_reaction_happen_twice() {
    is_caught(CONSUMED, Flaw::FreshIds, "each reaction happens once");
}
