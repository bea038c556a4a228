//! Invariants 1, 3 and 5 of the store.

use stateright::Property;

use crate::Store;
use crate::state::{Row, State, Writer};

pub(crate) fn all() -> Vec<Property<Store>> {
    let mut all = invariants();
    all.extend(reached());
    all
}

fn invariants() -> Vec<Property<Store>> {
    vec![
        Property::always(
            "each event has one place in the order",
            |_, state: &State| {
                let row_is_new = |(place, row): (usize, &Row)| !state.log[..place].contains(row);
                state.log.iter().enumerate().all(row_is_new)
            },
        ),
        Property::always(
            "no event comes before its predecessor",
            |_, state: &State| {
                state.log.iter().enumerate().all(|(place, row)| {
                    row.sequence == 1
                        || state.log[..place].iter().any(|before| {
                            before.stream == row.stream && before.sequence + 1 == row.sequence
                        })
                })
            },
        ),
        Property::always("commits are whole", |_, state: &State| {
            let sealed = |row: &Row| state.log.contains(row);
            let whole = state.rows.iter().all(|row| {
                let siblings = || state.rows.iter().filter(|other| other.id == row.id);
                siblings().all(sealed) || !siblings().any(sealed)
            });
            let together = state.log.windows(2).enumerate().all(|(place, pair)| {
                pair[0].id == pair[1].id
                    || !state.log[..place].iter().any(|row| row.id == pair[1].id)
            });
            whole && together
        }),
        Property::always("nothing is skipped", |_, state: &State| {
            let ahead = |row: &Row| row.id > state.mark || state.log.contains(row);
            let open = |writer: &Writer| match writer {
                Writer::Open { id, .. } => *id > state.mark,
                _ => true,
            };
            state.rows.iter().all(ahead) && state.writers.iter().all(open)
        }),
        Property::always("the read model is its checkpoint", |_, state: &State| {
            state.shown.iter().copied().eq(0..state.checkpoint)
        }),
        Property::always(
            "the read model is not ahead of the order",
            |_, state: &State| state.checkpoint <= state.length(),
        ),
        Property::always("each reaction happens once", |_, state: &State| {
            state.reactions.iter().all(|times| *times <= 1)
                && state.reactions.len() >= usize::from(state.checkpoint)
                && state.reactions[..usize::from(state.checkpoint)]
                    .iter()
                    .all(|times| *times == 1)
        }),
    ]
}

/// What must happen somewhere, lest the invariants hold of nothing.
fn reached() -> Vec<Property<Store>> {
    vec![
        Property::sometimes("everything is in the order", |_, state: &State| {
            let over = |writer: &Writer| *writer == Writer::Over;
            state.writers.iter().all(over)
                && state.rows.len() > state.writers.len()
                && state.log.len() == state.rows.len()
        }),
        Property::sometimes("a late commit extends an early one", |_, state: &State| {
            state.log.windows(2).any(|pair| pair[0].id > pair[1].id)
        }),
        Property::sometimes("a late writer is refused", |_, state: &State| state.refused),
        Property::sometimes(
            "unsealed rows are restored and sealed",
            |_, state: &State| {
                let new = state.log.iter().any(|row| row.id.0 == 2);
                state.epoch == 2 && new && state.log.iter().any(|row| row.id.0 == 1)
            },
        ),
    ]
}
