use chaobiao_decision::Actor;

use super::{SessionFinished, SessionNote, SessionStarted};

#[derive(Clone, Debug)]
pub enum ReadingSessionCommand {
    Start(SessionStarted),
    AddNote {
        note: SessionNote,
        by: Actor,
    },
    Finish {
        finished: SessionFinished,
        by: Actor,
    },
}
