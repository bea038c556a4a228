use super::{
    ConflictSettled, FieldConflict, RoundAssigned, RoundClosed, RoundOpened, UnreadReasonRecorded,
    VisitRecorded,
};
use crate::units::MeterNo;

#[derive(Clone, Debug)]
pub enum ReadingRoundCommand {
    Open(RoundOpened),
    RecordUnreadReason(UnreadReasonRecorded),
    Assign(RoundAssigned),
    /// Meters of the round in the order they are wanted; the others follow as they stood.
    Reorder(Vec<MeterNo>),
    RecordVisit(VisitRecorded),
    RecordConflict(FieldConflict),
    SettleConflict(ConflictSettled),
    Close(RoundClosed),
}
