use super::event::{AccountVisited, RoundCancelled, RoundFinished, RoundPlanned};

/// What may be asked of a round.
#[derive(Clone, Debug)]
pub enum CollectionRoundCommand {
    Plan(Box<RoundPlanned>),
    Visit {
        visited: AccountVisited,
        /// Every payment the account was said to have made was undone since.
        undone: bool,
    },
    Finish(RoundFinished),
    Cancel(RoundCancelled),
}
