//! 上门收费: rounds from door to door, the list of each, and what came of it.

mod projector;
pub mod proposal;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::CollectionRoundsProjector;
pub use proposal::{ProposalFilter, ProposedDoor};
pub use query::{CollectionRoundRow, DoorRow, RoundFilter};

/// Where somebody finds an account: at its meter in the first building and place of a walk, a place in
/// a book counting as the book has it now.
const PLACE: &str = "SELECT DISTINCT ON (m.account_no) m.account_no, c.building, c.room, \
         coalesce(b.place, c.walk_order) AS place \
     FROM read_meter_card_account m JOIN read_meter_card c USING (meter_no) \
     LEFT JOIN LATERAL (SELECT o.place FROM read_reading_books k, \
         jsonb_array_elements_text(k.state->'meters') WITH ORDINALITY o(meter_no, place) \
         WHERE k.book = c.book AND o.meter_no = c.meter_no) b ON true";

/// The order somebody walks in; who has no meter comes last.
const WALK: &str = "p.building NULLS LAST, p.place, p.room, account_no";
