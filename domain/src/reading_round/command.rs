use super::{RoundClosed, RoundOpened, UnreadReasonRecorded};

#[derive(Clone, Debug)]
pub enum ReadingRoundCommand {
    Open(RoundOpened),
    RecordUnreadReason(UnreadReasonRecorded),
    Close(RoundClosed),
}
